# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .aftersales_cost import COST_ACCOUNTANT


class AftersalesCost(models.Model):
    """The papers of the document that a cost was pulled from (L9).

    They stay where they are, on the bill or the transfer. Accountants for service costs
    open them from the cost, whatever else they may see; others if they may read the
    document.
    """

    _inherit = "aftersales.cost"

    source_files = fields.Html(
        "Files of the Document",
        compute="_compute_source_files",
        sanitize=False,
    )

    @api.depends("source_model", "source_id")
    @api.depends_context("uid", "lang")
    def _compute_source_files(self):
        for cost in self:
            files = cost._get_source_files() if cost.id else self.env["ir.attachment"]
            cost.source_files = bool(files) and self.env["ir.qweb"]._render(
                "aftersales_rules.cost_source_files", {"cost": cost, "files": files}
            )

    def _get_source_files(self):
        """The files of the document of one cost that the user may open, with sudo."""
        self.ensure_one()
        none = self.env["ir.attachment"].sudo()
        source = self._get_source()
        if not source:
            return none
        document = source._get_cost_document()
        if not (
            self.env.su
            or self.env.user.has_group(COST_ACCOUNTANT)
            or document.sudo(False).has_access("read")
        ):
            return none
        # sudo: accountants who review the cost see what it was spent on
        return none.search(
            [
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("res_field", "=", False),
            ],
            order="id",
        )
