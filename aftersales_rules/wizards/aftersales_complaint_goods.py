# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.aftersales_complaint import COMPLAINT_MANAGER
from ..models.client_actions import notification

ACTIONS = [
    ("return", "Return"),
    ("repair", "Repair"),
    ("replacement", "Replacement"),
]


class AftersalesComplaintGoods(models.TransientModel):
    """What comes back, is repaired or is sent again for a complaint (C15).

    Its rows are made on the server from what the customer got; whoever fills it in
    chooses quantities only.
    """

    _name = "aftersales.complaint.goods"
    _description = "Goods of a Complaint"

    complaint_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, ondelete="cascade"
    )
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    line_ids = fields.One2many("aftersales.complaint.goods.line", "wizard_id", "Goods")
    is_manager = fields.Boolean(compute="_compute_is_manager")
    confirm_order = fields.Boolean(
        "Deliver at Once",
        help="Confirms the order. Otherwise the salesperson confirms it.",
    )
    is_done = fields.Boolean(readonly=True)

    @api.depends("action")
    def _compute_is_manager(self):
        self.is_manager = self.env.user.has_group(COMPLAINT_MANAGER)

    def write(self, vals):
        if not self.env.su and set(vals) - {"line_ids", "confirm_order"}:
            raise AccessError(self.env._("Only quantities are entered here."))
        return super().write(vals)

    @api.model
    def _open(self, complaint, action):
        """Make the wizard of a complaint, with what it may be about."""
        complaint.ensure_one()
        complaint._complaint_check_goods()
        lines = (
            self._prepare_return_lines(complaint)
            if action == "return"
            else self._prepare_product_lines(complaint, action)
        )
        if not lines:
            raise UserError(
                self.env._(
                    "No goods are known that this customer got. Name the transfer, "
                    "the order or the product on the complaint."
                )
            )
        # sudo: made for the user, who may not say which goods there are
        wizard = self.sudo().create(
            {
                "complaint_id": complaint.id,
                "action": action,
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
        return wizard.sudo(False)

    @api.model
    def _prepare_return_lines(self, complaint):
        # sudo: which goods the customer got, for whoever deals with the complaint
        about = complaint.sudo()
        lot = about.aftersales_lot_id
        wanted = about.complaint_quantity
        lines = []
        for move in complaint._complaint_get_delivered_moves():
            of_lot = lot if lot and lot.product_id == move.product_id else None
            left = move._get_complaint_returnable(of_lot)
            if not left:
                continue
            meant = move.product_id in (lot.product_id or about.aftersales_product_id)
            quantity = min(left, wanted or left) if meant else 0
            if meant and wanted:
                wanted = max(wanted - quantity, 0) or -1
            lines.append(
                {
                    "move_id": move.id,
                    "product_id": move.product_id.id,
                    "lot_id": of_lot.id if of_lot else False,
                    "transfer": move.picking_id.name,
                    "delivered_at": move.date,
                    "available": left,
                    "uom_id": move.product_uom.id,
                    "quantity": max(quantity, 0),
                }
            )
        return lines

    @api.model
    def _prepare_product_lines(self, complaint, action):
        # sudo: as above
        about = complaint.sudo()
        delivered = defaultdict(float)
        for move in complaint._complaint_get_delivered_moves():
            delivered[move.product_id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id
            )
        lot = about.aftersales_lot_id
        named = lot.product_id or about.aftersales_product_id
        if named:
            delivered = {named: delivered.get(named, 0.0)}
        return [
            {
                "product_id": product.id,
                "lot_id": lot.id if action == "repair" else False,
                "available": quantity,
                "uom_id": product.uom_id.id,
                "quantity": (about.complaint_quantity or 1.0)
                if product == named
                else 0.0,
            }
            for product, quantity in delivered.items()
            if product.type == "consu"
        ]

    def action_begin(self):
        """Begin it, once."""
        self.ensure_one()
        complaint = self.complaint_id
        complaint._complaint_check_goods()
        if self.is_done:
            raise UserError(self.env._("This is begun already."))
        # sudo: the flag that a second click, or a second worker, stumbles over
        self.sudo().is_done = True
        lines = self.line_ids.filtered(lambda line: line.quantity)
        if not lines:
            raise UserError(self.env._("Enter a quantity."))
        documents = getattr(self, f"_begin_{self.action}")(lines)
        return self._open_documents(documents)

    def _begin_return(self, lines):
        returned = self.env["stock.picking"].sudo()
        moves = lines.sudo().move_id  # sudo: rows were made on the server
        if moves - self.complaint_id._complaint_get_delivered_moves():
            raise AccessError(
                self.env._("These goods did not go to the customer who complains.")
            )
        # sudo: as above
        for picking, here in lines.sudo().grouped("transfer_id").items():
            for lot, rows in here.grouped("lot_id").items():
                returned |= self.complaint_id._complaint_create_return(
                    picking,
                    {row.move_id: row.quantity for row in rows},
                    lot=lot,
                )
        return returned

    def _begin_repair(self, lines):
        repairs = self.env["repair.order"].sudo()
        for line in lines:
            repairs |= self.complaint_id._complaint_create_repair(
                line.product_id, line.quantity, line.sudo().lot_id
            )
        return repairs

    def _begin_replacement(self, lines):
        return self.complaint_id._complaint_create_replacement(
            {line.product_id: line.quantity for line in lines},
            confirm=self.confirm_order,
        )

    def _open_documents(self, documents):
        """Open what was begun, if the user may, else say its name."""
        own = documents.sudo(False)
        if len(own) == 1 and own.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": own._name,
                "res_id": own.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return notification(
            ", ".join(documents.mapped("name")),
            kind="success",
            title=self.env._("Begun"),
            then={"type": "ir.actions.act_window_close"},
        )


class AftersalesComplaintGoodsLine(models.TransientModel):
    _name = "aftersales.complaint.goods.line"
    _description = "Goods of a Complaint: Row"

    wizard_id = fields.Many2one(
        "aftersales.complaint.goods", required=True, ondelete="cascade", readonly=True
    )
    move_id = fields.Many2one("stock.move", readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, required=True)
    lot_id = fields.Many2one("stock.lot", "Lot/Serial Number", readonly=True)
    transfer_id = fields.Many2one(related="move_id.picking_id")
    transfer = fields.Char("Delivered with", readonly=True)
    delivered_at = fields.Date("Delivered", readonly=True)
    available = fields.Float(
        "At Most",
        digits="Product Unit",
        readonly=True,
        help="Delivered, less what came back or is on its way.",
    )
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The rows follow from what was delivered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - {"quantity"}:
            raise AccessError(self.env._("Only quantities are entered here."))
        return super().write(vals)
