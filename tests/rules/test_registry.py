"""Decisions are registered by declaration, also by other addons."""

import pytest
from samples import FIRST, ON, SampleFacts, SampleOutcome, pack, rule

import rules


def registry():
    """A registry with one decision."""
    found = rules.Registry()
    found.add(FIRST)
    return found


def test_a_name_is_taken_once():
    """Two addons cannot both own a decision."""
    with pytest.raises(rules.PackError) as caught:
        registry().add(FIRST)
    assert str(caught.value) == "decisions.gate: decision 'gate' is already there"


def test_an_unknown_decision_is_refused_with_the_nearest():
    """The message names what was meant."""
    with pytest.raises(rules.PackError) as caught:
        registry().get("gaet")
    assert (
        str(caught.value) == "decision: unknown decision 'gaet'; did you mean 'gate'?"
    )


@pytest.mark.parametrize("name", ["Gate", "1gate", "", "a" * 65, "gate\n"])
def test_names_are_plain(name):
    """Names appear in paths, files and keys."""
    with pytest.raises(rules.PackError, match="is not a name"):
        rules.Registry().add(
            rules.DecisionSpec(
                name=name, label="", facts=SampleFacts, outcome=SampleOutcome
            )
        )


def test_another_addon_adds_a_fact():
    """Rules may look at it as at any other."""

    class MoreFacts(rules.FactModel):
        risk: int | None = rules.integer("Risk")

    found = registry()
    spec = found.extend("gate", MoreFacts)
    assert list(spec.fact_fields)[-1] == "risk" or "risk" in spec.fact_fields
    subject = rules.compile_pack(
        pack(rule(conditions=[{"fact": "risk", "op": ">", "operand": 3}])), found
    )
    assert subject.decide("gate", spec.facts(risk=4, days=1), on=ON).is_match
    with pytest.raises(rules.PackError, match="fact 'risk' is already there"):
        found.extend("gate", MoreFacts)
