"""An addon of somebody else, on a database in use, and gone again (R9, U10)."""

from __future__ import annotations

import json

import pytest

from clients import OdooError, RpcClient
from workbench import settings

ADDON = "aftersales_rules_purchase_demo"
RULES = [
    "order_set_off",
    "purchase_amount",
    "purchase_vendor_quality",
    "purchase_new_vendor",
]

USE = """
from odoo import Command

company = env.company
env['account.chart.template'].try_loading('generic_coa', company=company, install_demo=False)
company.write({'account_use_credit_limit': True, 'aftersales_mode_credit_hold': 'enforce'})
env['aftersales.threshold'].search([('name', '=', 'overdue_days_max')], limit=1).value = '5'
goods = env['product.product'].create({'name': 'Glass', 'list_price': 10, 'taxes_id': False})
dealer = env['res.partner'].create({'name': 'Dealer', 'is_company': True, 'credit_limit': 100})
def sell():
    order = env['sale.order'].create({'partner_id': dealer.id, 'order_line': [Command.create(
        {'product_id': goods.id, 'product_uom_qty': 50, 'tax_ids': [Command.clear()]})]})
    order.action_confirm()
    return order
assert sell().hold_ids
draft = env['aftersales.draft'].create({'name': 'Begun before'})
other = env['res.company'].create({'name': 'Branch'})
env.cr.commit()
"""
"""What stands in a database before anybody thinks of the other addon."""

PEOPLE = """
groups = {'buyer': 'purchase.group_purchase_user', 'manager': 'purchase.group_purchase_manager'}
for login, group in groups.items():
    env['res.users'].create({'login': login, 'name': login.title(), 'password': login,
                             'group_ids': [(4, env.ref(group).id)]})
env.cr.commit()
"""

BILL = """
from odoo import Command
dealer = env['res.partner'].search([('name', '=', 'Dealer')], limit=1)
bill = env['account.move'].create({
    'move_type': 'in_invoice', 'partner_id': dealer.id, 'invoice_date': '2026-01-31',
    'invoice_line_ids': [Command.create({'name': 'Sand', 'quantity': 1, 'price_unit': 5000,
                                         'tax_ids': [Command.clear()]})]})
bill.action_post()
env.cr.commit()
"""

COMPLAIN = """
from odoo import Command
sand = env['product.product'].search([('name', '=', 'Sand')], limit=1)
vendor = env['res.partner'].search([('name', '=', 'Quarry')], limit=1)
sand.seller_ids = [Command.create({'partner_id': vendor.id, 'price': 1})]
ticket = env['helpdesk.ticket'].create({
    'name': 'Grey sand', 'description': 'Grey', 'aftersales_product_id': sand.id,
    'complaint_channel': 'letter'})
ticket._complaint_make()
ticket.complaint_quality_related = 'yes'
env.cr.commit()
"""

SETTLE = """
ticket = env['helpdesk.ticket'].search([('name', '=', 'Grey sand')])
ticket._complaint_set_state('closed')
env.cr.commit()
"""

AUDIT = """
before = env['aftersales.audit'].search([], limit=1)
env['aftersales.audit']._cron_audit()
found = env['aftersales.audit'].search([('id', '>', before.id or 0)])
assert len(found) == 2 and all(found.mapped('is_fine')), found.mapped('summary')
replay = found.filtered(lambda audit: audit.kind == 'replay')
assert replay.checked, 'nothing was repeated'
"""


def odoo(workshop, database, *arguments):
    options = ("--stop-after-init", "--no-http")
    workshop.odoo_run("-d", database, *arguments, *options, log="test-extension")


def in_force(world, company=1):
    """Names of the rules in force, and what their version says of itself."""
    query = (
        "SELECT {} FROM res_company c JOIN aftersales_version v"
        " ON v.id = c.aftersales_version_id {} WHERE c.id = " + str(company)
    )
    rules = "JOIN aftersales_rule r ON r.version_id = v.id"
    names = world.sql(query.format("r.name", rules)).splitlines()
    return names, world.sql(query.format("v.note", ""))


def purchase(client, price, vendor):
    product = client.call("product.product", "search", [("name", "=", "Sand")])
    product = product or client.call("product.product", "create", [{"name": "Sand"}])
    line = {
        "product_id": product[0],
        "product_qty": 1,
        "price_unit": price,
        "tax_ids": [(5, 0, 0)],
    }
    [order] = client.call(
        "purchase.order",
        "create",
        [{"partner_id": vendor, "order_line": [(0, 0, line)]}],
    )
    return order


