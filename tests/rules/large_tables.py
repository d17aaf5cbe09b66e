"""Decision tables of many rules over eight facts, as hard as people would make them.

The measure of the checks before publishing: used by the tests, and by `bench`.
"""

import itertools
import random

from samples import FIRST, condition, rule, threshold

RULES = 200
MANY = 2_000
LIMITS = [threshold("half", "ratio", "0.5"), threshold("double", "ratio", "2")]


def _named(pick, name, op="="):
    field = FIRST.fact_fields[name]
    return condition(name, op, pick.choice(list(field.choices or (True, False))))


def _band(pick, name, most=60, wide=20):
    low = pick.randrange(most)
    return condition(name, "between", [low, low + pick.randrange(wide)])


def _hour(pick):
    return condition("at", pick.choice(["<", "≥"]), f"{pick.randrange(24):02d}:00")


def bands(pick, number):
    """Two ranges and a name each, and a rule for all the rest."""
    for place in range(number - 1):
        some = pick.sample(["days", "grace", "visits", "at"], 2)
        conditions = [
            _hour(pick) if name == "at" else _band(pick, name) for name in some
        ]
        name = pick.choice(["tier", "grade", "urgent", "known"])
        yield rule(
            f"r{place}", [*conditions, _named(pick, name, pick.choice(["=", "≠"]))]
        )
    yield rule("rest", outcome={"effect": "release"})


def grid(_pick, number):
    """Cells of a grid that do not meet, with a threshold in two facts."""
    names = FIRST.fact_fields
    spans = [("<", 0), ("between", [0, 3]), ("between", [4, 10]), (">", 10)]
    cells = itertools.product(
        names["tier"].choices,
        names["grade"].choices,
        spans,
        spans,
        [True, False],
        [1, 0],
    )
    for place, (tier, grade, days, grace, urgent, known) in enumerate(
        itertools.islice(cells, number)
    ):
        yield rule(
            f"r{place}",
            [
                condition("tier", "=", tier),
                condition("grade", "=", grade),
                condition("days", *days),
                condition("grace", *grace),
                condition("urgent", "=", urgent),
                condition("known", "=", bool(known)),
                condition("visits", "≥", place % 7),
                condition("amount", ">", str(place % 5 * 100)),
            ],
        )


def all_facts(pick, number):
    """Each rule looks at all eight."""
    for place in range(number):
        yield rule(
            f"r{place}",
            [
                *(_band(pick, name, 40, 40) for name in ("days", "grace", "visits")),
                condition("amount", pick.choice("<>"), str(pick.randrange(1000))),
                _hour(pick),
                condition(
                    "tier", "in", pick.sample(["key", "regular", "low", "new"], 3)
                ),
                _named(pick, "grade", "≠"),
                _named(pick, "urgent"),
            ],
        )


def compared(pick, number):
    """Facts compared with each other, and alternatives over several."""
    for place in range(number):
        days = condition("days", pick.choice("<≥>≤"), {"fact": "grace"})
        share = {"fact": "limit", "times": pick.choice(["half", "double"])}
        amount = condition("amount", pick.choice("<≥"), share)
        conditions = [
            pick.choice([days, amount]),
            _band(pick, "visits", 40, 40),
            {
                "any": [
                    _named(pick, "tier"),
                    _hour(pick),
                    condition("grace", ">", pick.randrange(30)),
                ]
            },
        ]
        if pick.random() < 0.5:
            conditions.append(_named(pick, "urgent"))
        yield rule(f"r{place}", conditions)


def overlapping(pick, number):
    """Two wide conditions each: much is hidden by several earlier rules."""
    facts = ["days", "grace", "visits", "tier", "grade", "urgent", "known", "amount"]
    for place in range(number):
        conditions = []
        for name in pick.sample(facts, 2):
            if name in ("days", "grace", "visits"):
                far = pick.choice([-50, 50]) + pick.randrange(20)
                conditions.append(condition(name, pick.choice("<>"), far))
            elif name == "amount":
                more = str(pick.randrange(1000))
                conditions.append(condition(name, pick.choice("<>"), more))
            else:
                conditions.append(_named(pick, name))
        yield rule(f"r{place}", conditions)


SHAPES = {
    each.__name__: each for each in (bands, grid, all_facts, compared, overlapping)
}


LARGE_SHAPES = [shape for shape in SHAPES if shape != "grid"]
"""Those that have so many different rules as one likes."""


def table(shape, number=RULES, seed=7):
    """So many rules of a shape; every other one releases."""
    pick = random.Random(seed)
    found = list(SHAPES[shape](pick, number))
    for each in found:
        if each["name"] != "rest" and pick.random() < 0.5:
            each["outcome"] = {"effect": "release"}
    return found
