/**
 * Which rule the table opens at: somebody pointed at it from another page of the form,
 * or the form was opened for it.
 */
const pointed = new Map();
const opened = new WeakSet();
const key = ({ resModel, resId }) => `${resModel},${resId}`;

/** The table of this record opens at this rule the next time that it is shown. */
export function pointAt(record, { decision, rule }) {
    pointed.set(key(record), { decision, rule });
}

/**
 * What was pointed at; each is taken once.
 *
 * @returns {Object} decision and rule, by their technical names, or nothing of them
 */
export function takePointed(record) {
    const found = pointed.get(key(record));
    pointed.delete(key(record));
    if (found || opened.has(record.model)) {
        return found || {};
    }
    opened.add(record.model);
    const { aftersales_decision: decision, aftersales_rule: rule } = record.context;
    return { decision, rule };
}
