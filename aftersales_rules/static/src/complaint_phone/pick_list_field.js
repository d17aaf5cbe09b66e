import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * Rows of a JSON field: `{id, title, lines, badge, tone}`. With the option `sets` a
 * row that is chosen becomes the value of that many2one field; with `opens` it opens
 * the record of that model in a tab of its own, so that what was typed stays.
 */
export class PickListField extends Component {
    static template = "aftersales_rules.PickListField";
    static props = {
        ...standardFieldProps,
        sets: { type: String, optional: true },
        opens: { type: String, optional: true },
        empty: { type: String, optional: true },
    };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    get canPick() {
        return Boolean(this.props.opens || this.props.sets);
    }

    isChosen(row) {
        const value = this.props.sets && this.props.record.data[this.props.sets];
        return Boolean(value && value.id === row.id);
    }

    async onPick(row) {
        if (this.props.opens) {
            const [model, id] = [this.props.opens, row.id];
            window.open(`/odoo/${model}/${id}`, "_blank", "noopener");
            return;
        }
        const chosen = this.isChosen(row) ? false : { id: row.id, display_name: row.title };
        await this.props.record.update({ [this.props.sets]: chosen });
    }
}

registry.category("fields").add("aftersales_pick_list", {
    component: PickListField,
    supportedTypes: ["json"],
    extractProps: ({ options, placeholder }) => ({
        sets: options.sets,
        opens: options.opens,
        empty: placeholder,
    }),
});
