"""Administrators at the same rules at the same moment: real transactions, over HTTP (R3).

Threads of the server hold a cursor each, as its workers do. Whoever comes second is told
what happened; what one of them wrote is never lost without a word, and a version never
holds half of it.
"""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError
from rpc_callers import build_world
from rule_world import WORLD

RUNS = 3
DRAFT = "aftersales.draft"
TRIAL = "aftersales.trial"
VERSION = "aftersales.version"
THRESHOLD = "aftersales.threshold"
DAYS, SHARE = "overdue_days_max", "first_payment_min"


def share_of(percent: str) -> str:
    """A percentage as versions store it."""
    return f"{int(percent) / 100:g}"


class Office:
    """Three administrators of rules, the scheduled actions, and what is in force."""

    days = itertools.count(10)

    def __init__(self, server, workshop, web, ids) -> None:
        self.server = server
        self.ids = ids
        self.admin = web()
        self.ada, self.bob, self.cyd = (
            web(login, "password") for login in ("ada", "bob", "cyd")
        )
        self.sql = lambda query: workshop.sql(query, server.database)

    def together(self, *steps) -> list[tuple[str, object]]:
        """Do these at once, each a client and its call; what each was answered."""
        start = threading.Barrier(len(steps))

        def do(step):
            client, *call = step
            start.wait(timeout=60)
            try:
                return "", client.call(*call)
            except OdooError as error:
                assert error.name.endswith(("UserError", "ValidationError")), error
                return str(error), None

        with ThreadPoolExecutor(len(steps)) as pool:
            return list(pool.map(do, steps))

    def new_draft(self, by, **values) -> int:
        """A draft of somebody, with these values of thresholds."""
        made = by.call(DRAFT, "create", {"note": "Because", **values.pop("of", {})})
        self.save(by, made, **values)
        return made

    def edit(self, by, draft, **values):
        """The call that saves these values, as they stand when it is made ready."""
        table = by.call(DRAFT, "get_table", [draft], "credit_hold")
        shown = [{"name": name, "value": value} for name, value in values.items()]
        return (
            DRAFT,
            "save_table",
            [draft],
            "credit_hold",
            table["rules"],
            shown,
            table["revision"],
        )

    def save(self, by, draft, **values):
        return by.call(*self.edit(by, draft, **values))

    def state(self, draft) -> str:
        return self.sql(f"SELECT state FROM aftersales_draft WHERE id = {draft}")

    def second_person(self, wanted) -> None:
        self.sql(
            f"UPDATE res_company SET aftersales_second_person = {wanted}"
            f" WHERE id = {self.ids['company']}"
        )

    def versions(self) -> list[str]:
        return self.sql(
            "SELECT number FROM aftersales_version"
            f" WHERE company_id = {self.ids['company']} ORDER BY number"
        ).split()

    def in_force(self, name) -> str:
        return self.sql(
            f"SELECT v.thresholds::json->>'{name}' FROM aftersales_version v"
            " JOIN res_company c ON c.aftersales_version_id = v.id"
            f" WHERE c.id = {self.ids['company']}"
        )

    def run(self, cron):
        return (self.admin, "ir.cron", "method_direct_trigger", [self.ids[cron]])

    def collisions(self) -> int:
        text = self.server.log.read_text()
        return text.count("SERIALIZATION_FAILURE") + text.count("LOCK_NOT_AVAILABLE")


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, int]:
    return build_world(workshop, odoo_server, WORLD, log="test-rule-concurrency")


@pytest.fixture
def office(odoo_server, workshop, web, ids) -> Office:
    return Office(odoo_server, workshop, web, ids)


@pytest.fixture
def meeting(office):
    """A test in which nobody ever met shows nothing."""
    before = office.collisions()
    yield
    assert office.collisions() > before, "they never met"


