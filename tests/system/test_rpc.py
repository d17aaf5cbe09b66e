"""Every door of the addon, tried by every role over RPC.

The roles, weakest first: public (no session), portal (the customer), internal (an employee
without groups), warehouse, accountant, stranger (another salesperson), salesperson (whose
orders these are), foreign (a credit controller of another company), rules_admin, controller.
"""

from __future__ import annotations

import ast
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from clients import OdooError

ADDON = Path(__file__).resolve().parents[2] / "aftersales_rules"

ROLES = (
    "public",
    "portal",
    "internal",
    "warehouse",
    "accountant",
    "stranger",
    "salesperson",
    "foreign",
    "rules_admin",
    "controller",
)
READERS = tuple(role for role in ROLES if role not in ("public", "portal", "internal"))
"""Whoever may read decisions at all; which ones is a matter of record rules."""

WORLD = """
import json
from odoo import Command

company = env.company
other = env['res.company'].create(
    {'name': 'Elsewhere', 'iap_enrich_auto_done': True})
both = company | other
both.write({
    'aftersales_mode_credit_hold': 'enforce',
    'aftersales_mode_shipment_release': 'enforce',
    'account_use_credit_limit': True,
})

def user(login, *groups, home=company):
    return env['res.users'].create({
        'name': login, 'login': login,
        'company_id': home.id, 'company_ids': [Command.set(home.ids)],
        'group_ids': [Command.set([env.ref(group).id for group in groups])],
    })

customer = env['res.partner'].create(
    {'name': 'Dealer', 'is_company': True, 'email': 'dealer@example.com'})
customer.credit_limit = 1000
portal = user('portal', 'base.group_portal')
portal.partner_id.parent_id = customer
people = {
    'portal': portal,
    'internal': user('internal', 'base.group_user'),
    'warehouse': user('warehouse', 'base.group_user', 'stock.group_stock_user'),
    'accountant': user('accountant', 'base.group_user', 'account.group_account_manager'),
    'stranger': user('stranger', 'base.group_user', 'base.group_partner_manager',
                 'sales_team.group_sale_salesman'),
    'salesperson': user('salesperson', 'base.group_user', 'base.group_partner_manager',
                 'sales_team.group_sale_salesman'),
    'foreign': user('foreign', 'base.group_user', 'base.group_partner_manager',
                    'aftersales_rules.group_credit_controller', home=other),
    'rules_admin': user('rules_admin', 'base.group_user', 'aftersales_rules.group_rules_admin'),
    'controller': user('controller', 'base.group_user', 'base.group_partner_manager',
                       'aftersales_rules.group_credit_controller'),
}
# To hash a password takes half a second: one for all.
people['portal'].password = 'password'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE login = 'portal')"
    " WHERE login = ANY(%s)", [list(people)])
authority = env['aftersales.release.authority'].create(
    {'user_id': people['controller'].id, 'company_id': company.id, 'ceiling': 10000})
env['aftersales.release.authority'].create(
    {'user_id': people['foreign'].id, 'company_id': other.id, 'ceiling': 10000})
goods = env['product.product'].create(
    {'name': 'Glass', 'is_storable': True, 'list_price': 10, 'taxes_id': False})
warehouse = env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
env['stock.quant']._update_available_quantity(goods, warehouse.lot_stock_id, 100)

def order(amount):
    return env['sale.order'].create({
        'partner_id': portal.partner_id.id,
        'partner_invoice_id': customer.id,
        'user_id': people['salesperson'].id,
        'order_line': [Command.create({
            'product_id': goods.id, 'product_uom_qty': 1, 'price_unit': amount,
            'tax_ids': [Command.clear()]})],
    })

shipping = order(900)
shipping.action_confirm()
held = order(1500)
held.action_confirm()
passed = order(1500)
passed.action_confirm()
passed.hold_ids.with_user(people['controller'])._release('as an example')
customer.credit_limit = 500
env.flush_all()
env.cr.precommit.run()
env['aftersales.gate']._cron_judge_due()
assert held.hold_state == 'procurement', held.hold_state
assert shipping.hold_state == 'shipment', shipping.hold_state
limits = env['aftersales.credit.limit'].create([
    {'partner_id': customer.id, 'amount': amount, 'company_id': company.id}
    for amount in (100, 200, 300, 400)])
limits[1:].action_request()
limits[3].with_user(people['controller']).action_approve()
reminder = env['aftersales.payment.reminder'].create(
    {'day': '2026-01-01', 'company_id': company.id, 'user_id': people['salesperson'].id,
     'line_ids': [Command.create({'order_id': held.id, 'amount': 1})]})
free = env['sale.order.line'].search([('order_id', '=', passed.id)])
ids = {
    'order': held.id,
    'order_line': held.order_line.id,
    'hold': held.hold_ids.id,
    'closed_hold': passed.hold_ids.filtered('release_id')[:1].id,
    'release': passed.hold_ids.release_id[:1].id,
    'decision': held.decision_ids[:1].id,
    'picking': shipping.picking_ids.id,
    'move': shipping.picking_ids.move_ids.id,
    'shipping_order': shipping.id,
    'partner': customer.id,
    'draft_limit': limits[0].id,
    'requested_limit': limits[1].id,
    'other_requested_limit': limits[2].id,
    'approved_limit': limits[3].id,
    'authority': authority.id,
    'threshold': env['aftersales.threshold'].search(
        [('name', '=', 'overdue_days_max'), ('company_id', '=', company.id)]).id,
    'version': company.aftersales_version_id.id,
    'rule': company.aftersales_version_id.rule_ids[:1].id,
    'reminder': reminder.id,
    'reminder_line': reminder.line_ids.id,
    'company': company.id,
    'controller': people['controller'].id,
    'salesperson': people['salesperson'].id,
    'transaction_order': passed.id,
}
env['ir.config_parameter'].set_param('test_rpc.ids', json.dumps(ids))
env.cr.commit()
"""

