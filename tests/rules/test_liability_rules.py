"""The shipped rules on who bears a service cost (L1–L7, L10, C19).

The examples say which rule answers; the tables are walked through whole against an
oracle that is written from the requirements alone.
"""

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

import rules
from rules.catalogue.liability import (
    BEARERS,
    COST_LIABILITY,
    COST_TYPES,
    TREATMENTS_OF,
    LiabilityFacts,
)

ON = date(2026, 11, 23)
PACKS = Path(rules.__file__).resolve().parents[1] / "data" / "packs"
PACK = rules.compile_pack(
    rules.load_pack_parts(
        part.read_bytes() for part in sorted(PACKS.glob("default*.json"))
    )
)
MANUFACTURING = ("repair", "replacement", "transport", "packaging")
ON_THE_ROAD = ("travel", "lodging", "allowance")
KNOWN = {
    "currency": "EUR",
    "cost_type": "repair",
    "amount": Decimal("120.00"),
    "complaint_type": "product_quality",
    "quality_related": True,
    "misuse": False,
    "installed": False,
    "dealer_known": True,
    "carrier_known": True,
    "sales_manager_known": True,
    "negotiated": False,
}
INSTALLED = {"installed": True, "test_result": "no_fault"}
BUILT = {"complaint_type": "construction", "quality_related": False}
FAILED = {**BUILT, "dealer_result": "not_handled"}
AGREED = {"negotiated": True, "negotiated_amount": Decimal("80.00")}
DAMAGED = {"complaint_type": "transport_damage", "quality_related": False}
OTHER = {"complaint_type": "other", "quality_related": False}


def decide(**facts):
    return PACK.decide(
        COST_LIABILITY.name, LiabilityFacts.of(**{**KNOWN, **facts}), on=ON
    )


