import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { pointAt } from "../rule_table/rule_pointer";
import { FindingBadge } from "../rule_table/rule_table";

const TABLES = "[name=draft_table], [name=version_table]";

/** What does not fit together in the rules, each with the way to its row in the table. */
export class RuleChecks extends Component {
    static template = "aftersales_rules.RuleChecks";
    static components = { FindingBadge };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({ isChecking: false });
    }

    get record() {
        return this.props.record;
    }

    get shown() {
        return this.record.data.shown_findings || { faults: [], groups: [] };
    }

    get isDraft() {
        return this.record.resModel === "aftersales.draft";
    }

    get canCheck() {
        return (
            this.isDraft && this.record.data.state === "draft" && !this.props.readonly
        );
    }

    /** What asks for something, by table; mere notes on what is in force stand apart. */
    get groups() {
        return this.grouped((each) => !this.isAside(each));
    }

    get notes() {
        return this.grouped((each) => this.isAside(each));
    }

    get noteTitle() {
        const count = this.notes.reduce((sum, group) => sum + group.findings.length, 0);
        return count === 1 ? _t("1 note") : _t("%s notes", count);
    }

    isAside(finding) {
        return finding.severity === "note" && !(this.isDraft && finding.is_new);
    }

    grouped(isWanted) {
        return this.shown.groups
            .map((group) => ({ ...group, findings: group.findings.filter(isWanted) }))
            .filter((group) => group.findings.length);
    }

    /** Open the table at the rule that this is about. */
    async show(finding) {
        if (this.record.data.table_changes && !(await this.record.save())) {
            return;
        }
        pointAt(this.record, finding);
        this.root.el.closest(".o_notebook").querySelector(TABLES).click();
    }

    async check() {
        this.state.isChecking = true;
        try {
            if (await this.record.save()) {
                const { resModel, resId } = this.record;
                await this.orm.call(resModel, "action_check", [[resId]]);
                await this.record.load();
            }
        } finally {
            this.state.isChecking = false;
        }
    }
}

registry
    .category("view_widgets")
    .add("aftersales_rule_checks", { component: RuleChecks });
