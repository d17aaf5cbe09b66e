"""People in their roles, and a document in each state: what test_rpc.py tries."""

from __future__ import annotations

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
    # somebody who may do everything, elsewhere
    'foreign': user('foreign', 'base.group_user', 'base.group_partner_manager',
                    'aftersales_rules.group_credit_controller',
                    'aftersales_rules.group_duty_manager',
                    'aftersales_rules.group_quality_inspector',
                    'aftersales_rules.group_rules_admin',
                    'stock.group_stock_manager', 'mrp.group_mrp_manager',
                    'account.group_account_manager', home=other),
    'rules_admin': user('rules_admin', 'base.group_user', 'aftersales_rules.group_rules_admin'),
    'controller': user('controller', 'base.group_user', 'base.group_partner_manager',
                       'aftersales_rules.group_credit_controller'),
    'planner': user('planner', 'base.group_user', 'mrp.group_mrp_user'),
    'inspector': user('inspector', 'base.group_user',
                      'aftersales_rules.group_quality_inspector'),
    'supervisor': user('supervisor', 'base.group_user',
                       'aftersales_rules.group_supervisor'),
    'duty_manager': user('duty_manager', 'base.group_user',
                         'aftersales_rules.group_duty_manager'),
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

def order(amount, product=None, quantity=1, kind=None, dealer=None):
    return env['sale.order'].create({
        'partner_id': (dealer or portal.partner_id).id,
        'partner_invoice_id': (dealer or customer).id,
        'user_id': people['salesperson'].id,
        'order_line': [Command.create({
            'product_id': (product or goods).id, 'product_uom_qty': quantity,
            'price_unit': amount / quantity,
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

# ------------------------------------------------------------ orders and what follows
for gate in ('transfer_release', 'production_release', 'order_kind', 'project_conflict',
             'quotation_promise', 'logistics_exception', 'mould_fee_refund'):
    company['aftersales_mode_' + gate] = 'enforce'

def as_(login, record):
    return record.with_user(people[login])

# somebody whose credit is no question
dealer = env['res.partner'].create({
    'name': 'Good dealer', 'is_company': True, 'email': 'good@example.com',
    'user_id': people['salesperson'].id})
dealer.credit_limit = 1e6
rival = env['res.partner'].create({'name': 'Rival', 'is_company': True})
rival.credit_limit = 1e6
town = env['res.partner'].create(
    {'name': 'Site', 'parent_id': dealer.id, 'type': 'other', 'street': '1 Elm Way'})

def sold(product=None, quantity=1, dealer=dealer):
    record = order(10 * quantity, product, quantity, dealer=dealer)
    record.action_confirm()
    return record

def urgent():
    day = company._aftersales_now().date()
    record = order(10, dealer=dealer)
    return as_('salesperson', record)._request_urgency('please', day).sudo()

def cheap(ask=True):
    record = order(1, dealer=dealer)
    if ask:
        as_('salesperson', record)._ask_promise('please')
    else:
        record._judge_promise('send')
    return record

urgent_open, urgent_approve, urgent_withdraw, urgent_order, urgent_answer = (
    urgent() for _each in range(5))
promise, promise_approve, promise_withdraw = (
    cheap().promise_request_ids for _each in range(3))
promise_fresh = cheap(ask=False)

def changed(kind):
    record = sold()
    env['aftersales.order.change']._register_changes(record, kind)
    return record.order_change_ids

change, change_order, cancelled = changed('change'), changed('change'), changed('cancel')

def sent_elsewhere():
    record = sold()
    record.partner_shipping_id = town
    return record

moved, seen = sent_elsewhere(), sent_elsewhere()
seen.picking_ids.with_user(people['warehouse']).action_acknowledge_address()

def problem(kind='late'):
    return as_('warehouse', env['aftersales.logistics.exception']).create(
        {'picking_id': problem_order.picking_ids.id, 'kind': kind}).sudo()

problem_order = sold()
problems = [problem() for _each in range(3)]
for each in problems:
    each.write({'customer_informed_at': False, 'customer_informed_how': False})
line = env['aftersales.logistics.exception.line'].create(
    {'exception_id': problems[0].id, 'product_id': goods.id, 'quantity': 1})

# ---------------------------------------------------------------- final inspections
lens = env['product.product'].create({
    'name': 'Lens', 'is_storable': True, 'list_price': 10, 'taxes_id': False,
    'inspection_required': True, 'inspection_characteristic_ids': [
        Command.create({'name': 'Scratches', 'test': 'look'})]})
env['stock.quant']._update_available_quantity(lens, warehouse.lot_stock_id, 100)
lens_order, certified = sold(lens), sold(lens)

def inspect(delivery):
    record = as_('inspector', env['aftersales.inspection']).create(
        {'product_id': lens.id, 'picking_id': delivery.id, 'quantity': 1})
    record.line_ids.look = 'ok'
    return record

drafts = [inspect(sold(lens).picking_ids) for _each in range(4)]
drafts[2].result = 'pass'
drafts[0].line_ids.look = 'not_ok'
recorded = inspect(certified.picking_ids)
recorded.action_pass()
certified.picking_ids.move_ids.picked = True
certified.picking_ids.button_validate()
assert certified.picking_ids.state == 'done'

# ----------------------------------------------------------------------- production
mto = env.ref('stock.route_warehouse0_mto')
mto.active = True
string = env['product.product'].create({
    'name': 'String', 'is_storable': True, 'list_price': 10, 'taxes_id': False,
    'is_engineering': True, 'route_ids': [
        Command.set((mto | warehouse.manufacture_pull_id.route_id).ids)]})
centre = env['mrp.workcenter'].create({'name': 'Bench'})
env['mrp.bom'].create({
    'product_tmpl_id': string.product_tmpl_id.id,
    'bom_line_ids': [Command.create({'product_id': goods.id, 'product_qty': 1})],
    'operation_ids': [Command.create({'name': 'Glue', 'workcenter_id': centre.id})]})
made = order(1000, string, 100, dealer=dealer)
made.action_confirm()
env.flush_all()
env.cr.precommit.run()
production = env['mrp.production']._get_of_orders(made)[made]
assert production.deposit_state == 'waiting', production.deposit_state
free_production = env['mrp.production'].create(
    {'product_id': string.id, 'product_qty': 1})

# -------------------------------------------------------------------- registrations
day = company._aftersales_now().date()

def project(state='running', partner=customer, **values):
    record = as_('salesperson', env['aftersales.project']).create({
        'partner_id': partner.id, 'name': 'Hotel', 'end_customer': 'Guests',
        'street': '5 Mill Lane', 'city': 'Bristol', 'date_to': day.replace(year=2099),
        'user_id': people['salesperson'].id,
        'line_ids': [Command.create({'product_id': lens.id, 'quantity': 100})],
        **values})
    if state != 'draft':
        record.action_file()
    if state == 'running':
        as_('duty_manager', record).action_sign_off()
    return record.sudo()

project_draft, project_file = project('draft'), project('draft')
project_filed, project_back = project('filed'), project('filed')
project_close = project(street='9 Oak Road')
project_running = project()
competing = env['sale.order'].create({
    'partner_id': rival.id, 'user_id': people['salesperson'].id,
    'aftersales_project_name': 'Hotel',
    'order_line': [Command.create({
        'product_id': lens.id, 'product_uom_qty': 100, 'price_unit': 10,
        'tax_ids': [Command.clear()]})]})
competing.action_confirm()
env.flush_all()
env.cr.precommit.run()
conflict = competing.project_conflict_ids.filtered(
    lambda each: each.project_id == project_running)
assert conflict, competing.project_conflict_ids

# ------------------------------------------------------------------------------ fees
mould = env['product.product'].create({
    'name': 'Mould', 'type': 'service', 'taxes_id': False, 'is_refundable_fee': True,
    'list_price': 10})
fee_order = sold(mould, 100)

def fee(state='draft'):
    record = as_('salesperson', env['aftersales.fee.agreement']).create({
        'partner_id': dealer.id, 'order_line_id': fee_order.order_line.id,
        'amount': 100, 'product_id': goods.id, 'quantity': 1000,
        'user_id': people['salesperson'].id})
    if state != 'draft':
        record.action_start()
    return record.sudo()

fee_draft, fee_start, fee_cancel, fee_running, fee_expired = (
    fee(state) for state in ('draft', 'draft', 'draft', 'running', 'running'))
fee_expired.state = 'expired'
journal = env['account.journal'].search(
    [('type', '=', 'sale'), ('company_id', '=', company.id)], limit=1)
note = env['account.move'].create(
    {'move_type': 'out_refund', 'partner_id': dealer.id, 'journal_id': journal.id,
     'fee_agreement_id': fee_running.id})

gates = as_('rules_admin', env['aftersales.gate.mode']).action_open()
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
    'change': change.id,
    'change_order': change_order.order_id.id,
    'cancelled_change': cancelled.id,
    'address_change': moved.address_change_ids.id,
    'acknowledgement': seen.picking_ids.address_acknowledgement_ids.id,
    'moved_picking': moved.picking_ids.id,
    'seen_order': seen.id,
    'town': town.id,
    'dealer': dealer.id,
    'rival': rival.id,
    'fresh_order': sold().id,
    'quotation': order(10, dealer=dealer).id,
    'urgent_open': urgent_open.id,
    'urgent_approve': urgent_approve.id,
    'urgent_withdraw': urgent_withdraw.id,
    'urgent_answer': urgent_answer.id,
    'urgent_open_order': urgent_open.order_id.id,
    'urgent_order': urgent_order.order_id.id,
    'promise': promise.id,
    'promise_open': promise.id,
    'promise_approve': promise_approve.id,
    'promise_withdraw': promise_withdraw.id,
    'promise_order': promise.order_id.id,
    'promise_fresh': promise_fresh.id,
    'problem': problems[0].id,
    'problem_mail': problems[1].id,
    'problem_phone': problems[2].id,
    'problem_line': line.id,
    'problem_picking': problem_order.picking_ids.id,
    'lens_picking': lens_order.picking_ids.id,
    'certified_picking': certified.picking_ids.id,
    'certified_move': certified.picking_ids.move_ids.id,
    'draft_fail': drafts[0].id,
    'draft_pass': drafts[1].id,
    'draft_record': drafts[2].id,
    'draft_inspection': drafts[3].id,
    'draft_line': drafts[3].line_ids.id,
    'inspection': recorded.id,
    'inspection_line': recorded.line_ids.id,
    'characteristic': recorded.line_ids.characteristic_id.id,
    'production': production.id,
    'free_production': free_production.id,
    'workorder': production.workorder_ids.id,
    'made_order': made.id,
    'project_draft': project_draft.id,
    'project_file': project_file.id,
    'project_filed': project_filed.id,
    'project_back': project_back.id,
    'project_close': project_close.id,
    'project': project_running.id,
    'project_line': project_running.line_ids.id,
    'conflict': conflict.id,
    'conflict_order': competing.id,
    'fee_draft': fee_draft.id,
    'fee_start': fee_start.id,
    'fee_cancel': fee_cancel.id,
    'fee': fee_running.id,
    'fee_expired': fee_expired.id,
    'fee_order': fee_order.id,
    'fee_line': fee_order.order_line.id,
    'note': note.id,
    'lot': env['stock.lot'].create(
        {'name': 'L1', 'product_id': lens.id, 'company_id': company.id}).id,
    'lens': lens.id,
    'gate': gates['domain'][0][2][0],
    'demand': shipping.picking_ids.move_ids.id * 2,
    'journal': journal.id,
}
env['ir.config_parameter'].set_param('test_rpc.ids', json.dumps(ids))
env.cr.commit()
"""
