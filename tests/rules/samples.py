"""Decisions, packs and facts for the tests, and the naive oracle.

The oracle is written from the definition of the language alone: it reads the
pack's JSON and Python values, compares fractions, and shares no code with the
evaluators of the core.
"""

import os
import random
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import rules

COUNTED = Counter()
"""Random cases by what was compared; shown at the end of the run."""
ALL_CASES = 24_000
CASES = int(os.environ.get("AFTERSALES_PROPERTY_CASES", ALL_CASES))


def examples(number):
    """So many of a property; a fifth of them where fewer cases are asked for."""
    return number * max(CASES, ALL_CASES // 5) // ALL_CASES


ON = date(2026, 3, 16)
TIERS = {"key": "Key", "regular": "Regular", "low": "Low volume", "new": "New"}
GRADES = {"low": "Low", "high": "High", "key": "Key"}
needs_durable = __import__("pytest").mark.skipif(
    rules.engine_status().name != "durable_rules",
    reason="durable_rules is not installed here: only the plain evaluator decides",
)


class SampleFacts(rules.FactModel):
    amount: Decimal | None = rules.money("Amount")
    limit: Decimal | None = rules.money("Credit limit")
    paid: Decimal | None = rules.ratio("Share paid")
    agreed: Decimal | None = rules.ratio("Share agreed")
    ordered: Decimal | None = rules.quantity("Ordered", unit="pcs")
    weight: Decimal | None = rules.quantity("Weight", unit="kg")
    days: int | None = rules.integer("Days overdue", unit="days")
    grace: int | None = rules.integer("Days of grace", unit="days")
    visits: int | None = rules.integer("Visits")
    due: date | None = rules.date_fact("Due on")
    promised: date | None = rules.date_fact("Promised on")
    at: time | None = rules.time_fact("Local time")
    cutoff: time | None = rules.time_fact("Cut-off")
    urgent: bool | None = rules.boolean("Urgent")
    known: bool | None = rules.boolean("Known")
    tier: str | None = rules.choice("Tier", TIERS)
    grade: str | None = rules.choice("Grade", GRADES)
    note: str | None = rules.text("Note")
    currency: str | None = rules.text("Currency")


class SampleOutcome(rules.OutcomeModel):
    effect: str = rules.choice("Effect", {"hold": "Hold", "release": "Release"})
    cause: str | None = rules.text("Cause", default=None)
    hours: int | None = rules.integer("Hours", unit="hours", default=None)


REGISTRY = rules.Registry()
FIRST = REGISTRY.add(
    rules.DecisionSpec(
        name="gate",
        label="Gate",
        hit_policy="first",
        facts=SampleFacts,
        outcome=SampleOutcome,
    )
)
COLLECT = REGISTRY.add(
    rules.DecisionSpec(
        name="holds",
        label="Holds",
        hit_policy="collect",
        facts=SampleFacts,
        outcome=SampleOutcome,
    )
)


def rule(name="r", conditions=(), decision="gate", outcome=None, **other):
    """A rule with defaults."""
    return {
        "name": name,
        "decision": decision,
        "conditions": list(conditions),
        "outcome": outcome or {"effect": "hold"},
        **other,
    }


def condition(fact, op, operand=None):
    """A condition in the words of the language."""
    found = {"fact": fact, "op": op}
    return found if operand is None else {**found, "operand": operand}


def pack(*pack_rules, thresholds=()):
    """A loaded pack of some rules."""
    return rules.load_pack(pack_json(*pack_rules, thresholds=thresholds))


def pack_json(*pack_rules, thresholds=()):
    """The JSON of a pack of some rules."""
    return {
        "schema_version": 1,
        "name": "sample",
        "thresholds": list(thresholds),
        "rules": list(pack_rules),
    }


def threshold(name, kind, default, **other):
    """A threshold with defaults."""
    return {"name": name, "type": kind, "default": default, **other}


def compiled(*pack_rules, thresholds=(), engine="auto", **values):
    """A compiled pack of some rules."""
    source = pack(*pack_rules, thresholds=thresholds)
    return rules.compile_pack(source, REGISTRY, thresholds=values, engine=engine)


def matches(conditions, engine="plain", thresholds=(), **facts):
    """Whether one rule with these conditions matches."""
    subject = compiled(
        rule(conditions=conditions), thresholds=thresholds, engine=engine
    )
    return subject.decide("gate", SampleFacts(**facts), on=ON).is_match


# ------------------------------------------------------------------ oracle


def oracle(content, decision, facts, on):
    """The names of the rules that match, from the definition alone."""
    limits = {each["name"]: each for each in content["thresholds"]}
    found = [
        each
        for each in sorted(content["rules"], key=lambda one: one.get("sequence", 10))
        if each["decision"] == decision
        and (not each.get("valid_from") or each["valid_from"] <= on.isoformat())
        and (not each.get("valid_to") or on.isoformat() <= each["valid_to"])
        and all(_holds(one, facts, limits) for one in each["conditions"])
    ]
    names = [each["name"] for each in found]
    return names[:1] if decision == "gate" else names


def _holds(one, facts, limits):
    if "any" in one:
        return any(_holds(member, facts, limits) for member in one["any"])
    seen, operand, op = getattr(facts, one["fact"]), one.get("operand"), one["op"]
    if op in ("is set", "is not set"):
        return (seen is None) == (op == "is not set")
    if seen is None:
        return False
    many = isinstance(operand, list)
    terms = [
        _term(each, seen, facts, limits) for each in (operand if many else [operand])
    ]
    if None in terms:
        return False
    seen = _exact(seen)
    if op == "in":
        return seen in terms
    if op == "not in":
        return seen not in terms
    if op == "between":
        return terms[0] <= seen <= terms[1]
    first = terms[0]
    return {
        "=": seen == first,
        "≠": seen != first,
        "<": isinstance(first, Fraction) and seen < first,
        "≤": isinstance(first, Fraction) and seen <= first,
        ">": isinstance(first, Fraction) and seen > first,
        "≥": isinstance(first, Fraction) and seen >= first,
    }[op]


def _term(term, like, facts, limits):
    if not isinstance(term, dict):
        return _literal(term, like)
    factor = Fraction(limits[term["times"]]["default"]) if term.get("times") else 1
    if "fact" in term:
        value = getattr(facts, term["fact"])
        value = None if value is None else _exact(value)
    else:
        value = _literal(limits[term["threshold"]]["default"], like)
    return value if value is None or factor == 1 else value * factor


def _literal(value, like):
    if isinstance(like, date):
        return _exact(date.fromisoformat(value))
    if isinstance(like, time):
        return _exact(time.fromisoformat(value))
    if isinstance(like, (bool, str)):
        return value
    return Fraction(value)


def _exact(value):
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, date):
        return Fraction(value.toordinal())
    if isinstance(value, time):
        return Fraction(value.hour * 60 + value.minute)
    return Fraction(value)


