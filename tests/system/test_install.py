"""The addon on a database that is in use: installed, upgraded, and gone again (U10)."""

from __future__ import annotations

import json
from datetime import date

import pytest

USE = """
from odoo import Command

env['res.company'].search([]).write({'iap_enrich_auto_done': True})
goods = env['product.product'].create(
    {'name': 'Glass', 'is_storable': True, 'list_price': 10, 'taxes_id': False})
work = env['product.product'].create(
    {'name': 'Planning', 'type': 'service', 'invoice_policy': 'order', 'taxes_id': False})
partners = env['res.partner'].create(
    [{'name': f'Dealer {n}', 'is_company': True} for n in range(20)])
orders = env['sale.order'].create([{
    'partner_id': partners[n % 20].id,
    'order_line': [Command.create(
        {'product_id': (goods if n % 3 else work).id, 'product_uom_qty': 1,
         'price_unit': 100 + n, 'tax_ids': [Command.clear()]})],
} for n in range(300)])
orders[:240].action_confirm()
invoices = orders.filtered(
    lambda o: o.state == 'sale' and o.order_line.product_id == work)._create_invoices()
invoices.action_post()
env['helpdesk.ticket'].create(
    [{'name': f'Ticket {n}', 'description': 'Broken'} for n in range(50)])
env.cr.commit()
"""

OPERATE = """
from odoo import Command

company = env.company
company.write({'aftersales_mode_credit_hold': 'enforce',
               'aftersales_mode_shipment_release': 'enforce',
               'aftersales_mode_shipping_day': 'enforce',
               'account_use_credit_limit': True})
admin = env.ref('base.user_admin')
env['aftersales.release.authority'].create(
    {'user_id': admin.id, 'company_id': company.id, 'ceiling': 1e6})
partner = env['res.partner'].search([('name', '=', 'Dealer 1')], limit=1)
partner.credit_limit = 100
orders = env['sale.order'].search([('state', '=', 'draft'), ('partner_id', '=', partner.id)])
orders.action_confirm()
assert orders.hold_ids, orders
orders[0].hold_ids.with_user(admin)._release('agreed')
limit = env['aftersales.credit.limit'].create({'partner_id': partner.id, 'amount': 10})
limit.action_request()
env['aftersales.threshold'].search([('name', '=', 'overdue_days_max')], limit=1).value = '5'
for mode in [name for name in company._fields if name.startswith('aftersales_mode_')]:
    company[mode] = 'enforce'
department = env['aftersales.department'].create(
    {'name': 'After-sales', 'kind': 'aftersales', 'manager_id': admin.id})
for kind in ('sales', 'management', 'marketing', 'quality'):
    department.copy({'name': kind, 'kind': kind})
old = env['helpdesk.ticket'].search([], limit=1)
old.partner_id, old.complaint_channel = partner, 'phone'
old.complaint_contact_phone = '+1 555 0100'
old.complaint_compensation_asked = True
old.action_make_complaint()
old.action_confirm_read_back()
old.action_rate_urgent()
old.action_register()
assert old.complaint_number and old.complaint_severity == 'major', old.complaint_severity
assert env['aftersales.clock'].search_count([('complaint_id', '=', old.id)])
env['aftersales.gate']._cron_recheck()
env['aftersales.gate']._cron_judge_due()
env['sale.order']._cron_fill_amount_uninvoiced()
env['res.partner']._cron_customer_tier()
env['aftersales.payment.reminder']._cron_cut_off()
partner.customer_tier_manual = 'key'
env.cr.commit()
"""

UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'aftersales_rules')]).button_immediate_uninstall()
"""

TABLES = (
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "helpdesk_ticket",
    "stock_picking",
    "stock_move",
    "res_partner",
)
ROWS = "SELECT json_object_agg(name, rows) FROM ({}) AS versions".format(
    " UNION ALL ".join(
        f"SELECT '{table}' AS name, md5(string_agg(id || '/' || xmin || '/' || ctid, ','"
        f" ORDER BY id)) AS rows FROM {table}"
        + (" WHERE name LIKE 'Dealer%'" if table == "res_partner" else "")
        for table in TABLES
    )
)
"""A row that was written has another version (xmin) at another place (ctid)."""

STRUCTURE = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname || ' ' || tablename FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "selections": "SELECT f.model || '.' || f.name || '=' || s.value"
    " FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id",
    "model_constraints": "SELECT name FROM ir_model_constraint",
    "relations": "SELECT name FROM ir_model_relation",
    # which addons there are is Odoo's list; it finds new ones when it installs any
    "xmlids": "SELECT module || '.' || name FROM ir_model_data"
    " WHERE NOT (module = 'base' AND starts_with(name, 'module_aftersales_rules'))",
    "crons": "SELECT cron_name FROM ir_cron",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "privileges": "SELECT name->>'en_US' FROM res_groups_privilege",
    "categories": "SELECT name->>'en_US' FROM ir_module_category",
    "implied groups": "SELECT gid || '>' || hid FROM res_groups_implied_rel",
    "members": "SELECT gid || '>' || uid FROM res_groups_users_rel",
    "access": "SELECT name FROM ir_model_access",
    "rules": "SELECT name FROM ir_rule",
    "menus": "SELECT name->>'en_US' FROM ir_ui_menu",
    "views": "SELECT name || ' ' || coalesce(key, '') FROM ir_ui_view",
    "actions": "SELECT name->>'en_US' || ' ' || type FROM ir_actions",
    "parameters": "SELECT key FROM ir_config_parameter",
    "ir sequences": "SELECT code FROM ir_sequence",
    "mail templates": "SELECT name->>'en_US' FROM mail_template",
    "activity types": "SELECT name->>'en_US' FROM mail_activity_type",
    "defaults": "SELECT id::text FROM ir_default",
    "our documents": "SELECT DISTINCT res_model FROM mail_activity WHERE res_model LIKE 'aftersales%'"
    " UNION SELECT DISTINCT model FROM mail_message WHERE model LIKE 'aftersales%'"
    " UNION SELECT DISTINCT res_model FROM mail_followers WHERE res_model LIKE 'aftersales%'"
    " UNION SELECT DISTINCT res_model FROM ir_attachment WHERE res_model LIKE 'aftersales%'"
    " UNION SELECT 'tracking' FROM mail_tracking_value v JOIN ir_model_fields f ON f.id = v.field_id"
    " WHERE f.name LIKE '%hold%' AND f.model = 'sale.order'",
}


@pytest.fixture(scope="module")
def database(workshop, new_database):
    """A database with some hundred documents, without the addon."""
    base = workshop.base()

    def build(name):
        workshop.shell(name, USE, log="test-install-use")

    inputs = (base, USE, date.today())
    return new_database(workshop.prepared("ar_used", base, inputs, build))


def structure(workshop, database):
    return {
        what: sorted(workshop.sql(query, database).splitlines())
        for what, query in STRUCTURE.items()
    }


def odoo(workshop, database, *arguments):
    workshop.odoo_run(
        "-d",
        database,
        *arguments,
        "--stop-after-init",
        "--no-http",
        log=f"test-install{arguments[0]}",
    )


def test_the_life_of_the_addon_on_a_database_in_use(workshop, database):
    """Installing rewrites no document, upgrading neither, and uninstalling leaves nothing."""
    rows = json.loads(workshop.sql(ROWS, database))
    before = structure(workshop, database)

    odoo(workshop, database, "-i", "aftersales_rules")
    assert json.loads(workshop.sql(ROWS, database)) == rows
    assert workshop.sql(
        "SELECT DISTINCT aftersales_mode_credit_hold FROM res_company", database
    ) == ("observe")
    assert (
        workshop.sql(
            "SELECT count(*) FROM sale_order WHERE amount_uninvoiced IS NOT NULL"
            " OR hold_state IS NOT NULL OR order_kind IS NOT NULL",
            database,
        )
        == "0"
    )

    odoo(workshop, database, "-u", "aftersales_rules")
    assert json.loads(workshop.sql(ROWS, database)) == rows

    workshop.shell(database, OPERATE, log="test-install-operate")
    odoo(workshop, database, "-u", "aftersales_rules")
    held = "SELECT count(*) FROM aftersales_hold WHERE state = 'open'"
    assert int(workshop.sql(held, database)) > 0

    workshop.shell(database, UNINSTALL, log="test-install-uninstall")
    after = structure(workshop, database)
    left = {
        what: sorted(set(after[what]) - set(before[what]))
        for what in STRUCTURE
        if set(after[what]) - set(before[what])
    }
    gone = {
        what: sorted(set(before[what]) - set(after[what]))
        for what in STRUCTURE
        if set(before[what]) - set(after[what])
    }
    assert not left, json.dumps(left, indent=1)
    assert not gone, json.dumps(gone, indent=1)
