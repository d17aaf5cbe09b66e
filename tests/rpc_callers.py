"""People of every role at the doors of a server: what the RPC suites share."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any

from clients import OdooError, RpcClient, WebClient
from rpc_doors import ERROR, NO, OK


def build_world(workshop: Any, server: Any, world: str, log: str) -> dict[str, int]:
    """Run the script of a world; gives the ids that it left under their names."""
    workshop.shell(server.database, world, log=log)
    admin = RpcClient(server.url, server.database, "admin", "admin")
    return json.loads(
        admin.call("ir.config_parameter", "get_param", "test_rpc.ids") or "{}"
    )


def log_in(server: Any, roles: Iterable[str]) -> dict[str, WebClient]:
    """A session of each role that has one, and the administrator's."""

    def client(login: str, password: str) -> WebClient:
        return WebClient(server.url, server.database, login, password)

    people = {role: client(role, "password") for role in roles if role != "public"}
    return {**people, "admin": client("admin", "admin")}


def caller(
    server: Any, clients: dict[str, WebClient]
) -> Callable[..., tuple[str, Any]]:
    """``call(role, model, method, args, context)``: the answer's kind, and the answer."""

    def run(role, model, method, args, context=None):
        if role == "public":
            return public(server.url, model, method, args)
        try:
            kwargs = {"context": context} if context else {}
            return OK, clients[role].call(model, method, *args, **kwargs)
        except OdooError as error:
            name = error.name.rsplit(".", 1)[-1]
            return (ERROR if name == "ValidationError" else name), str(error)

    return run


def public(url: str, model: str, method: str, args: list) -> tuple[str, Any]:
    body = {
        "jsonrpc": "2.0",
        "params": {"model": model, "method": method, "args": args, "kwargs": {}},
    }
    request = urllib.request.Request(
        f"{url}/web/dataset/call_kw/{model}/{method}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        reply = json.load(answer)
    name = reply.get("error", {}).get("data", {}).get("name", "")
    if "SessionExpired" not in name:
        return OK, reply
    # JSON-2, without a key
    request = urllib.request.Request(
        f"{url}/json/2/{model}/{method}", b"{}", {"Content-Type": "application/json"}
    )
    try:
        urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        return (NO if error.code == 401 else str(error.code)), ""
    return OK, ""


def named(values: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    """Values in which names of ids are those ids."""
    return {
        name: [(6, 0, [ids[each] for each in value])]
        if isinstance(value, list)
        else ids.get(value, value)
        for name, value in values.items()
    }


def assert_callers(
    call: Callable[..., tuple[str, Any]],
    roles: Iterable[str],
    door: tuple[str, str],
    args: list[Any],
    expected: dict[str, str],
) -> None:
    """Each role gets its answer at a door, and *no* where none is named."""
    seen = {role: call(role, *door, args) for role in roles}
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    assert kinds == {role: expected.get(role, NO) for role in seen}, {
        role: answer
        for role, answer in seen.items()
        if kinds[role] != expected.get(role, NO)
    }


def assert_wizard(
    call: Callable[..., tuple[str, Any]],
    admin: WebClient,
    ids: dict[str, int],
    roles: Iterable[str],
    door: tuple[str, str],
    row: tuple[dict[str, Any], dict[str, str]],
    strangers: Iterable[str],
    harmless: bool = False,
) -> None:
    """Whoever may answer a wizard does, all others do not; not somebody else's either.

    :param row: the values of the wizard, and the answer of each role that gets one
    :param strangers: roles that try the wizard of the administrator
    :param harmless: whether the others may answer it, as it shows them only their own
    """
    model, method = door
    values, expected = row
    seen = {}
    for role in roles:
        kind, answer = call(role, model, "create", [named(values, ids)])
        seen[role] = (kind, answer)
        if kind == OK and role != "public":
            seen[role] = call(role, model, method, [[answer]])
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    for role, kind in expected.items():
        assert kinds.pop(role) == kind, (role, seen[role])
    if not harmless:
        # whoever may do it elsewhere reads why not, or that it is not theirs
        assert set(kinds.values()) <= {NO, ERROR}, seen
    mine = admin.call(model, "create", named(values, ids))
    for role in strangers:
        assert call(role, model, method, [[mine]])[0] in (NO, ERROR), role


def assert_kept_from_foreign(
    call: Callable[..., tuple[str, Any]], ids: dict[str, int], model: str, record: int
) -> None:
    """Who works for another company neither finds nor changes a record, whatever
    companies are named in the context."""
    for context in ({}, {"allowed_company_ids": [ids["company"]]}):
        kind, found = call("foreign", model, "search", [[("id", "=", record)]], context)
        assert kind == NO or found == [], (kind, found)
        for method, args in (
            ("read", [[record], ["display_name"]]),
            ("write", [[record], {"display_name": "x"}]),
            ("unlink", [[record]]),
        ):
            kind, answer = call("foreign", model, method, args, context)
            assert kind in (NO, ERROR), (method, kind, answer)