OK, NO, ERROR = "ok", "AccessError", "UserError"

# (model, method) -> what it is called on, and who gets what; everybody else gets NO.
METHODS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    # Odoo lets warehouse and accounting read and write sales orders.
    ("sale.order", "action_why"): (
        "order",
        {"warehouse": OK, "accountant": OK, "salesperson": OK, "controller": OK},
    ),
    ("sale.order", "action_view_decisions"): (
        "order",
        {"warehouse": OK, "accountant": OK, "salesperson": OK, "controller": OK},
    ),
    ("sale.order", "action_request_release"): (
        "order",
        {"warehouse": OK, "accountant": OK, "salesperson": OK, "controller": OK},
    ),
    ("sale.order", "action_release_hold"): ("order", {"controller": OK}),
    # Odoo lets sales and accounting handle transfers, too; ok is: told that it stays.
    ("stock.picking", "button_validate"): (
        "picking",
        {
            "warehouse": OK,
            "accountant": OK,
            "stranger": OK,
            "salesperson": OK,
            "controller": OK,
        },
    ),
    ("stock.picking", "action_why"): (
        "picking",
        {"warehouse": OK, "accountant": OK, "salesperson": OK, "controller": OK},
    ),
    ("res.partner", "action_view_held_orders"): (
        "partner",
        dict.fromkeys(READERS, OK),
    ),
    ("aftersales.hold", "action_why"): (
        "hold",
        {
            "warehouse": OK,
            "accountant": OK,
            "salesperson": OK,
            "rules_admin": OK,
            "controller": OK,
        },
    ),
    ("aftersales.hold", "action_release"): ("hold", {"controller": OK}),
    ("aftersales.decision", "action_replay"): (
        "decision",
        {
            "warehouse": OK,
            "accountant": OK,
            "salesperson": OK,
            "rules_admin": OK,
            "controller": OK,
        },
    ),
    ("aftersales.decision", "action_open_document"): (
        "decision",
        {
            "warehouse": OK,
            "accountant": OK,
            "salesperson": OK,
            "rules_admin": OK,
            "controller": OK,
        },
    ),
    # once requested it is no draft any more, for whoever asks again
    ("aftersales.credit.limit", "action_request"): (
        "draft_limit",
        {
            "stranger": OK,
            "salesperson": ERROR,
            "rules_admin": ERROR,
            "controller": ERROR,
        },
    ),
    ("aftersales.credit.limit", "action_approve"): (
        "requested_limit",
        {"stranger": ERROR, "salesperson": ERROR, "controller": OK},
    ),
    ("aftersales.credit.limit", "action_refuse"): (
        "other_requested_limit",
        {"stranger": ERROR, "salesperson": ERROR, "controller": OK},
    ),
    ("aftersales.credit.limit", "action_end"): (
        "approved_limit",
        {"stranger": ERROR, "salesperson": ERROR, "controller": OK},
    ),
    ("aftersales.payment.reminder", "action_message_customers"): (
        "reminder",
        {"salesperson": OK, "controller": ERROR},
    ),
}
WIZARD = ("aftersales.hold.release", "action_release")
"""Tried on its own, below: it exists only for whoever may create it."""

