import { _t } from "@web/core/l10n/translation";
import { dayText, exampleText, valueText } from "./rule_table_words";

/**
 * What a decision table says: its facts and thresholds, its columns, the words of its
 * cells. Changes nothing.
 */
export class RuleTableReading {
    get readonly() {
        return !this.table || this.table.readonly;
    }

    get currency() {
        return this.table.currency;
    }

    fact(name) {
        const found = this.table.facts.find((fact) => fact.name === name);
        return (
            found || {
                name,
                label: name,
                type: "text",
                unit: "",
                unit_key: "",
                choices: [],
                operators: [],
            }
        );
    }

    outcome(name) {
        return this.table.outcomes.find((field) => field.name === name);
    }

    threshold(name) {
        return this.thresholds.find((each) => each.name === name);
    }

    /** Thresholds that a field can be compared with or answered with. */
    thresholdsFor(field) {
        return this.thresholds.filter(
            (each) => each.type === field.type && each.unit === (field.unit_key || ""),
        );
    }

    factsFor(field) {
        return this.table.facts.filter(
            (each) =>
                each.name !== field.name &&
                each.type === field.type &&
                each.unit_key === field.unit_key,
        );
    }

    get ratios() {
        return this.thresholds.filter((each) => each.type === "ratio");
    }

    // ------------------------------------------------------------- columns

    /** Columns of conditions that any rule uses or that were added by hand. */
    get conditionColumns() {
        const used = new Set(this.extra);
        for (const rule of this.rules) {
            for (const item of rule.conditions) {
                used.add(item.any ? item.column : item.fact);
            }
        }
        const columns = this.table.facts
            .filter((fact) => used.has(fact.name))
            .map((fact) => ({ kind: "condition", name: fact.name, field: fact }));
        for (const name of used) {
            if (
                name !== "any" &&
                !this.table.facts.some((fact) => fact.name === name)
            ) {
                columns.push({ kind: "condition", name, field: this.fact(name) });
            }
        }
        if (used.has("any")) {
            columns.push({ kind: "condition", name: "any", field: null });
        }
        return columns;
    }

    get outcomeColumns() {
        const used = new Set(this.rules.flatMap((rule) => Object.keys(rule.outcome)));
        const shown = this.table.outcomes.filter(
            (field) =>
                used.has(field.name) || this.extra.includes(`outcome:${field.name}`),
        );
        const fields = shown.length ? shown : this.table.outcomes.slice(0, 1);
        return fields.map((field) => ({ kind: "outcome", name: field.name, field }));
    }

    get columns() {
        return [
            { kind: "label", name: "label" },
            ...this.conditionColumns,
            ...this.outcomeColumns,
            { kind: "reason", name: "reason" },
            { kind: "remedy", name: "remedy" },
            { kind: "validity", name: "validity" },
        ];
    }

    get otherColumns() {
        const shown = this.columns.map((column) => `${column.kind}:${column.name}`);
        const facts = this.table.facts
            .filter((fact) => !shown.includes(`condition:${fact.name}`))
            .map((fact) => ({
                key: fact.name,
                label: fact.label,
                help: fact.help,
                kind: "fact",
            }));
        const any = shown.includes("condition:any")
            ? []
            : [
                  {
                      key: "any",
                      label: this.columnLabel({ name: "any" }),
                      help: "",
                      kind: "any",
                  },
              ];
        const outcomes = this.table.outcomes
            .filter((field) => !shown.includes(`outcome:${field.name}`))
            .map((field) => ({
                key: `outcome:${field.name}`,
                label: field.label,
                help: field.help,
                kind: "outcome",
            }));
        return [...facts, ...any, ...outcomes];
    }

    columnLabel(column) {
        if (column.field) {
            return column.field.label;
        }
        const labels = {
            label: _t("Rule"),
            any: _t("At least one of"),
            reason: _t("Reason shown"),
            remedy: _t("What helps"),
            validity: _t("Valid"),
        };
        return labels[column.name];
    }

    addColumn(key) {
        this.extra = [...this.extra, key];
        this.version++;
    }

    // --------------------------------------------------------------- cells

    /** The conditions of a rule that stand in a column, with their places. */
    items(rule, column) {
        return rule.conditions
            .map((item, index) => ({ item, index }))
            .filter(({ item }) => (item.any ? item.column : item.fact) === column.name);
    }

