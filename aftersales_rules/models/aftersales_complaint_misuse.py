# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Complaints that are not the product's fault: guidance, negotiated cost (C14)."""

from odoo import fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import COMPLAINT_USER, INTERNAL


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_misuse = fields.Boolean(
        "Caused by the Customer",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="Wrong use, or damage on the customer's side: explain, repair, train; the "
        "customer bears the cost as negotiated.",
        prefetch="complaint",
    )
    complaint_guidance_ids = fields.One2many(
        "aftersales.complaint.guidance",
        "complaint_id",
        "Guidance and Training",
        copy=False,
        groups=INTERNAL,
    )
    complaint_negotiated_amount = fields.Monetary(
        "Negotiated Amount",
        currency_field="complaint_currency_id",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="What the customer pays, as agreed with the customer.",
        prefetch="complaint",
    )
    complaint_negotiated_on = fields.Date(
        "Agreed on", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_negotiated_by_id = fields.Many2one(
        "res.users",
        "Negotiated by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_negotiated_with = fields.Char(
        "Agreed with", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_agreement_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_agreement_rel",
        "complaint_id",
        "attachment_id",
        string="Agreement",
        readonly=True,
        copy=False,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_negotiated_amount",
            "complaint_negotiated_on",
            "complaint_negotiated_by_id",
            "complaint_negotiated_with",
            "complaint_agreement_ids",
        }

    def _complaint_changed(self, names):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_changed(names)
        if "complaint_misuse" in names:
            self._complaint_happened("changed")
        return result

    def _complaint_is_misuse(self):
        """Whether the customer caused it, as far as anybody has said."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: asked by rules and by whoever closes
        return (
            complaint.complaint_misuse
            or complaint.complaint_final_judgement == "misuse"
        )

    def action_complaint_guide(self):
        """Record what was explained, repaired or trained (C14)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Guidance to the Customer"),
            "res_model": "aftersales.complaint.guidance",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def action_complaint_dispute(self):
        """Record a dispute, with who coordinates it (C10)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "aftersales.complaint.dispute",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_complaint_negotiate(self):
        """Enter what the customer has agreed to pay (C14)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Negotiated Amount"),
            "res_model": "aftersales.complaint.negotiate",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def _complaint_negotiate(self, amount, day, agreed_with, documents, note):
        """Keep the agreed amount with its documents; a later one replaces it."""
        self.ensure_one()
        self._check_complaint(COMPLAINT_USER)
        self._complaint_check_investigable()
        complaint = self.sudo()  # sudo: these fields are written by this step only
        if complaint.complaint_currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount that the customer pays."))
        if not documents:
            raise UserError(
                self.env._("Attach the agreement with the customer, or the e-mail.")
            )
        documents.check_access("read")
        copies = self.env["ir.attachment"].sudo()
        for document in documents.sudo():
            copies |= document.copy(
                {"res_model": complaint._name, "res_id": complaint.id}
            )
        complaint.write(
            {
                "complaint_negotiated_amount": amount,
                "complaint_negotiated_on": day,
                "complaint_negotiated_by_id": self.env.uid,
                "complaint_negotiated_with": agreed_with,
                "complaint_agreement_ids": [fields.Command.set(copies.ids)],
            }
        )
        if note:
            complaint._message_log(body=note)
        complaint._complaint_happened("changed")

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        if not self._complaint_is_misuse():
            return missing
        complaint = self.sudo()  # sudo: what is missing is told to whoever closes
        if "recorded" not in complaint.complaint_guidance_ids.mapped("state"):
            missing.append(
                (
                    "guidance",
                    self.env._(
                        "The customer caused it, but no explanation, repair or "
                        "training is recorded."
                    ),
                )
            )
        return missing
