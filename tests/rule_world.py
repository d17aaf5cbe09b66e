"""Three administrators of the rules of one company: what tests of drafts start from.

The script runs in Odoo's shell beside the server; it leaves ids under their names.
"""

from __future__ import annotations

WORLD = """
import json
from datetime import timedelta
from decimal import Decimal
from odoo import Command, fields
from odoo.addons.aftersales_rules.rules import CREDIT_HOLD, CreditFacts
from odoo.addons.aftersales_rules.tests.common_rules import TODAY, tiny_pack

company = env['res.company'].create({'name': 'Glassworks', 'iap_enrich_auto_done': True})
env.ref('base.user_admin').company_ids |= company
env.user.company_ids |= company
version = env['aftersales.version']._publish(company, tiny_pack(), {}, 'Tiny')
people = [env['res.users'].create({
    'name': login, 'login': login, 'email': login + '@example.com',
    'company_id': company.id, 'company_ids': [Command.set(company.ids)],
    'group_ids': [Command.set([env.ref('aftersales_rules.group_rules_admin').id])],
}) for login in ('ada', 'bob', 'cyd')]
people[0].password = 'password'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE login = 'ada')"
    " WHERE login = ANY(%s)", [[user.login for user in people]])
facts = CreditFacts.of(overdue_days=9, order_amount=Decimal(100), currency='USD',
                       paid_share=Decimal(1), has_guarantor=True)
partners = env['res.partner'].create([{'name': f'Dealer {n}'} for n in range(3000)])
decision = version._get_compiled().decide(CREDIT_HOLD.name, facts, on=TODAY)
for start in range(0, 3000, 500):
    env['aftersales.decision']._record([{
        'decision': decision, 'company': company, 'event': 'confirm', 'mode': 'enforce',
        'partner': partner, 'res_model': 'res.partner', 'res_id': partner.id,
        'result': 'hold'} for partner in partners[start:start + 500]])
crons = {name: env.ref('aftersales_rules.ir_cron_' + name).id
         for name in ('publish_scheduled', 'run_trials', 'seal')}
env['ir.config_parameter'].set_param('test_rpc.ids', json.dumps({
    'company': company.id, **crons,
    **{threshold.name: threshold.id for threshold in env['aftersales.threshold'].search(
        [('company_id', '=', company.id)])}}))
env.cr.commit()
"""
