import { markRaw, toRaw } from "@odoo/owl";
import { RuleTableJudging, conditionEssence, essence } from "./rule_table_judging";

const CHECK_DELAY = 500;
const HISTORY_LENGTH = 200;
const TEXTS = ["label", "reason", "remedy"];

let lastId = 0;

/** What tells a rule from others while it has no name yet. */
export const nextId = () => ++lastId;
export const copy = (value) => JSON.parse(JSON.stringify(value));

/**
 * A decision table that comes from the server and goes back to it, and the history of
 * what was done in between. The server reads, judges and keeps it.
 */
export class RuleTableKeeping extends RuleTableJudging {
    /**
     * @param {Object} orm
     * @param {Function} onChanged called with whether anything differs from what is kept
     */
    constructor(orm, onChanged) {
        super();
        this.orm = orm;
        this.onChanged = onChanged;
        this.resModel = "aftersales.draft";
        this.resId = false;
        this.table = null;
        this.rules = [];
        this.thresholds = [];
        this.extra = [];
        this.faults = [];
        this.words = [];
        this.findings = [];
        this.isChecking = false;
        this.undone = [];
        this.done = [];
        this.kept = "";
        // what was worked out for the order in which the rules stand, not to do it per row
        this.order = markRaw({ names: "", unmoved: new Set() });
        this.asked = 0;
        // counts what was done, for those who show the whole table from one look at it
        this.version = 0;
    }

    // ------------------------------------------------------------- reading

    async load(resModel, resId, decision) {
        const table = await this.orm.call(resModel, "get_table", [[resId], decision]);
        Object.assign(this, {
            resModel,
            resId,
            table,
            extra: [],
            done: [],
            undone: [],
        });
        this.order.names = "";
        this.take(table);
    }

    /**
     * Take what the server made of what it was given to keep.
     *
     * New rules have a name now. What was done in the meantime stays, and can be undone
     * as before.
     *
     * @param {string} saved how the table stood when it was handed over
     */
    async reload(saved) {
        const { resModel, resId } = this;
        const table = await this.orm.call(resModel, "get_table", [
            [resId],
            this.table.decision,
        ]);
        const ids = JSON.parse(saved).rules.map((rule) => rule._id);
        const meanwhile = this.snapshot();
        this.table = table;
        this.take(table, ids);
        const names = new Map(this.rules.map((rule) => [rule._id, rule.name]));
        const name = (snapshot) => {
            const content = JSON.parse(snapshot);
            for (const rule of content.rules) {
                rule.name = rule.name || names.get(rule._id) || "";
            }
            return JSON.stringify(content);
        };
        this.done = this.done.map(name);
        this.undone = this.undone.map(name);
        if (meanwhile === saved) {
            this.onChanged(this.isDirty);
        } else {
            this.restore(name(meanwhile));
        }
    }

    take(table, ids = []) {
        const isSame = ids.length === table.rules.length;
        this.rules = table.rules.map((rule, row) =>
            this.prepare(rule, isSame ? ids[row] : undefined),
        );
        this.thresholds = table.thresholds;
        this.kept = this.essence();
        clearTimeout(this.timer);
        this.asked++;
        this.words = [];
        this.takeJudgement(table);
    }

    /** Give a rule an identity, and each group of alternatives its column. */
    prepare(rule, id = nextId()) {
        rule._id = id;
        for (const item of rule.conditions) {
            if (item.any) {
                const facts = new Set(item.any.map((each) => each.fact));
                item.column = facts.size === 1 ? item.any[0].fact : "any";
            }
        }
        return rule;
    }

    takeJudgement({ faults, words, findings }) {
        Object.assign(this, { faults, findings, isChecking: false });
        this.version++;
        if (words.length) {
            this.words = words;
        }
    }

    // ------------------------------------------------------------- writing

    snapshot() {
        const { rules, thresholds } = toRaw(this);
        return JSON.stringify({ rules, thresholds });
    }

    /** What of the table counts, however it came about. */
    essence() {
        const table = toRaw(this);
        const rules = table.rules.map((rule) => [
            rule.name,
            ...TEXTS.map((name) => (rule[name] || "").trim()),
            rule.valid_from || "",
            rule.valid_to || "",
            rule.conditions.map(conditionEssence),
            Object.keys(rule.outcome)
                .sort()
                .map((name) => [name, essence(rule.outcome[name])]),
        ]);
        const thresholds = table.thresholds.map((each) => [each.name, each.value]);
        return JSON.stringify([rules, thresholds]);
    }

    restore(snapshot) {
        const { rules, thresholds } = JSON.parse(snapshot);
        this.rules = rules;
        this.thresholds = thresholds;
        this.touch();
    }

    /** Go on with what was changed and is not saved yet. */
    resume({ rules, thresholds }) {
        this.begin();
        this.restore(JSON.stringify({ rules, thresholds }));
    }

    /** Remember how it stands before something is done to it. */
    begin() {
        this.done.push(this.snapshot());
        if (this.done.length > HISTORY_LENGTH) {
            this.done.shift();
        }
    }

    /**
     * What was begun is over; if nothing was done there is nothing to undo.
     *
     * @returns {boolean} whether anything was done
     */
    end() {
        const isChanged = this.done[this.done.length - 1] !== this.snapshot();
        if (isChanged) {
            this.undone = [];
        } else {
            this.done.pop();
        }
        return isChanged;
    }

    change(action) {
        this.begin();
        action();
        this.end();
        this.touch();
    }

    undo() {
        if (this.done.length) {
            this.undone.push(this.snapshot());
            this.restore(this.done.pop());
        }
    }

    redo() {
        if (this.undone.length) {
            this.done.push(this.snapshot());
            this.restore(this.undone.pop());
        }
    }

    get isDirty() {
        return this.essence() !== this.kept;
    }

    /** What the form saves. */
    get changes() {
        return copy({
            decision: this.table.decision,
            rules: toRaw(this.rules),
            thresholds: toRaw(this.thresholds),
            revision: this.table.revision,
        });
    }

    /** Something was changed: tell the form, and have it judged when the hand rests. */
    touch() {
        this.version++;
        this.onChanged(this.isDirty);
        clearTimeout(this.timer);
        this.isChecking = true;
        this.timer = setTimeout(() => this.check(), CHECK_DELAY);
    }

    async check() {
        const asked = ++this.asked;
        const { decision } = this.table;
        const judgement = await this.orm.silent.call(this.resModel, "check_table", [
            [this.resId],
            decision,
            copy(toRaw(this.rules)),
            copy(toRaw(this.thresholds)),
        ]);
        if (asked === this.asked) {
            this.takeJudgement(judgement);
        }
    }
}