# Overrides of the ORM: tried as attacks, below, on each model that has them.
ORM = {"create", "write", "unlink", "copy"}
ELSEWHERE = {
    ("account.move", "button_draft"),
    ("account.move", "button_cancel"),
}
"""Odoo's own public methods, extended without a door of their own: accountants' rights."""


def public_methods() -> set[tuple[str, str]]:
    """Every method of the addon that can be called remotely, found in its sources."""
    found = set()
    for path in [*ADDON.glob("models/*.py"), *ADDON.glob("wizards/*.py")]:
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.ClassDef):
                continue
            names: dict[str, str] = {}
            for item in node.body:
                if isinstance(item, ast.Assign) and isinstance(
                    item.value, ast.Constant
                ):
                    names[getattr(item.targets[0], "id", "")] = item.value.value
            model = names.get("_name") or names.get("_inherit")
            if not model:
                continue
            for item in node.body:
                if (
                    isinstance(item, ast.FunctionDef)
                    and not item.name.startswith("_")
                    and "private" not in ast.dump(ast.Module(item.decorator_list, []))
                ):
                    found.add((model, item.name))
    return found


def test_every_public_method_is_in_the_table():
    """A new public method is a new door: it needs a row that says who may use it."""
    doors = {door for door in public_methods() if door[1] not in ORM}
    assert doors == {*METHODS, WIZARD, *ELSEWHERE}


@pytest.fixture(scope="module")
def ids(workshop, odoo_server) -> dict[str, int]:
    from clients import RpcClient

    workshop.shell(odoo_server.database, WORLD, log="test-rpc-world")
    admin = RpcClient(odoo_server.url, odoo_server.database, "admin", "admin")
    return json.loads(
        admin.call("ir.config_parameter", "get_param", "test_rpc.ids") or "{}"
    )


@pytest.fixture(scope="module")
def clients(odoo_server, ids) -> dict[str, Any]:
    from clients import WebClient

    def client(login: str, password: str):
        return WebClient(odoo_server.url, odoo_server.database, login, password)

    people = {role: client(role, "password") for role in ROLES if role != "public"}
    return {**people, "admin": client("admin", "admin")}


@pytest.fixture
def call(odoo_server, clients):
    """``call(role, model, method, args, context)``: the answer's kind, and the answer."""

    def run(role, model, method, args, context=None):
        if role == "public":
            return _public(odoo_server.url, model, method, args)
        try:
            kwargs = {"context": context} if context else {}
            return OK, clients[role].call(model, method, *args, **kwargs)
        except OdooError as error:
            name = error.name.rsplit(".", 1)[-1]
            return (ERROR if name == "ValidationError" else name), str(error)

    return run


def _public(url: str, model: str, method: str, args: list) -> tuple[str, Any]:
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


def still_held(clients, ids) -> None:
    admin = clients["admin"]
    (order,) = admin.call(
        "sale.order", "read", [ids["order"]], ["state", "hold_state", "picking_ids"]
    )
    assert (order["state"], order["hold_state"]) == ("sale", "procurement")
    assert not order["picking_ids"]
    (picking,) = admin.call(
        "stock.picking", "read", [ids["picking"]], ["state", "hold_state"]
    )
    assert (picking["state"], picking["hold_state"]) == ("assigned", "held")
    (hold,) = admin.call("aftersales.hold", "read", [ids["hold"]], ["state"])
    assert hold["state"] == "open"


@pytest.mark.parametrize(
    ("model", "method"), METHODS, ids=[".".join(door) for door in METHODS]
)
def test_who_may_call(model, method, call, ids, clients):
    """Each role gets what the table says, and the orders stay held."""
    target, expected = METHODS[model, method]
    seen = {role: call(role, model, method, [[ids[target]]]) for role in ROLES}
    kinds = {role: kind for role, (kind, _answer) in seen.items()}
    assert kinds == {role: expected.get(role, NO) for role in ROLES}, seen
    still_held(clients, ids)


