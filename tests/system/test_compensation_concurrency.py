"""Two accountants pay the same compensation at the same moment (L10).

Real transactions over HTTP: threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError, WebClient
from rpc_callers import build_world

RUNS = 6
WIZARD = "aftersales.compensation.pay"
SOLUTION = "aftersales.complaint.solution"
PAYOUT = "aftersales.compensation"

WORLD = """
import json
from odoo import Command

company = env.company
if not company.chart_template:
    env['account.chart.template'].try_loading(
        'generic_coa', company=company, install_demo=False)
company.aftersales_mode_solution_approval = 'enforce'
company.aftersales_cost_compensation_account_id = env['account.account'].create(
    {'name': 'Goodwill', 'code': 'Z99', 'account_type': 'expense'})
for login in ('anna', 'bert'):
    env['res.users'].create({
        'name': login, 'login': login, 'password': 'password',
        'email': login + '@example.com', 'company_id': company.id,
        'company_ids': [Command.set(company.ids)],
        'group_ids': [Command.set(
            env.ref('aftersales_rules.group_cost_accountant').ids)]})
customer = env['res.partner'].create({'name': 'Customer', 'is_company': True})
solutions = env['aftersales.complaint.solution']
for number in range(%d):
    ticket = env['helpdesk.ticket'].create({
        'name': 'It broke', 'description': '<p>It broke.</p>',
        'partner_id': customer.id, 'company_id': company.id,
        'complaint_channel': 'phone'})
    ticket._complaint_make()
    ticket.write({
        'complaint_number': f'CP/{ticket.id}', 'complaint_state': 'accepted',
        'complaint_severity': 'general', 'complaint_type': 'product_quality'})
    solution = solutions.create({
        'complaint_id': ticket.id, 'proposal': 'Money', 'compensation_amount': 500})
    solution.action_propose()
    solution._note_answer('accepted')
    solution.approval_ids.with_user(env.ref('base.user_admin')).action_approve('Yes')
    assert solution.compensation_state == 'to_pay', solution.compensation_state
    solutions |= solution
env['ir.config_parameter'].set_param(
    'test_rpc.ids', json.dumps({'solutions': solutions.ids}))
env.cr.commit()
"""


@pytest.fixture(scope="module")
def solutions(workshop, odoo_server) -> list[int]:
    world = WORLD % (2 * RUNS)
    ids = build_world(workshop, odoo_server, world, log="test-compensation-world")
    return ids["solutions"]


@pytest.fixture
def accountants(odoo_server) -> list[WebClient]:
    return [
        WebClient(odoo_server.url, odoo_server.database, login, "password")
        for login in ("anna", "bert")
    ]


def pay_together(clients, solution: int, **values) -> list[str]:
    """Both press Prepare at once; what each was told, empty for who was first."""
    start = threading.Barrier(len(clients))

    def pay(client) -> str:
        vals = {"solution_id": solution, **values}
        [wizard] = client.call(WIZARD, "create", [vals])
        start.wait(timeout=60)
        try:
            client.call(WIZARD, "action_prepare", [wizard])
        except OdooError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(pay, clients))


@pytest.mark.parametrize("kind", ["credit_note", "payment"])
def test_two_accountants_pay_once(accountants, solutions, kind):
    """One draft of 500; the other is told whose it is."""
    half = solutions[:RUNS] if kind == "credit_note" else solutions[RUNS:]
    anna = accountants[0]
    for solution in half:
        told = pay_together(accountants, solution, kind=kind, amount=500)
        assert sorted(map(bool, told)) == [False, True], told
        assert "prepared or paid" in "".join(told)
        payouts = anna.call(
            PAYOUT,
            "search_read",
            [["solution_id", "=", solution]],
            ["amount", "state", "prepared_by_id"],
        )
        assert [(row["amount"], row["state"]) for row in payouts] == [(500, "prepared")]
        winner = "anna" if not told[0] else "bert"
        assert payouts[0]["prepared_by_id"][1] == winner
        assert winner in "".join(told)
        model = {"credit_note": "account.move", "payment": "account.payment"}[kind]
        found = anna.call(
            model, "search_count", [["compensation_id.solution_id", "=", solution]]
        )
        assert found == 1
        [row] = anna.call(SOLUTION, "read", [solution], ["compensation_state"])
        assert row["compensation_state"] == "prepared"
