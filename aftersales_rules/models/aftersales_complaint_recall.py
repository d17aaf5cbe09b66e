# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .guarded_fields import on_clean_context


class AftersalesComplaintRecall(models.Model):
    """A delivery of a faulty lot that is called back, with its return transfer (C9)."""

    _name = "aftersales.complaint.recall"
    _description = "Recalled Delivery"
    _order = "id desc"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="restrict"
    )
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, readonly=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "stock.move", required=True, readonly=True, index=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", readonly=True, ondelete="restrict"
    )
    product_id = fields.Many2one(related="lot_id.product_id")
    product_uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    return_id = fields.Many2one(
        "stock.picking",
        "Return Transfer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    return_state = fields.Selection(
        selection=lambda self: self.env["stock.picking"]
        ._fields["state"]
        ._description_selection(self.env),
        string="State of the Return",
        compute="_compute_return_state",
        compute_sudo=True,
    )
    recalled_by_id = fields.Many2one(
        "res.users", "Called Back by", readonly=True, ondelete="restrict"
    )
    recalled_at = fields.Datetime("Called Back", readonly=True)

    # Shown on a screen, which reads it anew each time. A field related to the state of
    # transfers would make each stock move of anybody look for recalls.
    @api.depends("return_id")
    def _compute_return_state(self):
        for recall in self:
            recall.return_state = recall.return_id.state

    @api.depends("picking_id", "lot_id")
    def _compute_display_name(self):
        for recall in self:
            # sudo: names of documents of a recall that the user may read
            sudo = recall.sudo()
            recall.display_name = f"{sudo.picking_id.name}: {sudo.lot_id.name}"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Deliveries are called back on the complaint.")
            )
        # who asks may send any context: its defaults fill in nothing
        records = on_clean_context(self)
        return (
            super(AftersalesComplaintRecall, records)
            .create(vals_list)
            .with_env(self.env)
        )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("A recall is a record and does not change."))
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Recalls are kept; cancel the return transfer."))

    def action_view_return(self):
        """Open the return transfer, for those who may."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.return_id.id,
            "views": [(False, "form")],
        }

    def _tell_salespersons(self):
        """Say on deliveries and orders that goods are called back, and to whom it is.

        The salesperson of each order is told once: customers hear it from them.
        """
        for recall in self:
            order = recall.move_id.sale_line_id.order_id
            env = self.env["aftersales.gate"]._in_staff_language(order).env
            body = env._(
                "Called back for complaint %(complaint)s: %(quantity)s %(unit)s of lot "
                "%(lot)s, with return %(return)s.",
                **{
                    "complaint": recall.complaint_id.complaint_number
                    or recall.complaint_id.number,
                    "quantity": f"{recall.quantity:g}",
                    "unit": recall.product_uom_id.name,
                    "lot": recall.lot_id.name,
                    "return": recall.return_id.name,
                },
            )
            recall.picking_id._message_log(body=body)
            if order:
                told = order.user_id.filtered(lambda user: user.active)
                order.message_post(
                    body=body,
                    partner_ids=told.partner_id.ids,
                    subtype_xmlid="mail.mt_note",
                )
