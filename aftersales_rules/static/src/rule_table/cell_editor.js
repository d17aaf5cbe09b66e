import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { OperandEditor } from "./operand_editor";
import { LIST_OPERATORS, operatorLabel } from "./rule_table_words";
import { TemplateEditor } from "./template_editor";

/** One comparison: which fact, how, with what. */
export class ConditionEditor extends Component {
    static template = "aftersales_rules.ConditionEditor";
    static components = { OperandEditor };
    static props = {
        model: Object,
        condition: Object,
        freeFact: Boolean,
        onChanged: Function,
        onRemove: Function,
    };

    setup() {
        this.model = useState(this.props.model);
        this.condition = useState(this.props.condition);
    }

    get field() {
        return this.model.fact(this.condition.fact);
    }

    get operators() {
        return this.field.operators.map((operator) => ({
            value: operator,
            label: operatorLabel(this.field, operator),
        }));
    }

    get isList() {
        return LIST_OPERATORS.includes(this.condition.op);
    }

    get isChoiceList() {
        return this.isList && this.field.type === "choice";
    }

    isChosen(value) {
        return this.condition.operands.some((operand) => operand.text === value);
    }

    toggleChoice(value) {
        const { operands } = this.condition;
        const place = operands.findIndex((operand) => operand.text === value);
        if (place >= 0) {
            operands.splice(place, 1);
        } else {
            operands.push({ text: value });
        }
        this.props.onChanged();
    }

    setFact(name) {
        this.model.setFact(this.condition, name);
        this.props.onChanged();
    }

    setOperator(operator) {
        this.model.setOperator(this.condition, operator);
        this.props.onChanged();
    }

    addOperand() {
        this.condition.operands.push(this.model.newOperand(this.field));
        this.props.onChanged();
    }

    removeOperand(index) {
        this.condition.operands.splice(index, 1);
        this.props.onChanged();
    }
}

/** What opens at a cell: everything that can be said in it. */
export class CellEditor extends Component {
    static template = "aftersales_rules.CellEditor";
    static components = { ConditionEditor, OperandEditor, TemplateEditor };
    static props = {
        model: Object,
        rule: Object,
        column: Object,
        close: { type: Function, optional: true },
        onKeydown: Function,
    };

    setup() {
        this.model = useState(this.props.model);
        this.rule = useState(this.props.rule);
        this.root = useRef("root");
        const { column } = this.props;
        this.model.begin();
        if (
            column.kind === "condition" &&
            !this.model.items(this.rule, column).length
        ) {
            this.addCondition();
        }
        if (column.kind === "outcome" && !this.rule.outcome[column.name]) {
            this.rule.outcome[column.name] = this.model.newOperand(column.field);
            this.isNewOutcome = true;
        }
        onMounted(() => {
            const wanted = [
                ".o_operand_value, .o_threshold_value",
                "[contenteditable]",
                "input, select",
            ];
            const element = wanted
                .map((selector) => this.root.el.querySelector(selector))
                .find(Boolean);
            element?.focus();
            element?.select?.();
        });
        onWillUnmount(() => {
            this.model.dropUnfinished(this.rule);
            const outcome = this.rule.outcome[column.name];
            if (this.isNewOutcome && outcome && !outcome.text && !outcome.threshold) {
                delete this.rule.outcome[column.name];
            }
            if (this.model.end() || this.isTouched) {
                this.model.touch();
            }
        });
        this.changed = () => {
            this.isTouched = true;
            this.model.touch();
        };
    }

    get title() {
        return this.model.columnLabel(this.props.column);
    }

    get help() {
        const { column } = this.props;
        if (column.field) {
            return column.field.help;
        }
        return column.name === "any"
            ? _t(
                  "The rule fires when at least one of these holds, and all other columns do.",
              )
            : "";
    }

    get row() {
        return this.model.rules.findIndex((rule) => rule._id === this.rule._id);
    }

    get faults() {
        return this.row >= 0 ? this.model.cellFaults(this.row, this.props.column) : [];
    }

    get items() {
        return this.model.items(this.rule, this.props.column).map(({ item }) => item);
    }

    get isFree() {
        return this.props.column.name === "any";
    }

    membersOf(item) {
        return item.any || [item];
    }

    addCondition() {
        const { column } = this.props;
        if (this.isFree) {
            const members = [this.model.newCondition(), this.model.newCondition()];
            this.rule.conditions.push({ any: members, column: "any" });
        } else {
            this.rule.conditions.push(this.model.newCondition(column.name));
        }
        this.changed?.();
    }

    addAlternative(item) {
        const { column } = this.props;
        const fact = this.isFree ? "" : column.name;
        if (item.any) {
            item.any.push(this.model.newCondition(fact));
        } else {
            const place = this.rule.conditions.indexOf(item);
            const group = {
                any: [item, this.model.newCondition(fact)],
                column: column.name,
            };
            this.rule.conditions.splice(place, 1, group);
        }
        this.changed();
    }

    remove(item, member) {
        const { conditions } = this.rule;
        if (item.any && item.any.length > 1) {
            item.any.splice(item.any.indexOf(member), 1);
            if (item.any.length === 1 && !this.isFree) {
                conditions.splice(conditions.indexOf(item), 1, item.any[0]);
            }
        } else {
            conditions.splice(conditions.indexOf(item), 1);
        }
        this.changed();
    }

    clear() {
        delete this.rule.outcome[this.props.column.name];
        this.changed();
        this.props.close?.();
    }

    setText(name, text) {
        this.rule[name] = text;
        this.changed();
    }
}
