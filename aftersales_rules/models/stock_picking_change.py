# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Transfers of suspended orders, and those that set their goods apart (O10)."""

from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    order_change_id = fields.Many2one(
        "aftersales.order.change",
        string="Order Change",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="This transfer sets goods of a suspended order apart, or returns them.",
        groups="base.group_user",
        prefetch="aftersales",
    )

    @api.model
    def _get_transfer_guarded(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_transfer_guarded() | {"order_change_id"}

    def _filter_transfer_concerned(self):
        # EXTENDS 'aftersales_rules'
        concerned = super()._filter_transfer_concerned()
        return concerned | self._filter_sold_with("suspension_id")

    def _get_transfer_facts(self):
        # EXTENDS 'aftersales_rules'
        facts = super()._get_transfer_facts()
        for picking in self:
            change = picking._get_suspension()
            facts[picking]["order_suspended"] = bool(change)
            if change:
                company = picking.company_id
                zone = company._aftersales_now().tzinfo
                created = fields.Datetime.context_timestamp(
                    change.with_context(tz=zone.key), change.create_date
                )
                facts[picking].update(
                    suspended_on=created.date(),
                    suspended_by=change.requested_by or change.user_id.name,
                    suspended_reason=change.reason or None,
                )
        return facts

    def _get_suspension(self):
        leaving = self.move_ids._filter_leaving_customer()
        return leaving._get_sold_orders().suspension_id[:1]

    def _create_backorder_picking(self):
        # EXTENDS 'stock'
        backorder = super()._create_backorder_picking()
        change = self.sudo().order_change_id
        if change:
            # sudo: the rest of what is set apart belongs to the same change
            backorder.sudo().order_change_id = change
        return backorder


class AftersalesGate(models.AbstractModel):
    _inherit = "aftersales.gate"

    @api.model
    def _get_transfer_order(self, picking, cause=None):
        # EXTENDS 'aftersales_rules': of several orders the one that it is about
        change = self.env["aftersales.order.change"]
        if cause == "suspended":
            change = picking._get_suspension()
        elif cause == "address_change":
            change = picking._get_pending_address_change()
        return change.order_id or super()._get_transfer_order(picking, cause)


class AftersalesHold(models.Model):
    _inherit = "aftersales.hold"

    def _get_who_text(self):
        # EXTENDS 'aftersales_rules'
        if self.cause == "suspended" and self.user_id:
            return self.env._(
                "Salesperson: %(name)s.",
                # sudo: the name only
                name=self.sudo().user_id.name,
            )
        return super()._get_who_text()