# What nobody may do directly; the exception says which role may.
WRITES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("aftersales.hold", "hold", {"state": "closed"}, set()),
    ("aftersales.hold", "closed_hold", {"reason": "never mind"}, set()),
    ("aftersales.release", "release", {"amount": 1e9}, set()),
    ("aftersales.decision", "decision", {"reason": "never mind"}, set()),
    ("aftersales.version", "version", {"note": "never mind"}, set()),
    ("aftersales.rule", "rule", {"sequence": 1}, set()),
    (
        "aftersales.release.authority",
        "authority",
        {"ceiling": 99999.0},
        {"rules_admin"},
    ),
    ("aftersales.threshold", "threshold", {"value": "4"}, {"rules_admin"}),
    ("aftersales.threshold", "threshold", {"name": "x"}, set()),
    ("aftersales.credit.limit", "draft_limit", {"state": "approved"}, set()),
    ("aftersales.credit.limit", "requested_limit", {"amount": 1e6}, set()),
    ("aftersales.credit.limit", "approved_limit", {"amount": 1e6}, set()),
    ("aftersales.payment.reminder", "reminder", {"day": "2030-01-01"}, set()),
    ("aftersales.payment.reminder.line", "reminder_line", {"amount": 2}, set()),
    ("sale.order", "order", {"hold_state": False}, set()),
    ("sale.order", "order", {"hold_ids": [(5,)]}, set()),
    ("sale.order", "order", {"hold_ids": [(2, 0)]}, set()),
    ("sale.order", "order", {"decision_ids": [(5,)]}, set()),
    ("sale.order", "order", {"amount_uninvoiced": 0}, set()),
    ("sale.order", "order", {"transaction_ids": [(5,)]}, set()),
    ("sale.order.line", "order_line", {"invoice_lines": [(5,)]}, set()),
    ("res.partner", "partner", {"customer_tier_rule": "key"}, set()),
    (
        "res.partner",
        "partner",
        {"customer_tier_manual": "key"},
        {"foreign", "controller"},
    ),
    ("res.company", "company", {"aftersales_mode_credit_hold": "off"}, set()),
    ("res.company", "company", {"aftersales_version_id": False}, set()),
]


@pytest.mark.parametrize(
    ("model", "target", "values", "allowed"),
    WRITES,
    ids=[f"{row[0]}:{','.join(row[2])}" for row in WRITES],
)
def test_what_is_decided_cannot_be_written(
    model, target, values, allowed, call, ids, clients
):
    """No field lets anything through, not even beside a forged context."""
    record = [ids[target]]
    if values == {"hold_ids": [(2, 0)]}:
        values = {"hold_ids": [(2, ids["hold"])]}
    contexts = (
        {},
        {"aftersales_judged": record, "su": True, "sudo": True, "_force_unlink": True},
    )
    for context in contexts:
        kinds = {
            role: call(role, model, "write", [record, values], context)[0]
            for role in ROLES
        }
        assert {role for role, kind in kinds.items() if kind == OK} == allowed, kinds
        assert set(kinds.values()) <= {OK, NO, ERROR}, kinds
    still_held(clients, ids)


CREATES: list[tuple[str, dict[str, Any], set[str]]] = [
    (
        "aftersales.hold",
        {"order_id": "order", "gate": "shipment", "cause": "overdue"},
        set(),
    ),
    (
        "aftersales.release",
        {"order_id": "order", "gate": "procurement", "amount": 1e9, "reason": "x"},
        set(),
    ),
    ("aftersales.decision", {"order_id": "order"}, set()),
    ("aftersales.version", {"company_id": "company"}, set()),
    ("aftersales.rule", {"version_id": "version"}, set()),
    (
        "aftersales.threshold",
        {"company_id": "company", "name": "x", "value": "1", "position": 1},
        set(),
    ),
    (
        "aftersales.credit.account",
        {"partner_id": "partner", "company_id": "company"},
        set(),
    ),
    (
        "aftersales.payment.reminder",
        {"company_id": "company", "day": "2026-02-02"},
        set(),
    ),
    (
        "aftersales.payment.reminder.line",
        {"reminder_id": "reminder", "order_id": "order"},
        set(),
    ),
    (
        "aftersales.release.authority",
        {"user_id": "salesperson", "company_id": "company", "ceiling": 1},
        {"rules_admin"},
    ),
    ("aftersales.hold.release", {"hold_ids": "hold", "reason": "x"}, {"controller"}),
]


@pytest.mark.parametrize(
    ("model", "values", "allowed"), CREATES, ids=[row[0] for row in CREATES]
)
def test_who_may_create(model, values, allowed, call, ids, clients):
    """Records of the audit trail come from the gates only."""
    real: dict[str, Any] = {
        name: ids[value] if isinstance(value, str) and value in ids else value
        for name, value in values.items()
    }
    if model == "aftersales.hold.release":
        real["hold_ids"] = [(6, 0, [ids["hold"]])]
    kinds = {role: call(role, model, "create", [[real]])[0] for role in ROLES}
    assert {role for role, kind in kinds.items() if kind == OK} == allowed, kinds
    assert set(kinds.values()) <= {OK, NO, ERROR}, kinds
    still_held(clients, ids)


