# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesHoldRelease(models.TransientModel):
    """Release held orders with a reason (U2).

    What the client sends is a wish: who may release what is checked when it is
    carried out, whatever the fields of this wizard say.
    """

    _name = "aftersales.hold.release"
    _description = "Release Holds"

    hold_ids = fields.Many2many("aftersales.hold", required=True)
    order_ids = fields.Many2many("sale.order", compute="_compute_orders")
    order_count = fields.Integer(compute="_compute_orders")
    is_single = fields.Boolean(compute="_compute_orders")
    summary = fields.Html(compute="_compute_summary")
    reason = fields.Text(
        required=True, help="Kept for good with your name; say what was agreed."
    )
    valid_until = fields.Date(
        help="Last day of the release; after it the hold returns. Empty: no end."
    )
    company_currency_id = fields.Many2one("res.currency", compute="_compute_orders")
    amount = fields.Monetary(
        string="Up to",
        currency_field="company_currency_id",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="If the order grows beyond this, the hold returns.",
    )
    include_shipment = fields.Boolean(
        string="The goods may leave, too",
        help="Releases the delivery as well, whatever the cause.",
    )
    can_include_shipment = fields.Boolean(compute="_compute_orders")

    @api.depends("hold_ids")
    def _compute_orders(self):
        for wizard in self:
            orders = wizard.hold_ids.order_id
            wizard.order_ids = orders
            wizard.order_count = len(orders)
            wizard.is_single = len(orders) == 1
            wizard.company_currency_id = orders[:1].company_id.currency_id
            wizard.can_include_shipment = not {"procurement", "production"}.isdisjoint(
                wizard.hold_ids.mapped("gate")
            )

    @api.depends("hold_ids")
    def _compute_amount(self):
        """What the order has now: a release covers no more unless somebody says so."""
        for wizard in self:
            order = wizard.hold_ids.order_id[:1]
            wizard.amount = order._get_amount_company_currency() if order else 0.0

    @api.depends("hold_ids")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = self.env["ir.qweb"]._render(
                "aftersales_rules.hold_release_summary",
                {
                    "holds": [
                        {"order": hold.order_id.name, **hold._get_texts()}
                        for hold in wizard.hold_ids
                    ]
                },
            )

    def action_release(self):
        """Release the holds and let go on what nothing holds any more."""
        self.ensure_one()
        self.hold_ids._release(
            self.reason,
            valid_until=self.valid_until,
            amount=self.amount if self.is_single else 0.0,
            include_shipment=self.include_shipment and self.can_include_shipment,
        )
        return {"type": "ir.actions.act_window_close"}