# ---------------------------------------------------- random packs and facts

MONEY = ["0", "1", "-1", "99.99", "100", "100.01", "150", "200", "0.000001"]
MONEY += ["999999999999.999999", "-1000000000000", "33.333333", "66.666666"]
RATIOS = ["0", "0.5", "1", "0.333333333333", "1.1", "0.000000000001", "-0.5", "2"]
NUMBERS = [0, 1, 2, 3, 5, -1, 7, 30, 10**18, -(10**18), 2**53 + 1, 2**53]
DAYS = [(ON + timedelta(days=shift)).isoformat() for shift in (-400, -1, 0, 1, 30)]
DAYS += ["0001-01-01", "9999-12-31", "2024-02-29"]
TIMES = ["00:00", "15:29", "15:30", "15:31", "23:59"]
TEXTS = ["", "CNY", "cny", 'a"b\\c', "1e-09", "键", "\ud800", "\x00", " ", "é", "é"]
VALUES = {
    "money": MONEY,
    "ratio": RATIOS,
    "quantity": MONEY,
    "integer": NUMBERS,
    "date": DAYS,
    "time": TIMES,
    "boolean": [True, False],
    "text": TEXTS,
}
ORDERED = ["=", "≠", "<", "≤", ">", "≥", "between", "in", "not in"]
NAMED = ["=", "≠", "in", "not in"]
THRESHOLDS = [
    threshold(f"{kind}_{place}", kind, value)
    for kind in ("money", "ratio", "date", "time", "text", "integer")
    for place, value in enumerate(VALUES[kind][:6])
] + [
    threshold(f"days_{place}", "integer", value, unit="days")
    for place, value in enumerate(NUMBERS)
]
FIELDS = list(FIRST.fact_fields.values())


def values_of(field):
    """Literals for a field, edges included."""
    return list(field.choices) if field.choices else VALUES[field.type.value]


class Dice:
    """Random packs and facts from a seed; small ranges, so that rules match."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def content(self, most=12):
        """The JSON of a pack."""
        count = self.random.randint(1, most)
        return pack_json(
            *(self.rule(place) for place in range(count)), thresholds=THRESHOLDS
        )

    def rule(self, place):
        """A rule; rather few conditions, so that some match."""
        amount = self.random.choice([0, 1, 1, 1, 2, 2, 3])
        found = rule(
            f"rule_{place}",
            [self.clause() for _ in range(amount)],
            decision=self.random.choice(["gate", "holds", "holds"]),
            sequence=self.random.choice([5, 10, 10, 20]),
        )
        if self.random.random() < 0.1:
            found["valid_from"] = "2026-01-01"
            found["valid_to"] = self.random.choice(["2026-03-15", "2026-03-16", None])
        return found

    def clause(self):
        """A condition, or a group of some."""
        if self.random.random() < 0.2:
            return {"any": [self.condition() for _ in range(self.random.randint(1, 4))]}
        return self.condition()

    def condition(self):
        """A condition over any field."""
        field = self.random.choice(FIELDS)
        kind = field.type.value
        if self.random.random() < 0.1:
            return condition(field.name, self.random.choice(["is set", "is not set"]))
        named = kind in ("boolean", "choice", "text")
        op = self.random.choice(NAMED if named else ORDERED)
        if op == "between":
            operand = [self.term(field), self.term(field)]
        elif op in ("in", "not in"):
            amount = self.random.choice([1, 2, 3, 20])
            operand = [self.term(field, False) for _ in range(amount)]
        else:
            operand = self.term(field)
        return {"fact": field.name, "op": op, "operand": operand}

    def term(self, field, with_fact=True):
        """A literal, a threshold or another fact, some times a ratio."""
        roll = self.random.random()
        times = {}
        numeric = field.type.value in ("money", "ratio", "quantity", "integer")
        if numeric and self.random.random() < 0.5:
            times = {"times": f"ratio_{self.random.randint(0, 5)}"}
        if with_fact and roll < 0.35:
            others = [
                each.name
                for each in FIELDS
                if (each.type, each.unit) == (field.type, field.unit)
            ]
            return {"fact": self.random.choice(others), **times}
        limits = [
            each["name"]
            for each in THRESHOLDS
            if (each["type"], each.get("unit")) == (field.type.value, field.unit)
        ]
        if limits and roll < 0.6:
            return {"threshold": self.random.choice(limits), **times}
        return self.random.choice(values_of(field))

    def facts(self):
        """Facts, a third of them not set."""
        return SampleFacts(
            **{
                field.name: self.random.choice(values_of(field))
                for field in FIELDS
                if self.random.random() < 0.7
            }
        )
