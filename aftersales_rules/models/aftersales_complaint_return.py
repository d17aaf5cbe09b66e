# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Goods that come back because of a complaint (C15)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import ENDED, INTERNAL
from .guarded_fields import on_clean_context

DELIVERED_MAX = 80
"""Deliveries of one customer that are offered, the latest first."""


class AftersalesComplaint(models.AbstractModel):
    """Returns of delivered goods, through Odoo's own return transfer.

    What may come back is what was delivered less what came back or is on its way, of
    whichever complaint. The delivery and the complaint are written each time: of two
    workers who return the same goods at once the second fails with a serialization
    error, runs again, and is told.
    """

    _inherit = "aftersales.complaint"

    complaint_picking_ids = fields.One2many(
        "stock.picking",
        "complaint_id",
        "Returns",
        readonly=True,
        groups="stock.group_stock_user",
    )
    complaint_return_count = fields.Integer(
        "Number of Returns",
        compute="_compute_complaint_return_count",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_goods_at = fields.Datetime(
        "Last Return, Repair or Replacement",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_goods = fields.Html(
        "Returns, Repairs and Replacements",
        compute="_compute_complaint_goods",
        groups=INTERNAL,
        help="Everything that was begun for this complaint, and how far it is.",
    )

    @api.depends("complaint_picking_ids")
    def _compute_complaint_return_count(self):
        for complaint in self:
            complaint.complaint_return_count = len(complaint.complaint_picking_ids)

    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {"complaint_goods_at"}

    # ---------------------------------------------------------------- what is shown

    # Shown on a screen, which reads it anew each time. Named here, the transfers and
    # orders would make each stock move of anybody look for complaints of theirs.
    @api.depends("complaint_goods_at")
    @api.depends_context("lang", "uid")
    def _compute_complaint_goods(self):
        for complaint in self:
            # sudo: whoever reads the complaint reads how far its goods are, also
            # without rights on stock, repairs or sales
            rows = complaint.sudo()._complaint_get_goods()
            complaint.complaint_goods = bool(rows) and self.env["ir.qweb"]._render(
                "aftersales_rules.complaint_goods", {"rows": rows}
            )

    def _complaint_get_goods(self):
        """What was begun for this complaint, as rows to be read.

        :return: dicts of kind, record, name, what, date, state, done (True, False, or
            None if it was cancelled)
        """
        self.ensure_one()
        return [
            self._complaint_get_goods_row(
                self.env._("Return"),
                picking,
                [
                    (move.product_uom_qty, move.product_uom, move.product_id)
                    for move in picking.move_ids
                ],
                picking.scheduled_date,
            )
            for picking in self.complaint_picking_ids
        ]

    def _complaint_get_goods_row(self, kind, record, goods, date):
        """:param goods: (quantity, unit, product) of each product"""
        labels = dict(record._fields["state"]._description_selection(self.env))
        return {
            "kind": kind,
            "name": record.name,
            "what": ", ".join(
                f"{quantity:g} {unit.name} {product.display_name}"
                for quantity, unit, product in goods
            ),
            "date": date,
            "state": labels[record.state],
            "done": None if record.state == "cancel" else record.state == "done",
            # who may not open it reads its name all the same
            "url": (
                f"/odoo/{record._name}/{record.id}"
                if record.sudo(False).has_access("read")
                else None
            ),
        }

    def _complaint_missing(self):
        missing = super()._complaint_missing()
        # sudo: what is open keeps everybody from closing
        for row in self.sudo()._complaint_get_goods():
            if row["done"] is False:
                missing.append(
                    (
                        "goods",
                        self.env._(
                            "%(kind)s %(name)s is not finished (%(state)s). Finish or "
                            "cancel it.",
                            kind=row["kind"],
                            name=row["name"],
                            state=row["state"],
                        ),
                    )
                )
        return missing

    # ---------------------------------------------------------------- what may be done

    def _complaint_check_goods(self):
        """Raise unless goods may be returned, repaired or replaced for these now."""
        self._check_complaint()
        for complaint in self:
            if complaint.complaint_state == "intake":
                raise UserError(
                    self.env._(
                        "%(name)s is not registered yet. Register it first.",
                        name=complaint.display_name,
                    )
                )
            if complaint.complaint_state in ENDED:
                raise UserError(
                    self.env._(
                        "%(name)s is over: nothing more is returned, repaired or "
                        "replaced for it. If the customer complains again, go on in "
                        "the next round.",
                        name=complaint.display_name,
                    )
                )

    def _complaint_touch_goods(self):
        """Write the row that two workers at once collide on."""
        # sudo: follows from the buttons
        self.sudo().complaint_goods_at = fields.Datetime.now()

    def _complaint_get_delivered_moves(self):
        """What this complaint may be about: goods delivered to its customer.

        Those of the transfer or order that was named, else the latest of the product
        or lot that the customer got.
        """
        self.ensure_one()
        # sudo: after-sales staff need not have rights on stock
        complaint = self.sudo()
        moves = complaint.env["stock.move"]
        with_customer = complaint.env["stock.location"]._get_with_customer_domain()
        domain = (
            fields.Domain("company_id", "=", complaint.company_id.id)
            & fields.Domain("state", "=", "done")
            & fields.Domain("location_dest_id", "any", with_customer)
            & fields.Domain("location_id", "any", ~with_customer)
        )
        product, lot = complaint.aftersales_product_id, complaint.aftersales_lot_id
        about = fields.Domain.TRUE
        if product:
            about &= fields.Domain("product_id", "=", product.id)
        if lot:
            about &= fields.Domain("move_line_ids", "any", [("lot_id", "=", lot.id)])
        if complaint.aftersales_picking_id:
            domain &= fields.Domain(
                "picking_id", "=", complaint.aftersales_picking_id.id
            )
        elif complaint.aftersales_order_id:
            order = complaint.aftersales_order_id
            domain &= fields.Domain("sale_line_id.order_id", "=", order.id)
        elif complaint.partner_id and not about.is_true():
            partner = complaint.partner_id.commercial_partner_id
            domain &= fields.Domain("picking_id.partner_id", "child_of", partner.id)
        else:
            return moves
        found = moves.search(domain & about, order="date desc, id", limit=DELIVERED_MAX)
        # the order is named, the product is another one: show what there is
        return found or moves.search(domain, order="date desc, id", limit=DELIVERED_MAX)

    # ------------------------------------------------------------------ the return

    def _complaint_create_return(self, picking, quantities, lot=None):
        """Bring delivered goods back with Odoo's return transfer, linked to this.

        Does not ask whether the goods went to the customer of the complaint: a recall
        brings back what others got of the same lot. Whoever lets a user choose checks
        that with ``_complaint_get_delivered_moves``.

        :param picking: `stock.picking`, a delivery that is done
        :param dict quantities: by `stock.move` of it, in the unit of the move
        :param lot: `stock.lot`, if only this one comes back
        :return: `stock.picking`, the return, reserved and with sudo
        """
        self.ensure_one()
        self._complaint_check_goods()
        # sudo: after-sales staff need not have rights on stock; they get this one
        # return of goods that were delivered, and nothing else
        picking = on_clean_context(picking.with_env(self.env).sudo())
        picking = picking.with_company(picking.company_id)
        self._complaint_check_return(picking, quantities, lot)
        picking.complaint_returned_at = fields.Datetime.now()
        self._complaint_touch_goods()
        wanted = {move.id: quantity for move, quantity in quantities.items()}
        wizard = picking.env["stock.return.picking"].create({"picking_id": picking.id})
        for line in wizard.product_return_moves:
            line.quantity = wanted.get(line.move_id.id, 0)
        returned = wizard._create_return()
        returned.complaint_id = self.id
        if lot:
            returned._complaint_set_lot(lot)
        self._complaint_log_begun(self.env._("Return"), returned)
        return returned

    def _complaint_check_return(self, picking, quantities, lot=None):
        if picking.company_id != self.sudo().company_id:
            raise UserError(
                self.env._(
                    "%(transfer)s belongs to another company than the complaint.",
                    transfer=picking.name,
                )
            )
        if picking.state != "done":
            raise UserError(
                self.env._(
                    "%(transfer)s is not delivered yet, so nothing of it can come "
                    "back.",
                    transfer=picking.name,
                )
            )
        if not any(quantity > 0 for quantity in quantities.values()):
            raise UserError(
                self.env._(
                    "Enter the quantity that comes back, of one product at least."
                )
            )
        for move, quantity in quantities.items():
            move = move.sudo()
            if move.picking_id != picking:
                raise UserError(
                    self.env._(
                        "%(product)s is not on %(transfer)s.",
                        product=move.product_id.display_name,
                        transfer=picking.name,
                    )
                )
            left = move._get_complaint_returnable(lot)
            if move.product_uom.compare(quantity, 0) < 0 or (
                move.product_uom.compare(quantity, left) > 0
            ):
                raise UserError(
                    self.env._(
                        "%(transfer)s: of %(product)s at most %(left)s %(unit)s can "
                        "come back; the rest came back or is on its way.",
                        transfer=picking.name,
                        product=move.product_id.display_name,
                        left=f"{left:g}",
                        unit=move.product_uom.name,
                    )
                )

    def _complaint_log_begun(self, kind, record):
        """Leave a trace on both sides."""
        # sudo: the trace is left whatever the user may write
        complaint = self.sudo()
        complaint._message_log(
            body=self.env._(
                "%(kind)s %(document)s begun.",
                kind=kind,
                document=record._get_html_link(),
            )
        )
        record.sudo()._message_log(
            body=self.env._(
                "Begun for complaint %(complaint)s.",
                complaint=complaint._get_html_link(),
            )
        )

    def action_view_complaint_returns(self):
        self.ensure_one()
        self.check_access("read")
        return self._complaint_open_documents("stock.picking", self.env._("Returns"))

    def _complaint_open_documents(self, model, name):
        documents = self.env[model].search([("complaint_id", "=", self.id)])
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("complaint_id", "=", self.id)],
            "context": {"create": False},
        }
        if len(documents) == 1:
            action |= {"view_mode": "form", "res_id": documents.id}
        return action

    # -------------------------------------------------------------- the three buttons

    def action_complaint_return(self):
        """Choose what comes back."""
        return self._complaint_open_goods("return", self.env._("Return Goods"))

    def action_complaint_repair(self):
        """Choose what is repaired."""
        return self._complaint_open_goods("repair", self.env._("Repair"))

    def action_complaint_replacement(self):
        """Choose what is sent again."""
        return self._complaint_open_goods("replacement", self.env._("Replace Goods"))

    def _complaint_open_goods(self, action, title):
        self.ensure_one()
        wizard = self.env["aftersales.complaint.goods"]._open(self, action)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
