# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .aftersales_complaint import INTERNAL


class AftersalesComplaint(models.AbstractModel):
    """What dealers were asked to put right about a complaint (L3)."""

    _inherit = "aftersales.complaint"

    complaint_supervision_ids = fields.One2many(
        "aftersales.dealer.supervision",
        "complaint_id",
        "Dealer Supervision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {"complaint_supervision_ids"}

    def action_complaint_ask_dealer(self):
        """Ask a dealer to put it right, under our supervision (L3)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask the Dealer"),
            "res_model": "aftersales.dealer.supervision",
            "views": [(False, "form")],
            "target": "current",
            "context": {"default_complaint_id": self.id},
        }

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        # sudo: what is missing is told to whoever closes
        for supervision in self.sudo().complaint_supervision_ids:
            if supervision.result == "open":
                missing.append(
                    (
                        "supervision",
                        self.env._(
                            "%(dealer)s was asked to put it right, and its work is "
                            "not judged. Judge it, or withdraw the request.",
                            dealer=supervision.dealer_id.display_name,
                        ),
                    )
                )
        return missing
