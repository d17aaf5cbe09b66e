"""Whole tables of rules in the core: checks before publishing, nearest ways.

Time is that of the processor: nothing here waits for anything else.

python bench/tables.py            # needs no Odoo
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as hour
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT / "aftersales_rules", ROOT / "tests" / "rules"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

DAY = date(2026, 1, 5)
SEED = 20260105
Say = Callable[[str], None]


def check_tables(turns: int, say: Say, many: bool = False) -> dict:
    """All problems of rules over eight facts, for each shape of table."""
    import large_tables
    from samples import compiled

    import rules

    number = large_tables.MANY if many else large_tables.RULES
    figures = {"rules": number, "seconds": {}}
    for shape in large_tables.LARGE_SHAPES if many else large_tables.SHAPES:
        pack_rules = large_tables.table(shape, number)
        pack = compiled(*pack_rules, thresholds=large_tables.LIMITS)
        took = []
        for _turn in range(turns):
            start = time.process_time()
            found = rules.find_problems(pack, on=DAY, decisions=["gate"])
            took.append(time.process_time() - start)
        if any("undecided" in finding.code for finding in found):
            raise AssertionError(f"{shape}: not all questions were answered")
        figures["seconds"][shape] = round(statistics.median(took), 3)
        say(
            f"  {shape.replace('_', ' '):12} {len(pack.rules_for('gate'))} rules: "
            f"{statistics.median(took):.2f} s, {len(found)} findings"
        )
    figures["slowest"] = max(figures["seconds"].values())
    return figures


def nearest(cases: int, say: Say) -> dict:
    """The nearest ways to every other answer, for all decisions that are delivered."""
    import rules

    folder = ROOT / "aftersales_rules" / "data" / "packs"
    pack = rules.compile_pack(
        rules.load_pack_parts(
            each.read_bytes() for each in sorted(folder.glob("*.json"))
        )
    )
    pick = random.Random(SEED)
    gc.collect()
    gc.freeze()  # what the other tables left behind is not looked through here
    per_table, all_ways, all_deciding = {}, [], []
    for spec in pack.registry:
        if not pack.rules_for(spec.name):
            continue
        some = [_facts(pick, spec, pack.pack.thresholds, rules) for _ in range(cases)]
        ways = [_ms(rules.nearest_ways, pack, spec.name, each, on=DAY) for each in some]
        all_deciding += [_ms(pack.decide, spec.name, each, on=DAY) for each in some]
        per_table[spec.name] = (statistics.median(ways), max(ways))
        all_ways += ways
    slowest = max(per_table, key=lambda name: per_table[name][1])
    figures = {
        "decisions": len(per_table),
        "cases": len(all_ways),
        "ms": round(statistics.median(all_ways), 2),
        "slowest_ms": round(per_table[slowest][1], 1),
        "slowest_decision": slowest,
        "to_deciding": round(
            statistics.median(all_ways) / statistics.median(all_deciding), 1
        ),
    }
    say(
        f"  {figures['cases']} cases of {len(per_table)} decisions: {figures['ms']} ms in "
        f"the middle ({figures['to_deciding']} times deciding once), at most "
        f"{figures['slowest_ms']} ms ({slowest})"
    )
    return figures


def _ms(call: Callable, *arguments: object, **options: object) -> float:
    start = time.process_time()
    call(*arguments, **options)
    return (time.process_time() - start) * 1000


def _facts(pick, spec, thresholds, rules):
    """Facts around the values that rules compare with; a fifth is not set."""
    numbers = [Decimal(each) for each in ("0", "1", "0.5", "2.25", "100", "1000")]
    values = {
        "integer": [0, 1, 2, 5, 9, 30],
        "date": [DAY + timedelta(days=number) for number in range(-3, 4)],
        "time": [hour(9, 0), hour(15, 30), hour(15, 31)],
        "boolean": [True, False],
        "text": ["CNY", "USD"],
    }
    chosen = {}
    for name, field in spec.fact_fields.items():
        if pick.random() < 0.2:
            continue
        kind = field.type.value
        known = list(field.choices or values.get(kind, numbers))
        if kind not in ("choice", "boolean", "text"):
            known += [
                rules.parse_value(each, each.default)
                for each in thresholds
                if each.type is field.type
            ]
        chosen[name] = pick.choice(known)
    return spec.facts(**chosen)


def measure(quick: bool, say: Say) -> dict:
    say("Checks of 200 rules over eight facts:")
    checks = check_tables(1 if quick else 5, say)
    say("Checks of 2,000 rules over eight facts:")
    many = check_tables(1 if quick else 3, say, many=True)
    say("Nearest ways to another answer, with the delivered rules:")
    found = nearest(4 if quick else 20, say)
    return {"checks": checks, "checks_many": many, "nearest": found}


if __name__ == "__main__":
    measure(False, print)