def test_of_two_who_save_a_draft_one_is_told(office, meeting):
    """Nobody writes over what somebody else has just written."""
    for _run in range(RUNS):
        draft = office.new_draft(office.ada, **{DAYS: "5"})
        calls = [
            (who, *office.edit(who, draft, **{DAYS: value}))
            for who, value in ((office.ada, "6"), (office.bob, "7"), (office.cyd, "8"))
        ]
        told = [text for text, _answer in office.together(*calls)]
        assert sorted(map(bool, told)) == [False, True, True], told
        assert all("Somebody has saved" in text for text in told if text), told
        kept = office.sql(
            f"SELECT threshold_values::json->>'{DAYS}' FROM aftersales_draft"
            f" WHERE id = {draft}"
        )
        assert kept == "678"[told.index("")]


def test_a_draft_published_by_two_is_one_version(office, meeting):
    for _run in range(RUNS):
        value = str(next(office.days))
        draft = office.new_draft(office.ada, **{DAYS: value})
        before = office.versions()
        call = (DRAFT, "action_publish", [draft])
        told = office.together((office.ada, *call), (office.bob, *call))
        assert sorted(bool(text) for text, _answer in told) == [False, True], told
        assert len(office.versions()) == len(before) + 1
        assert office.in_force(DAYS) == value
        assert office.state(draft) == "published"


def test_two_drafts_published_at_once_are_both_in_force(office, meeting):
    """Whoever comes second puts the change on top of the first one's."""
    for _run in range(RUNS):
        days = str(next(office.days))
        share = share_of(days)
        one = office.new_draft(office.ada, **{DAYS: days})
        other = office.new_draft(office.bob, **{SHARE: f"{days} %"})
        before = office.versions()
        told = office.together(
            (office.ada, DRAFT, "action_publish", [one]),
            (office.bob, DRAFT, "action_publish", [other]),
        )
        assert [text for text, _answer in told] == ["", ""], told
        assert (office.in_force(DAYS), office.in_force(SHARE)) == (days, share)
        numbers = [int(number) for number in office.versions()]
        assert numbers == list(range(1, len(before) + 3))


def test_two_drafts_that_contradict_are_not_both_published(office, meeting):
    """The other one reads what happened, and is still there to be mended."""
    for _run in range(RUNS):
        values = [str(next(office.days)), str(next(office.days))]
        people = (office.ada, office.bob)
        drafts = [
            office.new_draft(who, **{DAYS: value})
            for who, value in zip(people, values, strict=True)
        ]
        told = office.together(
            *(
                (who, DRAFT, "action_publish", [draft])
                for who, draft in zip(people, drafts, strict=True)
            )
        )
        texts = [text for text, _answer in told]
        assert sorted(map(bool, texts)) == [False, True], told
        assert "changed the same things" in "".join(texts)
        first = texts.index("")
        assert office.in_force(DAYS) == values[first]
        assert office.state(drafts[first]) == "published"
        assert office.state(drafts[1 - first]) == "draft"


def test_two_second_persons_approve_once(office, meeting):
    office.second_person(wanted=True)
    try:
        for _run in range(RUNS):
            value = str(next(office.days))
            draft = office.new_draft(office.ada, **{DAYS: value})
            office.ada.call(DRAFT, "action_publish", [draft])
            assert office.state(draft) == "waiting"
            before = office.versions()
            call = (DRAFT, "action_approve", [draft])
            told = office.together((office.bob, *call), (office.cyd, *call))
            assert sorted(bool(text) for text, _answer in told) == [False, True], told
            assert len(office.versions()) == len(before) + 1
    finally:
        office.second_person(wanted=False)


def test_what_is_taken_back_is_not_approved(office):
    """Either it was approved first and is in force, or it is a draft again."""
    office.second_person(wanted=True)
    try:
        for _run in range(RUNS):
            value = str(next(office.days))
            draft = office.new_draft(office.ada, **{DAYS: value})
            office.ada.call(DRAFT, "action_publish", [draft])
            office.together(
                (office.bob, DRAFT, "action_approve", [draft]),
                (office.ada, DRAFT, "action_edit_again", [draft]),
            )
            is_published = office.state(draft) == "published"
            assert is_published or office.state(draft) == "draft"
            assert (office.in_force(DAYS) == value) == is_published
    finally:
        office.second_person(wanted=False)


