"""The addon upgraded on a company that runs rules of its own, with work in every state.

Once with the sources that it was installed from, and once with a release whose rules have
moved on. What is promised stands in docs/rules-administration.md (U10, R3, R10).
"""

from __future__ import annotations

import json
import re
import shutil

import pytest

from cost_world import WORLD as COSTS
from workbench import settings

WORLD = (
    COSTS
    + """
from datetime import timedelta
from odoo.addons.aftersales_rules.models import aftersales_seal

company.account_use_credit_limit = True
for mode in company._fields:
    if mode.startswith(('aftersales_mode_complaint', 'aftersales_mode_credit')):
        company[mode] = 'enforce'
ada, bob = (user(login, rules + 'rules_admin') for login in ('ada', 'bob'))
thresholds = env['aftersales.threshold'].search([('company_id', '=', company.id)])
def number(name):
    return thresholds.filtered(lambda each: each.name == name).with_user(ada)

# ------------------------------------------------------------- rules of its own
number('overdue_days_max').value = '5'
company.aftersales_second_person = True
drafts = env['aftersales.draft'].with_user(ada).with_company(company)

def rule(content, name):
    return next(each for each in content['rules'] if each['name'] == name)

def written(name, change, **values):
    draft = drafts.create({'name': name, 'note': name})
    content = json.loads(draft.content)
    change(content)
    draft._save(content, json.loads(draft.threshold_values) | values, draft.revision)
    draft.action_check()
    assert draft.state == 'checked', (draft.faults, draft.findings)
    return draft

def ours(content):
    rule(content, 'order_broken_promise')['reason'] = 'They did not keep their word.'
    rule(content, 'promise_price_high')['label'] = 'Dear'
    content['rules'].append({
        **rule(content, 'order_overdue'), 'name': 'own_large', 'label': 'Large for us',
        'sequence': 900, 'conditions': [{'fact': 'order_amount', 'op': '>',
                                         'operand': {'threshold': 'own_large_min'}}],
        'outcome': {'effect': 'hold', 'cause': 'no_guarantee'},
        'reason': 'Over {threshold.own_large_min}.', 'remedy': 'Ask.', 'i18n': {}})
    content['thresholds'].append({
        'name': 'own_large_min', 'label': 'Large', 'type': 'money', 'default': '5000.00'})
    gone = ('urgency_key_customer', 'key_customer_late')
    content['rules'] = [each for each in content['rules'] if each['name'] not in gone]

draft = written('Our rules', ours, limit_usage_max='0.9', own_large_min='7000.00')
draft.action_publish()
assert draft.state == 'waiting'
draft.with_user(bob).action_approve()
assert draft.state == 'published' and draft.version_id.approved_by_id == bob
open_draft = written('Begun before', lambda content: rule(
    content, 'order_over_limit').update(remedy='They pay.'), promise_grace_days='2')

# one that changed nothing, and one that changed nothing but a number
follower, counter = env['res.company'].create(
    [{'name': name, 'iap_enrich_auto_done': True} for name in ('Follower', 'Counter')])
(ada | bob).company_ids |= follower | counter
for each in (follower, counter):
    env['aftersales.version']._get_current(each)
env['aftersales.threshold'].search([
    ('company_id', '=', counter.id), ('name', '=', 'overdue_days_max')]).with_user(
    ada).value = '7'

# ---------------------------------------------------------------- work under way
customer.credit_limit = 100
goods = env['product.product'].create(
    {'name': 'Glass', 'is_storable': True, 'list_price': 1000, 'taxes_id': False})
orders = env['sale.order'].create([{
    'partner_id': customer.id, 'order_line': [Command.create({
        'product_id': goods.id, 'product_uom_qty': 1 + n, 'price_unit': 1000,
        'tax_ids': [Command.clear()]})]} for n in range(3)])
orders.action_confirm()
assert len(orders.hold_ids) >= 3
admin = env.ref('base.user_admin')
env['aftersales.release.authority'].create(
    {'user_id': admin.id, 'company_id': company.id, 'ceiling': 1e6})
orders[0].hold_ids.with_user(admin)._release('agreed')
assert orders[0].hold_ids.mapped('state') == ['closed'] and orders[1:].hold_ids
for kind in ('management', 'marketing', 'quality'):
    env['aftersales.department'].create({
        'name': kind, 'kind': kind, 'company_id': company.id, 'manager_id': boss.id})
ticket = env['helpdesk.ticket'].create({
    'name': 'Broken', 'description': 'Broken', 'partner_id': customer.id,
    'company_id': company.id, 'complaint_channel': 'phone',
    'complaint_contact_phone': '+1 555 0100', 'complaint_compensation_asked': True})
ticket.action_make_complaint()
ticket.action_confirm_read_back()
ticket.action_rate_urgent()
ticket.action_register()
assert ticket.complaint_number and ticket.complaint_severity == 'major'
assert env['aftersales.clock'].search_count([('complaint_id', '=', ticket.id)])
reviewed(costs_of(complaint(), 100, 33.33))
costs_of(complaint('quantity'), 50)
env.flush_all()
env.cr.precommit.run()
overruled = costs_of(complaint(), 20)
overruled.with_user(anna)._overrule_bearer('dealer', False, 'Said so')
env.cr.commit()
aftersales_seal.REST = timedelta(seconds=-1)
env['aftersales.seal']._cron_seal()
env['aftersales.audit']._cron_audit()
for model in ('aftersales.release', 'aftersales.version', 'aftersales.decision',
              'aftersales.cost.overrule'):
    assert env['aftersales.seal'].search_count([('model', '=', model)]), model
save(follower=follower.id, counter=counter.id, open_draft=open_draft.id,
     goods=goods.id, ada=ada.id, bob=bob.id)
"""
)

