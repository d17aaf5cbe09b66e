"""Every door of complaints, tried by every role over RPC: see rpc_complaint_doors.py."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from rpc_callers import (
    assert_callers,
    assert_kept_from_foreign,
    assert_wizard,
    build_world,
    named,
)
from rpc_complaint_doors import (
    ARGUMENTS,
    CREATES,
    ERROR,
    FORGED,
    KEPT,
    METHODS,
    NO,
    OK,
    OTHERS,
    ROLES,
    TICKET,
    WIZARDS,
    WRITES,
)
from rpc_complaint_world import WORLD

UPLOADS = "/my/complaint/{}/photos"


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, int]:
    return build_world(workshop, odoo_server, WORLD, log="test-rpc-complaint-world")


@pytest.mark.parametrize(
    ("model", "method"), METHODS, ids=[".".join(door) for door in METHODS]
)
def test_who_may_call(model, method, call, ids):
    target, expected = METHODS[model, method]
    args = [[ids[target]], *ARGUMENTS.get((model, method), [])]
    assert_callers(call, ROLES, (model, method), args, expected)


@pytest.mark.parametrize(
    ("model", "method"), WIZARDS, ids=[".".join(door) for door in WIZARDS]
)
def test_who_may_answer_a_wizard(model, method, call, ids, clients):
    """Fields of a wizard are wishes; one that somebody else filled in is not theirs."""
    assert_wizard(
        call,
        clients["admin"],
        ids,
        ROLES,
        (model, method),
        WIZARDS[model, method],
        ("portal", "internal", "warehouse", "helpdesk", "agent", "foreign"),
        # theirs: of what they may read
        harmless=model == "aftersales.complaint.register",
    )


@pytest.mark.parametrize(("model", "target"), OTHERS)
def test_another_company_sees_and_changes_nothing(model, target, call, ids):
    """Not who may do everything there, and not with a forged choice of companies."""
    assert_kept_from_foreign(call, ids, model, ids[target])


@pytest.mark.parametrize(
    ("model", "target", "values", "allowed"),
    WRITES,
    ids=[f"{row[0]}:{','.join(row[2])}" for row in WRITES],
)
def test_what_follows_cannot_be_written(model, target, values, allowed, call, ids):
    record = [ids[target]]
    values = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    forged = {"su": True, "sudo": True, "active_test": False, "tracking_disable": True}
    for context in ({}, forged) if allowed else (forged,):
        seen = {
            role: call(role, model, "write", [record, values], context)
            for role in ROLES
        }
        kinds = {role: kind for role, (kind, _answer) in seen.items()}
        assert {role for role, kind in kinds.items() if kind == OK} == set(allowed), (
            kinds
        )
        assert set(kinds.values()) <= {OK, NO, ERROR}, seen


@pytest.mark.parametrize(
    ("model", "values", "allowed"), CREATES, ids=[row[0] for row in CREATES]
)
def test_who_may_create(model, values, allowed, call, ids):
    real = named(values, ids)
    seen = {role: call(role, model, "create", [[real]]) for role in ROLES}
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    assert {role for role, kind in kinds.items() if kind == OK} == allowed, seen
    assert set(kinds.values()) <= {OK, NO, ERROR}, seen


@pytest.mark.parametrize(("model", "target"), KEPT)
def test_nobody_deletes_what_was_done(model, target, call, ids):
    context = {"_force_unlink": True, "active_test": False}
    kinds = {
        role: call(role, model, "unlink", [[ids[target]]], context)[0]
        for role in (*ROLES, "admin")
    }
    assert set(kinds.values()) <= {NO, ERROR}, kinds


@pytest.mark.parametrize(
    ("role", "model", "values", "forged"), FORGED, ids=[row[1] for row in FORGED]
)
def test_forged_defaults_fill_in_nothing(
    role, model, values, forged, call, ids, clients
):
    context = {f"default_{name}": value for name, value in forged.items()}
    kind, made = call(role, model, "create", [named(values, ids)], context)
    assert kind == OK, made
    (record,) = clients["admin"].call(model, "read", [made], list(forged))
    for name, value in forged.items():
        assert record[name] != value, record


# ------------------------------------------------------------------- what is read


def test_customers_read_nothing_internal(call, ids):
    """Of their own ticket they read what any ticket shows; of others nothing."""
    for role, own, other in (
        ("portal", "complaint", "of_rival"),
        ("neighbour", "of_rival", "complaint"),
    ):
        assert call(role, TICKET, "read", [[ids[own]], ["name"]])[0] == OK
        assert call(role, TICKET, "read", [[ids[other]], ["name"]])[0] == NO
        kind, names = call(role, TICKET, "fields_get", [[], ["type"]])
        assert kind == OK
        internal = [
            name for name in names if name.startswith(("complaint_", "aftersales_"))
        ]
        assert not internal
        for name in ("complaint_severity", "is_complaint", "complaint_state"):
            assert call(role, TICKET, "read", [[ids[own]], [name]])[0] == NO, name
            domain = [(name, "!=", False)]
            assert call(role, TICKET, "search", [domain])[0] == NO, name
        for model in {model for model, _target in OTHERS} - {TICKET}:
            assert call(role, model, "search", [[]])[0] == NO, model
        assert call(role, "ir.attachment", "read", [[ids["secret"]], ["raw"]])[0] == NO


def test_investigators_see_their_questions_and_nothing_else(call, ids):
    """Not the complaint, nor what others are asked (U6)."""
    model = "aftersales.complaint.inquiry"
    seen = {
        role: set(call(role, model, "search", [[]])[1])
        for role in ("investigator", "bystander", "inspector")
    }
    assert ids["inquiry"] in seen["investigator"]
    assert ids["inquiry_quality"] not in seen["investigator"]
    assert not seen["bystander"]
    assert ids["inquiry_quality"] in seen["inspector"]
    assert not seen["inspector"] & seen["investigator"]
    closed = {each for each, _target in OTHERS} - {
        model,
        "aftersales.department",
        "aftersales.office",
        "aftersales.complaint.dispute",
        "aftersales.care.contact",
        "aftersales.clock",
        TICKET,
    }
    for role in ("investigator", "bystander"):
        for other in closed | {"aftersales.breakage", "aftersales.care.plan"}:
            assert call(role, other, "search", [[]])[0] == NO, (role, other)
        for other in (
            TICKET,
            "aftersales.clock",
            "aftersales.complaint.dispute",
            "aftersales.care.contact",
        ):
            assert call(role, other, "search", [[]]) == (OK, []), (role, other)
        args = [[ids["complaint"]], ["complaint_number"]]
        assert call(role, TICKET, "read", args)[0] == NO


def test_dialogs_of_others_are_not_read(call, ids):
    """What is typed during a call, or exported, is read by whoever did so."""
    values = {"company_id": ids["company"], "text": "Secret"}
    kind, mine = call("agent", "aftersales.complaint.phone", "create", [values])
    assert kind == OK, mine
    for role in ("complaint_manager", "general_manager", "foreign"):
        args = [[mine], ["text"]]
        assert call(role, "aftersales.complaint.phone", "read", args)[0] == NO, role


def test_files_of_others_are_not_taken_over(call, ids):
    """An attachment is linked by whoever may read it, whatever a wizard is sent."""
    link = [(4, ids["secret"])]
    for role, model, target, name in (
        ("investigator", "aftersales.complaint.inquiry", "inquiry", "answer_file_ids"),
        ("internal", "aftersales.complaint.dispute", "dispute", "document_ids"),
    ):
        args = [[ids[target]], {name: link}]
        assert call(role, model, "write", args)[0] in (NO, ERROR), model


def test_uploads_take_the_customers_own_ticket_or_its_token(odoo_server, clients, ids):
    """Whoever may not see the ticket is sent away, and reads nothing of it."""
    for role in ("neighbour",):
        page = clients[role].get(UPLOADS.format(ids["complaint"]))
        assert b"It broke" not in page
    path = odoo_server.url + UPLOADS.format(ids["complaint"])
    for token in ("", "?access_token=x", "?access_token=%27%20OR%201=1"):
        with urllib.request.urlopen(path + token, timeout=60) as answer:
            assert b"It broke" not in answer.read()
    page = clients["portal"].get(
        UPLOADS.format(ids["complaint"]) + "?sent=" + "9" * 5000
    )
    assert b"It broke" in page or b"photos" in page


def test_closing_on_the_portal_closes_no_complaint(clients, ids):
    path = f"/ticket/close?stage_id=1&ticket_id={ids['complaint']}"
    for role in ("portal", "neighbour"):
        try:
            clients[role].get(path)
        except urllib.error.HTTPError as error:
            assert error.code in (400, 403, 404)
    (ticket,) = clients["admin"].call(
        TICKET, "read", [ids["complaint"]], ["complaint_state", "closed"]
    )
    assert ticket["complaint_state"] != "closed" and not ticket["closed"]
