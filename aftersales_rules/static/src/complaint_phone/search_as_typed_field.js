import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { useEffect } from "@odoo/owl";

const DELAY = 300;

/** A line of text whose value reaches the server while it is being typed. */
export class SearchAsTypedField extends CharField {
    setup() {
        super.setup();
        const commit = useDebounced(() => {
            this.input.el?.dispatchEvent(new Event("change"));
        }, DELAY);
        useEffect(
            (input) => {
                input?.addEventListener("input", commit);
                return () => input?.removeEventListener("input", commit);
            },
            () => [this.input.el]
        );
    }
}

registry.category("fields").add("aftersales_search_as_typed", {
    ...charField,
    component: SearchAsTypedField,
});
