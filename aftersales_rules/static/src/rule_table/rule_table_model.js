import { markRaw, toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import {
    LIST_OPERATORS,
    SET_OPERATORS,
    dayText,
    exampleText,
    firstOperator,
    valueText,
} from "./rule_table_words";

const CHECK_DELAY = 500;
const HISTORY_LENGTH = 200;
const TEXTS = ["label", "reason", "remedy"];

let lastId = 0;
const copy = (value) => JSON.parse(JSON.stringify(value));

/** The parts of an operand that count, whatever else came along. */
function essence(operand) {
    const { threshold, fact, times, text } = operand || {};
    return threshold || fact
        ? { threshold, fact, times: times || undefined }
        : { text: text || "" };
}

function conditionEssence(item) {
    return item.any
        ? { any: item.any.map(conditionEssence) }
        : { fact: item.fact, op: item.op, operands: (item.operands || []).map(essence) };
}

/**
 * One decision table while it is edited: its rows, its columns, what is wrong with it
 * and what was done to it. The server reads, judges and keeps it.
 */
export class RuleTableModel {
    /**
     * @param {Object} orm
     * @param {Function} onChanged called with whether anything differs from what is kept
     */
    constructor(orm, onChanged) {
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
        Object.assign(this, { resModel, resId, table, extra: [], done: [], undone: [] });
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
            this.prepare(rule, isSame ? ids[row] : undefined)
        );
        this.thresholds = table.thresholds;
        this.kept = this.essence();
        clearTimeout(this.timer);
        this.asked++;
        this.words = [];
        this.takeJudgement(table);
    }

    /** Give a rule an identity, and each group of alternatives its column. */
    prepare(rule, id = ++lastId) {
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
            (each) => each.type === field.type && each.unit === (field.unit_key || "")
        );
    }

    factsFor(field) {
        return this.table.facts.filter(
            (each) =>
                each.name !== field.name &&
                each.type === field.type &&
                each.unit_key === field.unit_key
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
            if (name !== "any" && !this.table.facts.some((fact) => fact.name === name)) {
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
            (field) => used.has(field.name) || this.extra.includes(`outcome:${field.name}`)
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
            .map((fact) => ({ key: fact.name, label: fact.label, help: fact.help, kind: "fact" }));
        const any = shown.includes("condition:any")
            ? []
            : [{ key: "any", label: this.columnLabel({ name: "any" }), help: "", kind: "any" }];
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
                    this.itemText(item, column.name === "any")
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
        const operands = (condition.operands || []).map((each) => this.operandText(field, each));
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
            return operand.times ? `${text} × ${this.thresholdText(operand.times)}` : text;
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

    // -------------------------------------------------------------- faults

    /** What is wrong with a cell, in words. */
    cellFaults(row, column) {
        const rule = this.rules[row];
        return this.faults
            .filter((fault) => {
                if (fault.kind === "threshold") {
                    return this.usesThreshold(rule, column, fault.place);
                }
                if (fault.row !== row) {
                    return false;
                }
                if (column.kind === "condition") {
                    const index = fault.kind === "condition" && fault.place[0];
                    const item = rule.conditions[index];
                    return Boolean(item) && (item.any ? item.column : item.fact) === column.name;
                }
                if (column.kind === "outcome") {
                    if (fault.kind !== "outcome") {
                        return false;
                    }
                    // what is missing as a whole stands at the first outcome
                    const names = this.outcomeColumns.map((each) => each.name);
                    const name = String(fault.place || "").split(".")[0];
                    return (names.includes(name) ? name : names[0]) === column.name;
                }
                if (column.kind === "validity") {
                    return ["valid_from", "valid_to"].includes(fault.kind);
                }
                if (column.kind === "label") {
                    return ![
                        "condition",
                        "outcome",
                        "reason",
                        "remedy",
                        "valid_from",
                        "valid_to",
                    ].includes(fault.kind);
                }
                return fault.kind === column.kind;
            })
            .map((fault) => fault.text);
    }

    usesThreshold(rule, column, name) {
        const uses = (operand) => operand && (operand.threshold === name || operand.times === name);
        if (column.kind === "outcome") {
            return uses(rule.outcome[column.name]);
        }
        return (
            column.kind === "condition" &&
            this.items(rule, column).some(({ item }) =>
                (item.any || [item]).some((each) => (each.operands || []).some(uses))
            )
        );
    }

    /** Faults of no row: what is wrong with the draft as a whole. */
    get tableFaults() {
        return this.faults
            .filter((fault) => fault.row === -1)
            .filter(
                (fault) =>
                    fault.kind !== "threshold" ||
                    !this.rules.some((rule) =>
                        this.columns.some((column) => this.usesThreshold(rule, column, fault.place))
                    )
            )
            .map((fault) => fault.text);
    }

    rowFindings(row) {
        return this.findings.filter((finding) => finding.row === row);
    }

    // ------------------------------------------- compared with what is in force

    baseOf(rule) {
        return this.table.base && this.table.base.rules.find((each) => each.name === rule.name);
    }

    isNew(rule) {
        return Boolean(this.table.base) && !this.baseOf(rule);
    }

    isChanged(rule, column) {
        const base = this.baseOf(rule);
        if (!base) {
            return false;
        }
        // rules that are shown are watched elsewhere; here only their content counts
        return this.essenceOf(toRaw(rule), column) !== this.essenceOf(toRaw(base), column);
    }

    essenceOf(rule, column) {
        switch (column.kind) {
            case "condition": {
                const items = rule.conditions.filter((item) => this.columnOf(item) === column.name);
                const names = items.flatMap((item) =>
                    (item.any || [item]).flatMap((each) =>
                        (each.operands || []).flatMap((operand) => [
                            operand.threshold,
                            operand.times,
                        ])
                    )
                );
                const values = names.filter(Boolean).map((name) => this.movedValue(rule, name));
                return JSON.stringify([items.map(conditionEssence), values]);
            }
            case "outcome": {
                const operand = rule.outcome[column.name];
                return JSON.stringify([
                    operand ? essence(operand) : null,
                    operand && operand.threshold && this.movedValue(rule, operand.threshold),
                ]);
            }
            case "validity":
                return JSON.stringify([rule.valid_from || "", rule.valid_to || ""]);
            default:
                return (rule[column.name] || "").trim();
        }
    }

    /** The value of a threshold on the side that a rule is from. */
    movedValue(rule, name) {
        if (rule._id) {
            const threshold = this.threshold(name);
            return threshold ? threshold.value : "";
        }
        return this.table.base.thresholds[name] || "";
    }

    columnOf(item) {
        if (!item.any) {
            return item.fact;
        }
        if (item.column) {
            return item.column;
        }
        const facts = new Set(item.any.map((each) => each.fact));
        return facts.size === 1 ? item.any[0].fact : "any";
    }

    /** What stood in a cell before, in words, with the values of that time. */
    baseText(rule, column) {
        const base = this.baseOf(rule);
        if (!base) {
            return "";
        }
        const items = base.conditions.map((item) => ({ ...item, column: this.columnOf(item) }));
        const values = this.table.base.thresholds;
        const then = Object.assign(Object.create(this), {
            thresholds: this.thresholds.map((each) => ({
                ...each,
                value: values[each.name] || each.value,
            })),
        });
        const lines = then.cellLines({ ...base, conditions: items }, column);
        return lines.join("; ") || _t("nothing");
    }

    /** A rule that was taken out of the order in which the rules stood before. */
    isMoved(rule) {
        return Boolean(this.baseOf(rule)) && !this.unmoved.has(rule.name);
    }

    /** The most rules that still stand in their old order: the others were moved. */
    get unmoved() {
        const names = JSON.stringify(this.rules.map((rule) => rule.name));
        if (this.order.names !== names) {
            Object.assign(this.order, { names, unmoved: this.findUnmoved() });
        }
        return this.order.unmoved;
    }

    findUnmoved() {
        const before = this.table.base.rules.map((each) => each.name);
        const chains = [];
        for (const { name } of this.rules) {
            const place = before.indexOf(name);
            if (place < 0) {
                continue;
            }
            const longest = chains
                .filter((chain) => chain[chain.length - 1] < place)
                .reduce((best, chain) => (chain.length >= best.length ? chain : best), []);
            chains.push([...longest, place]);
        }
        const kept = chains.reduce(
            (best, chain) => (chain.length >= best.length ? chain : best),
            []
        );
        return new Set(kept.map((place) => before[place]));
    }

    get removed() {
        return this.table.base
            ? this.table.base.rules.filter(
                  (base) => !this.rules.some((rule) => rule.name === base.name)
              )
            : [];
    }

    /**
     * The table as it is shown: what each row and each cell says, and what is wrong with it.
     *
     * Rows that say the same as in the last view are the same objects, so that only the
     * others are drawn anew. To be called on the model itself, not on what watches it.
     *
     * @param {Map} last rows of the last view, by rule
     */
    view(last) {
        const { columns, thresholds, table } = this;
        const shared = JSON.stringify([
            columns.map((column) => column.kind + column.name),
            thresholds.map((each) => [each.name, each.label, each.value]),
            table.decision,
            table.revision,
        ]);
        const rows = this.rules.map((rule, row) => {
            const faults = this.faults.filter((each) => each.row === row || each.row === -1);
            const findings = this.rowFindings(row);
            const isMoved = this.isMoved(rule);
            const key = JSON.stringify([row, rule, faults, findings, isMoved]) + shared;
            const known = last.get(rule._id);
            return known && known.key === key ? known : this.viewRow(rule, row, columns, key);
        });
        const changed = rows.filter((row) => row.isChanged).length;
        return { columns, rows, changeCount: changed + this.removed.length };
    }

    viewRow(rule, row, columns, key) {
        const cells = columns.map((column, index) => {
            const faults = this.cellFaults(row, column);
            const isChanged = this.isChanged(rule, column);
            const before = isChanged ? _t("Before: %s", this.baseText(rule, column)) : "";
            return {
                index,
                column,
                kind: column.kind,
                name: column.name,
                lines: this.cellLines(rule, column),
                isEmpty: this.isEmpty(rule, column),
                faults,
                isChanged,
                before,
                title: faults.join("\n") || before,
            };
        });
        const isNew = this.isNew(rule);
        const isMoved = this.isMoved(rule);
        return {
            key,
            id: rule._id,
            rule,
            row,
            label: rule.label,
            cells,
            isNew,
            isMoved,
            isChanged: isNew || isMoved || cells.some((cell) => cell.isChanged),
            // findings that ask for something; mere notes stand below the table
            problems: this.rowFindings(row).filter((each) => each.severity !== "note"),
        };
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

    // --------------------------------------------------------------- rules

    addRule(place = this.rules.length) {
        const outcome = {};
        for (const { field } of this.outcomeColumns) {
            if (field.type === "choice" && field.choices.length) {
                outcome[field.name] = { text: field.choices[0][0] };
            }
        }
        const rule = {
            _id: ++lastId,
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
        rule._id = ++lastId;
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
            .slice(0, this.table.base.rules.findIndex((each) => each.name === base.name))
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
                    (item) => (item.any ? item.column : item.fact) !== column.name
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
            condition.operands = [low || this.newOperand(field), high || this.newOperand(field)];
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
                    (operand) => !operand.threshold && !operand.fact && !operand.text
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
        return toRaw(this.rules).filter((rule) => JSON.stringify(rule).includes(`"${name}"`)).length;
    }
}
