"""Two evaluators, one truth: durable_rules, the closures and a naive oracle."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import (
    CASES,
    COUNTED,
    ON,
    REGISTRY,
    Dice,
    needs_durable,
    oracle,
)

import rules

FACTS_PER_PACK = 60
PACKS = max(1, CASES // (2 * FACTS_PER_PACK))
many = settings(
    max_examples=PACKS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(min_value=0, max_value=2**64 - 1)


def both(content, engine):
    """The same pack, compiled for one engine and for the oracle."""
    return rules.compile_pack(rules.load_pack(content), REGISTRY, engine=engine)


@many
@given(seeds)
def test_plain_says_what_the_definition_says(seed):
    """The closures agree with an evaluator written from the definition alone."""
    dice = Dice(seed)
    content = dice.content()
    plain = both(content, "plain")
    for _ in range(FACTS_PER_PACK):
        facts = dice.facts()
        for decision in ("gate", "holds"):
            found = plain.decide(decision, facts, on=ON)
            names = [match.rule for match in found.matched]
            assert names == oracle(content, decision, facts, ON)
            COUNTED["decisions: plain evaluator = naive oracle"] += 1


@needs_durable
@many
@given(seeds)
def test_durable_says_what_plain_says(seed):
    """The engine and the closures give the same decision, byte for byte."""
    dice = Dice(seed)
    pack = rules.load_pack(dice.content())
    plain = rules.compile_pack(pack, REGISTRY, engine="plain")
    durable = rules.compile_pack(pack, REGISTRY, engine="durable")
    for _ in range(FACTS_PER_PACK):
        facts = dice.facts()
        for decision in ("gate", "holds"):
            expected = plain.decide(decision, facts, on=ON)
            found = durable._programs[decision].decide_durable(
                facts, ON, fallback=False
            )
            if found.rule != expected.rule or found.matched != expected.matched:
                pytest.fail(f"{decision} {facts!r}: {found!r} != {expected!r}")
            COUNTED["decisions: durable_rules = plain evaluator"] += 1
            COUNTED["decisions: durable_rules = plain evaluator, with a match"] += (
                found.is_match
            )
        assert found.to_bytes() == expected.to_bytes()


@many
@given(seeds)
def test_explanation_agrees_with_the_decision(seed):
    """What explanation calls decided is what was decided; negation covers all."""
    dice = Dice(seed)
    plain = both(dice.content(), "plain")
    for _ in range(5):
        facts = dice.facts()
        for decision in ("gate", "holds"):
            found = plain.decide(decision, facts, on=ON)
            told = plain.explain(decision, facts, on=ON)
            decided = [row.name for row in told.rules if row.decided]
            assert decided == [match.rule for match in found.matched]
            for row in told.rules:
                assert row.matched == (row.in_force and not row.failed)
            COUNTED["decisions: explanation = decision"] += 1
