# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def post_init_hook(env):
    """Start the batches that fill in what installation deliberately did not.

    Installing writes no existing order (U10): open amounts of old orders and the
    tiers of old customers are computed by crons, in batches, after the server is up.
    """
    env.ref("aftersales_rules.ir_cron_fill_amount_uninvoiced")._trigger()
    env.ref("aftersales_rules.ir_cron_customer_tier")._trigger()
