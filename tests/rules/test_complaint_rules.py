"""What the shipped rules say about complaints: type, severity, urgency, routing."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

import rules
from rules.catalogue.complaint import COMPLAINT_TYPES
from rules.catalogue.complaint_classification import (
    ComplaintSeverityFacts,
    ComplaintTypeFacts,
    ComplaintUrgencyFacts,
)
from rules.catalogue.complaint_routing import ComplaintRoutingFacts

ON = date(2026, 11, 23)
PACKS = Path(rules.__file__).resolve().parents[1] / "data" / "packs"
PACK = rules.compile_pack(
    rules.load_pack_parts(
        part.read_bytes() for part in sorted(PACKS.glob("default*.json"))
    )
)


def decide(decision, facts):
    return PACK.decide(decision, facts, on=ON)


# ------------------------------------------------------------------------ type


@pytest.mark.parametrize(
    ("facts", "kind", "quality", "rule"),
    [
        ({}, "other", False, "type_other"),
        ({"quantity_words": "missing"}, "quantity", False, "type_quantity_words"),
        ({"delivery_time_words": "迟交"}, "delivery_time", False, None),
        ({"transport_damage_words": "运输破损"}, "transport_damage", False, None),
        ({"construction_words": "施工"}, "construction", False, None),
        ({"product_quality_words": "cracked"}, "product_quality", True, None),
        ({"sales_service_words": "rude"}, "sales_service", False, None),
        ({"maintenance_service_words": "维修"}, "maintenance_service", False, None),
        ({"delivery_problem": "damaged"}, "transport_damage", False, None),
        ({"delivery_problem": "late"}, "delivery_time", False, None),
        ({"delivery_problem": "lost"}, "quantity", False, None),
        ({"delivery_problem": "other"}, "other", False, "type_other"),
        ({"has_lot": True}, "product_quality", True, "type_lot_named"),
        ({"has_lot": True, "quantity_words": "short"}, "quantity", False, None),
        # a reported delivery problem says more than words
        (
            {"delivery_problem": "late", "product_quality_words": "broken"},
            "delivery_time",
            False,
            "type_goods_late",
        ),
    ],
)
def test_type_follows_from_delivery_problem_then_words_then_lot(
    facts, kind, quality, rule
):
    decision = decide("complaint_type", ComplaintTypeFacts(**facts))
    assert decision.outcome == {"complaint_type": kind, "quality_related": quality}
    assert rule is None or decision.rule == rule


def test_every_type_can_be_answered():
    """No type that only a person could give."""
    said = {rule.outcome["complaint_type"] for rule in PACK.rules_for("complaint_type")}
    assert said == set(COMPLAINT_TYPES)


def test_reason_of_a_type_quotes_the_words():
    facts = ComplaintTypeFacts(product_quality_words="cracked, 开裂")
    decision = decide("complaint_type", facts)
    assert decision.reason == (
        "The customer speaks of the quality of the product: cracked, 开裂."
    )
    (chinese,) = PACK.render(decision, "zh_CN")
    assert chinese.reason == "客户提及产品质量：cracked, 开裂。"


# -------------------------------------------------------------------- severity

MAJOR = [
    {"compensation_asked": True},
    {"compensation_words": "赔偿"},
    {"safety": True},
    {"safety_words": "injured"},
    {"damage_amount": Decimal("10000.00")},
    {"unsolvable": True},
    {"strong_feeling": True},
    {"publicity_words": "媒体"},
    {"complaint_round": 3},
]
"""Each of these alone makes a complaint major (C3)."""
GENERAL = {
    "compensation_asked": False,
    "safety": False,
    "damage_amount": Decimal("9999.99"),
    "unsolvable": False,
    "strong_feeling": False,
    "complaint_round": 2,
}


def severity(facts):
    return decide("complaint_severity", ComplaintSeverityFacts(**facts)).outcome


def test_any_cause_of_c3_makes_it_major_and_nothing_else_does():
    assert severity({}) == severity(GENERAL) == {"severity": "general"}
    for count in (1, 2, len(MAJOR)):
        for chosen in combinations(MAJOR, count):
            facts = dict(GENERAL)
            for cause in chosen:
                facts |= cause
            assert severity(facts) == {"severity": "major"}, facts


@pytest.mark.parametrize("kind", COMPLAINT_TYPES)
def test_type_and_tier_alone_make_nothing_major(kind):
    facts = {"complaint_type": kind, "quality_related": True, "tier": "key"}
    assert severity(facts) == {"severity": "general"}


# --------------------------------------------------------------------- urgency


@pytest.mark.parametrize(
    ("facts", "urgency"),
    [
        ({}, "normal"),
        ({"after_hours": True}, "normal"),
        ({"rating": "urgent"}, "urgent"),
        ({"rating": "normal", "urgent_words": "立即"}, "normal"),
        ({"urgent_words": "at once"}, "urgent"),
        ({"rating": "normal", "safety": True}, "urgent"),
        ({"rating": "normal", "safety_words": "伤人"}, "urgent"),
        ({"severity": "major"}, "normal"),
    ],
)
def test_receiver_rates_urgency_except_where_people_are_in_danger(facts, urgency):
    facts = ComplaintUrgencyFacts(**facts)
    assert decide("complaint_urgency", facts).outcome == {"urgency": urgency}


# --------------------------------------------------------- routing, escalation


@pytest.mark.parametrize(
    ("facts", "department", "recipient", "at_once", "asked"),
    [
        ({"complaint_type": "sales_service"}, "sales", "salesperson", False, ()),
        (
            {"complaint_type": "sales_service", "severity": "major"},
            "sales",
            "manager",
            True,
            (),
        ),
        ({"complaint_type": "maintenance_service"}, "sales", "manager", False, ()),
        (
            {"complaint_type": "maintenance_service", "severity": "major"},
            "management",
            "manager",
            True,
            (),
        ),
        (
            {"complaint_type": "product_quality", "quality_related": True},
            "quality",
            "manager",
            False,
            ("production", "technical"),
        ),
        (
            {"quality_related": True, "severity": "major", "office_kind": "branch"},
            "quality",
            "manager",
            True,
            ("production", "technical"),
        ),
        (
            {"complaint_type": "product_quality", "quality_related": False},
            "aftersales",
            "manager",
            False,
            (),
        ),
        (
            {"complaint_type": "quantity", "office_kind": "external"},
            "sales",
            "office",
            False,
            (),
        ),
        (
            {"complaint_type": "other", "office_kind": "branch", "severity": "major"},
            "sales",
            "office",
            True,
            (),
        ),
        (
            {"complaint_type": "quantity", "office_kind": "head"},
            "aftersales",
            "manager",
            False,
            (),
        ),
        ({"severity": "major"}, "aftersales", "manager", True, ()),
        ({}, "aftersales", "manager", False, ()),
    ],
)
def test_routing_by_type_severity_and_office(
    facts, department, recipient, at_once, asked
):
    outcome = decide("complaint_routing", ComplaintRoutingFacts(**facts)).outcome
    assert outcome["department"] == department
    assert outcome["recipient"] == recipient
    assert outcome["at_once"] is at_once
    names = ("quality", "production", "technical")
    assert tuple(name for name in names if outcome[f"ask_{name}"]) == asked


@pytest.mark.parametrize(
    ("facts", "alerts"),
    [
        ({}, []),
        ({"severity": "major"}, [("management", 30)]),
        ({"urgency": "urgent"}, []),
        ({"urgency": "normal", "after_hours": True}, []),
        ({"urgency": "urgent", "after_hours": True}, [("on_call", 30)]),
        (
            {"severity": "major", "urgency": "urgent", "after_hours": True},
            [("management", 30), ("on_call", 30)],
        ),
    ],
)
def test_major_is_told_to_the_general_manager_and_urgent_at_night_on_call(
    facts, alerts
):
    outcomes = decide("complaint_escalation", ComplaintRoutingFacts(**facts)).outcomes
    assert [(each["alert"], each["minutes"]) for each in outcomes] == alerts
