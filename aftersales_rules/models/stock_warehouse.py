# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    pack_user_id = fields.Many2one(
        "res.users",
        string="Told to Pack",
        domain="[('share', '=', False)]",
        help="Gets a to-do when the money for a held delivery has arrived and nobody "
        "is responsible for the transfer (O5).",
    )
    production_user_id = fields.Many2one(
        "res.users",
        string="Told to Produce",
        domain="[('share', '=', False)]",
        help="Gets a to-do when the deposit of an engineering order has arrived and "
        "nobody is responsible for the manufacturing order (O7).",
    )
    suspended_location_id = fields.Many2one(
        "stock.location",
        string="Suspended Orders",
        copy=False,
        check_company=True,
        domain="[('usage', '=', 'internal')]",
        help="Where goods wait that were picked or made for an order whose change or "
        "cancellation is registered; made when it is first needed (O10).",
    )

    def _get_suspended_location(self):
        """The location of suspended orders, made when it is first needed."""
        self.ensure_one()
        # sudo: whoever registers a change need not be allowed to set up locations
        warehouse = self.sudo()
        if not warehouse.suspended_location_id:
            lang = warehouse.company_id.partner_id.lang or self.env.lang
            env = warehouse.with_context(lang=lang).env
            warehouse.suspended_location_id = env["stock.location"].create(
                {
                    "name": env._("Suspended Orders"),
                    "location_id": warehouse.view_location_id.id,
                    "usage": "internal",
                    "company_id": warehouse.company_id.id,
                }
            )
            # at once: two who need it first at the same moment make one
            warehouse.flush_recordset(["suspended_location_id"])
        return warehouse.suspended_location_id