    isEmpty(rule, column) {
        switch (column.kind) {
            case "condition":
                return !this.items(rule, column).length;
            case "outcome":
                return !rule.outcome[column.name];
            case "validity":
                return !rule.valid_from && !rule.valid_to;
            default:
                return !rule[column.name];
        }
    }

    /** The lines of text of a cell. */
    cellLines(rule, column) {
        switch (column.kind) {
            case "condition":
                return this.items(rule, column).map(({ item }) =>
                    this.itemText(item, column.name === "any"),
                );
            case "outcome": {
                const operand = rule.outcome[column.name];
                return operand ? [this.operandText(column.field, operand)] : [];
            }
            case "validity": {
                const lines = [];
                if (rule.valid_from) {
                    lines.push(_t("from %s", dayText(rule.valid_from)));
                }
                if (rule.valid_to) {
                    lines.push(_t("until %s", dayText(rule.valid_to)));
                }
                return lines;
            }
            case "label":
                return [rule.label];
            default:
                return rule[column.name] ? [this.templateText(rule[column.name])] : [];
        }
    }

    itemText(item, withFact) {
        if (!item.any) {
            return this.conditionText(item, withFact);
        }
        return item.any
            .map((each) => this.conditionText(each, withFact))
            .join(` ${_t("or")} `);
    }

    conditionText(condition, withFact) {
        const field = this.fact(condition.fact);
        const operands = (condition.operands || []).map((each) =>
            this.operandText(field, each),
        );
        const text = this.comparisonText(field, condition.op, operands);
        return withFact && condition.fact ? `${field.label}: ${text}` : text;
    }

    comparisonText(field, operator, operands) {
        const [first = "…", second = "…"] = operands;
        switch (operator) {
            case "=":
                return first;
            case "≠":
                return _t("not %s", first);
            case "between":
                return _t("%(low)s to %(high)s", { low: first, high: second });
            case "in":
                return operands.join(", ") || "…";
            case "not in":
                return _t("not %s", operands.join(", ") || "…");
            case "is set":
                return _t("known");
            case "is not set":
                return _t("not known");
            default:
                return `${operator} ${first}`;
        }
    }

    operandText(field, operand) {
        if (operand.threshold || operand.fact) {
            const text = operand.threshold
                ? this.thresholdText(operand.threshold)
                : this.fact(operand.fact).label;
            return operand.times
                ? `${text} × ${this.thresholdText(operand.times)}`
                : text;
        }
        return valueText(field, operand.text, this.currency);
    }

    thresholdText(name) {
        const threshold = this.threshold(name);
        return threshold
            ? `${threshold.label} (${valueText(threshold, threshold.value, this.currency)})`
            : name;
    }

    /** The parts of a text: what is written, and the facts and thresholds in it. */
    templateParts(source) {
        const parts = [];
        const pattern = /\{\{|\}\}|\{(threshold\.)?([a-z][a-z0-9_]*)\}/g;
        let end = 0;
        for (const match of (source || "").matchAll(pattern)) {
            if (!match[2]) {
                continue;
            }
            if (match.index > end) {
                parts.push({ text: source.slice(end, match.index) });
            }
            end = match.index + match[0].length;
            const found = match[1]
                ? this.threshold(match[2])
                : this.table.facts.find((fact) => fact.name === match[2]);
            parts.push({
                token: match[0],
                kind: match[1] ? "threshold" : "fact",
                label: found ? found.label : match[2],
                field: found,
            });
        }
        if (end < (source || "").length) {
            parts.push({ text: source.slice(end) });
        }
        return parts;
    }

    templateText(source) {
        return this.templateParts(source)
            .map((part) => part.text ?? `‹${part.label}›`)
            .join("");
    }

    /** How a text could read when the rule has fired. */
    templateExample(source) {
        return this.templateParts(source)
            .map((part) => {
                if (part.text !== undefined) {
                    return part.text.replace(/\{\{/g, "{").replace(/\}\}/g, "}");
                }
                if (!part.field) {
                    return `‹${part.label}›`;
                }
                return part.kind === "threshold"
                    ? valueText(part.field, part.field.value, this.currency)
                    : exampleText(part.field, this.currency);
            })
            .join("");
    }
}
