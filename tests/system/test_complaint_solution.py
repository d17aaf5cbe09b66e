"""Two people decide on, propose or reissue the same complaint at the same moment (C11).

Real transactions over HTTP: threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError

RUNS = 8
SOLUTION = "aftersales.complaint.solution"
APPROVAL = "aftersales.complaint.approval"
FEEDBACK = "aftersales.complaint.feedback"


class Desk:
    """Complaints that wait for their solution, and two people at work on them."""

    def __init__(self, web, workshop, server) -> None:
        self.clients = [web(), web()]
        self.call = self.clients[0].call
        self._sql = lambda query: workshop.sql(query, server.database)
        [self.company] = self.call("res.company", "search", [], limit=1)
        modes = ("solution_approval", "complaint_closing")
        values = {f"aftersales_mode_{mode}": "enforce" for mode in modes}
        self.call("res.company", "write", [self.company], values)

    def new_complaints(self, count: int, state: str = "accepted") -> list[int]:
        tickets = self.call(
            "helpdesk.ticket",
            "create",
            [
                {
                    "name": f"Pane {number}",
                    "description": "<p>It broke.</p>",
                    "company_id": self.company,
                    "partner_name": "Ms Pane",
                    "partner_email": "pane@example.com",
                    "complaint_channel": "letter",
                }
                for number in range(count)
            ],
        )
        self.call("helpdesk.ticket", "action_make_complaint", tickets)
        # at night whoever registers says whether it can wait
        self.call("helpdesk.ticket", "action_rate_normal", tickets)
        self.call("helpdesk.ticket", "action_register", tickets)
        ids = ", ".join(map(str, tickets))
        self._sql(
            f"UPDATE helpdesk_ticket SET complaint_state = '{state}' WHERE id IN ({ids})"
        )
        return tickets

    def propose(self, complaint: int, **values) -> int:
        [solution] = self.call(
            SOLUTION,
            "create",
            [{"complaint_id": complaint, "proposal": "A new pane", **values}],
        )
        return solution

    def together(self, *steps) -> list[str]:
        """Do these at once; what each was told, empty for those that were done."""
        start = threading.Barrier(len(steps))

        def do(client, step) -> str:
            start.wait(timeout=60)
            try:
                client.call(*step)
            except OdooError as error:
                return str(error)
            return ""

        with ThreadPoolExecutor(len(steps)) as pool:
            return list(pool.map(do, self.clients, steps))


@pytest.fixture
def desk(web, workshop, odoo_server) -> Desk:
    return Desk(web, workshop, odoo_server)


def test_one_manager_says_yes_and_one_no_and_one_of_them_counts(desk):
    """The other reads that it is decided."""
    for complaint in desk.new_complaints(RUNS):
        solution = desk.propose(complaint, compensation_amount=10)
        desk.call(SOLUTION, "action_ask_approval", [solution])
        [asked] = desk.call(APPROVAL, "search", [["solution_id", "=", solution]])
        told = desk.together(
            (APPROVAL, "action_approve", [asked], "Yes"),
            (APPROVAL, "action_refuse", [asked], "No"),
        )
        assert sorted(map(bool, told)) == [False, True], told
        assert "decided already" in "".join(told)
        [row] = desk.call(APPROVAL, "read", [asked], ["state", "answer"])
        [shown] = desk.call(SOLUTION, "read", [solution], ["approval_state"])
        expected = ("refused", "No") if told[0] else ("approved", "Yes")
        assert (row["state"], row["answer"]) == expected
        assert shown["approval_state"] == expected[0]


def test_two_proposals_at_once_are_two_rounds(desk):
    for complaint in desk.new_complaints(RUNS):
        step = (SOLUTION, "create", [{"complaint_id": complaint, "proposal": "A pane"}])
        assert desk.together(step, step) == ["", ""]
        rows = desk.call(
            SOLUTION, "search_read", [["complaint_id", "=", complaint]], ["number"]
        )
        assert sorted(row["number"] for row in rows) == [1, 2]


def test_reissued_by_two_at_once_there_is_one_next_round(desk):
    for complaint in desk.new_complaints(RUNS, "followup"):
        values = {
            "complaint_id": complaint,
            "is_satisfied": "no",
            "how": "phone",
            "reason": "Broke again",
        }
        wizards = desk.call(FEEDBACK, "create", [values, values])
        told = desk.together(*((FEEDBACK, "action_send", [each]) for each in wizards))
        rounds = desk.call(
            "helpdesk.ticket",
            "search_read",
            [["complaint_origin_id", "=", complaint]],
            ["complaint_round"],
        )
        assert [row["complaint_round"] for row in rounds] == [2], told
