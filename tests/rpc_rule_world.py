"""Administrators of rules in two companies, and a draft in each state: test_rpc_rules.py."""

from __future__ import annotations

WORLD = """
import json
from datetime import timedelta
from decimal import Decimal
from odoo import Command, fields
from odoo.addons.aftersales_rules.rules import CREDIT_HOLD, CreditFacts
from odoo.addons.aftersales_rules.tests.common_rules import TODAY, tiny_pack

company = env['res.company'].create({'name': 'Glassworks', 'iap_enrich_auto_done': True})
other = env['res.company'].create({'name': 'Elsewhere', 'iap_enrich_auto_done': True})
env.user.company_ids |= company | other
env.ref('base.user_admin').company_ids |= company | other
versions = env['aftersales.version']
first = versions._publish(company, tiny_pack(), {}, 'Tiny')
foreign_version = versions._publish(other, tiny_pack(), {}, 'Tiny')

def user(login, *groups, home=company):
    return env['res.users'].create({
        'name': login, 'login': login, 'email': login + '@example.com',
        'company_id': home.id, 'company_ids': [Command.set(home.ids)],
        'group_ids': [Command.set([env.ref(group).id for group in groups])],
    })

rules = 'aftersales_rules.group_'
customer = env['res.partner'].create({'name': 'Dealer', 'is_company': True})
people = {
    'portal': user('portal', 'base.group_portal'),
    'internal': user('internal', 'base.group_user'),
    'reader': user('reader', rules + 'user'),
    'salesperson': user('salesperson', 'sales_team.group_sale_salesman'),
    'controller': user('controller', rules + 'credit_controller'),
    'foreign': user('foreign', rules + 'rules_admin', 'base.group_partner_manager',
                    home=other),
    'author': user('author', rules + 'rules_admin'),
    'second': user('second', rules + 'rules_admin'),
}
customer.user_id = people['salesperson']
people['portal'].password = 'password'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE login = 'portal')"
    " WHERE login = ANY(%s)", [list(people)])

def judge(days, version=first):
    about = customer.copy({'name': f'Dealer {days}'})
    order = env['sale.order'].with_company(version.company_id).create({
        'partner_id': about.id, 'user_id': people['salesperson'].id,
        'company_id': version.company_id.id})
    facts = CreditFacts.of(overdue_days=days, order_amount=Decimal(100), currency='USD',
                           paid_share=Decimal(1), has_guarantor=True)
    decision = version._get_compiled().decide(CREDIT_HOLD.name, facts, on=TODAY)
    return env['aftersales.decision']._record([{
        'decision': decision, 'company': version.company_id, 'event': 'confirm',
        'mode': 'enforce', 'order': order,
        'result': 'hold' if decision.matched else 'none'}])

def draft(value='5', login='author', home=company, name='overdue_days_max', **values):
    drafts = env['aftersales.draft'].with_user(people[login]).with_company(home)
    made = drafts.create({'note': 'Later', **values})
    made._save(json.loads(made.content),
               json.loads(made.threshold_values) | {name: value}, 0)
    return made.sudo()

def trial(of, **values):
    author = of.author_id
    return env['aftersales.trial'].with_user(author).create(
        {'draft_id': of.id, **values}).sudo()

def tried(of):
    made = trial(of)
    made.with_user(of.author_id).action_start()
    while made.state in ('waiting', 'running'):
        made._run_batch()
    assert made.state == 'done' and made.change_ids, made.state
    return made

def waiting(**values):
    company.aftersales_second_person = True
    made = draft(**values)
    made.with_user(made.author_id).action_publish()
    company.aftersales_second_person = False
    assert made.state == 'waiting', made.state
    return made

for days in range(8):
    judge(days)
elsewhere = judge(5, foreign_version)
published = draft('4')
behind = draft('6')
published.with_user(people['author']).action_publish()
assert published.version_id == company.aftersales_version_id and behind.is_behind
done = tried(draft('5'))
foreign_draft = draft('5', 'foreign', other)
foreign_trial = tried(foreign_draft)
third = env['res.company'].create({'name': 'Third', 'iap_enrich_auto_done': True})
env.user.company_ids |= third
env.ref('base.user_admin').company_ids |= third
versions._publish(third, tiny_pack(), {}, 'Tiny')
strange_draft = env['aftersales.draft'].with_company(third).create({'note': 'x'})
strange_trial = trial(strange_draft)
cancelled = trial(draft())
cancelled.with_user(people['author']).action_start()

# what was there an hour ago has come to rest
env.flush_all()
env.cr.execute("ALTER TABLE aftersales_decision DISABLE TRIGGER USER")
env.cr.execute("UPDATE aftersales_decision SET create_date = create_date - interval '2 years'")
env.cr.execute("ALTER TABLE aftersales_decision ENABLE TRIGGER USER")
env.invalidate_all()
kept = done.change_ids[:1].decision_id
seal = env['aftersales.seal']._seal_batch('aftersales.decision')
alone = env['aftersales.decision'].search(
    [('company_id', '=', company.id), ('id', '!=', kept.id)], limit=1)
env['aftersales.archive']._archive(company, fields.Date.today(), seal, alone.ids)
archive = env['aftersales.archive'].search([])
audit = env['aftersales.audit']._check_seals(seal)
assert audit.is_fine, audit.findings
shipped = published.version_id.shipped_id
assert shipped

env['ir.config_parameter'].set_param('test_rpc.ids', json.dumps({
    'company': company.id, 'other': other.id, 'third': third.id, 'version': first.id,
    'current': published.version_id.id,
    'rule': first.rule_ids[:1].id,
    'statistic': env['aftersales.rule.statistic'].search(
        [('version_id', '=', first.id)], limit=1).id,
    'hit': env['aftersales.rule.hit'].search([('version_id', '=', first.id)], limit=1).id,
    'threshold': env['aftersales.threshold'].search(
        [('company_id', '=', company.id), ('name', '=', 'overdue_days_max')]).id,
    'draft': draft().id, 'save': draft().id, 'check': draft().id,
    'publish': draft('0.4', name='first_payment_min').id,
    'approve': waiting(value='8').id, 'edit_again': waiting(value='9').id,
    'waiting': waiting(value='10').id, 'discard': draft().id, 'behind': behind.id,
    'published': published.id, 'foreign_draft': foreign_draft.id,
    'trial': trial(draft()).id, 'new_trial': trial(draft()).id,
    'running_trial': cancelled.id, 'done_trial': done.id, 'foreign_trial': foreign_trial.id,
    'strange_trial': strange_trial.id,
    'count': done.count_ids[:1].id, 'foreign_count': foreign_trial.count_ids[:1].id,
    'change': done.change_ids[:1].id, 'foreign_change': foreign_trial.change_ids[:1].id,
    'decision': kept.id, 'foreign_decision': elsewhere.id,
    'seal': seal.id, 'audit': audit.id, 'archive': archive.id,
    'file': archive.attachment_id.id, 'shipped': shipped.id,
    'customer': customer.id, 'author': people['author'].id,
}))
env.cr.commit()
"""

MODELS = """
import json
words = ('version', 'rule', 'threshold', 'draft', 'trial', 'seal', 'audit', 'archive',
         'shipped')
models = sorted(
    name for name, model in env.registry.items()
    if name.startswith('aftersales.') and set(name.split('.')) & set(words)
    and model._auto and not model._abstract and not model._transient)
env['ir.config_parameter'].set_param('test_rpc.models', json.dumps(models))
env.cr.commit()
"""
"""Finds the stored models around rules."""
