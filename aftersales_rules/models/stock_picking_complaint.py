# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import fields, models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "aftersales.complaint.link"]

    complaint_returned_at = fields.Datetime(
        "Last Returned for a Complaint",
        readonly=True,
        copy=False,
        groups="base.group_user",
        prefetch="aftersales",
    )

    def _create_backorder_picking(self):
        # EXTENDS 'stock': what is still to come back belongs to the same complaint
        backorder = super()._create_backorder_picking()
        # sudo: warehouse staff link nothing by themselves
        if self.sudo().complaint_id:
            backorder.sudo().complaint_id = self.sudo().complaint_id
        return backorder

    def _action_done(self):
        # EXTENDS 'stock'
        result = super()._action_done()
        self._complaint_log_done()
        return result

    def _complaint_log_done(self):
        """Tell complaints that their goods came back, or went out again."""
        texts = defaultdict(list)
        # sudo: warehouse staff need not be able to read complaints or orders
        for picking in self.sudo().filtered(lambda picking: picking.state == "done"):
            back, sent = picking.complaint_id, picking.sale_id.complaint_id
            env = self.env["aftersales.gate"]._in_staff_language(picking.sale_id).env
            if back:
                texts[back].append(
                    env._(
                        "Returned: %(transfer)s is received.",
                        transfer=picking._get_html_link(),
                    )
                )
            elif sent and picking.picking_type_code == "outgoing":
                texts[sent].append(
                    env._(
                        "Replacement %(transfer)s has left.",
                        transfer=picking._get_html_link(),
                    )
                )
        if texts:
            complaints = self.env["helpdesk.ticket"].sudo().concat(*texts)
            complaints._message_log_batch(
                {
                    complaint.id: bodies[0].__class__("<br/>").join(bodies)
                    for complaint, bodies in texts.items()
                }
            )

    def _complaint_set_lot(self, lot):
        """Reserve one lot only, where Odoo would take any of the delivery."""
        for move in self.move_ids.filtered(lambda m: m.product_id == lot.product_id):
            move._do_unreserve()
            move.move_line_ids = [
                fields.Command.create(
                    {
                        **move._prepare_move_line_vals(quantity=0),
                        "lot_id": lot.id,
                        "quantity": move.product_uom_qty,
                    }
                )
            ]
