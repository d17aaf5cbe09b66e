# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import INTERNAL
from .guarded_fields import on_clean_context


class AftersalesComplaint(models.AbstractModel):
    """Repairs through Odoo's own repair orders (C15)."""

    _inherit = "aftersales.complaint"

    complaint_repair_ids = fields.One2many(
        "repair.order",
        "complaint_id",
        "Repairs",
        readonly=True,
        groups="stock.group_stock_user",
    )
    complaint_repair_count = fields.Integer(
        "Number of Repairs",
        compute="_compute_complaint_repair_count",
        compute_sudo=True,
        groups=INTERNAL,
    )

    @api.depends("complaint_repair_ids")
    def _compute_complaint_repair_count(self):
        for complaint in self:
            complaint.complaint_repair_count = len(complaint.complaint_repair_ids)

    def _complaint_get_goods(self):
        return super()._complaint_get_goods() + [
            self._complaint_get_goods_row(
                self.env._("Repair"),
                repair,
                [(repair.product_qty, repair.product_uom, repair.product_id)],
                repair.schedule_date,
            )
            for repair in self.complaint_repair_ids
        ]

    def _complaint_create_repair(self, product, quantity, lot=None):
        """Open a repair order for goods of this complaint.

        Under warranty if the complaint is about quality: the company bears it then.

        :return: `repair.order`, a draft for the workshop, with sudo
        """
        self.ensure_one()
        self._complaint_check_goods()
        self._complaint_check_quantity(product, quantity)
        # sudo: after-sales staff need not have rights on repairs; they get this draft
        complaint = on_clean_context(self.sudo())
        complaint = complaint.with_company(complaint.company_id)
        lot = lot or complaint.env["stock.lot"]
        complaint._complaint_touch_goods()
        same = complaint.complaint_repair_ids.filtered(
            lambda repair: repair.product_id == product
            and repair.lot_id == lot
            and repair.state not in ("done", "cancel")
        )
        if same:
            raise UserError(
                self.env._(
                    "%(repair)s repairs %(product)s for this complaint already.",
                    repair=same[0].name,
                    product=product.display_name,
                )
            )
        returned = complaint.complaint_picking_ids.filtered(
            lambda picking: picking.return_id
            and picking.state != "cancel"
            and product in picking.move_ids.product_id
        )
        vals = {
            "company_id": complaint.company_id.id,
            "partner_id": complaint.partner_id.id,
            "product_id": product.id,
            "product_qty": quantity,
            "lot_id": lot.id,
            "picking_id": returned[:1].id,
            "user_id": False,
            "under_warranty": complaint.complaint_quality_related == "yes",
            "internal_notes": complaint.description,
            "complaint_id": complaint.id,
        }
        repair = complaint.env["repair.order"].create(vals)
        if repair.product_qty != quantity:
            # Odoo proposes what the return brings back
            repair.product_qty = quantity
        self._complaint_log_begun(self.env._("Repair"), repair)
        return repair

    def _complaint_check_quantity(self, product, quantity):
        if product.uom_id.compare(quantity, 0) <= 0:
            raise UserError(
                self.env._(
                    "Enter how much of %(product)s it is.", product=product.display_name
                )
            )

    def action_view_complaint_repairs(self):
        self.ensure_one()
        self.check_access("read")
        return self._complaint_open_documents("repair.order", self.env._("Repairs"))
