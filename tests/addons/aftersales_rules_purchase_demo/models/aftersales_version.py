# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    @api.model
    def _get_recheck_crons(self):
        # EXTENDS 'aftersales_rules': new rules may let go what the old ones held
        name = "aftersales_rules_purchase_demo.ir_cron_purchase_recheck"
        return [*super()._get_recheck_crons(), name]