def state_of(client, order):
    [found] = client.call("purchase.order", "read", [order], ["state", "rules_state"])
    return found["state"], found["rules_state"]


def decisions_of(client, order):
    return client.call(
        "aftersales.decision",
        "search_read",
        [("res_model", "=", "purchase.order"), ("res_id", "=", order)],
        ["result", "event", "mode", "reason_display", "decision"],
        order="id",
    )


def set_mode(admin, mode):
    admin.call("res.company", "write", [1], {"aftersales_mode_purchase_release": mode})


class World:
    """A served database with the addon installed on top of years of use."""

    def __init__(self, workshop, server):
        self.workshop, self.server = workshop, server
        self.admin = self.client("admin")
        self.old = self.admin.call(
            "aftersales.decision",
            "search_read",
            [("decision", "=", "credit_hold")],
            ["reason_display", "rule_label", "result"],
        )
        self.module("install")
        self.shell(PEOPLE)
        self.admin = self.client("admin")
        self.buyer, self.manager = self.client("buyer"), self.client("manager")
        self.vendor = self.admin.call("res.partner", "create", [{"name": "Quarry"}])[0]
        purchased = purchase(self.admin, 1, self.vendor)
        self.admin.call("purchase.order", "button_confirm", [purchased])

    def client(self, login):
        return RpcClient(self.server.url, self.server.database, login, login)

    def module(self, verb):
        self.admin.call("ir.module.module", "update_list")
        [module] = self.admin.call("ir.module.module", "search", [("name", "=", ADDON)])
        self.admin.call("ir.module.module", f"button_immediate_{verb}", [module])

    def sql(self, query):
        return self.workshop.sql(query, self.server.database)

    def shell(self, code):
        self.workshop.shell(self.server.database, code, log="test-extension-shell")


@pytest.fixture(scope="module")
def world(workshop, new_database):
    from workbench.serve import Server

    database = new_database()
    workshop.shell(database, USE, log="test-extension-use")
    with Server(workshop, database, first_port=18269) as server:
        yield World(workshop, server)


def test_nothing_of_ours_knows_the_addon():
    """What it needs is open to every addon, not to this one."""
    for addon in settings.ADDONS:
        for path in (settings.ROOT / addon).rglob("*"):
            if path.suffix in (".py", ".xml", ".json", ".csv", ".js"):
                assert ADDON not in path.read_text("utf-8"), path


def test_its_rules_come_to_all_companies(world):
    """With what the company has set; a company that is made later has them as well."""
    names, note = in_force(world)
    assert set(RULES) <= set(names)
    assert note == "Rules of “Aftersales Rules: Purchase Orders (Example)”"
    [kept] = world.admin.call(
        "aftersales.threshold",
        "search_read",
        [("name", "=", "overdue_days_max"), ("company_id", "=", 1)],
        ["value"],
    )
    assert kept["value"] == "5"
    [branch] = world.admin.call("res.company", "search", [("name", "=", "Branch")])
    assert set(RULES) <= set(in_force(world, branch)[0])
    [later] = world.admin.call("res.company", "create", [{"name": "Later"}])
    assert set(RULES) <= set(in_force(world, later)[0])


def test_what_was_decided_before_stays_as_it_was(world):
    """A fact more for credit holds changes no decision that was made without it."""
    ids = [record["id"] for record in world.old]
    assert ids
    again = world.admin.call(
        "aftersales.decision", "read", ids, ["reason_display", "rule_label", "result"]
    )
    assert again == world.old
    shown = world.admin.call("aftersales.decision", "get_explanation", ids[0])
    assert not shown["failure"]
    told = world.admin.call("aftersales.decision", "action_replay", ids[0])
    assert told["params"]["type"] == "success"
    world.shell(AUDIT)


def test_a_gate_that_observes_stops_nothing(world):
    """A fresh install records what it would have done (R7)."""
    order = purchase(world.buyer, 20000, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [order])
    assert state_of(world.buyer, order) == ("purchase", "free")
    [decision] = decisions_of(world.admin, order)
    assert (decision["mode"], decision["result"]) == ("observe", "hold")


