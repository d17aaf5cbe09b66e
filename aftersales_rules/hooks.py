# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def post_init_hook(env):
    """Start the batches that fill in what installation deliberately did not.

    Installing writes no existing order (U10): open amounts of old orders and the
    tiers of old customers are computed by crons, in batches, after the server is up.
    """
    env.ref("aftersales_rules.ir_cron_fill_amount_uninvoiced")._trigger()
    env.ref("aftersales_rules.ir_cron_customer_tier")._trigger()


def uninstall_hook(env):
    """Take away what came after the installation and would stay or be in the way (U10).

    Data files, models and fields are removed by Odoo.
    """
    env["ir.config_parameter"].search([("key", "=like", "aftersales_rules.%")]).unlink()
    # numbers of each company, made when the first one was needed
    codes = ("aftersales.project", "aftersales.complaint")
    env["ir.sequence"].search([("code", "in", codes)]).unlink()
    # an activity type in use cannot be deleted
    types = (
        env["ir.model.data"]
        .search(
            [("module", "=", "aftersales_rules"), ("model", "=", "mail.activity.type")]
        )
        .mapped("res_id")
    )
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("activity_type_id", "in", types)]).unlink()
    # Odoo files what our models inherit under the modules that declare it, and
    # forgets foreign keys of dropped columns; both would stay.
    env["ir.model.data"].search(
        [
            ("model", "in", ("ir.model.fields.selection", "ir.model.inherit")),
            ("module", "!=", "aftersales_rules"),
            ("name", "=like", r"%\_\_aftersales\_%"),
        ]
    ).unlink()
    env["ir.model.constraint"].search(
        [("module.name", "=", "aftersales_rules"), ("type", "=", "f")]
    ).unlink()
    # takes the triggers along; the tables are dropped by Odoo
    env.cr.execute("DROP FUNCTION IF EXISTS aftersales_refuse_change() CASCADE")
