"""What a decision says, in which order, and that it can be replayed."""

import copy
import pickle
from datetime import date, datetime
from decimal import Decimal

import pytest
from samples import (
    ON,
    REGISTRY,
    SampleFacts,
    compiled,
    condition,
    pack,
    rule,
    threshold,
)

import rules

LATE = rule(
    "late",
    [condition("days", ">", {"threshold": "grace_days"})],
    sequence=20,
    label="Overdue",
    reason="{days} overdue, {threshold.grace_days} allowed; {amount} open.",
    remedy="Pay {amount}.",
    outcome={"effect": "hold", "hours": {"threshold": "wait"}},
    i18n={"zh_CN": {"label": "逾期", "reason": "逾期 {days}"}},
)
BIG = rule("big", [condition("amount", ">", 100)], reason="Big {{order}}", sequence=10)
THRESHOLDS = [
    threshold("grace_days", "integer", 3, unit="days"),
    threshold("wait", "integer", 24, unit="hours"),
]
FACTS = SampleFacts(days=5, amount=Decimal("1250.50"), currency="CNY")


def on_holds(*pack_rules, **other):
    """The same rules for the collecting decision."""
    return compiled(
        *({**each, "decision": "holds"} for each in pack_rules),
        thresholds=THRESHOLDS,
        **other,
    )


def test_first_takes_the_first_in_order():
    """Sequence first, then the place in the pack."""
    subject = compiled(LATE, BIG, thresholds=THRESHOLDS)
    decision = subject.decide("gate", FACTS, on=ON)
    assert [match.rule for match in decision.matched] == ["big"]
    assert [each.name for each in subject.rules_for("gate")] == ["big", "late"]


def test_collect_takes_all_in_order():
    """And the first of them speaks for the decision."""
    decision = on_holds(LATE, BIG).decide("holds", FACTS, on=ON)
    assert [match.rule for match in decision.matched] == ["big", "late"]
    assert decision.rule == "big"
    assert decision.reason == "Big {order}"
    assert decision.outcomes == [
        {"effect": "hold", "cause": None, "hours": None},
        {"effect": "hold", "cause": None, "hours": 24},
    ]
    assert decision.matched[1] == rules.Match(
        "late",
        {"effect": "hold", "cause": None, "hours": 24},
        "5 days overdue, 3 days allowed; 1,250.50 CNY open.",
        "Pay 1,250.50 CNY.",
    )


def test_no_match_says_so():
    """It is an answer, not an error."""
    decision = compiled(LATE, thresholds=THRESHOLDS).decide(
        "gate", SampleFacts(), on=ON
    )
    assert decision.matched == ()
    assert decision.outcome is None and decision.rule is None
    assert not decision.is_match
    assert decision.reason == "No rule of gate matched."


def test_equal_input_gives_equal_bytes():
    """Also from another pack object, another spelling, another thread of time."""
    again = SampleFacts(days=5, amount="1250.500", currency="CNY")
    first = on_holds(LATE, BIG).decide("holds", FACTS, on=ON)
    second = on_holds(LATE, BIG, engine="plain").decide("holds", again, on=ON)
    assert first.to_bytes() == second.to_bytes()
    assert first == second and hash(first) == hash(second)
    assert first.facts["amount"] == "1250.5"
    assert first.facts["tier"] is None


def test_a_decision_comes_back_from_its_bytes():
    """As it was recorded, and without the pack."""
    decision = on_holds(LATE, BIG).decide("holds", FACTS, on=ON)
    again = rules.Decision.from_bytes(decision.to_bytes())
    assert again == decision
    assert again.to_bytes() == decision.to_bytes()
    assert (again.rule, again.outcome, again.reason) == (
        decision.rule,
        decision.outcome,
        decision.reason,
    )
    assert pickle.loads(pickle.dumps(decision)) == decision
    assert copy.deepcopy(decision) == decision