def test_a_large_purchase_waits_for_a_manager(world):
    """The buyer reads why, what releases it and who can, and cannot pass by."""
    set_mode(world.admin, "enforce")
    small = purchase(world.buyer, 10000, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [small])
    assert state_of(world.buyer, small) == ("purchase", "free")

    order = purchase(world.buyer, 12500, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [order])
    assert state_of(world.buyer, order) == ("to approve", "held")
    [found] = world.buyer.call("purchase.order", "read", [order], ["rules_notice"])
    assert "12,500.00 USD; buyers confirm up to 10,000.00 USD" in found["rules_notice"]
    assert "or the order is made smaller" in found["rules_notice"]
    assert "Manager" in found["rules_notice"]

    for client in (world.buyer, world.manager):
        client.call("purchase.order", "button_approve", [order])
        assert state_of(client, order) == ("to approve", "held")
    for vals in ({"state": "purchase"}, {"rules_state": "free"}):
        with pytest.raises(OdooError, match="is on hold|held and let go by the rules"):
            world.buyer.call("purchase.order", "write", [order], vals)
    with pytest.raises(OdooError):
        world.buyer.call(
            "aftersales.purchase.release",
            "create",
            [{"order_id": order, "reason": "x"}],
        )
    with pytest.raises(OdooError, match="rivate|not allowed|cannot be called"):
        world.buyer.call("purchase.order", "_release_by_rules", [order], "x")
    assert state_of(world.buyer, order) == ("to approve", "held")

    [release] = world.manager.call(
        "aftersales.purchase.release",
        "create",
        [{"order_id": order, "reason": "Price goes up in May"}],
    )
    world.manager.call("aftersales.purchase.release", "action_release", [release])
    assert state_of(world.buyer, order) == ("purchase", "free")
    held, released = decisions_of(world.admin, order)
    assert (held["result"], held["event"]) == ("hold", "confirm")
    assert (released["result"], released["event"]) == ("waived", "release")


@pytest.mark.parametrize("way", ["button_approve", "write", "create"])
def test_no_other_way_passes_by_the_rules(world, way):
    """Whatever door an integration takes."""
    set_mode(world.admin, "enforce")
    if way == "create":
        product = world.admin.call("product.product", "search", [("name", "=", "Sand")])
        line = {"product_id": product[0], "product_qty": 1, "price_unit": 50000}
        with pytest.raises(OdooError, match="is on hold"):
            world.buyer.call(
                "purchase.order",
                "create",
                [
                    {
                        "partner_id": world.vendor,
                        "state": "purchase",
                        "order_line": [(0, 0, line)],
                    }
                ],
            )
        return
    order = purchase(world.buyer, 50000, world.vendor)
    with pytest.raises(OdooError, match="is on hold"):
        if way == "write":
            world.buyer.call("purchase.order", "write", [order], {"state": "purchase"})
        else:
            world.buyer.call("purchase.order", "button_approve", [order])
    assert state_of(world.buyer, order) == ("draft", False)


def test_a_vendor_with_open_complaints_waits_until_they_are_settled(world):
    """The hold ends by itself, and the order is confirmed."""
    set_mode(world.admin, "enforce")
    world.shell(COMPLAIN)
    order = purchase(world.buyer, 500, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [order])
    assert state_of(world.buyer, order) == ("to approve", "held")
    [decision] = decisions_of(world.buyer, order)
    assert decision["reason_display"] == (
        "There are 1 complaints open about the quality of what this vendor sells us."
    )
    world.buyer.call("purchase.order", "action_judge_again", [order])
    assert state_of(world.buyer, order) == ("to approve", "held")
    assert len(decisions_of(world.buyer, order)) == 1

    shown = world.buyer.call("aftersales.decision", "get_explanation", decision["id"])
    facts = {fact["name"]: fact for fact in shown["facts"]}
    assert facts["vendor_complaints"]["origin"]["text"] == (
        "Open complaints about what Quarry sells us"
    )
    goals = [text for way in shown["ways"] for text in way["texts"]]
    assert any(text.startswith("settle 1") for text in goals), goals
    tried = world.buyer.call(
        "aftersales.decision",
        "try_values",
        decision["id"],
        {"vendor_complaints": "0"},
        {},
    )
    assert tried["changed"] and tried["effect_level"] == "good"
    opened = world.admin.call(
        "aftersales.decision", "open_fact", decision["id"], "vendor_complaints"
    )
    assert opened["res_model"] == "helpdesk.ticket"

    world.shell(SETTLE)
    world.buyer.call("purchase.order", "action_judge_again", [order])
    assert state_of(world.buyer, order) == ("purchase", "free")


