# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

BREAKAGE_READERS = (
    "aftersales_rules.group_complaint_user,aftersales_rules.group_quality_inspector"
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aftersales_breakage = fields.Boolean(
        "Watch Breakage",
        groups="base.group_user",
        help="Count what is installed and what breaks in service by itself, for each "
        "customer and year. Over the agreed rate the company is liable (C19).",
        prefetch="aftersales",
    )
    aftersales_breakage_rate = fields.Float(
        "Breakage This Year",
        digits=(16, 8),
        compute="_compute_aftersales_breakage_rate",
        groups=BREAKAGE_READERS,
        help="Broken this year of all in service, over all customers.",
    )

    @api.depends_context("company")
    def _compute_aftersales_breakage_rate(self):
        company = self.env.company
        year = company._aftersales_now().year
        self.aftersales_breakage_rate = 0.0
        watched = self.filtered("aftersales_breakage")
        if not watched:
            return
        rows = self.env["aftersales.breakage"]._get_latest(
            company, watched.product_variant_ids, year
        )
        for template in watched:
            own = [
                row
                for (_company, product, _partner), row in rows.items()
                if product in template.product_variant_ids.ids
            ]
            in_service = sum(row.in_service for row in own)
            failed = sum(row.failed for row in own if row.year == str(year))
            if in_service > 0:
                template.aftersales_breakage_rate = failed / in_service

    def action_view_aftersales_breakage(self):
        """What is installed and what broke, of this product."""
        self.ensure_one()
        self.env["aftersales.breakage"].check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_rules.aftersales_breakage_action"
        )
        action["domain"] = [("product_id", "in", self.product_variant_ids.ids)]
        return action
