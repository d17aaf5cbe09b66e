"""Decisions per second: the rules core beside other rule libraries.

Everyone gets the same rules, expressed the way its documentation does, and the same
facts in the form it likes best, prepared outside the clock. All must name the same
matching rules for all facts before anything is measured. Timed in turns, so that a busy
machine slows all alike; the figure of each is the median of its turns.

    python bench/libraries.py            # needs no Odoo
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 1, 5)
TIERS = ("key", "regular", "low", "unstable")
SEED = 20260105


@dataclass(frozen=True)
class Case:
    """One order as facts; amounts are whole, so that every library holds them exactly."""

    exposure: int
    overdue_days: int
    overdue_amount: int
    paid: int
    tier: str
    guarantor: bool


@dataclass(frozen=True)
class Test:
    """A condition: fact, operator, value."""

    fact: str
    op: str
    value: object


Rules = list[list[Test]]
Matcher = Callable[[object], object]


def make_cases(number: int) -> list[Case]:
    pick = random.Random(SEED)
    return [
        Case(
            exposure=pick.randrange(100_000),
            overdue_days=pick.randrange(90),
            overdue_amount=pick.randrange(20_000),
            paid=pick.randrange(101),
            tier=pick.choice(TIERS),
            guarantor=pick.random() < 0.5,
        )
        for _number in range(number)
    ]


def make_rules(number: int) -> Rules:
    """Three conditions each; about one rule in twenty matches a case."""
    pick = random.Random(SEED + number)
    rules = []
    for _number in range(number):
        numeric = [
            Test("exposure", ">", pick.randrange(40_000, 80_000)),
            Test("overdue_days", "≥", pick.randrange(40, 75)),
            Test("overdue_amount", "<", pick.randrange(3_000, 12_000)),
            Test("paid", "≤", pick.randrange(30, 65)),
        ]
        other = pick.choice(
            [
                Test("tier", "=", pick.choice(TIERS)),
                Test("guarantor", "=", pick.random() < 0.5),
            ]
        )
        rules.append([*pick.sample(numeric, 2), other])
    return rules


# ------------------------------------------------------------------ contestants
# Each gives what it needs for the rules: a name, the facts in its own form, a function
# that decides, and one that reads the numbers of the matching rules from its answer.


class Contestant:
    name = ""
    package = ""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def prepare(self, case: Case) -> object:
        """Facts as this library takes them."""
        return dict(vars(case))

    def decide(self, facts: object) -> object:
        raise NotImplementedError

    def matched(self, answer: object) -> list[int]:
        """Numbers of the rules that match."""
        return sorted(answer)

    def rate(self, facts: list, seconds: float) -> float:
        """Decisions per second of processor time, over about this time."""
        decide, done = self.decide, 0
        start = time.process_time()
        while True:
            for each in facts:
                decide(each)
            done += len(facts)
            took = time.process_time() - start
            if took >= seconds:
                return done / took


class OurPlain(Contestant):
    """Our plain evaluator, as ``decide_many`` uses it."""

    name = "aftersales_rules, plain"
    engine = "plain"

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.spec, self.pack = _compile(rules, self.engine)

    def prepare(self, case: Case) -> object:
        values = dict(vars(case))
        for name in ("exposure", "overdue_amount"):
            values[name] = Decimal(f"{values[name]}.00")
        return self.spec.facts(**values)

    def decide(self, facts: object) -> object:
        return self.pack.decide("bench", facts, on=DAY)

    def matched(self, answer: object) -> list[int]:
        return sorted(int(match.rule[1:]) for match in answer.matched)


class OurPlainBulk(OurPlain):
    name = "aftersales_rules, plain, decide_many"

    def rate(self, facts: list, seconds: float) -> float:
        done, start = 0, time.process_time()
        while True:
            self.pack.decide_many("bench", facts, on=DAY)
            done += len(facts)
            took = time.process_time() - start
            if took >= seconds:
                return done / took


class OurDurable(OurPlain):
    """Our adapter over durable_rules, as a gate uses it for one order."""

    name = "aftersales_rules, durable_rules"
    engine = "durable"


class RawDurable(Contestant):
    """durable_rules with its own Python host, as short as its guards allow.

    Rulesets of sixty (it fails at 64) with one rule that always matches (it aborts the
    process otherwise), no timer threads, the state deleted after each decision.
    """

    name = "durable_rules"
    package = "durable_rules"
    OPERATORS = {">": "$gt", "≥": "$gte", "<": "$lt", "≤": "$lte"}

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        from durable import engine

        class Host(engine.Host):
            def _run(self) -> None:
                pass

        self.host, self.found, self.number = Host(), [], 0
        self.rulesets = []
        for start in range(0, len(rules), 60):
            name = f"raw{len(rules)}_{start}"
            definition = {
                f"r{place}": {
                    "all": [{"m": {"$and": [self._test(test) for test in rule]}}],
                    "run": self._action(place),
                }
                for place, rule in enumerate(rules[start : start + 60], start)
            }
            definition["always"] = {
                "all": [{"m": {"always": 1}}],
                "run": lambda _c: None,
            }
            self.host.register_rulesets({name: definition})
            self.rulesets.append(name)

    def _action(self, place: int) -> Callable[[object], None]:
        return lambda _c: self.found.append(place)

    def _test(self, test: Test) -> dict:
        value = int(test.value) if isinstance(test.value, bool) else test.value
        if test.op == "=":
            return {test.fact: value}
        return {self.OPERATORS[test.op]: {test.fact: value}}

    def prepare(self, case: Case) -> object:
        return {**vars(case), "guarantor": int(case.guarantor), "always": 1}

    def decide(self, facts: object) -> object:
        self.found.clear()
        self.number += 1
        session = str(self.number)
        for name in self.rulesets:
            self.host.assert_fact(name, {**facts, "id": session, "sid": session})
            self.host.delete_state(name, session)
        return list(self.found)


class RuleEngine(Contestant):
    name = "rule-engine"
    package = "rule-engine"
    OPERATORS = {"=": "==", "≥": ">=", "≤": "<="}

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        import rule_engine

        context = rule_engine.Context(
            type_resolver=rule_engine.type_resolver_from_dict(
                {
                    "exposure": rule_engine.DataType.FLOAT,
                    "overdue_days": rule_engine.DataType.FLOAT,
                    "overdue_amount": rule_engine.DataType.FLOAT,
                    "paid": rule_engine.DataType.FLOAT,
                    "tier": rule_engine.DataType.STRING,
                    "guarantor": rule_engine.DataType.BOOLEAN,
                }
            )
        )
        self.compiled = [
            rule_engine.Rule(" and ".join(self._test(test) for test in rule), context)
            for rule in rules
        ]

    def _test(self, test: Test) -> str:
        operator = self.OPERATORS.get(test.op, test.op)
        return f"{test.fact} {operator} {json.dumps(test.value)}"

    def decide(self, facts: object) -> object:
        return [n for n, rule in enumerate(self.compiled) if rule.matches(facts)]


class BusinessRules(Contestant):
    name = "business-rules"
    package = "business-rules"
    OPERATORS = {
        "=": "equal_to",
        ">": "greater_than",
        "≥": "greater_than_or_equal_to",
        "<": "less_than",
        "≤": "less_than_or_equal_to",
    }

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        from business_rules.actions import BaseActions, rule_action
        from business_rules.engine import run_all
        from business_rules.fields import FIELD_NUMERIC
        from business_rules.variables import (
            BaseVariables,
            boolean_rule_variable,
            numeric_rule_variable,
            string_rule_variable,
        )

        class Variables(BaseVariables):
            def __init__(self, facts: dict) -> None:
                self.facts = facts

            @numeric_rule_variable
            def exposure(self):
                return self.facts["exposure"]

            @numeric_rule_variable
            def overdue_days(self):
                return self.facts["overdue_days"]

            @numeric_rule_variable
            def overdue_amount(self):
                return self.facts["overdue_amount"]

            @numeric_rule_variable
            def paid(self):
                return self.facts["paid"]

            @string_rule_variable
            def tier(self):
                return self.facts["tier"]

            @boolean_rule_variable
            def guarantor(self):
                return self.facts["guarantor"]

        class Actions(BaseActions):
            def __init__(self) -> None:
                self.found = []

            @rule_action(params={"place": FIELD_NUMERIC})
            def match(self, place):
                self.found.append(place)

        self.variables, self.actions, self.run_all = Variables, Actions, run_all
        self.definition = [
            {
                "conditions": {"all": [self._test(test) for test in rule]},
                "actions": [{"name": "match", "params": {"place": place}}],
            }
            for place, rule in enumerate(rules)
        ]

    def _test(self, test: Test) -> dict:
        if isinstance(test.value, bool):
            operator = "is_true" if test.value else "is_false"
            return {"name": test.fact, "operator": operator, "value": True}
        operator = self.OPERATORS[test.op]
        return {"name": test.fact, "operator": operator, "value": test.value}

    def decide(self, facts: object) -> object:
        actions = self.actions()
        self.run_all(self.definition, self.variables(facts), actions)
        return actions.found


class ZenEngine(Contestant):
    """A decision table with hit policy collect, evaluated by key through a loader.

    That is the fast way: the loader's table is compiled once. A decision taken out of
    the engine, or made from a string, is compiled at every call and fifteen times slower.
    """

    name = "zen-engine"
    package = "zen-engine"
    OPERATORS = {"≥": ">=", "≤": "<="}
    COLUMNS = tuple(Case.__dataclass_fields__)

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        import zen

        table = {
            "hitPolicy": "collect",
            "inputs": [
                {"id": name, "name": name, "field": name} for name in self.COLUMNS
            ],
            "outputs": [{"id": "place", "name": "place", "field": "place"}],
            "rules": [self._rule(place, rule) for place, rule in enumerate(rules)],
        }
        graph = {
            "contentType": "application/vnd.gorules.decision",
            "nodes": [
                {"id": "i", "name": "in", "type": "inputNode"},
                {
                    "id": "t",
                    "name": "table",
                    "type": "decisionTableNode",
                    "content": table,
                },
                {"id": "o", "name": "out", "type": "outputNode"},
            ],
            "edges": [
                {"id": "a", "sourceId": "i", "targetId": "t", "type": "edge"},
                {"id": "b", "sourceId": "t", "targetId": "o", "type": "edge"},
            ],
        }
        loader = {"type": "static", "content": {"bench": graph}}
        self.engine = zen.ZenEngine({"loader": loader})

    def _rule(self, place: int, rule: list[Test]) -> dict:
        cells = dict.fromkeys(self.COLUMNS, "")
        for test in rule:
            value = json.dumps(test.value)
            operator = self.OPERATORS.get(test.op, test.op)
            cells[test.fact] = value if test.op == "=" else f"{operator} {value}"
        return {"_id": f"r{place}", **cells, "place": str(place)}

    def decide(self, facts: object) -> object:
        return self.engine.evaluate("bench", facts)

    def matched(self, answer: object) -> list[int]:
        return sorted(int(row["place"]) for row in answer["result"] or ())


CONTESTANTS: tuple[type[Contestant], ...] = (
    OurPlain,
    OurPlainBulk,
    OurDurable,
    RawDurable,
    RuleEngine,
    BusinessRules,
    ZenEngine,
)


def _compile(rules: Rules, engine: str) -> tuple[object, object]:
    """The rules in a pack of ours."""
    core = _core()

    class BenchFacts(core.FactModel):
        exposure: Decimal | None = core.money("Exposure")
        overdue_days: int | None = core.integer("Days overdue", unit="days")
        overdue_amount: Decimal | None = core.money("Overdue")
        paid: int | None = core.integer("Paid", unit="percent")
        tier: str | None = core.choice("Tier", {tier: tier for tier in TIERS})
        guarantor: bool | None = core.boolean("Guarantor")

    class BenchOutcome(core.OutcomeModel):
        effect: str = core.choice("Effect", {"hold": "Hold"})

    registry = core.Registry()
    spec = registry.add(
        core.DecisionSpec(
            name="bench",
            label="Bench",
            hit_policy="collect",
            facts=BenchFacts,
            outcome=BenchOutcome,
        )
    )
    pack = {
        "schema_version": 1,
        "name": "bench",
        "rules": [
            {
                "name": f"r{place}",
                "decision": "bench",
                "sequence": place,
                "conditions": [
                    {"fact": test.fact, "op": test.op, "operand": test.value}
                    for test in rule
                ],
                "outcome": {"effect": "hold"},
                "reason": "{overdue_days} late, {exposure} open.",
            }
            for place, rule in enumerate(rules)
        ],
    }
    return spec, core.compile_pack(core.load_pack(pack), registry, engine=engine)


def _core():
    sys.path.insert(0, str(ROOT / "aftersales_rules"))
    import rules as core

    return core


# --------------------------------------------------------------------- measuring


def check(contestants: list[Contestant], cases: list[Case]) -> float:
    """Raise if anybody answers differently; return how many rules match on average."""
    total = 0
    for case in cases:
        expected = _expected(contestants[0].rules, case)
        total += len(expected)
        for contestant in contestants:
            answer = contestant.matched(contestant.decide(contestant.prepare(case)))
            if answer != expected:
                raise AssertionError(
                    f"{contestant.name}: {answer}, not {expected}, for {case}"
                )
    return total / len(cases)


_HOLDS = {
    "=": lambda seen, value: seen == value,
    ">": lambda seen, value: seen > value,
    "≥": lambda seen, value: seen >= value,
    "<": lambda seen, value: seen < value,
    "≤": lambda seen, value: seen <= value,
}


def _expected(rules: Rules, case: Case) -> list[int]:
    return [
        place
        for place, rule in enumerate(rules)
        if all(_HOLDS[t.op](getattr(case, t.fact), t.value) for t in rule)
    ]


def measure(
    numbers: tuple[int, ...] = (20, 200),
    cases: int = 500,
    turns: int = 5,
    seconds: float = 0.4,
) -> Iterator[tuple[str, object]]:
    """Lines of progress, then the figures under "figures"."""
    yield "line", f"Decisions per second; {cases} cases, {turns} turns of {seconds} s."
    packages = [c.package for c in CONTESTANTS if c.package]
    versions = {package: version(package) for package in packages}
    yield "line", "  " + ", ".join(f"{k} {v}" for k, v in versions.items())
    figures: dict[str, object] = {"versions": versions}
    drawn = make_cases(cases)
    for number in numbers:
        rules = make_rules(number)
        contestants = [contestant(rules) for contestant in CONTESTANTS]
        average = check(contestants, drawn)
        yield (
            "line",
            f"  {number} rules: all {len(contestants)} agree on {cases} cases, "
            f"{average:.1f} rules match on average",
        )
        prepared = [[c.prepare(case) for case in drawn] for c in contestants]
        rates: list[list[float]] = [[] for _each in contestants]
        for _turn in range(turns):
            for place, contestant in enumerate(contestants):
                rates[place].append(contestant.rate(prepared[place], seconds))
        medians = {
            c.name: round(statistics.median(rate))
            for c, rate in zip(contestants, rates, strict=True)
        }
        for name, rate in medians.items():
            yield "line", f"    {name:38} {rate:>9,}/s"
        figures[f"rules_{number}"] = {
            "rules_matching": round(average, 2),
            "per_second": medians,
            "durable_path_to_raw": round(
                medians[OurDurable.name] / medians[RawDurable.name], 2
            ),
        }
    yield "figures", figures


if __name__ == "__main__":
    for kind, content in measure():
        print(content if kind == "line" else json.dumps(content, indent=1))
