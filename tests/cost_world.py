"""Reviewed service costs by the dozen, and two accountants: what system tests start from.

The script runs in Odoo's shell beside the server; it leaves ids under their names.
"""

from __future__ import annotations

HOME = """
company = env.company
"""

CHINA = """
company = env['res.company'].create({
    'name': '上海玻璃', 'country_id': env.ref('base.cn').id,
    'currency_id': env.ref('base.CNY').id, 'iap_enrich_auto_done': True})
env['account.chart.template'].try_loading('cn', company=company, install_demo=False)
env = env(context=dict(env.context, allowed_company_ids=company.ids))
company = company.with_env(env)
"""
"""Another company, with the Chinese chart of accounts."""

PEOPLE = """
import json
from odoo import Command, fields

company.aftersales_mode_cost_liability = 'enforce'
company.resource_calendar_id = False

def user(login, *groups):
    return env['res.users'].create({
        'name': login, 'login': login, 'email': login + '@example.com',
        'company_id': company.id, 'company_ids': [Command.set(company.ids)],
        'group_ids': [Command.set([env.ref(group).id for group in groups])],
    })

rules = 'aftersales_rules.group_'
anna = user('anna', rules + 'cost_accountant')
bert = user('bert', rules + 'cost_accountant')
agent = user('agent', rules + 'complaint_user')
boss = user('boss', rules + 'complaint_manager')
anna.password = 'password'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE login = 'anna')"
    " WHERE login IN ('bert', 'agent', 'boss')")
home = company.account_fiscal_country_id.id
customer, dealer, carrier = env['res.partner'].create([
    {'name': name, 'is_company': True, 'country_id': home}
    for name in ('Customer', 'Dealer', 'Carrier')])
for kind, manager in {'production': boss, 'aftersales': agent, 'sales': boss}.items():
    env['aftersales.department'].create({
        'name': kind.title(), 'kind': kind, 'company_id': company.id,
        'manager_id': manager.id})

def complaint(kind='product_quality', **values):
    ticket = env['helpdesk.ticket'].create({
        'name': 'It broke', 'description': '<p>It broke.</p>',
        'partner_id': customer.id, 'company_id': company.id,
        'complaint_channel': 'phone'})
    ticket._complaint_make()
    ticket.write({
        'complaint_number': f'CP/{ticket.id}', 'complaint_state': 'accepted',
        'complaint_severity': 'general', 'complaint_type': kind,
        'complaint_quality_related': 'yes' if kind == 'product_quality' else 'no',
        'complaint_sales_manager_id': boss.id, **values})
    return ticket

def costs_of(ticket, *amounts, label='Work', **values):
    return env['aftersales.cost'].create([{
        'name': f'{label} {number}', 'complaint_id': ticket.id, 'amount': amount,
        'cost_type': 'repair', **values} for number, amount in enumerate(amounts)])

def reviewed(costs):
    env.flush_all()
    env.cr.precommit.run()
    costs.with_user(anna).action_review()
    assert set(costs.mapped('state')) == {'reviewed'}, costs.mapped('block_text')
    return costs

def save(**found):
    parameters = env['ir.config_parameter']
    old = json.loads(parameters.get_param('test_rpc.ids') or '{}')
    parameters.set_param('test_rpc.ids', json.dumps({**old, **found}))
    env.cr.commit()

save(company=company.id, customer=customer.id, dealer=dealer.id, carrier=carrier.id)
"""
"""People, partners, departments; functions for what follows it in the same shell."""

WORLD = HOME + PEOPLE

PAIRS = (
    WORLD
    + """
# each with two shares of one complaint: the company's, and the dealer's of another one
pairs = []
for number in range({count}):
    ours = complaint()
    theirs = complaint('quantity', complaint_fault_party='dealer',
                       complaint_dealer_id=dealer.id)
    costs = costs_of(ours, 100) + costs_of(theirs, 33.33)
    pairs.append(reviewed(costs).ids)
save(pairs=pairs)
"""
)

BATCH = (
    WORLD
    + """
# a thousand costs of a hundred complaints: 500 ours, 200 the dealer's, 200 the carrier's,
# 100 the sales manager's
every = env['aftersales.cost']
for number in range(50):
    every += costs_of(complaint(), *[10.01] * 10)
for number in range(20):
    every += costs_of(complaint('quantity', complaint_fault_party='dealer',
                                complaint_dealer_id=dealer.id), *[20.02] * 10)
for number in range(20):
    every += costs_of(complaint('transport_damage', complaint_fault_party='carrier',
                                complaint_carrier_id=carrier.id), *[30.03] * 10)
for number in range(10):
    every += costs_of(complaint(), *[40.04] * 10, cost_type='travel',
                      worked_by='sales_manager')
env.cr.commit()
save(batch=reviewed(every).ids)
"""
)
