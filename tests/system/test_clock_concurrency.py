"""Two workers tell of overdue complaints at the same moment: everybody once (C5, C12).

Threads of the server hold a cursor each, as its workers do. Scheduled actions lock
themselves, so the method is called as a server action here, several times at once.
"""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

WORKERS = 4
COMPLAINTS = 40


@pytest.fixture
def world(web):
    """A company that works around the clock, whose deadlines are enforced."""
    admin = web()
    [company] = admin.call("res.company", "search", [], limit=1)
    values = {
        "aftersales_mode_complaint_deadline": "enforce",
        "resource_calendar_id": False,
    }
    admin.call("res.company", "write", [company], values)
    # nobody else tells meanwhile
    crons = admin.call("ir.cron", "search", [["code", "like", "_cron_"]])
    admin.call("ir.cron", "write", crons, {"active": False})
    for kind in ("aftersales", "management"):
        vals = {"name": kind, "kind": kind, "manager_id": admin.uid}
        admin.call("aftersales.department", "create", [vals])
    return admin


def _overdue(admin, count: int, hours: int) -> list[int]:
    """Complaints that should have been registered long ago."""
    received = datetime.utcnow() - timedelta(hours=hours)
    tickets = admin.call(
        "helpdesk.ticket",
        "create",
        [
            {
                "name": f"Pane {number}",
                "description": "<p>It broke.</p>",
                "complaint_received_at": received.strftime("%Y-%m-%d %H:%M:%S"),
            }
            for number in range(count)
        ],
    )
    admin.call("helpdesk.ticket", "action_make_complaint", tickets)
    return tickets


def _action(admin, code: str) -> int:
    [model] = admin.call("ir.model", "search", [["model", "=", "aftersales.clock"]])
    vals = {"name": "Tell", "model_id": model, "state": "code", "code": code}
    [action] = admin.call("ir.actions.server", "create", [vals])
    return action


def _together(web, action: int) -> None:
    start = threading.Barrier(WORKERS)
    clients = [web() for _worker in range(WORKERS)]

    def run(client) -> None:
        start.wait(timeout=60)
        client.call("ir.actions.server", "run", [action])

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, clients))


def test_four_workers_tell_everybody_once(world, web):
    """Small batches, so that they meet; each clock is told of, no person twice."""
    tickets = _overdue(world, COMPLAINTS, hours=9)
    action = _action(world, "model._cron_tell(batch=3)")
    for _run in range(3):
        _together(web, action)
    clocks = world.call(
        "aftersales.clock",
        "search_read",
        [["complaint_id", "in", tickets]],
        ["next_at"],
    )
    assert len(clocks) == COMPLAINTS
    assert not [clock for clock in clocks if clock["next_at"]]
    notices = world.call(
        "aftersales.clock.notice",
        "search_read",
        [["clock_id", "in", [clock["id"] for clock in clocks]]],
        ["clock_id", "kind", "user_id"],
    )
    told = Counter((n["clock_id"][0], n["kind"], n["user_id"][0]) for n in notices)
    assert set(told.values()) == {1}
    kinds = Counter(kind for _clock, kind, _user in told)
    assert kinds == {"overdue": COMPLAINTS, "escalation": COMPLAINTS}
    todos = world.call(
        "mail.activity",
        "search_count",
        [["res_model", "=", "helpdesk.ticket"], ["res_id", "in", tickets]],
    )
    assert todos == 2 * COMPLAINTS


def test_hours_change_while_workers_work_them_out(world, web):
    """Four walk through the same clocks at once; all end with the same due times."""
    tickets = _overdue(world, COMPLAINTS, hours=1)
    lines = [
        {"name": "Work", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}
        for day in range(7)
    ]
    [calendar] = world.call(
        "resource.calendar",
        "create",
        [
            {
                "name": "Always",
                "tz": "UTC",
                "attendance_ids": [
                    [0, 0, {**line, "day_period": "full_day"}] for line in lines
                ],
            }
        ],
    )
    [company] = world.call("res.company", "search", [], limit=1)
    world.call("res.company", "write", [company], {"resource_calendar_id": calendar})
    leave = {
        "name": "Night",
        "calendar_id": calendar,
        "date_from": (datetime.utcnow() - timedelta(hours=3)).strftime("%F %T"),
        "date_to": (datetime.utcnow() + timedelta(hours=5)).strftime("%F %T"),
    }
    world.call("resource.calendar.leaves", "create", [leave])
    action = _action(world, "env['aftersales.clock.job']._cron_recompute(batch=5)")
    for _run in range(2):
        _together(web, action)
    clocks = world.call(
        "aftersales.clock",
        "search_read",
        [["complaint_id", "in", tickets]],
        ["due_at", "change_ids"],
    )
    later = (datetime.utcnow() + timedelta(hours=4)).strftime("%F %T")
    assert len(clocks) == COMPLAINTS
    assert all(clock["due_at"] > later for clock in clocks)
    assert {len(clock["change_ids"]) for clock in clocks} == {1}
    assert not world.call("aftersales.clock.job", "search_count", [])