LOOK = """
import hashlib, json
from pathlib import Path
from odoo.tools import SQL

seals = env['aftersales.seal'].search([])
assert seals and seals._find_tampering() == [], seals._find_tampering()
decisions = {}
for record in env['aftersales.decision'].search([]):
    stored = record._get_decision()
    compiled = record._get_compiled()
    assert compiled.repeat(stored).to_bytes() == stored.to_bytes(), record
    again = compiled.decide(stored.decision, compiled.facts_of(stored), on=stored.on)
    assert again.to_bytes().decode() == record.payload, record
    decisions[record.id] = hashlib.sha256(again.to_bytes()).hexdigest()
tables = {model._table for model in env.values() if model._auto and not model._transient
          and not model._abstract and model._name.startswith('aftersales.')}
rows = {}
for table in sorted(tables | {'sale_order', 'sale_order_line', 'helpdesk_ticket',
                              'stock_picking', 'account_move', 'account_move_line'}):
    env.cr.execute(SQL('SELECT id, xmin::text || ctid::text FROM %s', SQL.identifier(table)))
    rows[table] = dict(env.cr.fetchall())
trail = {model._table for name, model in env.items()
         if issubclass(env.registry[name], env.registry['aftersales.immutable'])
         and not model._abstract}
versions = {version.id: [version.company_id.id, version.number, version.version_hash,
                         hashlib.sha256(version.pack.encode()).hexdigest(),
                         version.thresholds, version.note]
            for version in env['aftersales.version'].search([])}
companies = {}
for company in env['res.company'].search([]):
    version_id, compiled = env['aftersales.version']._get_current(company)
    companies[company.id] = {
        'version': version_id,
        'note': env['aftersales.version'].browse(version_id).note,
        'rules': {rule.name: [rule.label, rule.reason, rule.sequence]
                  for rule in compiled.pack.rules},
        'values': {name: str(value) for name, value in compiled.thresholds.items()},
        'shown': {each.name: each.value for each in env['aftersales.threshold'].search(
            [('company_id', '=', company.id)])},
        'modes': {name: company[name] for name in company._fields
                  if name.startswith('aftersales_mode_')},
        'second': company.aftersales_second_person}
    assert not compiled.set_aside
    assert version_id == company.aftersales_version_id.id
Path(SEEN).write_text(json.dumps({
    'decisions': decisions, 'rows': rows, 'trail': sorted(trail), 'versions': versions,
    'companies': companies}))
"""
"""What must stay as it is, and what an upgrade may move; it looks without a trace."""

GO_ON = """
from odoo import Command
import json
ids = json.loads(env['ir.config_parameter'].get_param('test_rpc.ids'))
company = env['res.company'].browse(ids['company'])

# work goes on by the rules in force
order = env['sale.order'].create({
    'partner_id': ids['dealer'], 'order_line': [Command.create({
        'product_id': ids['goods'], 'product_uom_qty': 1, 'price_unit': 7500,
        'tax_ids': [Command.clear()]})]})
order.action_confirm()
found = env['aftersales.decision'].search([('order_id', '=', order.id)], limit=1)
assert found.version_id == company.aftersales_version_id
assert 'own_large' in [match.rule for match in found._get_decision().matched]

# what somebody had begun before is published on top, with both changes
draft = env['aftersales.draft'].browse(ids['open_draft']).with_user(ids['ada'])
draft.action_publish()
draft.with_user(ids['bob']).action_approve()
assert draft.state == 'published', draft.state
rules = {rule.name: rule for rule in company.aftersales_version_id._get_compiled().pack.rules}
assert rules['order_over_limit'].remedy == 'They pay.'
env.cr.commit()
"""


