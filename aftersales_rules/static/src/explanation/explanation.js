import {
    Component,
    onWillDestroy,
    onWillStart,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { afterDrawing } from "../after_drawing";
import { ExplanationModel } from "./explanation_model";
import { TryField } from "./try_field";

const RULES_ADMIN = "aftersales_rules.group_rules_admin";
const ICONS = {
    good: "fa-check-circle",
    warn: "fa-exclamation-triangle",
    bad: "fa-ban",
    neutral: "fa-info-circle",
};
/** From what people want to what they do not. */
const LEVELS = ["good", "neutral", "warn", "bad"];
/** So many other answers are shown with the ways to them; the rest is folded. */
const GOALS_SHOWN = 3;

let lastId = 0;

/**
 * Why something was decided: the answer and its reason first, then what would change
 * it, then what was looked at, then every rule (R4).
 *
 * Everything but the recorded answer can be tried with other values; nothing of that
 * is stored.
 */
export class Explanation extends Component {
    static template = "aftersales_rules.Explanation";
    static components = { TryField };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.model = useState(new ExplanationModel(this.orm));
        this.state = useState({ failed: "", isAdmin: false });
        this.root = useRef("root");
        this.prefix = `o_explain_${++lastId}`;
        onWillStart(async () => {
            const [isAdmin] = await Promise.all([
                user.hasGroup(RULES_ADMIN),
                this.load(this.props.record.resId),
            ]);
            this.state.isAdmin = isAdmin;
        });
        onWillUpdateProps(async ({ record }) => {
            if (record.resId !== this.model.resId) {
                await this.load(record.resId);
            }
        });
        onWillDestroy(() => this.model.leave());
    }

    async load(resId) {
        this.state.failed = "";
        try {
            await this.model.load(resId);
        } catch (error) {
            this.model.recorded = null;
            this.state.failed = error.data?.message || error.message;
        }
    }

    // ------------------------------------------------------------- the answer

    /** What is shown as the answer: of the trial, where one is made. */
    get answer() {
        const { recorded, tried } = this.model;
        const shown = tried || recorded;
        return {
            level: this.level(shown.effect_level),
            label: shown.result_label,
            matches: shown.matches,
        };
    }

    /** The rules that give the answer of a trial, by name. */
    get deciding() {
        return this.answer.matches.map((match) => match.label).join(", ");
    }

    level(name) {
        return ICONS[name] ? name : "neutral";
    }

    icon(level) {
        return ICONS[this.level(level)];
    }

    /** When and by which rules it was decided; the rest stands at the end of the form. */
    get moment() {
        const { decided_on, event, version } = this.model.recorded;
        const words = { decided_on, event, rules: version.name };
        return _t("Decided on %(decided_on)s: %(event)s. Rules: %(rules)s.", words);
    }

    get ways() {
        return this.model.shown.ways.filter((way) => way.texts.length);
    }

    /** What people ask for: ways to something better, where that is not good already. */
    get wantedWays() {
        const now = LEVELS.indexOf(this.answer.level);
        const better = this.ways.filter((way) => LEVELS.indexOf(this.level(way.goal_level)) < now);
        return (better.length ? better : this.ways).slice(0, GOALS_SHOWN);
    }

    get otherWays() {
        const wanted = new Set(this.wantedWays);
        return this.ways.filter((way) => !wanted.has(way));
    }

    /** What is to be done about it: a hold is released, anything else goes on. */
    get remedyLabel() {
        return this.answer.level === "bad" ? _t("What releases it:") : _t("What to do:");
    }

    tryLabel(text) {
        return _t("Try it: %s", text);
    }

    // ------------------------------------------------------------- what was seen

    get usedFacts() {
        return this.model.facts.filter((fact) => fact.is_used);
    }

    get otherFacts() {
        return this.model.facts.filter((fact) => !fact.is_used);
    }

    /** The value that was recorded, where another one is being tried. */
    recordedText(kind, field) {
        return this.model.isTouched(kind, field.name)
            ? this.model.recordedField(kind, field.name).text
            : "";
    }

    fieldId(kind, field) {
        return `${this.prefix}_${kind}_${field.name}`;
    }

    get areThresholdsOpen() {
        return this.state.isAdmin || this.model.isTrying;
    }

    // ------------------------------------------------------------- the rules

    ruleState(rule) {
        if (rule.decided) {
            return { name: "decided", icon: "fa-check-circle", label: _t("Decided") };
        }
        if (rule.matched) {
            return {
                name: "matched",
                icon: "fa-check",
                label: _t("Matched, an earlier rule decided"),
            };
        }
        if (rule.in_force === false) {
            return { name: "idle", icon: "fa-clock-o", label: _t("Not in force on that day") };
        }
        return { name: "failed", icon: "fa-times", label: _t("Did not match") };
    }

    firstFailing(rule) {
        const isAsked = !rule.matched && rule.in_force !== false;
        const index = rule.first_failing;
        return isAsked && Number.isInteger(index) ? rule.conditions[index] : null;
    }

    conditionIcon(condition) {
        if (condition.holds) {
            return { name: "fa-check text-success", label: _t("Met") };
        }
        return condition.holds === false
            ? { name: "fa-times text-danger", label: _t("Not met") }
            : { name: "fa-minus text-muted", label: _t("Not met, not needed") };
    }

    // ------------------------------------------------------------- doing

    startTrying() {
        this.model.isTrying = true;
        afterDrawing(() => this.focusFirstField());
    }

    focusFirstField() {
        this.root.el?.querySelector(".o_try_field input, .o_try_field select")?.focus();
    }

    async tryWay(values) {
        await this.model.take(values);
        this.root.el?.scrollIntoView({ block: "start" });
    }

    reset() {
        this.model.reset();
        this.root.el?.querySelector(".o_explain_leave")?.focus();
    }

    stopTrying() {
        this.model.leave();
        afterDrawing(() => this.root.el?.querySelector(".o_explain_try")?.focus());
    }

    /** The records behind a fact as they are now; with Ctrl or the middle button in a tab of their own. */
    async openFact(ev, fact) {
        if (ev.type === "auxclick" && ev.button !== 1) {
            return;
        }
        const newWindow = ev.ctrlKey || ev.metaKey || ev.button === 1;
        await this.action.doActionButton(
            {
                type: "object",
                name: "open_fact",
                args: JSON.stringify([fact.name]),
                resModel: "aftersales.decision",
                resId: this.model.resId,
            },
            { newWindow }
        );
    }
}

export const explanation = {
    component: Explanation,
};

registry.category("view_widgets").add("aftersales_explanation", explanation);
