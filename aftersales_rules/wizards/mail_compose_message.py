# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail(self, auto_commit=False):
        # EXTENDS 'mail'
        for composer in self:
            if composer.model == "sale.order" and composer.template_id:
                composer.template_id._check_quotations(composer._get_quotation_ids())
        return super()._action_send_mail(auto_commit=auto_commit)

    def _get_quotation_ids(self):
        if self.res_domain:
            return self.env[self.model].search(self._evaluate_res_domain()).ids
        return self._evaluate_res_ids()
