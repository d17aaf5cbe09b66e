import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const NUMBERS = ["money", "ratio", "quantity", "integer"];
const ORDERED = [...NUMBERS, "date", "time"];
export const LIST_OPERATORS = ["in", "not in"];
export const SET_OPERATORS = ["is set", "is not set"];

export function isNumber(field) {
    return NUMBERS.includes(field.type);
}

/**
 * An operator as it stands in the list of operators of a field.
 *
 * @param {Object} field
 * @param {string} operator
 */
export function operatorLabel(field, operator) {
    const isMoment = ["date", "time"].includes(field.type);
    const labels = {
        "=": _t("is"),
        "≠": _t("is not"),
        "<": isMoment ? _t("before") : _t("< less than"),
        "≤": isMoment ? _t("not later than") : _t("≤ at most"),
        ">": isMoment ? _t("after") : _t("> more than"),
        "≥": isMoment ? _t("not earlier than") : _t("≥ at least"),
        between: _t("between"),
        in: _t("is one of"),
        "not in": _t("is none of"),
        "is set": _t("is known"),
        "is not set": _t("is not known"),
    };
    return labels[operator] || operator;
}

/** The operator that a new condition on this field starts with. */
export function firstOperator(field) {
    return ORDERED.includes(field.type) ? "≥" : "=";
}

/** 10000.00 → 10,000.00, as the server reads it, too. */
function group(text) {
    const match = /^([+-]?)(\d{4,})(\.\d+)?$/.exec(text);
    return match
        ? match[1] + match[2].replace(/\B(?=(\d{3})+$)/g, ",") + (match[3] || "")
        : text;
}

/** A day as it is written where the user is; what is no day stays as it is. */
export function dayText(text) {
    const day = deserializeDate(text);
    return day.isValid ? formatDate(day) : text;
}

/**
 * A value with its unit: 3 days, 10,000.00 USD, 50 %, yes, Key customer.
 *
 * @param {Object} field a fact, an outcome or a threshold
 * @param {string} text as the server writes it
 * @param {string} currency
 */
export function valueText(field, text, currency) {
    if (text === undefined || text === null || text === "") {
        return "…";
    }
    if (field.type === "choice") {
        const found = (field.choices || []).find(([value]) => value === text);
        return found ? found[1] : text;
    }
    if (field.type === "boolean") {
        return text === "yes" ? _t("yes") : text === "no" ? _t("no") : text;
    }
    if (field.type === "date") {
        return dayText(text);
    }
    if (field.type === "money") {
        return `${group(text)} ${currency}`;
    }
    const unit = field.unit_label || field.unit;
    return unit && isNumber(field) && field.type !== "ratio"
        ? `${group(text)} ${unit}`
        : text;
}

/** What stands at the place of a fact in the example below a text. */
export function exampleText(field, currency) {
    const examples = {
        money: `1,250.00 ${currency}`,
        ratio: "40 %",
        quantity: `25 ${field.unit}`,
        integer: `5 ${field.unit}`,
        date: dayText("2026-11-30"),
        time: "15:30",
        boolean: _t("yes"),
    };
    if (field.type === "choice") {
        return field.choices.length ? field.choices[0][1] : "…";
    }
    return (examples[field.type] || `‹${field.label}›`).trim();
}

/** What kind of value a threshold has: it follows from what is compared with it. */
export function typeLabel(type) {
    const labels = {
        money: _t("amount of money"),
        ratio: _t("percentage"),
        quantity: _t("quantity"),
        integer: _t("whole number"),
        date: _t("date"),
        time: _t("time of day"),
        boolean: _t("yes or no"),
        choice: _t("choice"),
        text: _t("text"),
    };
    return labels[type] || type;
}

/**
 * How often a rule fired in the last 90 days, and what stands behind that.
 *
 * @param {Object} hits as the server counts them
 */
export function hitWords(hits) {
    const since = _t("It decides so since %(day)s (%(version)s).", {
        day: dayText(hits.since),
        version: hits.since_version,
    });
    const lines = [
        hits.last ? _t("Last on %s.", dayText(hits.last)) : "",
        _t("Fired %(total)s times in all, overruled %(overruled)s times.", {
            total: hits.total,
            overruled: hits.overruled_total,
        }),
        since,
    ];
    // a rule that has had three months and never fired is worth a look
    const isOld = hits.since <= luxon.DateTime.now().minus({ days: 90 }).toISODate();
    return {
        never: hits.never,
        neverColor: isOld ? "text-bg-warning" : "text-bg-light",
        count: String(hits.count),
        last: hits.last ? dayText(hits.last) : "",
        overruled: hits.overruled ? _t("%s overruled", hits.overruled) : "",
        title: hits.never
            ? _t("Never fired. %s", since)
            : lines.filter(Boolean).join("\n"),
    };
}
