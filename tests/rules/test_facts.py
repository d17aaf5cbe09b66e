"""Declaring facts, building them both ways, refusing what does not fit."""

import pickle
from datetime import date, time
from decimal import Decimal, localcontext

import pytest
from samples import FIRST, SampleFacts, SampleOutcome

import rules
from rules import _


def test_both_constructors_build_the_same():
    """The fast one checks as the slow one does."""
    values = {
        "amount": Decimal("1.5"),
        "days": 3,
        "due": date(2026, 1, 1),
        "at": time(9, 0),
        "urgent": False,
        "tier": "key",
        "paid": Decimal(1) / 3,
    }
    slow, fast = SampleFacts(**values), SampleFacts.of(**values)
    assert slow == fast
    assert fast.paid == Decimal("0.333333333333")
    assert fast.model_fields_set == set(values)
    assert pickle.loads(pickle.dumps(fast)) == fast


def test_facts_come_back_from_their_json():
    """What a decision stores builds the same facts again."""
    facts = SampleFacts(amount="1.10", due=date(2026, 1, 1), at=time(9, 0), paid="0.5")
    assert SampleFacts(**facts.to_json()) == facts


@pytest.mark.parametrize("build", [SampleFacts, SampleFacts.of])
@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"amuont": 1},
            "amuont: SampleFacts has no fact 'amuont'; did you mean 'amount'?",
        ),
        ({"days": 1.5}, "days: 1.5 is not an integer; expected an integer value"),
        (
            {"tier": "regulr"},
            (
                "tier: 'regulr' is not a choice; expected one of key, regular, "
                "low, new; "
                "did you mean 'regular'?"
            ),
        ),
        (
            {"amount": Decimal("NaN")},
            "amount: Decimal('NaN') is not finite; expected a money value",
        ),
    ],
)
def test_wrong_facts_are_refused(build, values, text):
    """Path, value, expectation and suggestion are in the message."""
    with pytest.raises(rules.FactsError) as caught:
        build(**values)
    assert str(caught.value) == text


def test_all_faults_are_told_at_once():
    """Pydantic's constructor goes on after the first fault."""
    with pytest.raises(rules.FactsError) as caught:
        SampleFacts(days="x", urgent=3)
    assert [fault.path for fault in caught.value.faults] == ["days", "urgent"]


def test_facts_are_frozen():
    """A fact cannot change after it was decided on."""
    with pytest.raises(Exception, match="frozen"):
        SampleFacts().days = 1


def test_an_outcome_field_is_required_unless_it_has_a_default():
    """Facts are optional, outcomes are not."""
    with pytest.raises(rules.FactsError) as caught:
        SampleOutcome()
    assert str(caught.value) == "effect: outcome field is missing"
    assert SampleOutcome(effect="hold").cause is None
    required = [each.name for each in FIRST.outcome_fields.values() if each.required]
    assert required == ["effect"]


def test_a_declaration_must_fit_its_annotation():
    """A mistake in an addon is found at import."""
    with pytest.raises(rules.PackError) as caught:

        class Wrong(rules.FactModel):
            amount: int | None = rules.money(_("Amount"))

    assert str(caught.value) == (
        "Wrong.amount: annotation does not fit a money field; expected Decimal | None"
    )
    with pytest.raises(rules.PackError) as caught:

        class Bare(rules.FactModel):
            amount: int | None = None

    assert str(caught.value).startswith(
        "Bare.amount: field is not declared with a helper"
    )


def test_labels_units_and_choices_are_known():
    """Screens are generated from this."""
    field = FIRST.fact_fields["tier"]
    assert (field.name, field.type.value, field.label) == ("tier", "choice", "Tier")
    assert list(field.choices) == ["key", "regular", "low", "new"]
    assert FIRST.fact_fields["days"].unit == "days"


def test_exactness_does_not_hang_on_the_threads_context():
    """Odoo or an addon may have changed the decimal context."""
    with localcontext() as context:
        context.prec = 3
        facts = SampleFacts.of(amount=Decimal("123456.789"))
        assert facts.to_json()["amount"] == "123456.789"
