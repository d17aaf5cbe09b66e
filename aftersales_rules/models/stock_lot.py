# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    inspection_ids = fields.One2many(
        "aftersales.inspection", "lot_id", "Final Inspections", readonly=True
    )
    inspection_result = fields.Selection(
        [("pass", "Pass"), ("fail", "Fail"), ("none", "Not inspected")],
        "Final Inspection",
        compute="_compute_inspection_result",
        help="What the newest final inspection says.",
    )

    @api.depends("inspection_ids.state", "inspection_ids.superseded_by_id")
    def _compute_inspection_result(self):
        for lot in self:
            # sudo: whoever may read the lot may know whether it passed
            current = lot.sudo().inspection_ids.filtered(
                lambda record: record.state == "recorded"
                and not record.superseded_by_id
            )
            lot.inspection_result = (
                current[:1].result or lot.product_id.inspection_required and "none"
            )

    def action_view_inspections(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_inspection_action"
        )
        action["domain"] = [("lot_id", "=", self.id)]
        action["context"] = {
            "default_lot_id": self.id,
            "default_product_id": self.product_id.id,
        }
        return action
