# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

_QUOTATION_TEMPLATES = (
    "sale.email_template_edi_sale",
    "sale.email_template_proforma",
)


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _check_quotations(self, res_ids):
        """A quotation does not go out by another door than the button (O17)."""
        self.ensure_one()
        names = self.sudo().get_external_id()  # sudo: the name of a template only
        if names.get(self.id) in _QUOTATION_TEMPLATES:
            self.env["sale.order"].browse(res_ids).exists()._check_may_send()

    def _send_check_access(self, res_ids):
        # EXTENDS 'mail'
        result = super()._send_check_access(res_ids)
        if self.model == "sale.order":
            self._check_quotations(res_ids)
        return result