class Upgrades:
    """A database with work in it, and the sources that it is upgraded with."""

    def __init__(self, workshop, database, folder):
        self.workshop, self.database, self.folder = workshop, database, folder
        self.release = None
        self.ids = json.loads(
            workshop.sql(
                "SELECT value FROM ir_config_parameter WHERE key = 'test_rpc.ids'",
                database,
            )
        )

    @property
    def sources(self):
        """Where Odoo looks for addons: in the release first, once there is one."""
        first = (self.release,) if self.release else ()
        addons = (*first, *self.workshop.odoo.addons, *settings.addons_paths())
        return "--addons-path", ",".join(map(str, addons))

    def upgrade(self):
        """Upgrade; gives what the server wrote."""
        options = ("-d", self.database, "-u", settings.ADDON_NAME, "--stop-after-init")
        log = self.workshop.odoo_run(
            "server", *options, "--no-http", *self.sources, log="test-upgrade"
        )
        return log.read_text("utf-8")

    def shell(self, code):
        self.workshop.shell(self.database, code, "test-upgrade", *self.sources)

    def look(self):
        path = self.folder / "seen.json"
        self.shell(f"SEEN = {str(path)!r}\n{LOOK}")
        return json.loads(path.read_text("utf-8"))

    def move_on(self, change):
        """A release of the addon whose rules are those that ``change`` makes of ours."""
        self.release = self.folder / "release"
        addon = self.release / settings.ADDON_NAME
        shutil.copytree(
            settings.ADDON,
            addon,
            ignore=shutil.ignore_patterns("tests", "__pycache__", "build"),
        )
        manifest = addon / "__manifest__.py"
        text = manifest.read_text("utf-8")
        moved = re.sub(r'("version": "19\.0\.)\d+', r"\g<1>9", text)
        assert moved != text
        manifest.write_text(moved, "utf-8")
        path = addon / "data" / "packs" / "default.json"
        pack = json.loads(path.read_text("utf-8"))
        change(pack)
        path.write_text(json.dumps(pack, ensure_ascii=False), "utf-8")


@pytest.fixture(scope="module")
def upgrades(workshop, new_database, tmp_path_factory):
    database = new_database()
    workshop.shell(database, WORLD, log="test-upgrade-world")
    return Upgrades(workshop, database, tmp_path_factory.mktemp("upgrade"))


@pytest.fixture(scope="module")
def before(upgrades):
    return upgrades.look()


@pytest.fixture(scope="module")
def unchanged(upgrades, before):
    """Upgraded once more with the sources that it was installed from."""
    upgrades.upgrade()
    return upgrades.look()


@pytest.fixture(scope="module")
def moved(upgrades, unchanged):
    """Upgraded to a release whose rules have moved on; what was seen, and the log."""
    upgrades.move_on(move_on)
    log = upgrades.upgrade()
    version = upgrades.workshop.sql(
        "SELECT latest_version FROM ir_module_module WHERE name = 'aftersales_rules'",
        upgrades.database,
    )
    assert version.startswith("19.0.9"), version
    return upgrades.look(), log


def move_on(pack):
    """What the release changes, some of it changed by the company as well."""
    rules = {rule["name"]: rule for rule in pack["rules"]}
    thresholds = {each["name"]: each for each in pack["thresholds"]}
    rules["order_overdue"]["label"] = "Overdue, said anew"
    rules["order_broken_promise"]["reason"] = (
        "Late by {broken_promise_days}, said anew."
    )
    rules["key_customer_late"]["label"] = "Late for a key customer, said anew"
    thresholds["overdue_days_max"]["default"] = 4
    thresholds["first_payment_min"]["default"] = "0.4"
    gone = ("minor_delay", "promise_price_high")
    pack["rules"] = [rule for rule in pack["rules"] if rule["name"] not in gone]
    pack["rules"].append(
        {
            **rules["order_overdue"],
            "name": "order_very_large",
            "label": "Very large",
            "sequence": 800,
            "conditions": [
                {
                    "fact": "order_amount",
                    "op": ">",
                    "operand": {"threshold": "very_large_min"},
                }
            ],
            "outcome": {"effect": "hold", "cause": "no_guarantee"},
            "reason": "Over {threshold.very_large_min}.",
            "i18n": {},
        }
    )
    pack["thresholds"].append(
        {
            **thresholds["unsecured_order_max"],
            "name": "very_large_min",
            "label": "Very large",
            "default": "9000000.00",
        }
    )


