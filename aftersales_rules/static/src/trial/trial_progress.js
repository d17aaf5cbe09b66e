import { Component, useEffect, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000;
const RUNNING = ["waiting", "running"];

/** Looks how far a trial run has come, as long as it runs and its form is open. */
export class TrialProgress extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        useEffect(
            (isRunning) => {
                let timer = null;
                const look = async () => {
                    await this.props.record.load();
                    timer = timer && browser.setTimeout(look, PAUSE);
                };
                if (isRunning) {
                    timer = browser.setTimeout(look, PAUSE);
                }
                return () => {
                    browser.clearTimeout(timer);
                    timer = null;
                };
            },
            () => [RUNNING.includes(this.props.record.data.state)],
        );
    }
}

registry
    .category("view_widgets")
    .add("aftersales_trial_progress", { component: TrialProgress });
