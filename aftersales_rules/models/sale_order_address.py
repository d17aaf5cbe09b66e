# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Orders whose delivery address changes after confirmation (O11)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_address_change import DETAILS_KEY
from .sale_order import INTERNAL

_ADDRESS_FIELDS = {"partner_shipping_id", "partner_id"}
"""The second one sets the first by Odoo's own default."""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    address_change_id = fields.Many2one(
        "aftersales.address.change",
        string="Address Not Acknowledged",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="The last change of the delivery address, until the warehouse has "
        "acknowledged it on every transfer.",
        groups=INTERNAL,
    )
    address_change_ids = fields.One2many(
        "aftersales.address.change",
        "order_id",
        string="Address Changes",
        copy=False,
        readonly=True,
        groups=INTERNAL,
    )

    def write(self, vals):
        # EXTENDS 'sale'
        confirmed = self.browse()
        if not _ADDRESS_FIELDS.isdisjoint(vals):
            # sudo: a customer on the portal may do it, too
            confirmed = self.sudo().filtered(lambda order: order.state == "sale")
        if not confirmed:
            return super().write(vals)
        before = {order: order.partner_shipping_id for order in confirmed}
        texts = {order: p._get_address_text() for order, p in before.items()}
        orders = self
        if "order_line" not in vals:
            # Odoo asks whoever writes to change the transfers; that is done below,
            # and the warehouse is asked to acknowledge it
            orders = self.with_context(mail_activity_automation_skip=True)
        result = super(SaleOrder, orders).write(vals)
        changes = {
            order: (old, texts[order], new, new._get_address_text())
            for order, old in before.items()
            if old and (new := order.partner_shipping_id) and new != old
        }
        if changes:
            self.env["aftersales.address.change"]._register_changes(changes)
        return result

    @api.model
    def _check_gate_fields(self, vals):
        # EXTENDS 'aftersales_rules'
        result = super()._check_gate_fields(vals)
        forbidden = {"address_change_id", "address_change_ids"} & set(vals)
        if forbidden and not self.env.su:
            raise AccessError(self.env._("Address changes are registered, not edited."))
        return result

    def _follow_address(self, old_text, change):
        """Have the open transfers go to the new address, and tell everybody."""
        self.ensure_one()
        # sudo: whoever changes the address need not be allowed to write transfers
        pickings = self.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        # one that somebody sent elsewhere by hand stays as it is
        moved = pickings.filtered(lambda p: p.partner_id == change.old_partner_id)
        if change.old_partner_id != change.new_partner_id:
            moved.partner_id = change.new_partner_id
        env = self.env["aftersales.gate"]._in_staff_language(self).env
        body = env._(
            "Delivery address changed from “%(old)s” to “%(new)s”.",
            old=old_text,
            new=change.new_address,
        )
        self.sudo()._message_log_batch({self.id: body})
        pickings._message_log_batch({picking.id: body for picking in pickings})

    def _change_address(self, partner, details):
        """Change the delivery address as a customer asked, with how they did."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "sale":
            raise UserError(
                self.env._(
                    "The address of %(order)s is simply edited.", order=self.name
                )
            )
        if partner == self.partner_shipping_id:
            raise UserError(
                self.env._(
                    "%(order)s is delivered to this address already.", order=self.name
                )
            )
        order = self.with_context(**{DETAILS_KEY: details})
        order.partner_shipping_id = partner
        return self.address_change_ids[:1]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_address_changed(self):
        # sudo: the record counts, whether the user may read it or not
        for order in self.sudo():
            if order.address_change_ids:
                raise UserError(
                    self.env._(
                        "The delivery address of %(order)s was changed, which is kept. "
                        "Leave it cancelled instead of deleting it.",
                        order=order.name,
                    )
                )