@pytest.mark.parametrize(
    ("facts", "bearer", "rule"),
    [
        ({}, "company", "cost_quality"),
        # L4: a joint inspection comes before everything else
        (INSTALLED, "undecided", "cost_joint_needed"),
        ({**INSTALLED, "test_result": "unclear"}, "undecided", "cost_joint_needed"),
        ({**INSTALLED, "test_result": "fault"}, "company", "cost_quality"),
        ({**INSTALLED, "installed": False}, "company", "cost_quality"),
        ({**INSTALLED, "installed": None}, "company", "cost_quality"),
        ({**INSTALLED, "test_result": "asked"}, "undecided", "cost_piece_tested"),
        ({**INSTALLED, "test_result": None}, "undecided", "cost_piece_awaited"),
        (
            {**INSTALLED, "test_result": None, "fault_party": "company"},
            "company",
            "cost_quality",
        ),
        (
            {**INSTALLED, "test_result": None, "breakage_liability": "company"},
            "company",
            "cost_breakage",
        ),
        (
            {**INSTALLED, "joint_inspection": "asked"},
            "undecided",
            "cost_joint_asked",
        ),
        ({**INSTALLED, "joint_inspection": "fault"}, "company", "cost_quality"),
        (
            {
                **INSTALLED,
                "joint_inspection": "no_fault",
                "final_judgement": "no_fault",
            },
            "company",
            "cost_quality_unclear",
        ),
        ({**INSTALLED, "misuse": True}, "undecided", "cost_joint_needed"),
        ({**INSTALLED, "fault_party": "carrier"}, "undecided", "cost_joint_needed"),
        # L3: construction is the dealer's to put right
        (BUILT, "company", "cost_construction"),
        (FAILED, "dealer", "cost_dealer_failed"),
        (
            {**FAILED, "dealer_result": "badly_handled"},
            "dealer",
            "cost_dealer_failed",
        ),
        ({**FAILED, "dealer_result": "handled"}, "company", "cost_construction"),
        ({**FAILED, "dealer_result": "open"}, "undecided", "cost_dealer_working"),
        (
            {**FAILED, "dealer_known": False},
            "undecided",
            "cost_dealer_failed_unnamed",
        ),
        (
            {**FAILED, "dealer_result": "open", "dealer_overdue_days": 3},
            "undecided",
            "cost_dealer_working",
        ),
        (
            {**FAILED, "dealer_result": "open", "dealer_overdue_days": 4},
            "dealer",
            "cost_dealer_late",
        ),
        (
            {
                **FAILED,
                "dealer_result": "open",
                "dealer_overdue_days": 4,
                "dealer_known": False,
            },
            "undecided",
            "cost_dealer_late_unnamed",
        ),
        ({**FAILED, "misuse": True}, "dealer", "cost_dealer_failed"),
        (
            {**FAILED, "cost_type": "travel", "worked_by": "sales_manager"},
            "dealer",
            "cost_dealer_failed",
        ),
        ({**FAILED, "complaint_type": "quantity"}, "company", "cost_delivery"),
        # L7: the customer, and never for compensation
        ({"misuse": True}, "customer", "cost_customer"),
        ({"misuse": True, **AGREED}, "customer", "cost_customer_agreed"),
        ({"final_judgement": "misuse"}, "customer", "cost_customer"),
        ({"fault_party": "customer"}, "customer", "cost_customer"),
        (
            {"misuse": True, "cost_type": "compensation"},
            "company",
            "cost_compensation_kept",
        ),
        (OTHER, "customer", "cost_not_quality"),
        ({**OTHER, **AGREED}, "customer", "cost_not_quality_agreed"),
        ({**OTHER, "cost_type": "compensation"}, "company", "cost_company"),
        ({**OTHER, "fault_party": "company"}, "company", "cost_manufacturing"),
        ({"quality_related": False}, "customer", "cost_not_quality"),
        (
            {"complaint_type": "sales_service", "quality_related": False},
            "company",
            "cost_manufacturing",
        ),
        # L2: dealer or carrier at fault
        (DAMAGED, "company", "cost_delivery"),
        ({**DAMAGED, "fault_party": "carrier"}, "carrier", "cost_carrier"),
        (
            {**DAMAGED, "fault_party": "carrier", "carrier_known": False},
            "undecided",
            "cost_carrier_unnamed",
        ),
        ({**DAMAGED, "fault_party": "dealer"}, "dealer", "cost_dealer"),
        (
            {**DAMAGED, "fault_party": "dealer", "dealer_known": False},
            "undecided",
            "cost_dealer_unnamed",
        ),
        ({**DAMAGED, "fault_party": "unknown"}, "undecided", "cost_fault_unknown"),
        ({**DAMAGED, "fault_party": "company"}, "company", "cost_delivery"),
        ({"complaint_type": None}, "undecided", "cost_unclassified"),
        # L6: travel, lodging and allowances
        (
            {"cost_type": "travel", "worked_by": "sales_manager"},
            "sales_manager",
            "cost_sales_manager",
        ),
        (
            {
                "cost_type": "travel",
                "worked_by": "sales_manager",
                "sales_manager_known": False,
            },
            "undecided",
            "cost_sales_manager_unnamed",
        ),
        (
            {"cost_type": "travel", "worked_by": "company"},
            "company",
            "cost_company_travel",
        ),
        ({"cost_type": "travel"}, "company", "cost_company_travel"),
        # C19: glass that breaks more often than was agreed
        ({"breakage_liability": "company"}, "company", "cost_breakage"),
        ({**OTHER, "breakage_liability": "company"}, "company", "cost_breakage"),
        ({**OTHER, "breakage_liability": "within"}, "customer", "cost_not_quality"),
        (
            {"breakage_liability": "company", "cost_type": "other"},
            "company",
            "cost_breakage_expense",
        ),
    ],
)
def test_who_bears_it(facts, bearer, rule):
    decision = decide(**facts)
    assert (decision.outcome["bearer"], decision.rule) == (bearer, rule)


FACTS = {
    "cost_type": ("repair", "travel", "compensation"),
    "worked_by": (None, "sales_manager"),
    "kind": (
        ("product_quality", True),
        ("product_quality", False),
        ("transport_damage", False),
        ("construction", False),
        ("other", False),
        ("sales_service", False),
    ),
    "misuse": (False, True),
    "fault_party": (None, "company", "dealer", "customer", "carrier", "unknown"),
    "installed": (False, True),
    "test_result": (None, "asked", "fault", "unclear"),
    "joint_inspection": (None, "asked", "no_fault"),
    "dealer_result": (None, "open", "handled", "not_handled"),
    "named": (True, False),
}


def all_facts():
    """Every combination of a table of facts."""
    for values in product(*FACTS.values()):
        facts = dict(zip(FACTS, values, strict=True))
        facts["complaint_type"], facts["quality_related"] = facts.pop("kind")
        named = facts.pop("named")
        for party in ("dealer", "carrier", "sales_manager"):
            facts[f"{party}_known"] = named
        yield facts


