# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

_READERS = "aftersales_rules.group_complaint_reader"


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_supervision_count = fields.Integer(
        "Requests to the Dealer",
        compute="_compute_aftersales_supervision",
        groups=_READERS,
    )
    aftersales_supervision_failed = fields.Integer(
        "Badly or Not Handled",
        compute="_compute_aftersales_supervision",
        groups=_READERS,
    )

    def _compute_aftersales_supervision(self):
        groups = self.env["aftersales.dealer.supervision"]._read_group(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("result", "!=", "withdrawn"),
            ],
            ["commercial_partner_id", "result"],
            ["__count"],
        )
        asked, failed = {}, {}
        for partner, result, count in groups:
            asked[partner.id] = asked.get(partner.id, 0) + count
            if result in ("badly_handled", "not_handled"):
                failed[partner.id] = failed.get(partner.id, 0) + count
        for partner in self:
            dealer_id = partner.commercial_partner_id.id
            partner.aftersales_supervision_count = asked.get(dealer_id, 0)
            partner.aftersales_supervision_failed = failed.get(dealer_id, 0)

    def action_view_aftersales_supervision(self):
        """What this dealer was asked under our supervision, and how it did (L3)."""
        self.ensure_one()
        self.check_access("read")
        self.env["aftersales.dealer.supervision"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dealer Supervision"),
            "res_model": "aftersales.dealer.supervision",
            "view_mode": "list,kanban,pivot,form",
            "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            "context": {"create": False},
        }
