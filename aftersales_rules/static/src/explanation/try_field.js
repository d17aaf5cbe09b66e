import { Component } from "@odoo/owl";

const { DateTime } = luxon;

const NUMBERS = ["money", "ratio", "quantity", "integer"];
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Where a value stands on its slider: numbers as they are, dates in days, times in
 * minutes; NaN for what is none.
 */
function toScale(type, raw) {
    const text = String(raw ?? "").trim();
    if (type === "date") {
        return Math.round(DateTime.fromISO(text, { zone: "utc" }).toMillis() / DAY);
    }
    if (type === "time") {
        const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) || [];
        return Number(hours) * 60 + Number(minutes);
    }
    const bare = text.replace(/\s*%$/, "").replace(/,/g, "");
    return NUMBERS.includes(type) && NUMBER.test(bare) ? Number(bare) : NaN;
}

function fromScale(type, position, step) {
    if (type === "date") {
        return DateTime.fromMillis(position * DAY, { zone: "utc" }).toISODate();
    }
    if (type === "time") {
        const [hours, minutes] = [Math.floor(position / 60), position % 60];
        return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
    }
    const decimals = (String(step).split(".")[1] || "").length;
    return position.toFixed(type === "money" ? Math.max(2, decimals) : decimals);
}

/** A value that can be tried: a field and, where its bounds are known, a slider. */
export class TryField extends Component {
    static template = "aftersales_rules.TryField";
    static props = {
        field: Object,
        raw: String,
        id: String,
        fault: { type: String, optional: true },
        onChanged: Function,
    };

    setup() {
        this.reach = { low: Infinity, high: -Infinity };
    }

    get isNumber() {
        return NUMBERS.includes(this.props.field.type);
    }

    get isRatio() {
        return this.props.field.type === "ratio";
    }

    get unit() {
        const { field } = this.props;
        return this.isRatio ? "%" : this.isNumber ? field.unit : "";
    }

    get inputType() {
        const { type } = this.props.field;
        return ["date", "time"].includes(type) ? type : "text";
    }

    /** What stands in the field: its unit stands behind it. */
    get text() {
        return this.isRatio ? this.props.raw.replace(/\s*%$/, "") : this.props.raw;
    }

    get slider() {
        const { type, min, max, step } = this.props.field;
        const [low, high] = [toScale(type, min), toScale(type, max)];
        if (isNaN(low) || isNaN(high) || low >= high) {
            return null;
        }
        const now = toScale(type, this.props.raw);
        if (!isNaN(now)) {
            // It reaches what was written, and does not shrink under the pointer again.
            this.reach.low = Math.min(this.reach.low, now);
            this.reach.high = Math.max(this.reach.high, now);
        }
        return {
            low: Math.min(low, this.reach.low),
            high: Math.max(high, this.reach.high),
            step: Number(step) > 0 ? step : "any",
            value: isNaN(now) ? low : now,
        };
    }

    onText(text) {
        const value = text.trim();
        this.props.onChanged(
            this.isRatio && value && !value.endsWith("%") ? `${value} %` : value
        );
    }

    onSlide(position) {
        const { type, step } = this.props.field;
        this.onText(fromScale(type, Number(position), step));
    }
}