def set_off(world):
    """A credit hold that was decided by the addon's fact; made once."""
    admin = world.admin
    domain = [("decision", "=", "credit_hold"), ("rule", "=", "order_set_off")]
    found = admin.call("aftersales.decision", "search", domain, limit=1)
    if not found:
        world.shell(BILL)
        [dealer] = admin.call("res.partner", "search", [("name", "=", "Dealer")])
        [goods] = admin.call("product.product", "search", [("name", "=", "Glass")])
        line = {"product_id": goods, "product_uom_qty": 50, "tax_ids": [(5, 0, 0)]}
        [order] = admin.call(
            "sale.order",
            "create",
            [{"partner_id": dealer, "order_line": [(0, 0, line)]}],
        )
        admin.call("sale.order", "action_confirm", [order])
        found = admin.call("aftersales.decision", "search", domain, limit=1)
    return found[0]


def test_a_fact_of_the_addon_decides_an_order_of_ours(world):
    """Whom we owe more than they owe us, is not held for credit."""
    [decision] = world.admin.call(
        "aftersales.decision",
        "read",
        [set_off(world)],
        ["facts", "reason_display", "order_id"],
    )
    assert json.loads(decision["facts"])["vendor_payable"] == "5000"
    assert "We owe this customer 5,000.00 USD" in decision["reason_display"]
    [order] = world.admin.call(
        "sale.order", "read", [decision["order_id"][0]], ["hold_state"]
    )
    assert not order["hold_state"]


def test_the_administrator_works_on_its_rules_as_on_ours(world):
    """Draft, table, checks, trial run, publication, gates, thresholds."""
    admin = world.admin
    large = purchase(world.buyer, 12600, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [large])
    [draft] = admin.call(
        "aftersales.draft",
        "create",
        [
            {
                "name": "Purchases",
                "decision": "purchase_release",
                "note": "More for buyers",
            }
        ],
    )
    table = admin.call("aftersales.draft", "get_table", draft)
    assert table["label"] == "Purchase release"
    assert [fact["name"] for fact in table["facts"]][1] == "purchase_amount"
    assert [rule["name"] for rule in table["rules"]] == RULES[1:]
    [limit] = [
        each for each in table["thresholds"] if each["name"] == "purchase_amount_max"
    ]
    saved = admin.call(
        "aftersales.draft",
        "save_table",
        draft,
        "purchase_release",
        table["rules"],
        [{**limit, "value": "15,000.00"}],
        table["revision"],
    )
    assert not saved["faults"]
    admin.call("aftersales.draft", "action_check", [draft])

    [trial] = admin.call(
        "aftersales.trial",
        "create",
        [{"draft_id": draft, "sample": "last", "sample_size": 100}],
    )
    admin.call("aftersales.trial", "action_start", [trial])
    world.shell("env['aftersales.trial']._cron_run_trials()\nenv.cr.commit()")
    [ran] = admin.call("aftersales.trial", "read", [trial], ["state", "failure"])
    assert (ran["state"], ran["failure"]) == ("done", False)
    changed = admin.call(
        "aftersales.trial.change",
        "search_read",
        [("trial_id", "=", trial), ("before_result", "=", "hold")],
        ["document_name"],
    )
    [found] = admin.call("purchase.order", "read", [large], ["name"])
    assert found["name"] in [change["document_name"] for change in changed]

    admin.call("aftersales.draft", "action_publish", [draft])
    order = purchase(world.buyer, 12500, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [order])
    assert state_of(world.buyer, order) == ("purchase", "free")

    gates = admin.call("aftersales.gate.mode", "action_open")
    rows = admin.call("aftersales.gate.mode", "search_read", gates["domain"], ["label"])
    assert "Purchase release" in [row["label"] for row in rows]


def test_its_words_are_translated_with_it(world):
    """Labels are in the addon's own catalogue, rules bring their texts along."""
    [lang] = world.admin.call(
        "res.lang",
        "search",
        [("code", "=", "zh_CN")],
        context={"active_test": False},
    )
    [wizard] = world.admin.call(
        "base.language.install", "create", [{"lang_ids": [(6, 0, [lang])]}]
    )
    world.admin.call("base.language.install", "lang_install", [wizard])
    [decision] = world.admin.call(
        "aftersales.decision",
        "search",
        [("rule", "=", "purchase_vendor_quality")],
        limit=1,
    )
    shown = world.admin.call(
        "aftersales.decision", "get_explanation", decision, context={"lang": "zh_CN"}
    )
    assert shown["decision_label"] == "采购放行"
    assert "采购金额" in [fact["label"] for fact in shown["facts"]]
    assert shown["matches"][0]["label"] == "供应商有未结质量投诉"


