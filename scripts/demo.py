"""A narrated run of real decisions in the demo company: `make demo` runs it before it serves.

``main(env)`` gets an environment of the administrator in the demo database; what it commits
stays and can be looked at in the web client, anything else is rolled back.
"""

from __future__ import annotations

import sys


def main(env) -> None:
    """Show the main decisions, each with its reason."""
    module = env["ir.module.module"].search([("name", "=", "aftersales_rules")])
    print(f"aftersales_rules {module.latest_version} is {module.state} in {env.company.name}.")


def run(database: str) -> None:
    """Open the database and hand an environment to ``main``."""
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--log-level=error"])
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        admin = env.ref("base.user_admin")
        main(
            odoo.api.Environment(
                cr,
                admin.id,
                {"lang": "en_US", "allowed_company_ids": admin.company_ids.ids},
            )
        )
        cr.rollback()


if __name__ == "__main__":
    run(sys.argv[1])