def test_a_recorded_decision_is_replayed_to_the_same_answer():
    """From its stored facts and day, with the version that made it."""
    subject = on_holds(LATE, BIG)
    stored = rules.Decision.from_bytes(subject.decide("holds", FACTS, on=ON).to_bytes())
    again = subject.decide("holds", SampleFacts(**stored.facts), on=stored.on)
    assert again.to_bytes() == stored.to_bytes()


def test_a_decision_is_immutable():
    """Also what it hands out cannot change it."""
    decision = on_holds(LATE).decide("holds", FACTS, on=ON)
    with pytest.raises(AttributeError, match="cannot set 'on'"):
        decision.on = date(2026, 1, 1)
    before = decision.to_bytes()
    decision.facts["days"] = 0
    decision.outcome["effect"] = "release"
    assert decision.to_bytes() == before


def test_texts_are_rendered_in_a_language():
    """What has no translation stays English."""
    subject = on_holds(LATE, BIG)
    decision = subject.decide("holds", FACTS, on=ON)
    for given in (decision, rules.Decision.from_bytes(decision.to_bytes())):
        assert subject.render(given, "zh_CN") == [
            rules.RenderedMatch("big", "big", "Big {order}", ""),
            rules.RenderedMatch("late", "逾期", "逾期 5 days", "Pay 1,250.50 CNY."),
        ]


def test_the_version_is_the_hash_of_rules_and_thresholds():
    """Another threshold is another version; another object is not."""
    source = pack(LATE, thresholds=THRESHOLDS)
    first = rules.compile_pack(source, REGISTRY)
    assert first.version == rules.compile_pack(source, REGISTRY, engine="plain").version
    assert len(first.version) == 64
    other = rules.compile_pack(source, REGISTRY, thresholds={"grace_days": 4})
    assert other.version != first.version
    assert dict(other.thresholds) == {"grace_days": 4, "wait": 24}
    same = rules.compile_pack(source, REGISTRY, thresholds={"grace_days": "3"})
    assert same.version == first.version


@pytest.mark.parametrize("engine", ["plain", "auto"])
def test_rules_hold_between_their_dates(engine):
    """Both ends included."""
    subject = compiled(
        rule(valid_from="2026-01-10", valid_to="2026-01-12"), engine=engine
    )
    days = [9, 10, 12, 13]
    found = [
        subject.decide("gate", SampleFacts(), on=date(2026, 1, day)).is_match
        for day in days
    ]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("amount", [0, 1, 2, 100])
def test_many_are_decided_like_one(amount):
    """Same answers, same order."""
    subject = on_holds(LATE, BIG)
    facts = [SampleFacts(days=days) for days in range(amount)]
    one_by_one = [subject.decide("holds", each, on=ON) for each in facts]
    assert subject.decide_many("holds", facts, on=ON) == one_by_one


@pytest.mark.parametrize("engine", ["plain", "auto"])
def test_wrong_arguments_are_refused(engine):
    """Facts of another decision, a date with a time, facts past their checks."""
    subject = compiled(LATE, thresholds=THRESHOLDS, engine=engine)

    class Other(rules.FactModel):
        days: int | None = rules.integer("Days")

    with pytest.raises(rules.FactsError) as caught:
        subject.decide("gate", Other(), on=ON)
    assert str(caught.value) == "facts: facts of gate are a Other; expected SampleFacts"
    with pytest.raises(rules.FactsError) as caught:
        subject.decide("gate", SampleFacts(), on=datetime(2026, 1, 1))
    assert str(caught.value) == (
        "on: datetime.datetime(2026, 1, 1, 0, 0) is not a date; expected a date"
    )
    with pytest.raises(rules.PackError, match="unknown decision 'gaet'; did you mean"):
        subject.decide("gaet", SampleFacts(), on=ON)
    with pytest.raises(rules.FactsError, match="days: 'x' is not an integer"):
        subject.decide("gate", SampleFacts.model_construct(days="x"), on=ON)


def test_an_unknown_engine_is_refused():
    """The choice is one of three."""
    with pytest.raises(rules.EngineError) as caught:
        compiled(engine="fast")
    assert str(caught.value) == (
        "engine: unknown engine 'fast'; expected 'auto', 'durable' or 'plain'"
    )
