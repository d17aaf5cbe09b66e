"""Every door of rules, their drafts, trial runs and the audit trail, tried by every role.

Who may do what stands in rpc_rule_doors.py; the people and their records come from
rpc_rule_world.py. A model that is not in the table fails the first test, a public method
that is not in it fails the one of test_rpc.py.
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
)
from rpc_rule_doors import (
    ARGUMENTS,
    CREATES,
    ERROR,
    FORGED,
    KEPT,
    METHODS,
    NO,
    OK,
    OTHERS,
    PRIVATE,
    READERS,
    ROLES,
    SHARED,
    WIZARDS,
    WRITES,
)
from rpc_rule_world import MODELS, WORLD


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, Any]:
    return build_world(workshop, odoo_server, WORLD, log="test-rpc-rule-world")


def real(value: Any, ids: dict[str, int]) -> Any:
    """A value in which names of ids are those ids, in commands as well."""
    if isinstance(value, dict):
        return {name: real(each, ids) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [real(each, ids) for each in value]
    return ids.get(value, value) if isinstance(value, str) else value


def test_every_model_is_in_the_table(workshop, odoo_server, ids):
    workshop.shell(odoo_server.database, MODELS, log="test-rpc-rule-models")
    query = "SELECT value FROM ir_config_parameter WHERE key = 'test_rpc.models'"
    models = json.loads(workshop.sql(query, odoo_server.database))
    assert set(models) - {model for model, _target in (*OTHERS, *SHARED)} == set()


@pytest.mark.parametrize(
    ("model", "target"), [*OTHERS, *SHARED], ids=lambda value: str(value)
)
def test_who_reads(model, target, call, ids):
    seen = {}
    for role in ROLES:
        kind, answer = call(role, model, "read", [[ids[target]], ["display_name"]])
        seen[role] = kind == OK and role != "public"
        assert kind in (OK, NO, ERROR), (role, kind, answer)
    assert {role for role, may in seen.items() if may} == READERS[model]


@pytest.mark.parametrize(("model", "target"), OTHERS, ids=lambda value: str(value))
def test_another_company_sees_and_changes_nothing(model, target, call, ids):
    """Not who administers its rules, and not with a forged choice of companies."""
    assert_kept_from_foreign(call, ids, model, ids[target])


@pytest.mark.parametrize(
    ("model", "method"), METHODS, ids=[".".join(door) for door in METHODS]
)
def test_another_company_forges_its_way_to_no_door(model, method, call, ids):
    """Naming the other company in the context opens nothing."""
    target, expected = METHODS[model, method]
    if expected.get("foreign", NO) != NO:
        return
    args = [[ids[target]], *ARGUMENTS.get((model, method), [])]
    context = {"allowed_company_ids": [ids["company"], ids["other"]], "su": True}
    kind, answer = call("foreign", model, method, args, context)
    assert kind == NO, (kind, answer)


@pytest.mark.parametrize(
    ("model", "target", "values", "allowed"),
    WRITES,
    ids=[f"{row[0]}:{row[1]}:{','.join(row[2])}" for row in WRITES],
)
def test_what_follows_cannot_be_written(model, target, values, allowed, call, ids):
    record, values = [ids[target]], real(values, ids)
    forged = {"su": True, "sudo": True, "uid": 1, "tracking_disable": True}
    for context in ({}, forged) if allowed else (forged,):
        seen = {
            role: call(role, model, "write", [record, values], context)
            for role in ROLES
        }
        kinds = {role: kind for role, (kind, _answer) in seen.items()}
        assert {role for role, kind in kinds.items() if kind == OK} == allowed, seen
        assert set(kinds.values()) <= {OK, NO, ERROR}, seen


@pytest.mark.parametrize(
    ("model", "values", "allowed"),
    CREATES,
    ids=[f"{row[0]}:{row[1]}" for row in CREATES],
)
def test_who_may_create(model, values, allowed, call, ids, clients):
    values = real(values, ids)
    seen = {role: call(role, model, "create", [[values]]) for role in ROLES}
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    assert {role for role, kind in kinds.items() if kind == OK} == allowed, seen
    assert set(kinds.values()) <= {OK, NO, ERROR}, seen
    # what others have stands where and as it was
    kind, rows = call(
        "foreign",
        "aftersales.trial.change",
        "read",
        [[ids["foreign_change"]], ["trial_id"]],
    )
    assert kind == OK and rows[0]["trial_id"][0] == ids["foreign_trial"], rows
    domain = [["id", "in", [ids["strange_trial"]]], ["draft_id.name", "!=", "x"]]
    companies = {"allowed_company_ids": [ids["third"]]}
    assert clients["admin"].call(
        "aftersales.trial", "search_count", domain, context=companies
    )


@pytest.mark.parametrize(
    ("role", "model", "values", "forged"), FORGED, ids=[row[1] for row in FORGED]
)
def test_forged_defaults_fill_in_nothing(
    role, model, values, forged, call, ids, clients
):
    context = {f"default_{name}": real(value, ids) for name, value in forged.items()}
    kind, made = call(role, model, "create", [real(values, ids)], context)
    assert kind == OK, made
    (record,) = clients["admin"].call(model, "read", [made], list(forged))
    for name, value in forged.items():
        assert record[name] in (False, 0, [], "draft", "new") or record[name] != value
        assert not isinstance(value, list) or record[name] == [], record


@pytest.mark.parametrize(("model", "target"), KEPT, ids=lambda value: str(value))
def test_nobody_deletes_what_was_done(model, target, call, ids):
    context = {"_force_unlink": True, "force_delete": True, "active_test": False}
    kinds = {
        role: call(role, model, "unlink", [[ids[target]]], context)[0]
        for role in (*ROLES, "admin")
    }
    assert set(kinds.values()) <= {NO, ERROR}, kinds


@pytest.mark.parametrize(("model", "method"), PRIVATE, ids=lambda value: str(value))
def test_what_is_private_is_not_reachable(model, method, call):
    for role in (*ROLES, "admin"):
        kind, answer = call(role, model, method, [[1]])
        assert kind == NO, (role, kind, answer)


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
        ("portal", "internal", "reader", "foreign"),
    )


def test_comparing_shows_nothing_of_another_company(call, ids):
    """Whatever versions and drafts a client names, they are read as who asks."""
    sides = {"before_version_id": ids["version"], "after_version_id": ids["current"]}
    for values in (sides, {**sides, "draft_id": ids["draft"]}):
        values["company_id"] = ids["company"]
        for role, expected in (("foreign", (NO, ERROR)), ("reader", (OK,))):
            kind, answer = call(role, "aftersales.compare", "create", [values])
            if kind == OK:
                kind, answer = call(
                    role, "aftersales.compare", "read", [[answer], ["comparison_html"]]
                )
            assert kind in expected, (role, kind, answer)
