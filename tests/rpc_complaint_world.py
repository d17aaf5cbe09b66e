"""People around complaints, and a complaint in each state: see test_rpc_complaint.py."""

from __future__ import annotations

WORLD = """
import json
from datetime import timedelta
from odoo import Command, fields

company = env.company
other = env['res.company'].create(
    {'name': 'Elsewhere', 'iap_enrich_auto_done': True})
company.write({
    'aftersales_mode_complaint_closing': 'enforce',
    'aftersales_mode_solution_approval': 'enforce',
    'aftersales_mode_complaint_severity': 'enforce',
})

def user(login, *groups, home=company):
    return env['res.users'].create({
        'name': login, 'login': login, 'email': login + '@example.com',
        'company_id': home.id, 'company_ids': [Command.set(home.ids)],
        'group_ids': [Command.set([env.ref(group).id for group in groups])],
    })

customer = env['res.partner'].create(
    {'name': 'Dealer', 'is_company': True, 'email': 'dealer@example.com',
     'phone': '+49 30 123456'})
rival = env['res.partner'].create(
    {'name': 'Rival', 'is_company': True, 'email': 'rival@example.com'})
portal = user('portal', 'base.group_portal')
portal.partner_id.parent_id = customer
neighbour = user('neighbour', 'base.group_portal')
neighbour.partner_id.parent_id = rival
rules = 'aftersales_rules.group_'
people = {
    'portal': portal,
    'neighbour': neighbour,
    'internal': user('internal', 'base.group_user'),
    'warehouse': user('warehouse', 'base.group_user', 'stock.group_stock_user'),
    'salesperson': user('salesperson', 'sales_team.group_sale_salesman'),
    'helpdesk': user('helpdesk', 'helpdesk_mgmt.group_helpdesk_user'),
    'investigator': user('investigator', rules + 'investigator'),
    'bystander': user('bystander', rules + 'investigator'),
    'inspector': user('inspector', rules + 'quality_inspector'),
    'rules_admin': user('rules_admin', rules + 'rules_admin'),
    'foreign': user('foreign', rules + 'general_manager', rules + 'quality_inspector',
                    rules + 'rules_admin', 'helpdesk_mgmt.group_helpdesk_manager',
                    'stock.group_stock_manager', 'base.group_partner_manager',
                    'sales_team.group_sale_manager', home=other),
    'agent': user('agent', rules + 'complaint_user'),
    'complaint_manager': user('complaint_manager', rules + 'complaint_manager'),
    'general_manager': user('general_manager', rules + 'general_manager'),
}
people['portal'].password = 'password'
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE login = 'portal')"
    " WHERE login = ANY(%s)", [list(people)])
agent, manager = people['agent'], people['complaint_manager']

departments = {
    kind: env['aftersales.department'].create({
        'name': kind.title(), 'kind': kind, 'company_id': company.id,
        'manager_id': people[login].id})
    for kind, login in {
        'sales': 'complaint_manager', 'marketing': 'agent', 'aftersales': 'agent',
        'production': 'investigator', 'quality': 'inspector',
        'management': 'general_manager'}.items()
}
glass = env['product.product'].create(
    {'name': 'Glass', 'is_storable': True, 'list_price': 10, 'taxes_id': False,
     'tracking': 'lot', 'aftersales_breakage': True})
lot = env['stock.lot'].create({'name': 'L1', 'product_id': glass.id})
warehouse = env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
env['stock.quant']._update_available_quantity(
    glass, warehouse.lot_stock_id, 100, lot_id=lot)
order = env['sale.order'].create({
    'partner_id': customer.id, 'user_id': people['salesperson'].id,
    'order_line': [Command.create(
        {'product_id': glass.id, 'product_uom_qty': 10, 'price_unit': 10})]})
order.action_confirm()
order.picking_ids.move_ids.picked = True
order.picking_ids.with_context(skip_sms=True).button_validate()
assert order.picking_ids.state == 'done', order.picking_ids.state

def complaint(step='accepted', **values):
    ticket = env['helpdesk.ticket'].create({
        'name': 'It broke', 'description': '<p>Secret words</p>',
        'partner_id': customer.id, 'company_id': company.id, 'user_id': agent.id,
        'aftersales_order_id': order.id, 'aftersales_product_id': glass.id,
        'aftersales_lot_id': lot.id, 'complaint_quantity': 1,
        'complaint_channel': 'phone', **values})
    if step != 'ticket':
        ticket._complaint_make()
        ticket.complaint_urgency_rating = 'normal'
    if step not in ('ticket', 'intake'):
        ticket._complaint_register()
    if step not in ('ticket', 'intake', 'registered'):
        ticket._complaint_set_state('accepted')
    return ticket

def as_(login, record):
    return record.with_user(people[login])

def solution(**values):
    values.setdefault('complaint_id', complaint().id)
    return as_('agent', env['aftersales.complaint.solution']).create(
        {'proposal': 'Three panes', 'cost_estimate': 1e5, **values}).sudo()

def proposed(accepted=False):
    record = solution()
    as_('agent', record).action_propose()
    if accepted:
        as_('agent', record)._note_answer('accepted')
    return record

def asked():
    record = proposed()
    if record.approval_state == 'needed':
        as_('agent', record).action_ask_approval()
    return record.approval_ids[:1]

def inquiry(kind='cause', department='production', text='Answered'):
    record = complaint()._complaint_ask(kind, departments[department], 'Why?', days=1)
    record.sudo().write({
        'answer': text, 'cause': 'x', 'cause_category': 'material',
        'countermeasure': 'y'})
    return record.sudo()

def settled():
    record = complaint()
    done = solution(complaint_id=record.id, cost_estimate=0)
    done.write({'state': 'carried_out'})
    record._complaint_set_state('solution')
    record._complaint_set_state('execution')
    record._complaint_set_state('followup')
    return record

main = complaint()
of_rival = complaint(partner_id=rival.id, aftersales_order_id=False)
for each in main, of_rival:
    each.message_subscribe(each.partner_id.child_ids.ids)
major = complaint()
as_('complaint_manager', major)._overrule_complaint('severity', 'major', 'Blood')
overruled = major.complaint_overrule_ids
now = fields.Datetime.now()
alert = env['aftersales.complaint.alert'].create({
    'complaint_id': main.id, 'company_id': company.id, 'kind': 'management',
    'told_at': now, 'user_ids': [Command.set(people['general_manager'].ids)]})
photos = complaint()
as_('agent', photos).action_complaint_ask_photos()
photo = photos.complaint_photo_request_ids
photos_back = complaint()
as_('agent', photos_back).action_complaint_ask_photos()
waiting = complaint()
waiting._complaint_wait('the answer')
followed = settled()
as_('agent', followed)._complaint_send_feedback('Fine', 'phone')
visits = followed.complaint_visit_ids
recalled = complaint()
wizard = as_('agent', recalled).action_complaint_recall()
wizard = as_('agent', env[wizard['res_model']]).browse(wizard['res_id'])
wizard.line_ids[:1].quantity = 1
wizard.action_recall()
recall = recalled.complaint_recall_ids
returned = complaint()
goods = as_('agent', returned).action_complaint_return()
goods_line = env['aftersales.complaint.goods'].browse(goods['res_id']).line_ids[:1]
as_('agent', goods_line).quantity = 1
contact_on = complaint()
contact_on._complaint_log_contact('call', now, True, 'Hello')
guided = complaint()
def guidance():
    return as_('agent', env['aftersales.complaint.guidance']).create(
        {'complaint_id': guided.id, 'notes': 'Mind the edge'}).sudo()
guidance_draft, guidance_kept = guidance(), guidance()
as_('agent', guidance_kept).action_record()
dispute = as_('agent', env['aftersales.complaint.dispute']).create({
    'complaint_id': complaint().id, 'subject': 'Who pays', 'outcome': 'We do',
    'coordinator_id': people['salesperson'].id}).sudo()
def care(**values):
    return env['aftersales.care.contact'].create({
        'partner_id': customer.id, 'user_id': people['salesperson'].id,
        'notes': 'Hello', **values})
care_done, care_cancel, care_open = care(), care(), care(user_id=agent.id)
breakage = env['aftersales.breakage.entry'].create({
    'product_id': glass.id, 'partner_id': customer.id, 'quantity': 5})
absence = env['aftersales.absence'].create({
    'user_id': people['general_manager'].id, 'deputy_id': people['inspector'].id,
    'date_from': '2020-01-01', 'date_to': '2020-01-02'})
repair = env['repair.order'].create({'product_id': glass.id, 'lot_id': lot.id})
answered = inquiry()
as_('investigator', answered).action_answer()
env.flush_all()
env.cr.precommit.run()
secret = env['ir.attachment'].create({
    'name': 'secret', 'raw': b'x', 'res_model': 'helpdesk.ticket', 'res_id': of_rival.id})
ids = {
    'company': company.id, 'customer': customer.id, 'rival': rival.id,
    'glass': glass.id, 'lot': lot.id, 'order': order.id, 'secret': secret.id,
    'glass_template': glass.product_tmpl_id.id,
    'ticket': complaint('ticket').id, 'intake': complaint('intake').id,
    'read_back': complaint('intake').id, 'register': complaint('intake').id,
    'registered': complaint('registered').id, 'accept': complaint('registered').id,
    'forward': complaint('registered').id,
    'complaint': main.id, 'of_rival': of_rival.id, 'major': major.id,
    'alert': alert.id, 'clock': main.complaint_clock_ids[:1].id,
    'overrule': overruled[:1].id, 'photos': photos.id, 'photo': photo.id,
    'photo_back': photos_back.complaint_photo_request_ids.id,
    'waiting': waiting.id, 'settled': settled().id, 'settled_wizard': settled().id,
    'followed': followed.id, 'visit': visits[:1].id, 'visit_log': visits[-1:].id,
    'recall': recall[:1].id, 'returned': returned.id, 'goods': goods['res_id'],
    'goods_line': goods_line.id, 'contact': contact_on.complaint_contact_ids.id,
    'guidance': guidance_draft.id, 'guidance_kept': guidance_kept.id,
    'dispute': dispute.id, 'care_done': care_done.id, 'care_cancel': care_cancel.id,
    'care': care_open.id, 'breakage': breakage.id, 'absence': absence.id,
    'repair': repair.id, 'forwarding_department': departments['quality'].id,
    'management': departments['management'].id, 'sales': departments['sales'].id,
    'production': departments['production'].id,
    'keyword': env['aftersales.keyword'].search([], limit=1).id,
    'inquiry': inquiry().id, 'inquiry_withdraw': inquiry().id,
    'inquiry_answer': inquiry().id, 'answered': answered.id,
    'inquiry_quality': inquiry('other', 'quality').id,
    'solution': solution().id, 'propose': solution().id,
    'withdraw': solution().id, 'answer': proposed().id, 'note': proposed().id,
    'unapproved': proposed(True).id, 'ask_approval': solution().id,
    'approval': asked().id, 'approve': asked().id, 'refuse_approval': asked().id,
    'approve_wizard': asked().id, 'piece': complaint().id, 'cause': complaint().id,
    'ask_photos': complaint().id, 'recall_wizard': complaint().id,
    'take': complaint().id, 'next_step': complaint().id,
    'verdict': complaint('registered').id,
    'agent': agent.id, 'manager': manager.id,
    'general_manager': people['general_manager'].id,
    'forwarding': env['aftersales.complaint.forwarding']._insert([{
        'complaint_id': main.id, 'company_id': company.id, 'done_at': now,
        'department_id': departments['quality'].id}]).id,
    'verdict_kept': env['aftersales.complaint.verdict']._insert([{
        'complaint_id': main.id, 'company_id': company.id, 'verdict': 'accepted',
        'user_id': manager.id, 'done_at': now}]).id,
    'office': env['aftersales.office'].create({'name': 'North', 'kind': 'branch'}).id,
}
assert all(ids.values()), {name for name, value in ids.items() if not value}
env['ir.config_parameter'].set_param('test_rpc.ids', json.dumps(ids))
env.cr.commit()
"""
