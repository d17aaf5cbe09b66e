# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules import find_problems


class AftersalesVersion(models.Model):
    """What is wrong with the rules of a version as a whole, in words (R6).

    Asked when somebody looks, with the thresholds of the version and for the time
    from today on; it takes milliseconds.
    """

    _inherit = "aftersales.version"

    shown_findings = fields.Json("Checks", compute="_compute_shown_findings")

    @api.depends("pack", "thresholds")
    @api.depends_context("lang")
    def _compute_shown_findings(self):
        for version in self:
            version.shown_findings = {
                "is_checked": True,
                "faults": [],
                "groups": version._get_findings(),
            }

    def _get_findings(self):
        """Findings in the user's language, errors first, by decision.

        :rtype: list[dict]
        """
        self.ensure_one()
        compiled = self._get_compiled()
        # sudo: the time zone of the company, nothing else of it
        today = self.sudo().company_id._aftersales_now().date()
        return self.env["aftersales.text"]._group_findings(
            compiled, [(finding, True) for finding in find_problems(compiled, on=today)]
        )
