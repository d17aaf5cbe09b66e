# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # captures and refunds of a payment
    _source_transaction_idx = models.Index(
        "(source_transaction_id) WHERE source_transaction_id IS NOT NULL"
    )

    def write(self, vals):
        # EXTENDS 'payment'
        result = super().write(vals)
        if not {"state", "payment_id"}.isdisjoint(vals):
            # sudo: the paying customer may read neither holds nor other orders
            transactions = self.sudo()
            orders = (
                transactions | transactions.source_transaction_id
            ).sale_order_ids.filtered(
                lambda order: order.hold_state or order.order_kind == "engineering"
            )
            orders._queue_recheck("recheck")
        return result
