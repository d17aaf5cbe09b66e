"""Exported tables decide the same in an engine that others wrote (R8).

What pyDMNrules reads otherwise than DMN 1.3 says is listed in ``dmn_engine.py``.
"""

import json
import random
import subprocess
import sys
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "aftersales_rules", ROOT / "scripts", ROOT / "tests" / "rules"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from samples import REGISTRY, condition, pack_json, rule, threshold  # noqa: E402

import rules  # noqa: E402
from rules import feel  # noqa: E402
from workbench import pythons  # noqa: E402

PACKS = ROOT / "aftersales_rules" / "data" / "packs"
ON = date(2026, 1, 5)
CASES = 20
TABLES = 60
NUMBERS = [Decimal(each) for each in ("0", "1", "0.5", "2.25", "100", "1000", "-1")]
VALUES = {
    "money": NUMBERS,
    "ratio": NUMBERS[:4],
    "quantity": NUMBERS,
    "integer": [0, 1, 2, 3, 5, 9, 30],
    "date": [date(2026, 1, day) for day in range(1, 8)],
    "time": [time(9, 0), time(15, 29), time(15, 30), time(15, 31)],
    "boolean": [True, False],
    "text": ["CNY", "USD"],
}


@pytest.fixture(scope="module")
def engine():
    """Asks pyDMNrules in its own environment."""
    python = pythons.Environment("dmn", ("dmn.txt",)).ensure().python

    def ask(tables):
        script = Path(__file__).with_name("dmn_engine.py")
        found = subprocess.run(
            [str(python), "-I", str(script)],
            input=json.dumps(tables),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert found.returncode == 0, found.stderr[-3000:]
        return json.loads(found.stdout)

    return ask


def some_facts(roll, spec, thresholds=()):
    """Facts at, below and above what rules compare with; a fifth is not set."""
    values = {}
    for name, field in spec.fact_fields.items():
        if roll.random() < 0.2:
            continue
        kind = field.type.value
        known = list(field.choices) if field.choices else list(VALUES[kind])
        for each in thresholds:
            if each.type is field.type and kind not in ("choice", "text", "boolean"):
                known.append(rules.parse_value(each, each.default))
        values[name] = roll.choice(known)
    return spec.facts(**values)


def numbered(pack, decision, outcome):
    """An outcome with its numbers as JSON numbers, as another engine answers."""
    fields = pack.registry.get(decision).outcome_fields
    exact = ("money", "ratio", "quantity")
    return {
        name: float(value) if value and fields[name].type.value in exact else value
        for name, value in outcome.items()
    }


def compared(engine, tables):
    """How many decisions were compared; every one must be equal."""
    asked = [
        {
            "dmn": rules.dump_dmn(pack, [name]).decode(),
            "cases": [
                {
                    **{
                        key: feel.write_literal(one) for key, one in vars(facts).items()
                    },
                    "decided_on": feel.write_literal(ON),
                }
                for facts in cases
            ],
        }
        for pack, name, cases in tables
    ]
    count = 0
    for (pack, name, cases), answers in zip(tables, engine(asked), strict=True):
        for facts, answer in zip(cases, answers, strict=True):
            matched = pack.decide(name, facts, on=ON).matched
            wanted = [
                {"rule": each.rule, **numbered(pack, name, each.outcome)}
                for each in matched
            ]
            assert answer == wanted, (name, facts)
            count += 1
    return count


def test_the_default_rules_decide_the_same_in_another_engine(engine):
    """Every decision that the product brings, every outcome field."""
    pack = rules.load_pack_parts(
        each.read_bytes() for each in sorted(PACKS.glob("*.json"))
    )
    subject = rules.compile_pack(pack, engine="plain")
    roll = random.Random(6)
    tables = [
        (
            subject,
            spec.name,
            [some_facts(roll, spec, pack.thresholds) for _ in range(CASES)],
        )
        for spec in subject.registry
        if subject.rules_for(spec.name)
    ]
    assert compared(engine, tables) >= 25 * CASES


FACTS = ["amount", "limit", "days", "grace", "due", "at", "urgent", "tier", "grade"]
LIMITS = [
    threshold("days_max", "integer", 3, unit="days"),
    threshold("amount_max", "money", "100"),
    threshold("half", "ratio", "0.5"),
    threshold("double", "ratio", "2"),
]
PARTNERS = {
    "amount": "limit",
    "limit": "amount",
    "days": "grace",
    "grace": "days",
    "due": "promised",
    "at": "cutoff",
}


def some_rules(roll):
    """Rules of all shapes over nine facts."""
    found = []
    for place in range(roll.randint(1, 6)):
        clauses = []
        for _ in range(roll.choice([0, 1, 1, 2, 3])):
            members = [
                some_condition(roll) for _ in range(roll.choice([1, 1, 1, 2, 3]))
            ]
            clauses.append(members[0] if len(members) == 1 else {"any": members})
        found.append(
            rule(
                f"r{place}",
                clauses,
                decision=roll.choice(["gate", "holds"]),
                outcome={"effect": "hold", "cause": f"c{place}", "hours": place},
                valid_to=roll.choice([None, None, "2026-01-04", "2026-01-05"]),
            )
        )
    return found


def some_condition(roll):
    name = roll.choice(FACTS)
    field = REGISTRY.get("gate").fact_fields[name]
    if roll.random() < 0.15:
        return condition(name, roll.choice(["is set", "is not set"]))
    values = list(field.choices) if field.choices else VALUES[field.type.value]
    named = field.type.value in ("choice", "boolean")
    ops = ["=", "≠", "in", "not in"]
    op = roll.choice(ops if named else [*ops, "<", "≤", ">", "≥", "between"])

    def term(with_fact=True):
        if with_fact and name in PARTNERS and roll.random() < 0.3:
            times = roll.choice([{}, {"times": "half"}, {"times": "double"}])
            if name in ("due", "at"):
                times = {}
            return {"fact": PARTNERS[name], **times}
        if name in ("days", "grace") and roll.random() < 0.4:
            return {"threshold": "days_max"}
        if name in ("amount", "limit") and roll.random() < 0.4:
            return {"threshold": "amount_max", "times": "double"}
        return rules.to_json(roll.choice(values))

    if op == "between":
        return condition(name, op, [term(), term()])
    if op in ("in", "not in"):
        return condition(name, op, [term(False) for _ in range(roll.randint(1, 3))])
    return condition(name, op, term())


def test_random_rules_decide_the_same_in_another_engine(engine):
    """Groups, facts compared, factors, dates; first and in the order of rules."""
    roll = random.Random(13)
    tables = []
    while len(tables) < TABLES:
        source = rules.load_pack(pack_json(*some_rules(roll), thresholds=LIMITS))
        subject = rules.compile_pack(source, REGISTRY, engine="plain")
        for spec in REGISTRY:
            if any(each.conditions for each in subject.rules_for(spec.name)):
                cases = [some_facts(roll, spec) for _ in range(CASES)]
                tables.append((subject, spec.name, cases))
    assert compared(engine, tables) >= TABLES * CASES
