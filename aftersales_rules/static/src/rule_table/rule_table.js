import {
    Component,
    markRaw,
    onMounted,
    onPatched,
    onWillStart,
    onWillUnmount,
    toRaw,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSortable } from "@web/core/utils/sortable_owl";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { afterDrawing } from "../after_drawing";
import { CellEditor } from "./cell_editor";
import { takePointed } from "./rule_pointer";
import { RuleTableModel } from "./rule_table_model";

const PHONE = "(max-width: 576px)";
const ARROWS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};

/** Whether a finding is an error, a warning or a note, as a badge says it. */
export class FindingBadge extends Component {
    static template = "aftersales_rules.FindingBadge";
    static props = { severity: String };

    get color() {
        const colors = { error: "text-bg-danger", warning: "text-bg-warning" };
        return colors[this.props.severity] || "text-bg-light";
    }

    get label() {
        const labels = { error: _t("Error"), warning: _t("Check") };
        return labels[this.props.severity] || _t("Note");
    }
}

/** What can be done with a whole rule. */
export class RuleMenu extends Component {
    static template = "aftersales_rules.RuleMenu";
    static components = { Dropdown, DropdownItem };
    static props = { row: Number, actions: Object };
}

/** How often a rule fired. */
export class RuleHits extends Component {
    static template = "aftersales_rules.RuleHits";
    static props = { hits: Object };
}

/** The classes of a rule, on the desk and on a phone. */
function ruleClass({ isNew, rule }) {
    const today = luxon.DateTime.now().toISODate();
    const isOver =
        (rule.valid_to && rule.valid_to < today) ||
        (rule.valid_from && rule.valid_from > today);
    return { o_rule_new: isNew, "text-muted": isOver };
}

/** The classes of a cell, on the desk and on a phone. */
function cellClass(cell, isSelected) {
    return {
        o_rule_sticky: cell.kind === "label",
        o_rule_cell_outcome: cell.kind === "outcome",
        o_rule_cell_text: ["reason", "remedy"].includes(cell.kind),
        o_rule_cell_fault: cell.faults.length,
        o_rule_cell_changed: cell.isChanged,
        o_rule_cell_selected: isSelected,
    };
}

/** A rule as a row; drawn anew only when it says something else or is chosen. */
export class RuleRow extends Component {
    static template = "aftersales_rules.RuleRow";
    static components = { FindingBadge, RuleHits, RuleMenu };
    static props = {
        shown: Object,
        selected: Number,
        hasHits: Boolean,
        readonly: Boolean,
        actions: Object,
    };

    get rowClass() {
        return ruleClass(this.props.shown);
    }

    cellClass(cell) {
        return cellClass(cell, cell.index === this.props.selected);
    }
}

/**
 * A decision table of a draft: rows are rules, columns are facts and outcomes.
 *
 * What is changed here is a value of the form's record, so the form saves, discards and
 * warns as it does for any other field.
 */
