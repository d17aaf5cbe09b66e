import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RuleTableKeeping, copy, nextId } from "./rule_table_keeping";
import { LIST_OPERATORS, SET_OPERATORS, firstOperator } from "./rule_table_words";

/**
 * One decision table while it is edited: what can be done to its rules, conditions and
 * thresholds. What it says is in `rule_table_reading`, what is wrong with it in
 * `rule_table_judging`, how it is kept in `rule_table_keeping`.
 */
export class RuleTableModel extends RuleTableKeeping {
    // --------------------------------------------------------------- rules

    addRule(place = this.rules.length) {
        const outcome = {};
        for (const { field } of this.outcomeColumns) {
            if (field.type === "choice" && field.choices.length) {
                outcome[field.name] = { text: field.choices[0][0] };
            }
        }
        const rule = {
            _id: nextId(),
            name: "",
            label: _t("New rule"),
            reason: "",
            remedy: "",
            requirement: [],
            valid_from: "",
            valid_to: "",
            conditions: [],
            outcome,
        };
        this.change(() => this.rules.splice(place, 0, rule));
    }

    copyRule(row) {
        const rule = copy(this.rules[row]);
        rule._id = nextId();
        rule.name = "";
        rule.label = _t("%s (copy)", rule.label);
        this.change(() => this.rules.splice(row + 1, 0, rule));
    }

    removeRule(row) {
        this.change(() => this.rules.splice(row, 1));
    }

    bringBack(base) {
        const rule = this.prepare(copy(base));
        const before = this.table.base.rules
            .slice(
                0,
                this.table.base.rules.findIndex((each) => each.name === base.name),
            )
            .map((each) => each.name);
        let place = 0;
        this.rules.forEach((each, row) => {
            if (before.includes(each.name)) {
                place = row + 1;
            }
        });
        this.change(() => this.rules.splice(place, 0, rule));
    }

    moveRule(from, to) {
        if (from !== to && to >= 0 && to < this.rules.length) {
            this.change(() => this.rules.splice(to, 0, ...this.rules.splice(from, 1)));
        }
    }

    clearCell(rule, column) {
        this.change(() => {
            if (column.kind === "condition") {
                rule.conditions = rule.conditions.filter(
                    (item) => (item.any ? item.column : item.fact) !== column.name,
                );
            } else if (column.kind === "outcome") {
                delete rule.outcome[column.name];
            } else if (column.kind === "validity") {
                rule.valid_from = rule.valid_to = "";
            } else {
                rule[column.name] = "";
            }
        });
    }

    // ---------------------------------------------------------- conditions

    newCondition(fact) {
        const field = fact && this.fact(fact);
        return {
            fact: fact || "",
            op: field ? firstOperator(field) : "=",
            operands: field ? [this.newOperand(field)] : [],
        };
    }

    newOperand(field) {
        if (field.type === "choice" && field.choices.length) {
            return { text: field.choices[0][0] };
        }
        return { text: field.type === "boolean" ? "yes" : "" };
    }

    setFact(condition, fact) {
        Object.assign(condition, this.newCondition(fact));
    }

    setOperator(condition, operator) {
        const field = this.fact(condition.fact);
        condition.op = operator;
        const operands = condition.operands || [];
        if (SET_OPERATORS.includes(operator)) {
            condition.operands = [];
        } else if (operator === "between") {
            const [low, high] = operands;
            condition.operands = [
                low || this.newOperand(field),
                high || this.newOperand(field),
            ];
        } else if (LIST_OPERATORS.includes(operator)) {
            condition.operands = operands.length ? operands : [this.newOperand(field)];
        } else {
            condition.operands = [operands[0] || this.newOperand(field)];
        }
    }

    /** Conditions that were begun and left empty are no conditions. */
    dropUnfinished(rule) {
        const isUnfinished = (condition) =>
            !condition.fact ||
            ((condition.operands || []).length > 0 &&
                condition.operands.every(
                    (operand) => !operand.threshold && !operand.fact && !operand.text,
                ));
        for (const item of rule.conditions) {
            if (item.any) {
                item.any = item.any.filter((each) => !isUnfinished(each));
            }
        }
        rule.conditions = rule.conditions
            .map((item) => (item.any && item.any.length === 1 ? item.any[0] : item))
            .filter((item) => (item.any ? item.any.length : !isUnfinished(item)));
    }

    // ---------------------------------------------------------- thresholds

    /** A technical name that nobody has to think of. */
    nameFor(label) {
        const stem =
            label
                .normalize("NFKD")
                .toLowerCase()
                .replace(/[^a-z0-9]+/g, "_")
                .replace(/^[^a-z]+|_+$/g, "")
                .slice(0, 50) || "threshold";
        let name = stem;
        for (let number = 2; this.threshold(name); number++) {
            name = `${stem}_${number}`;
        }
        return name;
    }

    addThreshold(field, { label, name, value, minimum, maximum }) {
        const threshold = {
            name: name || this.nameFor(label),
            label,
            help: "",
            type: field.type,
            unit: field.unit_key || "",
            unit_label: field.unit || "",
            value,
            minimum,
            maximum,
        };
        this.thresholds.push(threshold);
        return threshold;
    }

    /** How many rules of this table use a threshold. */
    useCount(name) {
        return toRaw(this.rules).filter((rule) =>
            JSON.stringify(rule).includes(`"${name}"`),
        ).length;
    }
}
