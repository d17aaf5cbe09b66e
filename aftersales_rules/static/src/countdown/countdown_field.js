import { Component, onWillUnmount, useState } from "@odoo/owl";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/**
 * The time between two moments as people read a clock: 29:59, 1:05:00, 2 d 3:00:00.
 *
 * @param {Number} seconds
 * @returns {String}
 */
export function formatSpan(seconds) {
    const whole = Math.abs(Math.trunc(seconds));
    const pad = (number) => String(number).padStart(2, "0");
    const days = Math.floor(whole / 86400);
    const hours = Math.floor((whole % 86400) / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    const clock = hours || days ? `${hours}:${pad(minutes)}` : `${minutes}`;
    const text = `${clock}:${pad(whole % 60)}`;
    return days ? _t("%(days)s d %(time)s", { days, time: text }) : text;
}

/**
 * Counts down to a moment and goes on counting when it has passed.
 *
 * Assistive technology reads the moment itself, not each second.
 */
export class CountdownField extends Component {
    static template = "aftersales_rules.CountdownField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = setInterval(() => {
            this.state.now = DateTime.now();
        }, 1000);
        onWillUnmount(() => clearInterval(timer));
    }

    get due() {
        return this.props.record.data[this.props.name];
    }

    get secondsLeft() {
        return this.due.diff(this.state.now).as("seconds");
    }

    get isLate() {
        return this.secondsLeft < 0;
    }

    get text() {
        const span = formatSpan(this.secondsLeft);
        return this.isLate ? _t("late by %s", span) : _t("%s left", span);
    }

    get moment() {
        return formatDateTime(this.due);
    }
}

export const countdownField = {
    component: CountdownField,
    displayName: _t("Countdown"),
    supportedTypes: ["datetime"],
};

registry.category("fields").add("aftersales_countdown", countdownField);
