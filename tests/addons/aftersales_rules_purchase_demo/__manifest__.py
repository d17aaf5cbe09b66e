# Copyright 2026 The aftersales_rules authors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Aftersales Rules: Purchase Orders (Example)",
    "summary": "An example of an addon with a decision, facts and rules of its own",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Supply Chain/Purchase",
    "website": "https://github.com/aftersales-rules/aftersales_rules",
    "author": "The aftersales_rules authors",
    "license": "AGPL-3",
    "installable": True,
    "depends": ["aftersales_rules", "purchase"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "data/aftersales_extension_data.xml",
        "views/purchase_order_templates.xml",
        "wizards/aftersales_purchase_release_views.xml",
        "views/purchase_order_views.xml",
        "views/res_config_settings_views.xml",
    ],
}