export class RuleTable extends Component {
    static template = "aftersales_rules.RuleTable";
    static components = {
        Dropdown,
        DropdownItem,
        FindingBadge,
        RuleHits,
        RuleMenu,
        RuleRow,
    };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.model = useState(
            new RuleTableModel(markRaw(this.orm), (isDirty) => this.hand(isDirty)),
        );
        this.state = useState({
            row: 0,
            column: 0,
            isPhone: false,
            query: "",
            failed: "",
        });
        this.actions = {
            move: (row, step) => this.move(row, step),
            add: (row) => this.addRule(row),
            copy: (row) => this.model.copyRule(row),
            remove: (row) => this.removeRule(row),
            select: (row, column) => this.select(row, column),
            click: (ev, row, column) => this.onCellClick(ev, row, column),
            keydown: (ev, row, index) => this.onCellKeydown(ev, row, index),
        };
        this.focusesDue = 0;
        this.ruleClass = ruleClass;
        this.cellClass = cellClass;
        this.root = useRef("root");
        this.small = matchMedia(PHONE);
        const onSize = () => (this.state.isPhone = this.small.matches);
        this.small.addEventListener("change", onSize);
        onSize();
        this.popover = usePopover(CellEditor, {
            position: "bottom-start",
            popoverClass: "o_rule_popover",
            onClose: () => this.onEditorClosed(),
            useBottomSheet: this.state.isPhone,
        });
        useSortable({
            enable: () => !this.model.readonly,
            ref: this.root,
            elements: ".o_rule_draggable",
            handle: ".o_rule_handle",
            cursor: "grabbing",
            placeholderClasses: this.state.isPhone ? [] : ["d-table-row"],
            onDrop: ({ element, previous }) => this.drop(element, previous),
        });
        useExternalListener(window, "keydown", (ev) => this.onWindowKeydown(ev), {
            capture: true,
        });
        const { bus } = this.record.model;
        useBus(bus, "NEED_LOCAL_CHANGES", ({ detail }) => {
            this.saved =
                this.model.table && this.model.isDirty ? this.model.snapshot() : null;
            if (this.handing) {
                detail.proms?.push(this.handing);
            }
        });
        onWillStart(() => this.begin());
        useEffect(
            () => this.onRecordChanged(),
            () => [this.record.resId, this.revision, this.record.data.state],
        );
        useEffect(
            () => this.onDiscarded(),
            () => [Boolean(this.record.data.table_changes)],
        );
        useEffect(
            () => this.onDecisionChanged(),
            () => [this.record.data.decision],
        );
        onMounted(() => {
            this.isMounted = true;
            if (this.isPointed) {
                this.scrollToRule();
            }
        });
        onPatched(() => {
            if (this.focusesDue) {
                this.focusCell();
            }
        });
        onWillUnmount(() => {
            this.small.removeEventListener("change", onSize);
            clearTimeout(this.model.timer);
        });
    }

    get record() {
        return this.props.record;
    }

    get revision() {
        return this.record.data.revision;
    }

    // ------------------------------------------------------ with the form

    get recordKey() {
        const { resId, data } = this.record;
        return [resId, data.revision, data.state].join();
    }

    /** Open at the rule that was pointed at, with what is not saved yet. */
    async begin() {
        const { decision, rule } = takePointed(this.record);
        const changes = this.record.data.table_changes;
        await this.load(decision || (changes && changes.decision) || undefined);
        if (changes && changes.decision === this.model.table?.decision) {
            this.model.resume(changes);
        }
        const row = this.model.rules.findIndex((each) => each.name === rule);
        this.isPointed = row >= 0;
        this.state.row = Math.max(0, row);
    }

    scrollToRule() {
        const { row } = this.state;
        const shown = this.root.el.querySelectorAll(".o_rule_row, .o_rule_card")[row];
        shown?.scrollIntoView({ block: "center" });
        this.focusCell();
    }

    /** Fetch a table anew: the one that is open, or the one that the draft is about. */
    async load(decision, saved) {
        const { resModel, resId, data } = this.record;
        if (!resId) {
            return;
        }
        this.loaded = this.recordKey;
        this.isLoading = true;
        const isSame = resId === this.model.resId;
        try {
            if (saved) {
                await this.model.reload(saved);
            } else {
                const open = isSame && this.model.table.decision;
                await this.model.load(
                    resModel,
                    resId,
                    decision || open || data.decision || "",
                );
            }
        } finally {
            this.isLoading = false;
        }
        if (!isSame) {
            this.state.row = this.state.column = 0;
        }
    }

    onRecordChanged() {
        if (this.loaded === this.recordKey) {
            return;
        }
        const { resId, data } = this.record;
        const isOwn =
            this.saved &&
            resId === this.model.resId &&
            data.revision === this.model.table.revision + 1;
        if (isOwn) {
            // what is typed from now on counts on it
            this.model.table.revision = data.revision;
        }
        this.loading = this.load(undefined, isOwn ? this.saved : null);
        this.saved = null;
    }

    /** The form gave up its changes, so they are given up here. */
    onDiscarded() {
        const isPending =
            this.record.data.table_changes || this.handing || this.isLoading;
        if (this.isMounted && !isPending && this.model.isDirty) {
            this.load();
        }
    }

    /** Whoever says what the draft is about sees that table. */
    onDecisionChanged() {
        const { decision } = this.record.data;
        const isOpen = !decision || this.model.table?.decision === decision;
        if (this.isMounted && !isOpen && !this.isLoading && !this.model.isDirty) {
            this.load(decision);
        }
    }

    /** Give the form what stands here, for it to save. */
    hand(isDirty) {
        if (this.model.readonly) {
            return;
        }
        const changes = isDirty ? this.model.changes : false;
        if (!changes && !this.record.data.table_changes && !this.handing) {
            return;
        }
        const handing = this.record.update({ table_changes: changes });
        this.handing = handing;
        handing.finally(() => {
            if (this.handing === handing) {
                this.handing = null;
            }
        });
    }

    /** One save after the other: the next one counts on what the last one made of it. */
    save() {
        const save = async () => {
            await this.closeEditor();
            await this.record.save();
            this.onRecordChanged();
            await this.loading;
        };
        this.saving = (this.saving || Promise.resolve()).then(save, save);
        return this.saving;
    }

    async openTable(decision) {
        if (decision === this.model.table.decision) {
            return; // what is typed while it would be fetched again must not be lost
        }
        await this.closeEditor();
        if (this.model.isDirty && !(await this.record.save())) {
            return;
        }
        this.state.row = this.state.column = 0;
        await this.load(decision);
    }

    // ------------------------------------------------------------ showing

    /** What is shown, worked out once for all that was done since the last time. */
    get view() {
        const { version } = this.model;
        if (!this.seen || this.seen.version !== version) {
            const last = new Map(
                this.seen ? this.seen.rows.map((row) => [row.id, row]) : [],
            );
            this.seen = { version, ...toRaw(this.model).view(last) };
        }
        return this.seen;
    }

    get columns() {
        return this.view.columns;
    }

    get otherColumns() {
        const query = this.state.query.trim().toLowerCase();
        return this.model.otherColumns.filter((each) =>
            each.label.toLowerCase().includes(query),
        );
    }

    get words() {
        return this.model.words[this.state.row];
    }

    get selectedRule() {
        return this.model.rules[this.state.row];
    }

    get selectedHits() {
        return this.selectedRule && this.model.hits(this.selectedRule);
    }

    /** A rule in one sentence, as the server understands it. */
    get sentence() {
        const { words } = this;
        if (!words) {
            return "";
        }
        const condition = words.conditions.join(` ${_t("and")} `);
        return condition
            ? _t("If %(condition)s, then %(outcome)s.", {
                  condition,
                  outcome: words.outcome,
              })
            : _t("Always: %s.", words.outcome);
    }

    get policy() {
        return this.model.table.hit_policy === "first"
            ? _t("Read from the top: the first rule whose columns all hold decides.")
            : _t("Every rule whose columns all hold counts, from the top.");
    }

    get changeText() {
        const count = this.view.changeCount;
        if (!count) {
            return "";
        }
        return count === 1 ? _t("1 rule changed") : _t("%s rules changed", count);
    }

    get problemCount() {
        return (
            this.model.faults.length +
            this.model.findings.filter((each) => each.severity === "error").length
        );
    }

    get selectedCell() {
        return this.view.rows[this.state.row]?.cells[this.state.column];
    }

    /** What a card on a phone shows of a rule: what says something. */
    cardCells(row) {
        return row.cells.filter(
            (cell) => cell.kind !== "label" && (!cell.isEmpty || cell.faults.length),
        );
    }

    /** What else can be said of a rule on a phone. */
    cardMissing(row) {
        const shown = row.cells
            .filter((cell) => cell.kind !== "label" && cell.isEmpty)
            .map((cell) => cell.column);
        const others = this.model.otherColumns.map(({ key, kind }) => {
            if (kind === "outcome") {
                const name = key.replace(/^outcome:/, "");
                return { kind, name, field: this.model.outcome(name) };
            }
            const field = kind === "any" ? null : this.model.fact(key);
            return { kind: "condition", name: key, field };
        });
        return [...shown, ...others];
    }

    // ------------------------------------------------------------- editing

    select(row, column) {
        Object.assign(this.state, { row, column });
    }

    async open(row, column, target) {
        const index = this.columns.findIndex(
            (each) => each.kind === column.kind && each.name === column.name,
        );
        this.select(row, Math.max(0, index));
        if (this.model.readonly) {
            return;
        }
        await this.closeEditor();
        this.popover.open(target, {
            model: this.model,
            rule: this.model.rules[row],
            column,
            onKeydown: (ev) => this.onEditorKeydown(ev),
        });
    }

    openOnCard(row, column) {
        const cards = this.root.el.querySelectorAll(".o_rule_card");
        this.open(row, column, cards[row]);
    }

    onCellClick(ev, row, column) {
        this.open(row, column, ev.currentTarget);
    }

    /** Close what is open and wait until it has put its changes down. */
    async closeEditor() {
        if (this.popover.isOpen) {
            this.popover.close();
            await new Promise(afterDrawing);
        }
    }

    onEditorClosed() {
        this.refocus();
    }

    /**
     * Go back to the cell that is chosen, with what is drawn of what was done: a row
     * that moves loses the focus, and the next key would be nobody's.
     */
    refocus() {
        this.focusesDue++;
        afterDrawing(() => {
            this.focusesDue--;
            this.focusCell();
        });
    }

    focusCell() {
        const { row, column } = this.state;
        const cell = this.root.el?.querySelector(
            `[data-row="${row}"][data-column="${column}"]`,
        );
        const active = document.activeElement;
        if (
            cell &&
            (!active || active === document.body || this.root.el.contains(active))
        ) {
            cell.focus();
        }
    }

    onEditorKeydown(ev) {
        const isPlain = !ev.shiftKey && !ev.ctrlKey && !ev.metaKey && !ev.altKey;
        const closes = ev.target.matches(
            "input:not([type=checkbox], [type=search]), [contenteditable]",
        );
        if (
            ev.key === "Enter" &&
            isPlain &&
            closes &&
            !ev.target.closest(".o_threshold_maker")
        ) {
            ev.preventDefault();
            ev.stopPropagation();
            this.closeEditor();
        }
    }

    addRule(place) {
        this.model.addRule(place);
        this.select(place ?? this.model.rules.length - 1, 0);
        this.refocus();
    }

    addColumn(key) {
        this.model.addColumn(key);
        this.state.query = "";
        const name = key.replace(/^outcome:/, "");
        this.select(
            this.state.row,
            this.columns.findIndex((column) => column.name === name),
        );
        this.refocus();
    }

    move(row, step) {
        const to = row + step;
        if (to >= 0 && to < this.model.rules.length) {
            this.model.moveRule(row, to);
            this.state.row = to;
            this.refocus();
        }
    }

    drop(element, previous) {
        const from = this.rowOf(element);
        const above = previous ? this.rowOf(previous) : -1;
        const to = above < from ? above + 1 : above;
        this.model.moveRule(from, to);
        this.state.row = to;
    }

    rowOf(element) {
        return this.model.rules.findIndex(
            (rule) => String(rule._id) === element.dataset.id,
        );
    }

    async undo() {
        await this.closeEditor();
        this.model.undo();
        this.keepSelection();
    }

    async redo() {
        await this.closeEditor();
        this.model.redo();
        this.keepSelection();
    }

    removeRule(row) {
        this.model.removeRule(row);
        this.keepSelection();
    }

    keepSelection() {
        this.state.row = Math.max(
            0,
            Math.min(this.state.row, this.model.rules.length - 1),
        );
        this.refocus();
    }

    // ------------------------------------------------------------ keyboard

    /** Keys of the whole editor, also while a cell is open. */
    onWindowKeydown(ev) {
        const isHere = this.root.el?.contains(ev.target);
        const isInCell = ev.target.closest?.(".o_rule_cell_editor");
        if (!(ev.ctrlKey || ev.metaKey) || (!isHere && !isInCell)) {
            return;
        }
        const key = ev.key.toLowerCase();
        const isTyping = ev.target.matches("input, select, [contenteditable]");
        if (key === "s") {
            this.take(ev, () => this.save());
        } else if (key === "z" && !isTyping && !this.model.readonly) {
            this.take(ev, () => (ev.shiftKey ? this.redo() : this.undo()));
        } else if (key === "y" && !isTyping && !this.model.readonly) {
            this.take(ev, () => this.redo());
        }
    }

    take(ev, action) {
        ev.preventDefault();
        ev.stopPropagation();
        action();
    }

    onCellKeydown(ev, row, index) {
        if (ev.target !== ev.currentTarget || ev.ctrlKey || ev.metaKey) {
            return;
        }
        const column = this.columns[index];
        const arrow = ARROWS[ev.key];
        if (arrow && ev.altKey) {
            if (arrow[0] && !this.model.readonly) {
                // not `row`: the key before may have moved it, and that is not drawn yet
                this.take(ev, () => this.move(this.state.row, arrow[0]));
            }
        } else if (arrow) {
            this.take(ev, () => this.go(row + arrow[0], index + arrow[1]));
        } else if (ev.key === "Home") {
            this.take(ev, () => this.go(row, 0));
        } else if (ev.key === "End") {
            this.take(ev, () => this.go(row, this.columns.length - 1));
        } else if (ev.key === "Enter" || ev.key === "F2") {
            this.take(ev, () => this.open(row, column, ev.currentTarget));
        } else if (
            (ev.key === "Delete" || ev.key === "Backspace") &&
            !this.model.readonly
        ) {
            this.take(ev, () => this.model.clearCell(this.model.rules[row], column));
        }
    }

    go(row, column) {
        this.select(
            Math.max(0, Math.min(row, this.model.rules.length - 1)),
            Math.max(0, Math.min(column, this.columns.length - 1)),
        );
        this.focusCell();
    }
}

export const ruleTable = {
    component: RuleTable,
};

registry.category("view_widgets").add("aftersales_rule_table", ruleTable);
