import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { isNumber, typeLabel, valueText } from "./rule_table_words";

/** What a fact is compared with or answered with: a value, a threshold, another fact. */
export class OperandEditor extends Component {
    static template = "aftersales_rules.OperandEditor";
    static props = {
        model: Object,
        field: Object,
        operand: Object,
        allowFact: { type: Boolean, optional: true },
        onChanged: Function,
    };
    static defaultProps = { allowFact: true };

    setup() {
        this.model = useState(this.props.model);
        this.operand = useState(this.props.operand);
        this.state = useState({ isMaking: false, made: {}, problem: "" });
    }

    get kind() {
        if (this.state.isMaking || this.operand.threshold) {
            return "threshold";
        }
        return this.operand.fact ? "fact" : "value";
    }

    get kinds() {
        const { field } = this.props;
        const kinds = [["value", _t("Value")]];
        if (field.type !== "choice" || this.model.thresholdsFor(field).length) {
            kinds.push(["threshold", _t("Threshold")]);
        }
        if (this.props.allowFact && this.model.factsFor(field).length) {
            kinds.push(["fact", _t("Other fact")]);
        }
        return kinds;
    }

    get thresholds() {
        return this.model.thresholdsFor(this.props.field);
    }

    get threshold() {
        return this.model.threshold(this.operand.threshold);
    }

    /** Amounts are compared with a share of another one; days hardly ever are. */
    get allowTimes() {
        const { type } = this.props.field;
        return (
            this.props.allowFact &&
            !this.state.isMaking &&
            (this.operand.threshold || this.operand.fact) &&
            (["money", "quantity"].includes(type) || this.operand.times) &&
            this.model.ratios.length
        );
    }

    get typeLabel() {
        return typeLabel(this.props.field.type);
    }

    get unit() {
        return this.unitOf(this.props.field);
    }

    get text() {
        return this.shown(this.props.field, this.operand.text);
    }

    unitOf(field) {
        if (field.type === "money") {
            return this.model.currency;
        }
        return field.type === "ratio" ? "%" : field.unit_label || field.unit;
    }

    /** A value without its percent sign, which stands behind the input. */
    shown(field, text) {
        return field.type === "ratio" ? (text || "").replace(/\s*%$/, "") : text || "";
    }

    written(field, text) {
        const value = text.trim();
        return field.type === "ratio" && value && !value.endsWith("%")
            ? `${value} %`
            : value;
    }

    inputMode(field) {
        return isNumber(field) ? "decimal" : undefined;
    }

    inputType(field) {
        return ["date", "time"].includes(field.type) ? field.type : "text";
    }

    thresholdText(threshold) {
        return `${threshold.label} (${valueText(threshold, threshold.value, this.model.currency)})`;
    }

    /** What to know before the value of a threshold is changed. */
    get thresholdNotes() {
        const { minimum, maximum, help, name } = this.threshold;
        const notes = help ? [help] : [];
        if (minimum || maximum) {
            const low = minimum || "…";
            const high = maximum || "…";
            notes.push(_t("Allowed: %(low)s to %(high)s.", { low, high }));
        }
        const count = this.model.useCount(name);
        if (count > 1) {
            notes.push(_t("%s rules of this table use it: they all change.", count));
        }
        return notes;
    }

    replace(values) {
        for (const key of ["threshold", "fact", "times", "text", "raw"]) {
            delete this.operand[key];
        }
        Object.assign(this.operand, values);
        this.props.onChanged();
    }

    setKind(kind) {
        const { field } = this.props;
        this.state.isMaking = false;
        if (kind === "value") {
            this.replace({
                text: this.threshold ? this.threshold.value : this.kept || "",
            });
        } else if (kind === "threshold") {
            this.kept = this.operand.text;
            const [first] = this.thresholds;
            if (first) {
                this.replace({ threshold: first.name });
            } else {
                this.startMaking();
            }
        } else {
            this.kept = this.operand.text;
            this.replace({ fact: this.model.factsFor(field)[0].name });
        }
    }

    setText(text) {
        this.operand.text = this.written(this.props.field, text);
        this.props.onChanged();
    }

    setThreshold(name) {
        if (name === "+") {
            this.startMaking();
        } else {
            this.replace({ threshold: name });
        }
    }

    setThresholdValue(text) {
        this.threshold.value = this.written(this.threshold, text);
        this.props.onChanged();
    }

    setFact(name) {
        this.replace({ fact: name });
    }

    setTimes(name) {
        this.operand.times = name;
        this.props.onChanged();
    }

    startMaking() {
        this.state.made = {
            label: "",
            name: "",
            value: this.shown(this.props.field, this.operand.text),
            minimum: "",
            maximum: "",
        };
        this.state.problem = "";
        this.state.isMaking = true;
    }

    stopMaking() {
        this.state.isMaking = false;
    }

    make() {
        const { field } = this.props;
        const { made } = this.state;
        if (!made.label.trim() || !made.value.trim()) {
            this.state.problem = _t("A threshold needs a name and a value.");
            return;
        }
        if (made.name && !/^[a-z][a-z0-9_]{0,63}$/.test(made.name)) {
            this.state.problem = _t("A technical name has only a–z, 0–9 and _.");
            return;
        }
        const label = made.label.trim().toLowerCase();
        if (this.model.thresholds.some((each) => each.label.toLowerCase() === label)) {
            this.state.problem = _t(
                "There is a threshold of this name: choose it from the list.",
            );
            return;
        }
        if (made.name && this.model.threshold(made.name)) {
            this.state.problem = _t("There is a threshold of this technical name.");
            return;
        }
        const threshold = this.model.addThreshold(field, {
            label: made.label.trim(),
            name: made.name,
            value: this.written(field, made.value),
            minimum: this.written(field, made.minimum),
            maximum: this.written(field, made.maximum),
        });
        this.state.isMaking = false;
        this.replace({ threshold: threshold.name });
    }
}
