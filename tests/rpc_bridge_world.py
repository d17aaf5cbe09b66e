"""Expenses and hours of four more people, with and without costs: test_rpc_bridges.py."""

from __future__ import annotations

from rpc_cost_world import PUBLIC_METHODS
from rpc_cost_world import WORLD as COSTS

WORLD = (
    COSTS
    + """
hours_user, expenses = 'hr_timesheet.group_', 'hr_expense.group_hr_expense_'
more = {
    'worker': person('worker', hours_user + 'hr_timesheet_user'),
    'approver': person('approver', expenses + 'user'),
    'timekeeper': person('timekeeper', hours_user + 'timesheet_manager'),
    'both': person('both', rules + 'complaint_user', hours_user + 'hr_timesheet_user'),
}
env.flush_all()
env.cr.execute(
    "UPDATE res_users SET password = (SELECT password FROM res_users WHERE id = %s)"
    " WHERE id = ANY(%s)", [anna.id, [each.id for each in more.values()]])
employees = {login: env['hr.employee'].create({
    'name': login, 'user_id': each.id, 'company_id': each.company_id.id,
    'work_contact_id': each.partner_id.id, 'hourly_cost': 30,
}) for login, each in {**people, **more}.items() if login != 'portal'}
hotel = env['product.product'].create({
    'name': 'Hotel', 'type': 'service', 'can_be_expensed': True, 'standard_price': 0,
    'supplier_taxes_id': [Command.clear()]})
project = env['project.project'].create({
    'name': 'Service', 'allow_timesheets': True, 'company_id': company.id})

def expense(ticket, login='both', post=False):
    made = env['hr.expense'].create({
        'name': 'Hotel', 'employee_id': employees[login].id, 'product_id': hotel.id,
        'total_amount_currency': 120, 'complaint_id': ticket.id if ticket else False})
    if post:
        made.action_submit()
        if made.state != 'approved':
            made._do_approve(check=False)
        made._post_without_wizard()
        assert made.account_move_id
    return made

def hours(ticket, login='both'):
    return env['account.analytic.line'].create({
        'name': 'Sealing', 'project_id': project.id, 'unit_amount': 2,
        'employee_id': employees[login].id, 'complaint_id': ticket.id if ticket else False})

def pulled_from(source):
    cost = env['aftersales.cost'].with_user(anna)._pull([source])
    assert cost.source_model == source._name
    return source

plain = env['helpdesk.ticket'].create(
    {'name': 'A question', 'description': 'How?', 'company_id': company.id})
assert not plain.is_complaint
theirs = env['helpdesk.ticket'].create({
    'name': 'Theirs', 'description': 'Broken', 'company_id': other.id,
    'complaint_channel': 'letter'})
theirs._complaint_make()
save(
    ticket=plain.id, foreign_complaint=theirs.id, hotel=hotel.id, project=project.id,
    pulled_expense=pulled_from(expense(complaint(), post=True)).id,
    pulled_hours=pulled_from(hours(complaint())).id,
    expense=expense(complaint()).id, hours=hours(complaint()).id,
    plain_expense=expense(False).id, plain_hours=hours(False).id,
    workers_expense=expense(complaint(), 'worker').id,
    workers_hours=hours(complaint(), 'worker').id,
    **{f'employee_{login}': each.id for login, each in employees.items()})
"""
)

DOORS = (
    PUBLIC_METHODS
    + """
# What is ours where the bridges are.
methods = set()
ours = ('hr.expense', 'account.analytic.line')
for name in env.registry:
    model = env.registry[name]
    if model._abstract:
        continue
    for attribute, module in public_methods(model):
        if '.aftersales_rules_hr_' in module or (
                name in ours and '.aftersales_rules' in module):
            methods.add((name, attribute))
orm = {'create', 'write', 'unlink'}
env['ir.config_parameter'].set_param('test_rpc.doors', json.dumps(
    sorted(door for door in methods if door[1] not in orm)))
env.cr.commit()
"""
)
"""Finds the public methods of the bridges; those of the ORM are tried as attacks."""
