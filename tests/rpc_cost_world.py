"""People around service costs, and a cost in each state: see test_rpc_cost.py."""

from __future__ import annotations

from cost_world import WORLD as COSTS

WORLD = (
    COSTS
    + """
other = env['res.company'].create({'name': 'Elsewhere', 'iap_enrich_auto_done': True})
account = 'account.group_account_'

def person(login, *groups, home=company):
    made = user(login, *groups)
    made.write({'company_ids': [Command.set(home.ids)], 'company_id': home.id})
    return made

portal = person('portal', 'base.group_portal')
portal.partner_id.parent_id = customer
people = {
    'portal': portal,
    'internal': person('internal', 'base.group_user'),
    'salesperson': person('salesperson', 'sales_team.group_sale_salesman'),
    'helpdesk': person('helpdesk', 'helpdesk_mgmt.group_helpdesk_user'),
    'bookkeeper': person('bookkeeper', account + 'invoice'),
    'chief': person('chief', account + 'manager', 'base.group_partner_manager'),
    'rules_admin': person('rules_admin', rules + 'rules_admin'),
    'reader': person('reader', rules + 'complaint_reader'),
    'foreign': person('foreign', rules + 'cost_accountant', rules + 'general_manager',
                      rules + 'rules_admin', account + 'manager', home=other),
    'complaint_manager': boss, 'accountant': anna, 'agent': agent,
}
boss.login, anna.login = 'complaint_manager', 'accountant'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE id = %s)"
    " WHERE id = ANY(%s)", [anna.id, [each.id for each in people.values()]])

def draft(**values):
    cost = costs_of(complaint(), 100, **values)
    env.cr.precommit.run()
    return cost

def ready(**values):
    return reviewed(draft(**values))

def prepared():
    cost = ready()
    cost.with_user(anna).action_post()
    return cost.posting_id

def posted(*costs):
    costs = env['aftersales.cost'].union(*costs) if costs else ready()
    costs.with_user(anna).action_post()
    posting = costs.posting_id
    posting.with_user(anna).action_post()
    assert posting.state == 'posted'
    return posting

def dealers():
    ticket = complaint('quantity', complaint_fault_party='dealer',
                       complaint_dealer_id=dealer.id)
    return reviewed(costs_of(ticket, 50))

def overruled(cost):
    cost.with_user(anna)._overrule_bearer('dealer', False, 'Said so')
    return cost

def spent():
    ticket = complaint()
    bill = env['account.move'].create({
        'move_type': 'in_invoice', 'partner_id': carrier.id,
        'invoice_date': fields.Date.context_today(carrier),
        'invoice_line_ids': [Command.create({
            'name': 'Freight', 'price_unit': 10, 'tax_ids': [Command.clear()],
            'complaint_id': ticket.id})]})
    bill.action_post()
    return ticket, bill

def pulled():
    _ticket, bill = spent()
    return env['aftersales.cost'].with_user(anna)._pull([bill.invoice_line_ids]).sudo()

def supervised():
    return env['aftersales.dealer.supervision'].with_user(agent).create({
        'complaint_id': complaint('construction').id, 'dealer_id': dealer.id,
        'task': 'Seal it', 'result_note': 'Seen'}).sudo()

def solution(amount=20):
    return env['aftersales.complaint.solution'].with_user(agent).create({
        'complaint_id': complaint().id, 'proposal': 'Money',
        'compensation_amount': amount}).sudo()

dealer.email = 'dealer@example.com'
with_bill, bill = spent()
from_bill = pulled()
whole = posted(ready())
invoiced = posted(dealers())
reversible = posted(ready())
judged, closed = supervised(), supervised()
(judged | closed).with_user(agent).action_handled()
trail = overruled(draft())
twin, other_twin = draft(), draft()
duplicates = costs_of(complaint(), 7, 7)
receipt = env['ir.attachment'].create(
    {'name': 'receipt', 'raw': b'x', 'res_model': 'aftersales.cost', 'res_id': twin.id})
split = draft()
split.with_user(anna).action_split()
waiting = prepared()
owed = solution()
owed.with_user(agent).action_propose()
owed.with_user(agent)._note_answer('accepted')
for asked in owed.approval_ids.filtered(lambda each: each.state == 'asked'):
    asked.sudo().with_user(env.ref('base.user_admin')).action_approve('Yes')
env.flush_all()
env.cr.precommit.run()
paid = owed.with_user(anna)._prepare_compensation('credit_note', 5)
entry = whole.move_ids
pulls = env['aftersales.cost.pull']
def dialog(*tickets):
    found = pulls.with_user(agent)._open(env['helpdesk.ticket'].union(*tickets))
    return pulls.browse(found['res_id'])
to_pull, kept_dialog = dialog(spent()[0]), dialog(spent()[0], spent()[0])
pulled_row = dialog(from_bill.complaint_id).line_ids
assert pulled_row.cost_id == from_bill, pulled_row
order = env['sale.order'].create({'partner_id': customer.id})
picking = env['stock.picking'].create({'picking_type_id': env['stock.picking.type'].search(
    [('code', '=', 'outgoing'), ('company_id', '=', company.id)], limit=1).id})
repair = env['repair.order'].create({'partner_id': customer.id})
payment = env['account.payment'].create(
    {'partner_id': customer.id, 'payment_type': 'outbound', 'amount': 1})
env.flush_all()
report = env['aftersales.cost.report'].search(
    [('cost_id', '=', from_bill.id)], limit=1)
performance = env['aftersales.dealer.performance'].search(
    [('supervision_id', '=', judged.id)], limit=1)
assert report and performance
save(
    agent=agent.id, complaint=complaint().id, with_bill=with_bill.id, bill=bill.id,
    bill_line=bill.invoice_line_ids.id, from_bill=from_bill.id,
    draft=draft().id, cancel=draft().id, reopen=draft().id, review=draft().id,
    unreview=ready().id, ready=ready().id, ready_wizard=ready().id,
    overrule=draft().id, overruled=trail.id, trail=trail.overrule_ids[:1].id,
    post=ready().id, split=split.id, to_split=draft().id, share=split.share_ids[:1].id,
    unsplit=draft().id, leave=waiting.cost_ids.id, kept=draft().id,
    posted=whole.entry_ids.cost_id.id, posting=whole.id,
    booking=whole.entry_ids[:1].id, draft_posting=prepared().id,
    preview=prepared().preview_ids[:1].id, to_post=prepared().id,
    discard=prepared().id, reversible=reversible.id, entry=entry.id,
    invoice=invoiced.move_ids.id, receipt=receipt.id,
    supervision=supervised().id, send=supervised().id, handled=supervised().id,
    badly=supervised().id, not_handled=supervised().id, withdraw=supervised().id,
    judged=judged.id, closed=closed.id,
    posted_share=whole.entry_ids.share_id.id, solution=owed.id, compensation=paid.id,
    to_pull=to_pull.id, dialog=kept_dialog.id, pulled_row=pulled_row.id,
    row=kept_dialog.line_ids[:1].id, order=order.id, picking=picking.id,
    repair=repair.id, payment=payment.id, report=report.id, performance=performance.id,
    duplicates=duplicates[0].id, production=env['aftersales.department'].search(
        [('kind', '=', 'production'), ('company_id', '=', company.id)], limit=1).id)
"""
)

