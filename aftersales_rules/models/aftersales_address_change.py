# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass

from odoo import api, fields, models

CHANNELS = [
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("fax", "Fax"),
    ("letter", "Letter"),
    ("visit", "Visit"),
    ("portal", "Portal"),
    ("other", "Other"),
]
"""How a customer told us."""

DETAILS_KEY = "aftersales_change_details"


@dataclass(frozen=True)
class ChangeDetails:
    """Who asked for a change and how, carried from a wizard to the write.

    Its type is what counts: a client can send a context key of the same name, but
    only ever as plain JSON.
    """

    channel: str = "other"
    requested_by: str = ""
    reason: str = ""

    @classmethod
    def of(cls, env):
        details = env.context.get(DETAILS_KEY)
        if isinstance(details, cls):
            return details
        if env.user.share and not env.user._is_superuser():
            return cls("portal", env.user.name)
        return cls()


class AftersalesAddressChange(models.Model):
    """A delivery address that changed after confirmation (O11).

    Registered by whatever changes the address: the wizard, somebody who writes on the
    order, somebody who corrects the contact. The addresses are kept as they were.
    """

    _name = "aftersales.address.change"
    _description = "Address Change"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    old_partner_id = fields.Many2one(
        "res.partner", "Old Contact", required=True, readonly=True, ondelete="restrict"
    )
    new_partner_id = fields.Many2one(
        "res.partner", "New Contact", required=True, readonly=True, ondelete="restrict"
    )
    old_address = fields.Text(
        required=True,
        readonly=True,
        help="What the warehouse knew before: an earlier change that nobody "
        "acknowledged does not count.",
    )
    new_address = fields.Text(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    requested_by = fields.Char(
        "Asked for by", readonly=True, help="The person on the customer's side."
    )
    reason = fields.Text(readonly=True)
    user_id = fields.Many2one(
        "res.users", "Registered by", required=True, readonly=True, ondelete="restrict"
    )
    acknowledgement_ids = fields.One2many(
        "aftersales.address.acknowledgement", "change_id", readonly=True
    )
    is_pending = fields.Boolean(
        "Not Acknowledged", compute="_compute_is_pending", search="_search_is_pending"
    )

    @api.depends("order_id.address_change_id")
    def _compute_is_pending(self):
        for change in self:
            # sudo: warehouse staff need not be able to read orders
            change.is_pending = change.sudo().order_id.address_change_id == change

    @api.model
    def _search_is_pending(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        # sudo: as above; the rules of this model filter what is shown
        orders = self.env["sale.order"].sudo()
        pending = orders.search([("address_change_id", "!=", False)])
        wanted = (True in value) == (operator == "in")
        return [("id", "in" if wanted else "not in", pending.address_change_id.ids)]

    @api.depends("order_id", "new_address")
    def _compute_display_name(self):
        for change in self:
            # sudo: the name only
            change.display_name = f"{change.sudo().order_id.name}: {change.new_address}"

    @api.model
    def _register_changes(self, changes):
        """Keep changes that were just made and tell the warehouse.

        :param dict changes: by order, (old partner, old text, new partner, new text)
        """
        details = ChangeDetails.of(self.env)
        vals_list = []
        for order, (old, old_text, new, new_text) in changes.items():
            known = order.address_change_id
            vals_list.append(
                {
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "old_partner_id": old.id,
                    "new_partner_id": new.id,
                    "old_address": known.old_address or old_text,
                    "new_address": new_text,
                    "channel": details.channel,
                    "requested_by": details.requested_by or False,
                    "reason": details.reason or False,
                    "user_id": self.env.uid,
                }
            )
        records = self._insert(vals_list)
        for record, (_old, old_text, _new, _text) in zip(
            records, changes.values(), strict=True
        ):
            order = record.order_id
            if order.delivery_status != "full":
                order.address_change_id = record
            order._follow_address(old_text, record)
        records.order_id.picking_ids._judge_transfers("change")
        return records
