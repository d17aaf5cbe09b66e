import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RuleTableReading } from "./rule_table_reading";
import { hitWords } from "./rule_table_words";

/** The parts of an operand that count, whatever else came along. */
export function essence(operand) {
    const { threshold, fact, times, text } = operand || {};
    return threshold || fact
        ? { threshold, fact, times: times || undefined }
        : { text: text || "" };
}

export function conditionEssence(item) {
    return item.any
        ? { any: item.any.map(conditionEssence) }
        : {
              fact: item.fact,
              op: item.op,
              operands: (item.operands || []).map(essence),
          };
}

/**
 * What is wrong with a decision table, and in what it differs from the rules that it
 * was begun from.
 */
export class RuleTableJudging extends RuleTableReading {
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
                    return (
                        Boolean(item) &&
                        (item.any ? item.column : item.fact) === column.name
                    );
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
        const uses = (operand) =>
            operand && (operand.threshold === name || operand.times === name);
        if (column.kind === "outcome") {
            return uses(rule.outcome[column.name]);
        }
        return (
            column.kind === "condition" &&
            this.items(rule, column).some(({ item }) =>
                (item.any || [item]).some((each) => (each.operands || []).some(uses)),
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
                        this.columns.some((column) =>
                            this.usesThreshold(rule, column, fault.place),
                        ),
                    ),
            )
            .map((fault) => fault.text);
    }

    rowFindings(row) {
        return this.findings.filter((finding) => finding.row === row);
    }

    // ------------------------------------------- compared with what is in force

    baseOf(rule) {
        return (
            this.table.base &&
            this.table.base.rules.find((each) => each.name === rule.name)
        );
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
        return (
            this.essenceOf(toRaw(rule), column) !== this.essenceOf(toRaw(base), column)
        );
    }

    essenceOf(rule, column) {
        switch (column.kind) {
            case "condition": {
                const items = rule.conditions.filter(
                    (item) => this.columnOf(item) === column.name,
                );
                const names = items.flatMap((item) =>
                    (item.any || [item]).flatMap((each) =>
                        (each.operands || []).flatMap((operand) => [
                            operand.threshold,
                            operand.times,
                        ]),
                    ),
                );
                const values = names
                    .filter(Boolean)
                    .map((name) => this.movedValue(rule, name));
                return JSON.stringify([items.map(conditionEssence), values]);
            }
            case "outcome": {
                const operand = rule.outcome[column.name];
                return JSON.stringify([
                    operand ? essence(operand) : null,
                    operand &&
                        operand.threshold &&
                        this.movedValue(rule, operand.threshold),
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
        const items = base.conditions.map((item) => ({
            ...item,
            column: this.columnOf(item),
        }));
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
                .reduce(
                    (best, chain) => (chain.length >= best.length ? chain : best),
                    [],
                );
            chains.push([...longest, place]);
        }
        const kept = chains.reduce(
            (best, chain) => (chain.length >= best.length ? chain : best),
            [],
        );
        return new Set(kept.map((place) => before[place]));
    }

    get removed() {
        return this.table.base
            ? this.table.base.rules.filter(
                  (base) => !this.rules.some((rule) => rule.name === base.name),
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
            const faults = this.faults.filter(
                (each) => each.row === row || each.row === -1,
            );
            const findings = this.rowFindings(row);
            const isMoved = this.isMoved(rule);
            const key = JSON.stringify([row, rule, faults, findings, isMoved]) + shared;
            const known = last.get(rule._id);
            return known && known.key === key
                ? known
                : this.viewRow(rule, row, columns, key);
        });
        const changed = rows.filter((row) => row.isChanged).length;
        return { columns, rows, changeCount: changed + this.removed.length };
    }

    get hasHits() {
        return Object.keys(this.table.hits || {}).length > 0;
    }

    /** What became of a rule, in words; nothing of a rule that is new. */
    hits(rule) {
        const hits = rule.name && (this.table.hits || {})[rule.name];
        return hits ? hitWords(hits) : null;
    }

    viewRow(rule, row, columns, key) {
        const cells = columns.map((column, index) => {
            const faults = this.cellFaults(row, column);
            const isChanged = this.isChanged(rule, column);
            const before = isChanged
                ? _t("Before: %s", this.baseText(rule, column))
                : "";
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
            hits: this.hits(rule),
            // findings that ask for something; mere notes stand below the table
            problems: this.rowFindings(row).filter((each) => each.severity !== "note"),
        };
    }
}
