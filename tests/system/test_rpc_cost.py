"""Every door of service costs and their books, tried by every role over RPC.

Who may do what stands in rpc_cost_doors.py; the people and their records come from
rpc_cost_world.py. A public method or a model that is not in the table fails the first
tests: whoever adds one says who may call it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from rpc_callers import (
    assert_callers,
    assert_kept_from_foreign,
    assert_wizard,
    build_world,
    named,
)
from rpc_complaint_doors import METHODS as COMPLAINT_METHODS
from rpc_cost_doors import (
    CREATES,
    ERROR,
    FORGED,
    KEPT,
    METHODS,
    NO,
    OK,
    OTHERS,
    READERS,
    ROLES,
    WIZARDS,
    WRITES,
)
from rpc_cost_world import DOORS, WORLD


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, Any]:
    return build_world(workshop, odoo_server, WORLD, log="test-rpc-cost-world")


@pytest.fixture(scope="module")
def doors(workshop, odoo_server, ids) -> dict[str, Any]:
    """Public methods and stored models of ours around costs, as the server has them."""
    workshop.shell(odoo_server.database, DOORS, log="test-rpc-cost-doors")
    query = "SELECT value FROM ir_config_parameter WHERE key = 'test_rpc.doors'"
    return json.loads(workshop.sql(query, odoo_server.database))


def test_every_public_method_is_in_the_table(doors):
    known = {*METHODS, *WIZARDS, *COMPLAINT_METHODS}
    assert {tuple(door) for door in doors["methods"]} - known == set()


def test_every_model_is_in_the_table(doors):
    known = {model for model, *_rest in OTHERS}
    assert set(doors["models"]) - known == set()


@pytest.mark.parametrize(
    ("model", "method"), METHODS, ids=[".".join(door) for door in METHODS]
)
def test_who_may_call(model, method, call, ids):
    target, expected = METHODS[model, method]
    args = [[ids[target]]] if target else []
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
        ("portal", "internal", "bookkeeper", "reader", "foreign"),
    )


@pytest.mark.parametrize(("model", "target"), OTHERS, ids=[row[0] for row in OTHERS])
def test_another_company_sees_and_changes_nothing(model, target, call, ids):
    """Not an accountant of another one, and not with a forged choice of companies."""
    assert_kept_from_foreign(call, ids, model, ids[target])


@pytest.mark.parametrize(("model", "target"), OTHERS, ids=[row[0] for row in OTHERS])
def test_who_reads(model, target, call, ids):
    record = ids[target]
    expected = READERS[model]
    seen = {}
    for role in ROLES:
        kind, answer = call(role, model, "read", [[record], ["display_name"]])
        seen[role] = kind == OK and role != "public"
        assert kind in (OK, NO, ERROR), (role, kind, answer)
    assert {role for role, may in seen.items() if may} == set(expected)


@pytest.mark.parametrize(
    ("model", "target", "values", "allowed"),
    WRITES,
    ids=[f"{row[0]}:{row[1]}:{','.join(row[2])}" for row in WRITES],
)
def test_what_follows_cannot_be_written(model, target, values, allowed, call, ids):
    record = [ids[target]]
    values = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    forged = {
        "su": True,
        "sudo": True,
        "active_test": False,
        "tracking_disable": True,
        "aftersales_settling": True,
        "aftersales_splitting": True,
        "uid": 1,
    }
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
    ("model", "values", "allowed"),
    CREATES,
    ids=[f"{row[0]}:{','.join(row[1])}" for row in CREATES],
)
def test_who_may_create(model, values, allowed, call, ids):
    real = named(values, ids)
    seen = {role: call(role, model, "create", [[real]]) for role in ROLES}
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    assert {role for role, kind in kinds.items() if kind == OK} == set(allowed), seen
    assert set(kinds.values()) <= {OK, NO, ERROR}, seen


@pytest.mark.parametrize(("model", "target"), KEPT)
def test_nobody_deletes_what_was_done(model, target, call, ids):
    context = {"_force_unlink": True, "force_delete": True, "active_test": False}
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


# ------------------------------------------------------- through Odoo's own documents


@pytest.mark.parametrize("method", ["button_draft", "button_cancel", "unlink"])
@pytest.mark.parametrize("target", ["entry", "invoice"])
def test_documents_of_postings_are_not_undone_in_accounting(method, target, call, ids):
    """Not by whoever may do everything there: the way back is a reversal."""
    context = {"force_delete": True, "tracking_disable": True}
    for role in ("bookkeeper", "chief", "accountant", "admin"):
        kind, answer = call(role, "account.move", method, [[ids[target]]], context)
        assert kind in (NO, ERROR), (role, kind, answer)
    (move,) = call("chief", "account.move", "read", [[ids[target]], ["state"]])[1]
    assert move["state"] == "posted"


def test_customers_read_nothing_of_costs(call, ids):
    """Nor that there are any: no model, no field of their own ticket, no attachment."""
    for model, _target in OTHERS:
        assert call("portal", model, "search", [[]])[0] == NO, model
    kind, names = call("portal", "helpdesk.ticket", "fields_get", [[], ["type"]])
    assert kind == OK
    assert not [name for name in names if "cost" in name]
    kind, found = call("portal", "ir.attachment", "read", [[ids["receipt"]], ["raw"]])
    assert kind == NO, found
