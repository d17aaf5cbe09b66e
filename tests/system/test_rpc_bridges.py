"""Every door of the bridges to expenses and timesheets, tried by every role over RPC.

Who may do what stands in rpc_bridge_doors.py; the people and their papers come from
rpc_bridge_world.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from rpc_bridge_doors import (
    CREATES,
    EXPENSE,
    HOURS,
    METHODS,
    READERS,
    ROLES,
    WRITES,
)
from rpc_bridge_world import DOORS, WORLD
from rpc_callers import assert_callers, build_world, named
from rpc_doors import ERROR, NO, OK

FORGED = {
    "su": True,
    "sudo": True,
    "uid": 1,
    "active_test": False,
    "tracking_disable": True,
}


@pytest.fixture(scope="module")
def odoo_server(workshop, new_database):
    """A served Odoo with expenses, timesheets and the bridges to them."""
    from workbench.serve import Server

    database = new_database(workshop.bridged())
    with Server(workshop, database, first_port=18069) as server:
        yield server


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, Any]:
    return build_world(workshop, odoo_server, WORLD, log="test-rpc-bridge-world")


def test_every_public_method_is_in_the_table(workshop, odoo_server, ids):
    workshop.shell(odoo_server.database, DOORS, log="test-rpc-bridge-doors")
    query = "SELECT value FROM ir_config_parameter WHERE key = 'test_rpc.doors'"
    found = json.loads(workshop.sql(query, odoo_server.database))
    assert {tuple(door) for door in found} == set(METHODS)


@pytest.mark.parametrize(
    ("door", "target", "expected"),
    [(door, *row) for door, rows in METHODS.items() for row in rows],
    ids=[row[0] for rows in METHODS.values() for row in rows],
)
def test_who_may_call(door, target, expected, call, ids):
    assert_callers(call, ROLES, door, [[ids[target]]], expected)


@pytest.mark.parametrize(("model", "target", "readers"), READERS)
def test_who_reads(model, target, readers, call, ids):
    """An accountant for service costs reads what was spent on complaints, no more."""
    kinds = {
        role: call(role, model, "read", [[ids[target]], ["name"]])[0] for role in ROLES
    }
    assert {role for role, kind in kinds.items() if kind == OK} == readers, kinds
    assert set(kinds.values()) <= {OK, NO}, kinds


@pytest.mark.parametrize(
    ("model", "target", "values", "allowed"),
    WRITES,
    ids=[f"{row[1]}:{row[2]}" for row in WRITES],
)
def test_who_says_what_it_was_for(model, target, values, allowed, call, ids):
    """After-sales and accountants, of papers that they may write; nobody else."""

    def admin(method, args):
        return call("admin", model, method, args)

    names = list(values)
    before = admin("read", [[ids[target]], names])[1][0]
    for context in ({}, FORGED):
        kinds = {}
        for role in ROLES:
            kind, _answer = call(
                role, model, "write", [[ids[target]], named(values, ids)], context
            )
            [after] = admin("read", [[ids[target]], names])[1]
            kinds[role] = kind if kind != OK or after != before else "nothing"
            if after != before:
                assert role in allowed, (role, after)
                admin("write", [[ids[target]], {name: False for name in names}])
        assert {role for role, kind in kinds.items() if kind == OK} == allowed, kinds
        assert set(kinds.values()) <= {OK, NO, ERROR, "nothing"}, kinds


@pytest.mark.parametrize(
    ("model", "values", "allowed"),
    CREATES,
    ids=[f"{row[0]}:{row[1]}" for row in CREATES],
)
def test_who_hands_in_for_a_complaint(model, values, allowed, call, ids):
    """Each role for itself; a default in the context says nothing either."""
    kinds = {}
    for role in ROLES:
        vals = own_paper(model, role, ids)
        kinds[role], made = call(
            role, model, "create", [[{**vals, **named(values, ids)}]], FORGED
        )
        context = {f"default_{name}": ids[value] for name, value in values.items()}
        kind, made = call(role, model, "create", [[vals]], context)
        if kind == OK and role != "public":
            [record] = call(role, model, "read", [made, ["complaint_id"]])[1]
            assert not record["complaint_id"], (role, record)
    assert {role for role, kind in kinds.items() if kind == OK} == allowed, kinds
    assert set(kinds.values()) <= {OK, NO, ERROR}, kinds


def own_paper(model, role, ids):
    employee = ids.get(f"employee_{role}", ids["employee_both"])
    if model == EXPENSE:
        return {
            "name": "Taxi",
            "employee_id": employee,
            "product_id": ids["hotel"],
            "total_amount_currency": 10.0,
        }
    return {
        "name": "Cutting",
        "employee_id": employee,
        "project_id": ids["project"],
        "unit_amount": 1.0,
    }


@pytest.mark.parametrize(
    ("model", "target"), [(EXPENSE, "workers_expense"), (HOURS, "workers_hours")]
)
def test_papers_of_a_complaint_are_not_taken_over(model, target, call, ids):
    """Who may read a paper for its cost neither rewrites nor deletes it."""
    for role in (
        "portal",
        "internal",
        "reader",
        "agent",
        "both",
        "accountant",
        "foreign",
    ):
        for method, args in (
            ("write", [[ids[target]], {"name": "x"}]),
            ("unlink", [[ids[target]]]),
        ):
            kind, answer = call(role, model, method, args, FORGED)
            assert kind in (NO, ERROR), (role, method, answer)


def test_customers_read_nothing_of_it(call, ids):
    """No paper, and no field that says that there are costs."""
    for model in (EXPENSE, HOURS):
        assert call("portal", model, "search", [[("complaint_id", "!=", False)]])[
            0
        ] in (NO, "ValueError")
        kind, names = call("portal", model, "fields_get", [[], ["type"]])
        assert kind == NO or not {"complaint_id", "source_cost_count"} & set(names)
