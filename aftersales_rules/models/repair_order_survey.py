# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..rules import SERVICE_SURVEY, ServiceSurveyFacts


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def action_repair_done(self):
        # EXTENDS 'repair'
        result = super().action_repair_done()
        self._ask_survey()
        return result

    def _ask_survey(self):
        """Ask customers how satisfied they are, if the rules say so (C20)."""
        # sudo: the workshop reads neither customers' tiers nor surveys
        repairs = self.sudo().filtered(lambda r: r.state == "done" and r.partner_id)
        facts = repairs._get_survey_facts()
        none = self.env["aftersales.decision"]
        answers = self.env["aftersales.gate"]._ask(
            SERVICE_SURVEY,
            [(repair, facts[repair], none) for repair in repairs],
            "repair",
            result="effect",
        )
        asked = set()
        for answer in answers:
            repair = answer.subject
            key = (repair.company_id, repair.partner_id.commercial_partner_id)
            if answer.outcome.get("effect") == "send" and key not in asked:
                # several repairs that are finished at once are one service
                asked.add(key)
                repair._send_survey()

    def _get_survey_facts(self):
        """:rtype: dict[repair.order, ServiceSurveyFacts]"""
        last = {
            (company, partner): day
            for company, partner, day in self.env[
                "aftersales.care.contact"
            ]._read_group(
                [
                    ("kind", "=", "survey"),
                    ("state", "!=", "cancelled"),
                    ("company_id", "in", self.company_id.ids),
                    ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ],
                ["company_id", "partner_id"],
                ["planned_date:max"],
            )
        }
        facts = {}
        for company, repairs in self.grouped("company_id").items():
            today = company._aftersales_now().date()
            for repair in repairs:
                partner = repair.partner_id.with_company(company)
                before = last.get((company, partner.commercial_partner_id))
                facts[repair] = ServiceSurveyFacts.of(
                    tier=partner.customer_tier or None,
                    has_email=bool(partner.email),
                    from_complaint=bool(repair.complaint_id),
                    days_since_survey=(today - before).days if before else None,
                )
        return facts

    def _send_survey(self):
        partner = self.partner_id
        company = self.company_id
        plans = self.env["aftersales.care.plan"]._open(company, partner)
        survey = self.env["aftersales.care.contact"].create(
            {
                "company_id": company.id,
                "partner_id": partner.commercial_partner_id.id,
                "contact_id": partner.id,
                "plan_id": plans.id,
                "kind": "survey",
                "state": "sent",
                "planned_date": company._aftersales_now().date(),
                "user_id": plans._get_responsible()[plans].id,
                "repair_id": self.id,
            }
        )
        survey.rating_send_request(
            self.env.ref("aftersales_rules.mail_template_care_survey"),
            lang=partner.lang,
            force_send=False,
        )
