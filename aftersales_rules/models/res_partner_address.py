# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

_PLACE_FIELDS = {"street", "street2", "zip", "city", "state_id", "country_id"}


class ResPartner(models.Model):
    """A contact that is corrected is a new delivery address as well (O11)."""

    _inherit = "res.partner"

    def _get_address_text(self):
        """Name and address on one line, to be kept as they are now."""
        self.ensure_one()
        # sudo: whoever may write the order, or validate the transfer, may read where
        # its goods go
        partner = self.sudo().with_context(lang=None)
        place = partner._display_address(without_company=True).splitlines()
        lines = [partner.display_name, *place]
        return ", ".join(line.strip() for line in lines if line.strip())

    def write(self, vals):
        # EXTENDS 'base'
        before = self._get_delivery_texts(vals)
        result = super().write(vals)
        self._register_address_changes(before)
        return result

    def _update_address(self, vals):
        # EXTENDS 'base': how an address comes from the company to its contacts,
        # past `write`
        before = self._get_delivery_texts(vals)
        result = super()._update_address(vals)
        self._register_address_changes(before)
        return result

    def _get_delivery_texts(self, vals):
        """Addresses of these contacts, if goods are on their way to one of them."""
        if _PLACE_FIELDS.isdisjoint(vals) or not self.ids:
            return {}
        # sudo: whoever corrects a contact need not be able to read its orders
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("partner_shipping_id", "in", self.ids),
                    ("state", "=", "sale"),
                    ("delivery_status", "in", ("pending", "started", "partial")),
                ]
            )
        )
        texts = {p: p._get_address_text() for p in orders.partner_shipping_id}
        return {order: texts[order.partner_shipping_id] for order in orders}

    def _register_address_changes(self, before):
        changes = {
            order: (partner, old, partner, new)
            for order, old in before.items()
            if (partner := order.partner_shipping_id)
            and (new := partner._get_address_text()) != old
        }
        if changes:
            self.env["aftersales.address.change"]._register_changes(changes)
