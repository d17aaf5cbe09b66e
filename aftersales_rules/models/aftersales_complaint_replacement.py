# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules.catalogue.solution import SOLUTION_APPROVAL
from .aftersales_complaint import COMPLAINT_MANAGER, INTERNAL
from .guarded_fields import on_clean_context


class AftersalesComplaint(models.AbstractModel):
    """Goods sent again for nothing, through Odoo's own sales order (C15).

    The order costs the customer nothing, so that it owes nothing at the credit gates;
    all other gates look at it as at any order. After-sales begins it as a quotation;
    the salesperson, or a complaint manager, confirms it.
    """

    _inherit = "aftersales.complaint"

    complaint_replacement_ids = fields.One2many(
        "sale.order",
        "complaint_id",
        "Replacements",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
    complaint_replacement_count = fields.Integer(
        "Number of Replacements",
        compute="_compute_complaint_replacement_count",
        compute_sudo=True,
        groups=INTERNAL,
    )

    @api.depends("complaint_replacement_ids")
    def _compute_complaint_replacement_count(self):
        for complaint in self:
            complaint.complaint_replacement_count = len(
                complaint.complaint_replacement_ids
            )

    def _complaint_get_goods(self):
        return super()._complaint_get_goods() + [
            self._complaint_get_replacement_row(order)
            for order in self.complaint_replacement_ids
        ]

    def _complaint_get_replacement_row(self, order):
        row = self._complaint_get_goods_row(
            self.env._("Replacement"),
            order,
            [
                (line.product_uom_qty, line.product_uom_id, line.product_id)
                for line in order.order_line
                if line.product_id
            ],
            order.commitment_date or order.date_order,
        )
        if row["done"] is not None:
            row["done"] = order.state == "sale" and order.delivery_status == "full"
        if order.state == "sale" and order.delivery_status:
            labels = order._fields["delivery_status"]._description_selection(self.env)
            row["state"] = dict(labels)[order.delivery_status]
        return row

    def _complaint_get_carry_out_blockers(self):
        """Why nothing may be given to the customer yet, in words (C11).

        Only where approvals are enforced; a solution that is carried out stands, until
        the next one is on the table.
        """
        self.ensure_one()
        # sudo: whoever sends the goods need not see the solutions
        complaint = self.sudo()
        if complaint.company_id._aftersales_mode(SOLUTION_APPROVAL.name) != "enforce":
            return []
        solution = complaint._get_current_solution()
        if not solution:
            if "carried_out" in complaint.complaint_solution_ids.mapped("state"):
                return []
            return [
                self.env._(
                    "Goods are given to the customer when a solution is agreed and "
                    "approved. Propose one first."
                )
            ]
        return solution._get_obstacles()

    def _complaint_create_replacement(self, quantities, confirm=False):
        """Send goods again for nothing.

        :param dict quantities: by `product.product`, in its own unit
        :param bool confirm: have it delivered at once; managers only
        :return: `sale.order`, with sudo
        """
        self.ensure_one()
        self._complaint_check_goods()
        if confirm and not (self.env.su or self.env.user.has_group(COMPLAINT_MANAGER)):
            raise AccessError(
                self.env._(
                    "A complaint manager or the salesperson has a replacement "
                    "delivered; begin it as a quotation."
                )
            )
        blockers = self._complaint_get_carry_out_blockers()
        if blockers:
            raise UserError("\n".join(blockers))
        # sudo: after-sales staff need not have rights on sales; they get this order,
        # which promises nothing but what was delivered before
        complaint = on_clean_context(self.sudo())
        complaint = complaint.with_company(complaint.company_id)
        complaint._complaint_touch_goods()
        for product, quantity in quantities.items():
            self._complaint_check_quantity(product, quantity)
            complaint._complaint_check_replaceable(product, quantity)
        order = complaint.env["sale.order"].create(
            complaint._prepare_complaint_replacement(quantities)
        )
        self._complaint_log_begun(self.env._("Replacement"), order)
        if confirm:
            order.action_confirm()
        else:
            complaint._complaint_ask_to_confirm(order)
        return order

    def _complaint_check_replaceable(self, product, quantity):
        """Refuse to send more than the customer once got."""
        moves = self._complaint_get_delivered_moves()
        moves = moves.filtered(lambda move: move.product_id == product)
        if not moves:
            return  # delivered before Odoo, or by somebody else
        delivered = sum(
            move.product_uom._compute_quantity(move.quantity, product.uom_id)
            for move in moves
        )
        lines = self.complaint_replacement_ids.order_line.filtered(
            lambda line: line.product_id == product and line.state != "cancel"
        )
        replaced = sum(
            line.product_uom_id._compute_quantity(line.product_uom_qty, product.uom_id)
            for line in lines
        )
        if product.uom_id.compare(quantity, delivered - replaced) > 0:
            raise UserError(
                self.env._(
                    "The customer got %(delivered)s %(unit)s of %(product)s, and "
                    "%(replaced)s are replaced for this complaint already; more than "
                    "that is an order of its own.",
                    delivered=f"{delivered:g}",
                    replaced=f"{replaced:g}",
                    unit=product.uom_id.name,
                    product=product.display_name,
                )
            )

    def _prepare_complaint_replacement(self, quantities):
        before = self.aftersales_order_id or self.aftersales_picking_id.sale_id
        partner = before.partner_id or self.partner_id
        if not partner:
            raise UserError(
                self.env._("Say who the customer is: the replacement goes there.")
            )
        reference = self.complaint_number or self.display_name
        vals = {
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "origin": reference,
            "client_order_ref": before.client_order_ref or reference,
            "user_id": (before.user_id or partner.user_id).id,
            "complaint_id": self.id,
            "order_line": [
                fields.Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "product_uom_id": product.uom_id.id,
                        "price_unit": 0.0,
                        # another price than this one was set by hand and stays when
                        # the quantity changes
                        "technical_price_unit": product.lst_price or 1.0,
                        "complaint_replaced_qty": quantity,
                    }
                )
                for product, quantity in quantities.items()
            ],
        }
        if before:
            vals |= {
                "partner_invoice_id": before.partner_invoice_id.id,
                "partner_shipping_id": before.partner_shipping_id.id,
                "warehouse_id": before.warehouse_id.id,
            }
        return vals

    def _complaint_ask_to_confirm(self, order):
        """Put it before the salesperson, else before whoever deals with it."""
        user = order.user_id or self.user_id
        if not user:
            return
        env = self.with_context(lang=user.lang or self.env.lang).env
        order.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=env._("Replacement for %(name)s", name=self.display_name),
            note=env._("Confirm this order, so that the goods are delivered."),
        )

    def action_view_complaint_replacements(self):
        self.ensure_one()
        self.check_access("read")
        return self._complaint_open_documents("sale.order", self.env._("Replacements"))
