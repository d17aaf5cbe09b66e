# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    fee_agreement_count = fields.Integer(
        compute="_compute_fee_agreement_count",
        groups="aftersales_rules.group_user",
    )

    def _compute_fee_agreement_count(self):
        counts = self.env["aftersales.fee.agreement"]._read_group(
            [("partner_id", "in", self.commercial_partner_id.ids)],
            ["partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in counts}
        for partner in self:
            partner.fee_agreement_count = counts.get(
                partner.commercial_partner_id.id, 0
            )

    def action_view_fee_agreements(self):
        self.ensure_one()
        self.check_access("read")
        self.env["aftersales.fee.agreement"].check_access("read")
        debtor = self.commercial_partner_id
        return debtor._open_fee_agreements([("partner_id", "=", debtor.id)], {})

    def _open_fee_agreements(self, domain, defaults, is_new=False):
        views = [(False, "list"), (False, "kanban"), (False, "form")]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fee Agreements"),
            "res_model": "aftersales.fee.agreement",
            "views": [(False, "form")] if is_new else views,
            "domain": domain,
            "context": {"default_partner_id": self.id, **defaults},
        }