def oracle(facts):
    """Who bears it, from the wording of L2–L7; the bearer without a name is open."""
    kind, fault = facts["complaint_type"], facts["fault_party"]
    quality = kind == "product_quality" or facts["quality_related"]
    joint = facts["joint_inspection"]
    at_fault = None
    if joint == "asked":
        return "undecided"
    if quality and facts["installed"] and joint is None:
        # no clear fault in the returned piece: nothing is decided (L4)
        if facts["test_result"] in ("no_fault", "unclear", "asked"):
            return "undecided"
    paid_out = facts["cost_type"] == "compensation"
    if kind == "construction" and facts["dealer_result"] == "not_handled":
        at_fault = "dealer"  # L3
    elif facts["misuse"] or fault == "customer":
        return "company" if paid_out else "customer"  # L7, L10
    elif fault in ("carrier", "dealer"):
        at_fault = fault  # L2
    if at_fault:
        return at_fault if facts[f"{at_fault}_known"] else "undecided"
    no_quality = kind in ("product_quality", "other") and not facts["quality_related"]
    if no_quality and fault is None and not paid_out:
        return "customer"  # L7
    if fault == "unknown":
        return "undecided"
    if kind == "construction" and facts["dealer_result"] == "open":
        return "undecided"  # L3: it is not known yet whether the dealer fails
    if quality and facts["installed"] and facts["test_result"] is None:
        if joint is None and fault is None:
            return "undecided"  # L4: there is no fault in a piece that nobody tested
    if facts["cost_type"] == "travel" and facts["worked_by"] == "sales_manager":
        return "sales_manager" if facts["sales_manager_known"] else "undecided"  # L6
    return "company"


def test_every_combination_is_what_the_requirements_say():
    """Bearer by the oracle; manufacturing cost or expense by the type alone (L5)."""
    count = 0
    for facts in all_facts():
        outcome = decide(**facts).outcome
        bearer = oracle(facts)
        assert outcome["bearer"] == bearer, facts
        if bearer == "company":
            expected = facts["cost_type"] in MANUFACTURING
            assert (outcome["treatment"] == "manufacturing") is expected, facts
        count += 1
    assert count == 82_944


def test_every_answer_is_one_that_the_books_know():
    """A treatment that its bearer allows, for each rule that is shipped."""
    shipped = [rule for rule in PACK.pack.rules if rule.decision == COST_LIABILITY.name]
    assert {rule.outcome["bearer"] for rule in shipped} == set(BEARERS)
    for rule in shipped:
        bearer, treatment = rule.outcome["bearer"], rule.outcome["treatment"]
        assert treatment in TREATMENTS_OF[bearer], rule.name
        assert rule.requirement, rule.name
        if bearer == "undecided":
            assert rule.remedy, f"{rule.name}: says what to do"


@pytest.mark.parametrize("cost_type", COST_TYPES)
def test_no_cost_is_left_without_an_answer(cost_type):
    decision = decide(cost_type=cost_type)
    assert decision.is_match
    assert (decision.outcome["treatment"] == "manufacturing") is (
        cost_type in MANUFACTURING
    )


@pytest.mark.parametrize("cost_type", ON_THE_ROAD)
def test_what_the_sales_manager_bears_is_a_receivable(cost_type):
    decision = decide(cost_type=cost_type, worked_by="sales_manager")
    assert decision.outcome["treatment"] == "receivable"


def test_the_reason_speaks_of_amounts_and_days():
    agreed = decide(misuse=True, **AGREED)
    assert agreed.reason.endswith("agreed to pay 80.00 EUR in total.")
    late = decide(**BUILT, dealer_result="open", dealer_overdue_days=9)
    assert "is 9 days late; more than 3 days count as not handled" in late.reason


def test_only_inspections_keep_people_from_saying_otherwise():
    for facts in (
        INSTALLED,
        {**INSTALLED, "test_result": "asked"},
        {"joint_inspection": "asked"},
    ):
        assert decide(**facts).outcome["inspection_first"] is True
    for facts in ({}, FAILED, {"complaint_type": None}, {"misuse": True}):
        assert decide(**facts).outcome["inspection_first"] is False