def test_our_upgrade_leaves_its_rules_alone(workshop, new_database):
    """While ours is loaded, those that build on it are not there yet."""
    database = new_database()
    odoo(workshop, database, "-i", ADDON)
    count = "SELECT count(*) FROM aftersales_version"
    before = workshop.sql(count, database)
    odoo(workshop, database, "-u", settings.ADDON_NAME)
    assert workshop.sql(count, database) == before
    workshop.shell(
        database,
        f"""
names = env.company.aftersales_version_id.rule_ids.mapped('name')
assert set({RULES}) <= set(names), names
order = env['sale.order'].create({{'partner_id': env.company.partner_id.id}})
order.action_confirm()
""",
        log="test-extension-upgrade",
    )


def test_it_goes_and_comes_back(world):
    """Nothing of ours breaks, and what was decided stays readable as recorded."""
    admin = world.admin
    [open_draft] = admin.call(
        "aftersales.draft",
        "create",
        [{"name": "Open", "decision": "purchase_release", "note": "x"}],
    )
    purchases = admin.call(
        "aftersales.decision",
        "search_read",
        [("decision", "=", "purchase_release")],
        ["display_name", "result", "reason"],
        order="id",
    )
    credit = set_off(world)
    order = purchase(world.buyer, 11000, world.vendor)
    world.buyer.call("purchase.order", "button_confirm", [order])
    published = admin.call(
        "aftersales.draft",
        "search",
        [("name", "=", "Purchases"), ("state", "=", "published")],
    )
    columns = (
        "SELECT count(*) FROM information_schema.columns WHERE column_name IN"
        " ('rules_state', 'aftersales_mode_purchase_release')"
    )
    assert world.sql(columns) == "2"
    world.module("uninstall")

    assert world.sql(columns) == "0"
    names, note = in_force(world)
    assert not set(RULES) & set(names)
    assert "was uninstalled. Its rules went with it: " in note
    assert "purchase_amount" in note
    [kept] = admin.call(
        "aftersales.threshold",
        "search_read",
        [("name", "=", "overdue_days_max"), ("company_id", "=", 1)],
        ["value"],
    )
    assert kept["value"] == "5"

    check_that_it_is_gone(admin, purchases, credit, open_draft, published)
    world.shell(AUDIT)
    fresh = world.client("admin")
    [dealer] = admin.call("res.partner", "search", [("name", "=", "Dealer")])
    [order] = fresh.call("sale.order", "create", [{"partner_id": dealer}])
    fresh.call("sale.order", "action_confirm", [order])

    # in a process that has never seen the addon
    world.server.stop()
    world.server.start()
    check_that_it_is_gone(
        world.client("admin"), purchases, credit, open_draft, published
    )

    world.module("install")
    assert set(RULES) <= set(in_force(world)[0])
    shown = admin.call("aftersales.decision", "get_explanation", purchases[0]["id"])
    assert not shown["failure"]
    shown = admin.call("aftersales.decision", "get_explanation", credit)
    assert "vendor_payable" in [fact["name"] for fact in shown["facts"]]
    world.shell(AUDIT)


def check_that_it_is_gone(admin, purchases, credit, open_draft, published):
    """What people meet after the addon was uninstalled."""
    ids = [record["id"] for record in purchases]
    again = admin.call(
        "aftersales.decision", "read", ids, ["display_name", "result", "reason"]
    )
    assert again == purchases
    labels = dict(
        admin.call("aftersales.decision", "fields_get", ["decision"])["decision"][
            "selection"
        ]
    )
    assert labels["purchase_release"] == "Purchase release"
    shown = admin.call("aftersales.decision", "get_explanation", ids[0])
    assert shown["failure"] and shown["recorded_reason"] == purchases[0]["reason"]

    shown = admin.call("aftersales.decision", "get_explanation", credit)
    assert "We owe this customer" in shown["recorded_reason"]

    admin.call("aftersales.draft", "action_check", [open_draft])
    [draft] = admin.call(
        "aftersales.draft", "read", [open_draft], ["content", "decision", "error_count"]
    )
    assert not draft["error_count"] and not draft["decision"]
    assert "purchase_amount" not in draft["content"]
    for record in (open_draft, *published):
        table = admin.call("aftersales.draft", "get_table", record)
        assert "purchase_release" not in [each["name"] for each in table["tables"]]
    versions = admin.call("aftersales.version", "search", [])
    admin.call(
        "aftersales.version", "read", versions, ["shown_findings", "threshold_html"]
    )
    admin.call("aftersales.rule", "search_read", [], ["label", "conditions", "reason"])
    for version in versions:
        admin.call("aftersales.version", "get_table", version)
    admin.call("aftersales.trial.count", "search_read", [], ["decision"])
