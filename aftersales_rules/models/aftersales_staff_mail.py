# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Command


class AftersalesStaffMail(models.AbstractModel):
    """Mails to colleagues that leave at once, whatever inbox they prefer (C5)."""

    _name = "aftersales.staff.mail"
    _description = "Mail to Staff"

    def _mail_to_staff(self, template_xmlid, user):
        """Write to one colleague, in their language.

        Not a message on the complaint: that one the customer could read, and whoever
        prefers Odoo's inbox would get no mail. It leaves right after the commit.
        """
        self.ensure_one()
        user = user.sudo()  # sudo: address and language of a colleague
        if not user.email:
            return self.env["mail.mail"]
        # sudo: whoever reports something need not be allowed to write to people
        template = self.env.ref(template_xmlid).sudo()
        mail_id = template.with_context(
            lang=user.lang or self.env.lang, aftersales_reader=user.name
        ).send_mail(
            self.id,
            email_values={"recipient_ids": [Command.link(user.partner_id.id)]},
            email_layout_xmlid="mail.mail_notification_light",
        )
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action", False)
        if cron:
            cron.sudo()._trigger()  # sudo: scheduled actions belong to the system
        return self.env["mail.mail"].sudo().browse(mail_id)
