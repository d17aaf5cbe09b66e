# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

CARE_READERS = "aftersales_rules.group_complaint_user,sales_team.group_sale_salesman"


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_care_user_id = fields.Many2one(
        "res.users",
        "Care Contact",
        company_dependent=True,
        domain="[('share', '=', False)]",
        groups="base.group_user",
        help="Calls and visits this customer. Empty: the salesperson does.",
    )
    aftersales_care_person_ids = fields.One2many(
        "aftersales.care.person",
        "partner_id",
        "Contacts by Service",
        groups=CARE_READERS,
    )
    aftersales_care_contact_ids = fields.One2many(
        "aftersales.care.contact", "partner_id", "Calls and Visits", groups=CARE_READERS
    )
    aftersales_care_text = fields.Text(
        "Cadence", compute="_compute_aftersales_care", groups=CARE_READERS
    )
    aftersales_care_observed = fields.Boolean(
        compute="_compute_aftersales_care", groups=CARE_READERS
    )
    aftersales_care_next = fields.Date(
        "Next Contact", compute="_compute_aftersales_care", groups=CARE_READERS
    )

    @api.depends_context("company", "lang")
    @api.depends(
        "commercial_partner_id.aftersales_care_contact_ids.state",
        "commercial_partner_id.aftersales_care_contact_ids.planned_date",
    )
    def _compute_aftersales_care(self):
        company = self.env.company
        commercial = self.commercial_partner_id
        # sudo: what is planned for a customer that one may read
        plans = self.env["aftersales.care.plan"].sudo()
        plans = plans.search(
            [("company_id", "=", company.id), ("partner_id", "in", commercial.ids)]
        ).grouped("partner_id")
        following = dict(
            self.env["aftersales.care.contact"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", commercial.ids),
                    ("state", "=", "planned"),
                ],
                ["partner_id"],
                ["planned_date:min"],
            )
        )
        for partner in self:
            decision = (
                plans[partner.commercial_partner_id].decision_id
                if partner.commercial_partner_id in plans
                else None
            )
            partner.aftersales_care_text = decision and decision.reason_display
            partner.aftersales_care_observed = bool(
                decision and decision.mode == "observe"
            )
            partner.aftersales_care_next = following.get(partner.commercial_partner_id)

    def write(self, vals):
        # EXTENDS 'base'
        result = super().write(vals)
        if "aftersales_care_user_id" in vals:
            self._hand_over_care()
        return result

    def _hand_over_care(self):
        """What is planned goes to the new contact, and care begins if it had not."""
        company = self.env.company
        # sudo: whoever names the contact need not plan for them
        plans = self.env["aftersales.care.plan"].sudo()._open(company, self)
        responsible = plans._get_responsible()
        contacts = self.env["aftersales.care.contact"].sudo()
        planned = contacts.search(
            [("plan_id", "in", plans.ids), ("state", "=", "planned")]
        )
        for plan, same in planned.grouped("plan_id").items():
            if responsible[plan]:
                same.user_id = responsible[plan]
        planned._reschedule()
        plans._plan_contacts("contact")

    def action_view_aftersales_care(self):
        self.ensure_one()
        self.env["aftersales.care.contact"].check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_rules.aftersales_care_contact_action"
        )
        commercial = self.commercial_partner_id
        action["domain"] = [("partner_id", "=", commercial.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
