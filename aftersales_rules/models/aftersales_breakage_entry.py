# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesBreakageEntry(models.Model):
    """Installed or broken quantities that Odoo does not know from itself (C19).

    What was installed counts instead of the deliveries of that year, what broke counts
    in addition to the complaints: a customer's annual report names it without
    complaining each time.
    """

    _name = "aftersales.breakage.entry"
    _description = "Installed or Broken Quantity"
    _inherit = ["aftersales.breakage.source", "mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [("installed", "Installed"), ("failed", "Broken")],
        required=True,
        default="installed",
        tracking=True,
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('aftersales_breakage', '=', True)]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    date = fields.Date(
        required=True,
        default=fields.Date.today,
        tracking=True,
        help="Its year counts.",
    )
    quantity = fields.Float(
        required=True, digits="Product Unit", tracking=True, aggregator="sum"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    note = fields.Char("Source", help="Where the figure comes from.")

    _quantity_is_positive = models.Constraint(
        "CHECK(quantity > 0)", "Enter a quantity above zero."
    )

    def _queue_breakage(self):
        for entry in self:
            self.env["aftersales.breakage"]._queue(
                entry.company_id, entry.product_id, entry.partner_id
            )
