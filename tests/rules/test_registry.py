"""Decisions are registered by declaration, also by other addons."""

from dataclasses import replace

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


# ------------------------------------------------- one process, several databases


class RiskFacts(rules.FactModel):
    """What a second addon adds."""

    __module__ = "odoo.addons.risks.decisions"
    risk: int | None = rules.integer("Risk")


class ParcelFacts(rules.FactModel):
    """What a third addon declares for itself."""

    __module__ = "odoo.addons.parcels.decisions"
    weight: int | None = rules.integer("Weight")


RISKY = rule("risky", conditions=[{"fact": "risk", "op": ">", "operand": 3}])
LATE = rule("late", conditions=[{"fact": "days", "op": ">", "operand": 3}])


def served():
    """What a process knows that serves databases with and without these addons."""
    found = rules.Registry()
    found.add(replace(FIRST, facts=type("Own", (SampleFacts,), OWN)))
    found.add(rules.DecisionSpec("parcel", "Parcel", ParcelFacts, SampleOutcome))
    found.extend("gate", RiskFacts)
    return found


OWN = {"__module__": "rules.samples"}


def test_a_database_knows_what_its_addons_declare():
    """Another one of the same process has other addons."""
    whole = served()
    assert [spec.name for spec in whole.within(())] == ["gate"]
    assert "risk" not in whole.within(()).get("gate").fact_fields
    assert "risk" in whole.within({"risks"}).get("gate").fact_fields
    assert [spec.name for spec in whole.within({"parcels"})] == ["gate", "parcel"]
    assert whole.within({"risks"}) is whole.within(["risks"])


def test_what_is_declared_later_is_seen():
    """An addon is installed while the server runs."""
    whole = served()
    before = whole.within({"more"})

    class MoreFacts(rules.FactModel):
        __module__ = "odoo.addons.more.decisions"
        more: int | None = rules.integer("More")

    whole.extend("gate", MoreFacts)
    assert whole.within({"more"}) is not before
    assert "more" in whole.within({"more"}).get("gate").fact_fields


def test_facts_gathered_without_the_other_addon_are_completed():
    """Who gathers the facts of a decision knows only those of its own addon."""
    registry_ = served()
    own = registry_.within(()).get("gate")
    spec = registry_.within({"risks"}).get("gate")
    assert own.complete(own.facts(days=1)).to_json() == own.facts(days=1).to_json()
    assert spec.complete(own.facts(days=1)).risk is None
    more = spec.complete(own.facts(days=1), {"risk": 5})
    assert (more.days, more.risk) == (1, 5)
    subject = rules.compile_pack(pack(RISKY), registry_.within({"risks"}))
    assert subject.decide("gate", more, on=ON).is_match
    assert not subject.decide("gate", own.facts(days=9), on=ON).is_match
    with pytest.raises(rules.FactsError):
        subject.decide("gate", ParcelFacts(weight=1), on=ON)


@pytest.mark.parametrize("engine", ["plain", "auto"])
def test_rules_of_an_addon_that_is_gone_are_set_aside(engine):
    """The others decide, and the hash of the version stays."""
    registry_ = served()
    published = pack(RISKY, LATE, rule("heavy", decision="parcel"))
    with pytest.raises(rules.PackError):
        rules.compile_pack(published, registry_.within(()))
    whole = rules.compile_pack(published, registry_.within({"risks", "parcels"}))
    rest = rules.compile_pack(
        published, registry_.within(()), keep_going=True, engine=engine
    )
    assert rest.set_aside == {"risky", "heavy"}
    assert rest.version == whole.version
    facts = registry_.within(()).get("gate").facts(days=9)
    assert rest.decide("gate", facts, on=ON).rule == "late"


def test_other_faults_are_still_refused():
    """Going on is for what is not declared, not for what is wrong."""
    wrong = rule("late", conditions=[{"fact": "days", "op": ">", "operand": "x"}])
    with pytest.raises(rules.PackError):
        rules.compile_pack(pack(wrong), served().within(()), keep_going=True)


def test_a_decision_repeats_when_an_addon_came_or_went():
    """The same bytes, whether a fact was declared later or is gone by now."""
    registry_ = served()
    with_risk = rules.compile_pack(pack(LATE), registry_.within({"risks"}))
    without = rules.compile_pack(pack(LATE), registry_.within(()))
    facts = registry_.within({"risks"}).get("gate").facts(days=9, risk=4)
    stored = rules.Decision.from_bytes(
        with_risk.decide("gate", facts, on=ON).to_bytes()
    )
    assert stored.facts["risk"] == 4
    assert without.repeat(stored).to_bytes() == stored.to_bytes()
    earlier = without.decide("gate", without.facts_of(stored), on=ON)
    assert "risk" not in earlier.facts
    assert with_risk.repeat(earlier).to_bytes() == earlier.to_bytes()


def test_a_decision_does_not_repeat_without_the_rules_that_made_it():
    """Rules that were set aside may have decided."""
    registry_ = served()
    whole = rules.compile_pack(pack(RISKY, LATE), registry_.within({"risks"}))
    rest = rules.compile_pack(pack(RISKY, LATE), registry_.within(()), keep_going=True)
    facts = registry_.within({"risks"}).get("gate").facts(risk=4)
    stored = whole.decide("gate", facts, on=ON)
    with pytest.raises(rules.PackError, match="an addon that is gone"):
        rest.repeat(stored)
    [texts] = rest.render(stored, None)
    assert (texts.rule, texts.reason) == ("risky", stored.reason)