def test_an_upgrade_without_news_changes_nothing(before, unchanged):
    """Not a row of the trail, of holds, of clocks, of costs, of documents."""
    assert unchanged == before


def test_what_was_done_stays_as_it_was_done(before, moved):
    """No row is written anew by a release that brings other rules."""
    after, _log = moved
    assert after["decisions"] == before["decisions"]
    assert after["trail"] == before["trail"]
    for table, rows in before["rows"].items():
        now = after["rows"][table]
        if table == "aftersales_threshold":
            assert set(rows) <= set(now)
            continue
        assert {key: now.get(key) for key in rows} == rows, table
    for table in ("hold", "clock", "cost", "decision", "release", "draft", "seal"):
        assert after["rows"][f"aftersales_{table}"].keys() == (
            before["rows"][f"aftersales_{table}"].keys()
        )
        assert before["rows"][f"aftersales_{table}"], table


def test_published_versions_keep_their_content(before, moved):
    after, _log = moved
    known = before["versions"]
    assert {key: after["versions"][key] for key in known} == known
    new = [value for key, value in after["versions"].items() if key not in known]
    companies = {company for company, *_rest in new}
    assert len(new) == len(companies) == len(after["companies"])


def test_own_rules_and_numbers_stay(upgrades, before, moved):
    """Of what both changed, the company's stays, and the note names it."""
    after, log = moved
    was = before["companies"][str(upgrades.ids["company"])]
    now = after["companies"][str(upgrades.ids["company"])]
    assert now["version"] != was["version"]
    assert (now["modes"], now["second"]) == (was["modes"], was["second"])
    for name in ("own_large", "order_broken_promise", "promise_price_high"):
        assert now["rules"][name] == was["rules"][name]
    for name in ("urgency_key_customer", "key_customer_late"):
        assert name not in was["rules"] and name not in now["rules"]
    values = {"overdue_days_max": "5", "limit_usage_max": "0.9"}
    values["own_large_min"] = "7000"
    assert {name: now["values"][name] for name in values} == values
    assert (was["shown"].items() - {("first_payment_min", "30 %")}) <= (
        now["shown"].items()
    )
    head, kept = now["note"].split("\n")
    assert head == "Rules of the new release of the addon, with your own changes"
    assert kept.startswith("Kept as you have them, though the new release changed them")
    named = set(kept.partition(": ")[2].split(", "))
    assert named >= {"order_broken_promise", "promise_price_high", "key_customer_late"}
    assert "stay as they are" not in log


def test_what_the_release_changed_elsewhere_comes_in(upgrades, moved):
    """Beside rules of one's own: texts, defaults, what is new and what is gone."""
    after, _log = moved
    for name in ("company", "follower", "counter"):
        now = after["companies"][str(upgrades.ids[name])]
        assert now["rules"]["order_overdue"][0] == "Overdue, said anew"
        assert "order_very_large" in now["rules"]
        assert "minor_delay" not in now["rules"]
        assert now["values"]["first_payment_min"] == "0.4"
        assert now["shown"]["first_payment_min"] == "40 %"
        assert now["values"]["very_large_min"] == "9000000"


def test_who_changed_nothing_follows_the_release(upgrades, moved):
    after, _log = moved
    follower = after["companies"][str(upgrades.ids["follower"])]
    counter = after["companies"][str(upgrades.ids["counter"])]
    assert follower["note"] == "Rules of the new release of the addon"
    assert follower["values"]["overdue_days_max"] == "4"
    assert counter["values"]["overdue_days_max"] == "7"
    for now in (follower, counter):
        assert "promise_price_high" not in now["rules"]
        assert "key_customer_late" in now["rules"]
        assert "said anew" in now["rules"]["order_broken_promise"][1]


def test_work_goes_on_after_the_release(upgrades, moved):
    """By the rules in force; a draft that was begun before goes on top of them."""
    upgrades.shell(GO_ON)
    after = upgrades.look()
    now = after["companies"][str(upgrades.ids["company"])]
    assert now["values"]["promise_grace_days"] == "2"
    assert "order_very_large" in now["rules"] and "own_large" in now["rules"]
    # and another upgrade to the same release changes nothing
    upgrades.upgrade()
    assert upgrades.look() == after