def test_two_thresholds_changed_at_once_are_both_changed(office, meeting):
    for _run in range(RUNS):
        days = str(next(office.days))
        told = office.together(
            (office.ada, THRESHOLD, "write", [office.ids[DAYS]], {"value": days}),
            (
                office.bob,
                THRESHOLD,
                "write",
                [office.ids[SHARE]],
                {"value": f"{days} %"},
            ),
        )
        assert [text for text, _answer in told] == ["", ""], told
        assert (office.in_force(DAYS), office.in_force(SHARE)) == (
            days,
            share_of(days),
        )


def scheduled(office, value) -> int:
    """A draft whose day has come since it was handed in."""
    draft = office.new_draft(
        office.ada, of={"effective_from": "2099-01-01"}, **{DAYS: value}
    )
    office.ada.call(DRAFT, "action_publish", [draft])
    assert office.state(draft) == "scheduled"
    office.sql(
        f"UPDATE aftersales_draft SET effective_from = '2026-01-01' WHERE id = {draft}"
    )
    return draft


def test_a_scheduled_draft_is_published_once(office):
    """The scheduled action twice, and once more: the second finds nothing to do."""
    value = str(next(office.days))
    draft = scheduled(office, value)
    before = office.versions()
    office.together(office.run("publish_scheduled"), office.run("publish_scheduled"))
    office.admin.call(*office.run("publish_scheduled")[1:])
    assert office.state(draft) == "published"
    assert len(office.versions()) == len(before) + 1
    assert office.in_force(DAYS) == value


def test_a_scheduled_draft_that_is_taken_back_meanwhile(office):
    """Whoever is first: it is in force and published, or neither."""
    for _run in range(RUNS):
        value = str(next(office.days))
        draft = scheduled(office, value)
        office.together(
            office.run("publish_scheduled"),
            (office.ada, DRAFT, "action_edit_again", [draft]),
        )
        is_published = office.state(draft) == "published"
        assert is_published or office.state(draft) == "draft"
        assert (office.in_force(DAYS) == value) == is_published


def test_a_scheduled_draft_and_a_person_who_publishes(office):
    """Both are in force in the end: one on top of the other."""
    for _run in range(RUNS):
        days = str(next(office.days))
        scheduled(office, days)
        other = office.new_draft(office.bob, **{SHARE: f"{days} %"})
        office.together(
            office.run("publish_scheduled"),
            (office.bob, DRAFT, "action_publish", [other]),
        )
        office.admin.call(*office.run("publish_scheduled")[1:])
        assert (office.in_force(DAYS), office.in_force(SHARE)) == (
            days,
            share_of(days),
        )


def test_a_trial_is_cancelled_while_it_runs(office):
    """It stops, and nobody reads of a failure."""
    for _run in range(RUNS):
        draft = office.new_draft(office.ada, **{DAYS: "100"})
        trial = office.ada.call(
            TRIAL, "create", {"draft_id": draft, "sample_size": 3000}
        )
        office.ada.call(TRIAL, "action_start", [trial])
        told = office.together(
            office.run("run_trials"), (office.ada, TRIAL, "action_cancel", [trial])
        )
        office.admin.call(*office.run("run_trials")[1:])
        (row,) = office.ada.call(
            TRIAL, "read", [trial], ["state", "done", "changed", "total"]
        )
        cancelled = told[1][0] == ""
        assert row["state"] == ("cancelled" if cancelled else "done"), (row, told)
        changes = office.ada.call(
            "aftersales.trial.change", "search_count", [["trial_id", "=", trial]]
        )
        assert changes == row["changed"] <= row["done"] <= row["total"], row
        assert cancelled or changes == 3000


def test_a_draft_is_deleted_while_its_trial_runs(office):
    draft = office.new_draft(office.ada, **{DAYS: "100"})
    trial = office.ada.call(TRIAL, "create", {"draft_id": draft, "sample_size": 3000})
    office.ada.call(TRIAL, "action_start", [trial])
    office.together(office.run("run_trials"), (office.ada, DRAFT, "unlink", [draft]))
    office.admin.call(*office.run("run_trials")[1:])
    left = office.sql(f"SELECT count(*) FROM aftersales_trial WHERE id = {trial}")
    gone = (
        office.sql(f"SELECT count(*) FROM aftersales_draft WHERE id = {draft}") == "0"
    )
    assert (left == "0") == gone
