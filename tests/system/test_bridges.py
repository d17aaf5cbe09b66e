"""The bridges to expenses and timesheets: they come and go with what they join (U10)."""

from __future__ import annotations

import json

import pytest

from workbench import settings

USE = """
company = env.company
env['account.chart.template'].try_loading('generic_coa', company=company, install_demo=False)
employee = env['hr.employee'].create({'name': 'Anna', 'hourly_cost': 30})
product = env['product.product'].create(
    {'name': 'Hotel', 'type': 'service', 'can_be_expensed': True})
env['hr.expense'].create([{
    'name': f'Hotel {n}', 'employee_id': employee.id, 'product_id': product.id,
    'total_amount_currency': 100 + n} for n in range(20)])
project = env['project.project'].create({'name': 'Service', 'allow_timesheets': True})
env['account.analytic.line'].create([{
    'name': f'Work {n}', 'project_id': project.id, 'employee_id': employee.id,
    'unit_amount': 1 + n} for n in range(20)])
env.cr.commit()
"""
PULL = """
ticket = env['helpdesk.ticket'].create({'name': 'Broken', 'description': 'Broken'})
ticket.complaint_channel = 'letter'
ticket._complaint_make()
line = env['account.analytic.line'].search([('project_id', '!=', False)], limit=1)
line.complaint_id = ticket
cost = env['aftersales.cost']._pull([line])
assert cost.amount == -line.amount, cost.amount
env.cr.commit()
"""
LOOK = """
cost = env['aftersales.cost'].search([])
assert len(cost) == 1, cost
assert not [text for key, text in cost._cost_blocks()[cost] if key == 'source']
cost._check_sources()
assert not cost.source_files
cost.action_cancel()
"""
GO = """
env['ir.module.module'].search([('name', '=', '{name}')]).button_immediate_uninstall()
"""
ROWS = "SELECT json_object_agg(name, rows) FROM ({}) AS versions".format(
    " UNION ALL ".join(
        f"SELECT '{table}' AS name, md5(string_agg(id || '/' || xmin || '/' || ctid, ','"
        f" ORDER BY id)) AS rows FROM {table}"
        for table in ("hr_expense", "account_analytic_line", "hr_employee")
    )
)
STATES = (
    "SELECT name FROM ir_module_module WHERE state = 'installed'"
    " AND name LIKE 'aftersales_rules%' ORDER BY name"
)
COLUMNS = (
    "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_name IN ('hr_expense', 'account_analytic_line') ORDER BY 1"
)


@pytest.fixture(scope="module")
def database(workshop, new_database):
    """A database with expenses and timesheets, and nothing of ours."""
    name = new_database(workshop.joined())
    workshop.shell(name, USE, log="test-bridges-use")
    return name


def test_bridges_come_and_go_with_what_they_join(workshop, database):
    """They install themselves, rewrite no row, and costs outlive them."""
    rows = json.loads(workshop.sql(ROWS, database))
    columns = workshop.sql(COLUMNS, database)
    options = ("-i", settings.ADDON_NAME, "--stop-after-init", "--no-http")
    workshop.odoo_run("-d", database, *options, log="test-bridges-i")
    assert workshop.sql(STATES, database).splitlines() == sorted(settings.ADDONS)
    assert json.loads(workshop.sql(ROWS, database)) == rows

    workshop.shell(database, PULL, log="test-bridges-pull")
    gone = "aftersales_rules_hr_timesheet"
    workshop.shell(database, GO.format(name=gone), log="test-bridges-uninstall")
    workshop.shell(database, LOOK, log="test-bridges-look")

    name = settings.ADDON_NAME
    workshop.shell(database, GO.format(name=name), log="test-bridges-uninstall-all")
    assert workshop.sql(STATES, database) == ""
    assert workshop.sql(COLUMNS, database) == columns