PUBLIC_METHODS = """
import inspect, json

def public_methods(model):
    # whatever can be called over the network, and the module that it is from
    for attribute in dir(model):
        if attribute.startswith('_'):
            continue
        base = next(base for base in model.mro() if attribute in base.__dict__)
        function = base.__dict__[attribute]
        if inspect.isfunction(function) and not getattr(function, '_api_private', False):
            yield attribute, function.__module__
"""

DOORS = (
    PUBLIC_METHODS
    + """
# What is ours and about costs.
methods, models = set(), set()
words = ('cost', 'supervision', 'compensation')
for name in env.registry:
    model = env.registry[name]
    if model._abstract:
        continue
    ours = any(word in name for word in words) and name.startswith('aftersales.')
    if ours and model._auto and not model._transient:
        models.add(name)
    for attribute, module in public_methods(model):
        if 'aftersales_rules' not in module:
            continue
        if ours or any(word in module for word in words):
            methods.add((name, attribute))
common = {'create', 'write', 'unlink', 'copy', 'web_read', 'fields_get', 'default_get',
          'copy_data', 'read', 'search', 'onchange', 'button_cancel', 'button_draft',
          'action_withdraw_solution', 'init'}
methods = sorted(door for door in methods if door[1] not in common)
env['ir.config_parameter'].set_param('test_rpc.doors', json.dumps(
    {'methods': methods, 'models': sorted(models)}))
env.cr.commit()
"""
)
"""Finds the public methods and the stored models of service costs."""
