import { Component, onMounted, useRef, useState } from "@odoo/owl";

/**
 * A text with chips for the values that will stand in it.
 *
 * The browser edits; what it holds is read back as `Late by {days}.`
 */
export class TemplateEditor extends Component {
    static template = "aftersales_rules.TemplateEditor";
    static props = { model: Object, source: String, onChanged: Function };

    setup() {
        this.model = useState(this.props.model);
        this.state = useState({ query: "" });
        this.text = useRef("text");
        this.range = null;
        onMounted(() => {
            const parts = this.model.templateParts(this.props.source);
            this.text.el.replaceChildren(...parts.map((part) => this.node(part)));
            this.placeAtEnd();
        });
    }

    node(part) {
        if (part.text !== undefined) {
            return document.createTextNode(part.text);
        }
        const chip = document.createElement("span");
        chip.className = `o_fact_chip badge rounded-pill ${
            part.kind === "threshold" ? "text-bg-warning" : "text-bg-info"
        }`;
        chip.contentEditable = "false";
        chip.dataset.token = part.token;
        chip.textContent = part.label;
        return chip;
    }

    get chips() {
        const query = this.state.query.trim().toLowerCase();
        const facts = this.model.table.facts.map((fact) => ({
            token: `{${fact.name}}`,
            kind: "fact",
            label: fact.label,
        }));
        const thresholds = this.model.thresholds.map((threshold) => ({
            token: `{threshold.${threshold.name}}`,
            kind: "threshold",
            label: threshold.label,
        }));
        const found = (chip) => chip.label.toLowerCase().includes(query);
        return [...facts, ...thresholds].filter(found);
    }

    /** What is written, with names in braces for the chips. */
    read(node = this.text.el) {
        let source = "";
        for (const child of node.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) {
                source += child.data;
            } else if (child.dataset && child.dataset.token) {
                source += child.dataset.token;
            } else if (child.nodeName === "BR") {
                source += "\n";
            } else {
                source += this.read(child);
            }
        }
        return source.replace(/\u00a0/g, " ");
    }

    onInput() {
        this.remember();
        this.props.onChanged(this.read());
    }

    onPaste(ev) {
        ev.preventDefault();
        const text = ev.clipboardData.getData("text/plain").replace(/\s+/g, " ");
        this.insert(document.createTextNode(text));
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
        }
    }

    /** Where the next chip goes: where the hand last was. */
    remember() {
        const selection = document.getSelection();
        if (selection.rangeCount && this.text.el.contains(selection.anchorNode)) {
            this.range = selection.getRangeAt(0).cloneRange();
        }
    }

    placeAtEnd() {
        this.range = document.createRange();
        this.range.selectNodeContents(this.text.el);
        this.range.collapse(false);
    }

    insertChip(chip) {
        this.insert(this.node(chip));
    }

    insert(node) {
        if (!this.range || !this.text.el.contains(this.range.startContainer)) {
            this.placeAtEnd();
        }
        this.range.deleteContents();
        this.range.insertNode(node);
        this.range.setStartAfter(node);
        this.range.collapse(true);
        this.text.el.focus();
        const selection = document.getSelection();
        selection.removeAllRanges();
        selection.addRange(this.range);
        this.props.onChanged(this.read());
    }

    get example() {
        return this.model.templateExample(this.props.source);
    }
}
