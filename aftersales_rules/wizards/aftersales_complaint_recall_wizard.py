# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError


class AftersalesComplaintRecallWizard(models.TransientModel):
    """Choose which deliveries of a faulty lot are called back (C9).

    The lines are what the database says when the dialog opens; what is open is asked
    again when it is carried out.
    """

    _name = "aftersales.complaint.recall.wizard"
    _description = "Recall a Lot"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    lot_id = fields.Many2one(related="complaint_id.aftersales_lot_id")
    product_id = fields.Many2one(related="lot_id.product_id")
    line_ids = fields.One2many(
        "aftersales.complaint.recall.wizard.line", "wizard_id", "Deliveries"
    )

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(
            [{"complaint_id": vals.get("complaint_id")} for vals in vals_list]
        )
        for wizard in wizards:
            wizard.complaint_id._check_complaint()
            wizard.sudo().line_ids = wizard._prepare_lines()
        return wizards

    def _prepare_lines(self):
        complaint = self.complaint_id.sudo()  # sudo: the lot of one's complaint
        lot = complaint.aftersales_lot_id
        deliveries = lot._get_lot_deliveries(complaint.company_id)[lot]
        return [
            Command.create(
                {
                    "move_id": delivery.move.id,
                    "delivered": delivery.delivered,
                    "back": delivery.returned + delivery.returning,
                    "open_quantity": delivery.open,
                    "quantity": delivery.open,
                }
            )
            for delivery in deliveries
        ]

    def action_recall(self):
        self.ensure_one()
        self.complaint_id._check_complaint()
        # sudo: the moves of the lines, as this dialog made them
        chosen = {
            line.move_id: line.quantity
            for line in self.sudo().line_ids
            if line.quantity
        }
        if any(quantity < 0 for quantity in chosen.values()):
            raise UserError(self.env._("Enter quantities above zero."))
        self.complaint_id._complaint_recall(chosen)
        return {"type": "ir.actions.act_window_close"}


class AftersalesComplaintRecallWizardLine(models.TransientModel):
    """One delivery of the lot, and how much of it is called back."""

    _name = "aftersales.complaint.recall.wizard.line"
    _description = "Delivery of a Lot"

    wizard_id = fields.Many2one(
        "aftersales.complaint.recall.wizard", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one("stock.move", required=True, readonly=True)
    # after-sales staff need not have rights on stock or sales: names, as text
    delivery = fields.Char(compute="_compute_names", compute_sudo=True)
    order = fields.Char(compute="_compute_names", compute_sudo=True)
    customer = fields.Char(compute="_compute_names", compute_sudo=True)
    date = fields.Datetime("Delivered on", compute="_compute_names", compute_sudo=True)
    unit = fields.Char(compute="_compute_names", compute_sudo=True)
    delivered = fields.Float(digits="Product Unit", readonly=True)
    back = fields.Float(
        "Back or on Its Way",
        digits="Product Unit",
        readonly=True,
        help="Came back already, or an open return transfer brings it back.",
    )
    open_quantity = fields.Float("Open", digits="Product Unit", readonly=True)
    quantity = fields.Float("Call Back", digits="Product Unit")

    @api.model_create_multi
    def create(self, vals_list):
        # a line tells of its delivery what its reader may not look up
        if not self.env.su:
            raise AccessError(self.env._("The rows follow from what was delivered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - {"quantity"}:
            raise AccessError(self.env._("Only quantities are entered here."))
        return super().write(vals)

    @api.depends("move_id")
    def _compute_names(self):
        for line in self:
            move = line.move_id
            line.delivery = move.picking_id.name
            line.order = move.sale_line_id.order_id.name
            line.customer = move.picking_id.partner_id.display_name
            line.date = move.date
            line.unit = move.product_id.uom_id.name
