"""The shipped path of an investigation: what is examined next (C9, C14)."""

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

import rules
from rules.catalogue.investigation import INVESTIGATION_PATH, STEPS, InvestigationFacts

ON = date(2026, 11, 23)
PACKS = Path(rules.__file__).resolve().parents[1] / "data" / "packs"
PACK = rules.compile_pack(
    rules.load_pack_parts(
        part.read_bytes() for part in sorted(PACKS.glob("default*.json"))
    )
)
QUALITY = {"quality_related": True, "recalled": False, "misuse": False}
STOCK = {"lot": "L-1", "stock_quantity": Decimal(5), "stock_places": 1}
FAULTY = {**STOCK, "stock_inspection": "fault"}
OUT = {"delivered_quantity": Decimal(9), "recall_open_quantity": Decimal(4)}
LOST = {"piece_unavailable": True}


def decide(facts):
    return PACK.decide(INVESTIGATION_PATH.name, InvestigationFacts.of(**facts), on=ON)


@pytest.mark.parametrize(
    ("facts", "step", "rule"),
    [
        ({"quality_related": None}, "none", "investigate_unclassified"),
        ({"quality_related": False}, "none", "investigate_not_quality"),
        ({"quality_related": False, **STOCK}, "none", "investigate_not_quality"),
        ({"misuse": True, **STOCK}, "guide", "investigate_misuse"),
        ({"misuse": True, "quality_related": False}, "guide", "investigate_misuse"),
        ({"final_judgement": "misuse"}, "guide", "investigate_misuse"),
        # stock of the same lot is looked at first
        (STOCK, "inspect_stock", "investigate_stock"),
        ({**STOCK, "stock_inspection": "asked"}, "wait", "investigate_stock_asked"),
        ({**FAULTY, **OUT}, "recall", "investigate_recall"),
        ({**FAULTY, **OUT, "recalled": True}, "settle", "investigate_fault"),
        (
            {**FAULTY, **OUT, "recall_open_quantity": Decimal(0)},
            "settle",
            "investigate_fault",
        ),
        (
            {**STOCK, "stock_inspection": "no_fault"},
            "settle",
            "investigate_stock_clear",
        ),
        # stock that leaves it open, and no stock: photos and the piece
        (
            {**STOCK, "stock_inspection": "unclear"},
            "ask_photos_and_piece",
            "investigate_ask_evidence",
        ),
        ({}, "ask_photos_and_piece", "investigate_ask_evidence"),
        (
            {**STOCK, "stock_quantity": Decimal(0)},
            "ask_photos_and_piece",
            "investigate_ask_evidence",
        ),
        ({"evidence_asked": True}, "wait", "investigate_evidence_asked"),
        ({"evidence_asked": True, "photos": 2}, "judge_photos", "investigate_photos"),
        (
            {"photos": 2, "preliminary_judgement": "asked"},
            "wait",
            "investigate_judging",
        ),
        # the judgement from photos is preliminary, the test of the piece final
        (
            {"photos": 2, "preliminary_judgement": "fault", "evidence_asked": True},
            "wait",
            "investigate_evidence_asked",
        ),
        ({"piece_returned": True}, "test_piece", "investigate_test"),
        (
            {"piece_returned": True, "test_result": "asked"},
            "wait",
            "investigate_test_asked",
        ),
        (
            {"test_result": "fault", "final_judgement": "fault"},
            "settle",
            "investigate_fault",
        ),
        ({"test_result": "no_fault"}, "settle", "investigate_no_fault"),
        # installed and no clear fault: together with the customer, before anything
        (
            {"test_result": "no_fault", "installed": True},
            "joint_inspection",
            "investigate_joint",
        ),
        (
            {"test_result": "unclear", "installed": True, "joint_inspection": "asked"},
            "wait",
            "investigate_joint_asked",
        ),
        (
            {
                "test_result": "unclear",
                "installed": True,
                "joint_inspection": "no_fault",
            },
            "settle",
            "investigate_no_fault",
        ),
        # a piece that nobody can send
        (
            {**LOST, "preliminary_judgement": "fault"},
            "settle",
            "investigate_piece_lost_fault",
        ),
        (
            {**LOST, "preliminary_judgement": "unclear", "installed": True},
            "joint_inspection",
            "investigate_piece_lost_installed",
        ),
        (
            {**LOST, "preliminary_judgement": "unclear", "installed": False},
            "settle",
            "investigate_piece_lost",
        ),
        ({**LOST, "photos": 1}, "judge_photos", "investigate_photos"),
    ],
)
def test_path(facts, step, rule):
    decision = decide({**QUALITY, **facts})
    assert (decision.outcome["step"], decision.rule) == (step, rule)


def test_every_rule_is_reached():
    """The table above knows each rule of the path."""
    marks = test_path.pytestmark
    reached = {row[2] for mark in marks for row in mark.args[1]}
    rules_of = {
        rule.name
        for rule in PACK.pack.rules
        if rule.decision == INVESTIGATION_PATH.name
    }
    assert reached == rules_of


def test_no_combination_is_left_without_an_answer():
    """Whatever is known, something is said, and it is one of the steps."""
    choices = {
        "quality_related": (None, True, False),
        "misuse": (False, True),
        "installed": (False, True),
        "stock_quantity": (None, Decimal(0), Decimal(3)),
        "stock_inspection": (None, "asked", "fault", "unclear"),
        "photos": (0, 2),
        "evidence_asked": (False, True),
        "piece_returned": (False, True),
        "preliminary_judgement": (None, "asked", "misuse"),
        "test_result": (None, "asked", "unclear"),
    }
    seen = set()
    for values in product(*choices.values()):
        facts = dict(zip(choices, values, strict=True))
        seen.add(decide({"recalled": False, **facts}).outcome["step"])
    assert seen <= STEPS.keys()
    assert {"none", "wait", "guide", "inspect_stock", "test_piece"} <= seen


def test_only_inside_questions_have_a_department():
    """What goes to the customer or moves goods waits for a person."""
    asked = {"inspect_stock", "judge_photos", "test_piece", "joint_inspection"}
    for rule in PACK.pack.rules:
        if rule.decision == INVESTIGATION_PATH.name:
            has = rule.outcome.get("department") is not None
            assert has == (rule.outcome["step"] in asked), rule.name
