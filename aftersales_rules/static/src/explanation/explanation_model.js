const TRY_DELAY = 250;

/**
 * A decision as it was recorded, and what other values would have given.
 *
 * The server explains and tries; nothing that is tried is stored. What came last is
 * shown, also when an earlier question is answered later.
 */
export class ExplanationModel {
    /**
     * @param {Object} orm
     */
    constructor(orm) {
        this.orm = orm;
        this.resId = false;
        this.recorded = null;
        this.asked = 0;
        this.leave();
    }

    async load(resId) {
        this.leave();
        this.recorded = await this.orm.call("aftersales.decision", "get_explanation", [[resId]]);
        this.resId = resId;
        this.loadWays(this.recorded); // not awaited: the rest is shown meanwhile
    }

    /** Ways through a large table are looked for when all else is on the screen. */
    async loadWays(shown) {
        if (!shown.ways_later) {
            return;
        }
        const { facts, thresholds } = this.values;
        try {
            shown.ways = await this.orm.silent.call("aftersales.decision", "get_ways", [
                [this.resId],
                { ...facts },
                { ...thresholds },
            ]);
        } catch {
            shown.ways = []; // all else stands
        }
    }

    // ------------------------------------------------------------- what is shown

    /** The trial where there is one, else what was recorded. */
    get shown() {
        return this.tried || this.recorded;
    }

    get facts() {
        return this.merge("facts");
    }

    get thresholds() {
        return this.merge("thresholds");
    }

    /** What a trial says of a value; its origin and its slider stay as they were. */
    merge(kind) {
        const tried = new Map((this.tried?.[kind] || []).map((each) => [each.name, each]));
        return this.recorded[kind].map((field) => {
            const { text, is_set } = tried.get(field.name) || field;
            return { ...field, text, is_set };
        });
    }

    get canTry() {
        return (
            !this.recorded.failure &&
            (this.recorded.facts.some((fact) => fact.can_try) ||
                this.recorded.thresholds.length > 0)
        );
    }

    // ------------------------------------------------------------- trying

    get isChanged() {
        return this.changedCount > 0;
    }

    get changedCount() {
        return Object.keys(this.values.facts).length + Object.keys(this.values.thresholds).length;
    }

    /** What stands in the field of a value: what was typed, else what was recorded. */
    raw(kind, field) {
        return this.values[kind][field.name] ?? this.recordedField(kind, field.name).value ?? "";
    }

    recordedField(kind, name) {
        return this.recorded[kind].find((field) => field.name === name);
    }

    isTouched(kind, name) {
        return name in this.values[kind];
    }

    faultOf(kind, name) {
        const wanted = kind === "facts" ? "fact" : "threshold";
        return this.faults.find((fault) => fault.kind === wanted && fault.name === name)?.text;
    }

    set(kind, name, raw) {
        this.isTrying = true;
        if (raw === (this.recordedField(kind, name).value ?? "")) {
            delete this.values[kind][name];
        } else {
            this.values[kind][name] = raw;
        }
        this.schedule();
    }

    /** Try what a way says, and nothing else. */
    take({ facts = {}, thresholds = {} }) {
        this.isTrying = true;
        this.values = { facts: { ...facts }, thresholds: { ...thresholds } };
        return this.ask();
    }

    reset() {
        clearTimeout(this.timer);
        this.asked++;
        this.values = { facts: {}, thresholds: {} };
        this.tried = null;
        this.faults = [];
        this.failed = "";
        this.isAsking = false;
    }

    leave() {
        this.reset();
        this.isTrying = false;
    }

    schedule() {
        clearTimeout(this.timer);
        this.isAsking = true;
        this.timer = setTimeout(() => this.ask(), TRY_DELAY);
    }

    async ask() {
        clearTimeout(this.timer);
        const asked = ++this.asked;
        if (!this.isChanged) {
            this.reset();
            return;
        }
        this.isAsking = true;
        const { facts, thresholds } = this.values;
        let answer;
        try {
            answer = await this.orm.silent.call("aftersales.decision", "try_values", [
                [this.resId],
                { ...facts },
                { ...thresholds },
            ]);
        } catch (error) {
            if (asked === this.asked) {
                this.isAsking = false;
                this.failed = error.data?.message || error.message;
            }
            return;
        }
        if (asked !== this.asked) {
            return;
        }
        this.isAsking = false;
        this.failed = answer.failure || "";
        this.faults = answer.faults;
        // with a value that cannot be read, what stood there before is still right
        if (!answer.faults.length && !answer.failure) {
            this.tried = answer;
            this.loadWays(this.tried);
        }
    }
}
