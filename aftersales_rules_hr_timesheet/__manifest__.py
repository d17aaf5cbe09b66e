# Copyright 2026 The aftersales_rules authors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Aftersales Rules: Timesheets",
    "summary": "Hours of employees as service costs of complaints",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/Sales",
    "website": "https://github.com/aftersales-rules/aftersales_rules",
    "author": "The aftersales_rules authors",
    "license": "AGPL-3",
    "installable": True,
    "auto_install": True,
    "depends": ["aftersales_rules", "hr_timesheet"],
    "data": [
        "security/ir.model.access.csv",
        "security/aftersales_timesheet_security.xml",
        "views/hr_timesheet_views.xml",
    ],
}
