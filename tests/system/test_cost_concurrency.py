"""Accountants at the same costs at the same moment: real transactions, over HTTP (L8).

Threads of the server hold a cursor each, as its workers do. Whoever comes second is
told what happened; the books never have it twice, and never half of it.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from clients import OdooError
from cost_world import PAIRS
from rpc_callers import build_world

RUNS = 4
COST = "aftersales.cost"
POSTING = "aftersales.cost.posting"
MOVE = "account.move"
DOCUMENTS = 2
"""Of a pair of costs: an entry of ours, and the dealer's invoice."""


class Office:
    """Two accountants, somebody of after-sales, and what the books say."""

    def __init__(self, server, workshop, web, pairs) -> None:
        self.server = server
        self.pairs = pairs
        self.admin = web()
        self.anna = web("anna", "password")
        self.bert = web("bert", "password")
        self.agent = web("agent", "password")
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
                assert "SerializationFailure" not in error.debug, error.debug
                return str(error), None

        with ThreadPoolExecutor(len(steps)) as pool:
            return list(pool.map(do, steps))

    def prepare(self, costs) -> int:
        action = self.anna.call(COST, "action_post", costs)
        assert action["res_model"] == POSTING, action
        return action["res_id"]

    def post(self, costs) -> int:
        posting = self.prepare(costs)
        self.anna.call(POSTING, "action_post", [posting])
        return posting

    def moves_of(self, costs) -> list[dict]:
        """Whatever stands or stood in the books for these costs."""
        domain = [["cost_entry_ids.cost_id", "in", costs]]
        return self.admin.call(
            MOVE, "search_read", domain, ["name", "state", "amount_total"]
        )

    def states(self, costs) -> list[str]:
        rows = self.admin.call(COST, "read", costs, ["state"])
        return [row["state"] for row in rows]

    def collisions(self) -> int:
        text = self.server.log.read_text()
        return text.count("SERIALIZATION_FAILURE") + text.count("LOCK_NOT_AVAILABLE")


@pytest.fixture(scope="module")
def pairs(workshop, odoo_server) -> list[list[int]]:
    script = PAIRS.replace("{count}", str(RUNS * 7))
    ids = build_world(workshop, odoo_server, script, log="test-cost-concurrency-world")
    return ids["pairs"]


@pytest.fixture
def office(odoo_server, workshop, web, pairs) -> Office:
    return Office(odoo_server, workshop, web, pairs)


def test_one_posting_posted_by_two_is_in_the_books_once(office):
    """The other is told that it is done, by whom and as what: that is no error."""
    before = office.collisions()
    for _run in range(RUNS):
        costs = office.pairs.pop()
        posting = office.prepare(costs)
        call = (POSTING, "action_post", [posting])
        answers = office.together((office.anna, *call), (office.bert, *call))
        assert [told for told, _answer in answers] == ["", ""], answers
        # who posted has the posting on the screen already
        (told,) = (answer for _told, answer in answers if answer is not True)
        assert told["type"] == "ir.actions.client", answers
        assert "posted by" in told["params"]["message"]
        moves = office.moves_of(costs)
        assert len(moves) == DOCUMENTS
        assert {move["state"] for move in moves} == {"posted"}
        assert office.states(costs) == ["posted", "posted"]
    assert office.collisions() - before >= 1, "they never met; this shows nothing"


def test_costs_that_two_select_at_once_are_in_one_posting(office):
    """The second is shown the draft of the first."""
    before = office.collisions()
    for _run in range(RUNS):
        costs = office.pairs.pop()
        call = (COST, "action_post", costs)
        answers = office.together((office.anna, *call), (office.bert, *call))
        drafts = office.admin.call(POSTING, "search", [["cost_ids", "in", costs]])
        assert len(drafts) == 1, answers
        for told, answer in answers:
            assert not told, told
            assert (answer["res_model"], answer["res_id"]) == (POSTING, drafts[0])
    assert office.collisions() - before >= 1, "they never met; this shows nothing"


def test_postings_of_different_costs_do_not_disturb_each_other(office):
    first = [office.pairs.pop() for _run in range(2)]
    postings = [office.prepare(costs) for costs in first]
    answers = office.together(
        (office.anna, POSTING, "action_post", [postings[0]]),
        (office.bert, POSTING, "action_post", [postings[1]]),
    )
    assert [told for told, _answer in answers] == ["", ""], answers
    for costs in first:
        assert len(office.moves_of(costs)) == DOCUMENTS
    numbers = [move["name"] for costs in first for move in office.moves_of(costs)]
    assert len(set(numbers)) == len(numbers)


def test_a_cost_cancelled_while_it_is_posted_is_one_or_the_other(office):
    """Never cancelled and in the books."""
    seen = set()
    for _run in range(RUNS):
        costs = office.pairs.pop()
        posting = office.prepare(costs)
        answers = office.together(
            (office.anna, POSTING, "action_post", [posting]),
            (office.agent, COST, "action_cancel", [costs[0]]),
        )
        states = office.states(costs)
        moves = office.moves_of([costs[0]])
        assert (states[0] == "posted") == bool(moves), (states, answers)
        assert states[0] in ("posted", "cancelled"), (states, answers)
        seen.add(states[0])
    assert seen


def test_a_cost_changed_while_it_is_posted_is_posted_as_it_was_reviewed(office):
    """Whoever changes it is refused, or it is not posted before somebody has looked."""
    for _run in range(RUNS):
        costs = office.pairs.pop()
        posting = office.prepare(costs)
        office.together(
            (office.anna, POSTING, "action_post", [posting]),
            (office.agent, COST, "write", [costs[0]], {"amount": 77.0}),
        )
        (cost,) = office.admin.call(COST, "read", [costs[0]], ["state", "amount"])
        rows = office.admin.call(
            "aftersales.cost.entry",
            "search_read",
            [["cost_id", "=", costs[0]]],
            ["company_amount"],
        )
        booked = sum(row["company_amount"] for row in rows)
        if cost["state"] == "posted":
            assert booked == cost["amount"] == 100.0
        else:
            assert (booked, cost["amount"], cost["state"]) == (0, 77.0, "draft")


def test_one_reversal_by_two(office):
    before = office.collisions()
    for _run in range(RUNS):
        costs = office.pairs.pop()
        posting = office.post(costs)
        wizards = [
            client.call(
                "aftersales.cost.reverse",
                "create",
                {
                    "posting_id": posting,
                    "reason": "Wrong",
                    "date": date.today().isoformat(),
                },
            )
            for client in (office.anna, office.bert)
        ]
        answers = office.together(
            *(
                (client, "aftersales.cost.reverse", "action_reverse", [wizard])
                for client, wizard in zip(
                    (office.anna, office.bert), wizards, strict=True
                )
            )
        )
        assert sorted(bool(told) for told, _answer in answers) == [False, True], answers
        reversals = office.admin.call(
            MOVE,
            "search_count",
            [["reversed_entry_id.cost_posting_id", "=", posting]],
        )
        assert reversals == DOCUMENTS
        assert office.states(costs) == ["reviewed", "reviewed"]
    assert office.collisions() - before >= 1, "they never met; this shows nothing"


def test_posting_again_does_nothing(office):
    """The button, the list action and the posting itself."""
    costs = office.pairs.pop()
    posting = office.post(costs)
    for model, ids in ((POSTING, [posting]), (COST, costs)):
        answer = office.bert.call(model, "action_post", ids)
        assert answer["type"] == "ir.actions.client", answer
        assert "posted by anna" in answer["params"]["message"], answer
    assert len(office.moves_of(costs)) == DOCUMENTS