KEPT = [
    ("aftersales.hold", "hold"),
    ("aftersales.hold", "closed_hold"),
    ("aftersales.release", "release"),
    ("aftersales.decision", "decision"),
    ("aftersales.version", "version"),
    ("aftersales.rule", "rule"),
    ("aftersales.threshold", "threshold"),
    ("aftersales.payment.reminder", "reminder"),
]
ORDINARY = [("aftersales.credit.limit", "requested_limit"), ("sale.order", "order")]
"""Kept as well, but a copy of them is ordinary work: it starts clean."""


@pytest.mark.parametrize(
    ("model", "target", "method"),
    [(*row, "unlink") for row in KEPT + ORDINARY] + [(*row, "copy") for row in KEPT],
)
def test_nobody_deletes_or_copies(model, target, method, call, ids, clients):
    """Not the audit trail, and not an order that was judged."""
    context = {"_force_unlink": True, "active_test": False}
    kinds = {
        role: call(role, model, method, [[ids[target]]], context)[0]
        for role in (*ROLES, "admin")
    }
    assert set(kinds.values()) <= {NO, ERROR}, kinds
    still_held(clients, ids)


PRIVATE = [
    ("aftersales.gate", "_judge_credit"),
    ("aftersales.gate", "_close"),
    ("aftersales.gate", "_cron_recheck"),
    ("aftersales.hold", "_release"),
    ("aftersales.hold", "_close"),
    ("aftersales.hold", "_open"),
    ("aftersales.release", "_insert"),
    ("aftersales.decision", "_record"),
    ("aftersales.version", "_publish"),
    ("aftersales.credit.account", "_serialize"),
    ("sale.order", "_launch_released"),
    ("sale.order.line", "_action_launch_stock_rule"),
    ("stock.move", "_action_done"),
]


@pytest.mark.parametrize(("model", "method"), PRIVATE)
def test_private_methods_are_not_reachable(model, method, call):
    """Not for a credit controller, not for the system administrator."""
    for role in ("portal", "controller", "admin"):
        assert call(role, model, method, [[]])[0] == NO


def test_forged_context_procures_nothing(call, ids, clients):
    """A client may send any context key; the gates look at none of them."""
    line = [ids["order_line"]]
    for judged in ([ids["order"]], {"ids": [ids["order"]]}, True, ids["order"], "all"):
        context = {
            "aftersales_judged": judged,
            "aftersales_leaving_judged": judged,
            "default_hold_state": False,
            "tracking_disable": True,
            "skip_backorder": True,
        }
        kind, _answer = call(
            "salesperson",
            "sale.order.line",
            "write",
            [line, {"product_uom_qty": 2, "price_unit": 1500}],
            context,
        )
        assert kind == OK
        call(
            "salesperson",
            "sale.order.line",
            "write",
            [line, {"product_uom_qty": 1, "price_unit": 1500}],
            context,
        )
        kind, answer = call(
            "warehouse", "stock.picking", "button_validate", [[ids["picking"]]], context
        )
        assert kind == OK
        assert answer["tag"] == "display_notification"
        still_held(clients, ids)


def test_release_goes_through_the_wizard_of_the_right_person_only(call, ids, clients):
    """Fields of the wizard are wishes: ceiling and company are looked up."""
    admin = clients["admin"]
    values = {"hold_ids": [(6, 0, [ids["hold"]])], "reason": "please"}
    (mine,) = clients["controller"].call("aftersales.hold.release", "create", [values])
    for role in ROLES[:-1]:
        kind, _answer = call(role, *WIZARD, [[mine]])
        # a controller elsewhere finds the wizard without the hold
        assert kind == (ERROR if role == "foreign" else NO), role
    still_held(clients, ids)
    admin.call(
        "aftersales.release.authority", "write", [ids["authority"]], {"ceiling": 1000.0}
    )
    kind, answer = call("controller", *WIZARD, [[mine]])
    assert (kind, "over your ceiling" in answer) == (ERROR, True)
    still_held(clients, ids)
    admin.call(
        "aftersales.release.authority", "write", [ids["authority"]], {"ceiling": 5000.0}
    )
    kind, answer = call("controller", *WIZARD, [[mine]])
    assert kind == OK, answer
    (order,) = admin.call(
        "sale.order", "read", [ids["order"]], ["hold_state", "picking_ids"]
    )
    assert order["picking_ids"]
