# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How often a customer is called and visited, and when next (C20)."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import CUSTOMER_CARE, CustomerCareFacts
from .aftersales_working_time import WorkingTime

BATCH = 200
_KINDS = {"call": "contact_days", "visit": "visit_days"}


class AftersalesCarePlan(models.Model):
    """One row per company and customer: what the rules say of their care.

    How it works: ``_plan_contacts`` asks the rules for a batch of customers and, where
    they are enforced, keeps one call and one visit planned, each so long after the last
    one as the rules say. What a person planned, moved or logged is left alone; the next
    one counts from it. First contacts are spread over the time between two, so that a
    thousand customers are not all due on one day.

    Two workers at once: an open contact by rule is unique per customer and kind (an
    index), and both write the plan's row.
    """

    _name = "aftersales.care.plan"
    _description = "Customer Care Plan"
    _rec_name = "partner_id"
    _order = "id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contact_days = fields.Integer(
        "Days Between Calls", readonly=True, help="0: no calls are planned."
    )
    visit_days = fields.Integer(
        "Days Between Visits", readonly=True, help="0: no visits are planned."
    )
    looked_at = fields.Date(readonly=True)
    decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    contact_ids = fields.One2many("aftersales.care.contact", "plan_id", readonly=True)

    _one_per_customer = models.Constraint(
        "UNIQUE(company_id, partner_id)", "A customer has one care plan per company."
    )

    @api.model
    def _open(self, company, partners):
        """Plans of customers; those that have none get one.

        Inserted in SQL, so that of two workers the second finds the first one's rows.
        """
        partners = partners.commercial_partner_id
        if partners:
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO aftersales_care_plan
                        (company_id, partner_id, create_uid, create_date,
                         write_uid, write_date)
                    SELECT %(company)s, partner_id, %(uid)s, now() AT TIME ZONE 'UTC',
                           %(uid)s, now() AT TIME ZONE 'UTC'
                      FROM unnest(%(partners)s) AS partner_id
                        ON CONFLICT DO NOTHING
                 RETURNING id
                    """,
                    company=company.id,
                    uid=self.env.uid,
                    partners=partners.ids,
                )
            )
            self.invalidate_model()
        return self.search(
            [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
        )

    def _get_responsible(self):
        """Who looks after each customer: the dedicated contact, else the salesperson.

        :rtype: dict[aftersales.care.plan, res.users]
        """
        found = {}
        for company, plans in self.grouped("company_id").items():
            for plan in plans:
                partner = plan.partner_id.with_company(company)
                user = partner.aftersales_care_user_id or partner.user_id
                found[plan] = user.filtered("active")
        return found

    # ------------------------------------------------------------------- deciding

    def _plan_contacts(self, event):
        """Ask the rules, and have the next call and visit planned."""
        # sudo: planned for whoever logs a contact, by figures that they may not read
        plans = self.sudo()
        facts = plans._get_care_facts()
        answers = self.env["aftersales.gate"]._ask(
            CUSTOMER_CARE,
            [(plan, facts[plan], plan.decision_id) for plan in plans],
            event,
        )
        enforced = plans.browse()
        for answer in answers:
            plan = answer.subject
            vals = {name: answer.outcome.get(name) or 0 for name in _KINDS.values()}
            vals = {name: days for name, days in vals.items() if plan[name] != days}
            if answer.is_news:
                vals["decision_id"] = answer.record.id
            if vals:
                plan.write(vals)
            if answer.mode == "enforce":
                enforced |= plan
        enforced._apply_cadence()

    def _get_care_facts(self):
        """:rtype: dict[aftersales.care.plan, CustomerCareFacts]"""
        contacts = self.env["aftersales.care.contact"]
        contacts.flush_model(["plan_id", "satisfied", "state", "ended_at"])
        answers = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT ON (plan_id) plan_id, satisfied
                      FROM aftersales_care_contact
                     WHERE plan_id = ANY(%s)
                       AND state = 'done'
                       AND satisfied IS NOT NULL
                     ORDER BY plan_id, ended_at DESC, id DESC
                    """,
                    self.ids,
                )
            )
        )
        facts = {}
        for company, plans in self.grouped("company_id").items():
            for plan in plans:
                partner = plan.partner_id.with_company(company)
                answer = answers.get(plan.id)
                facts[plan] = CustomerCareFacts.of(
                    tier=partner.customer_tier or None,
                    has_contact=bool(partner.aftersales_care_user_id),
                    dissatisfied=None if answer is None else answer == "no",
                )
        return facts

    def _apply_cadence(self):
        """Keep one call and one visit planned for each of these."""
        contacts = self.env["aftersales.care.contact"]
        last = {
            (plan, kind): day
            for plan, kind, day in contacts._read_group(
                [
                    ("plan_id", "in", self.ids),
                    ("kind", "in", list(_KINDS)),
                    ("state", "in", ("done", "cancelled")),
                ],
                ["plan_id", "kind"],
                ["ended_on:max"],
            )
        }
        planned = {}
        for contact in contacts.search(
            [
                ("plan_id", "in", self.ids),
                ("kind", "in", list(_KINDS)),
                ("state", "=", "planned"),
            ],
            # what a person planned stands for what the rules would plan
            order="is_by_rule, planned_date",
        ):
            planned.setdefault((contact.plan_id, contact.kind), contact)
        responsible = self._get_responsible()
        days_of = _WorkingDays(self.env)
        to_create, ended = [], contacts
        for plan in self:
            for kind, name in _KINDS.items():
                contact, days = planned.get((plan, kind)), plan[name]
                if not days:
                    if contact and contact.is_by_rule:
                        ended |= contact
                    continue
                if contact and not contact.is_by_rule:
                    continue
                since = last.get((plan, kind))
                today = days_of.get_today(plan.company_id)
                within = today + timedelta(days=days)
                if not since and contact and contact.planned_date <= within:
                    continue  # a first one, soon enough
                due = (
                    since + timedelta(days=days)
                    if since
                    else today + timedelta(days=1 + plan.id % days)
                )
                day = days_of.get_working_day(plan.company_id, due)
                if not contact:
                    to_create.append(
                        plan._prepare_contact(kind, day, responsible[plan])
                    )
                # later, because there was one since; sooner, because the rules say so;
                # what is overdue stays overdue
                elif due > contact.planned_date or day < contact.planned_date:
                    contact._move(day)
        if ended:
            ended._end("cancelled")
        if to_create:
            contacts.create(to_create)._schedule()

    def _prepare_contact(self, kind, day, user):
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "plan_id": self.id,
            "kind": kind,
            "planned_date": day,
            "user_id": user.id,
            "is_by_rule": True,
        }

    # ----------------------------------------------------------------------- cron

    @api.model
    def _cron_plan(self, batch=BATCH):
        """Plan the care of every customer with a tier or a dedicated contact.

        Goes on where it ended when its time was up: a plan is looked at once a day.
        """
        # sudo: a cron looks at the customers of every company
        plans = self.sudo()
        pending = plans.browse()
        contacts = self.env["aftersales.care.contact"].sudo()
        contacts.search([("plan_id", "=", False)])._link_plans()
        for company in self.env["res.company"].sudo()._search_all():
            if company._aftersales_mode(CUSTOMER_CARE.name) == "off":
                continue
            plans._open(company, plans._get_cared_partners(company))
            pending |= plans.search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.active", "=", True),
                    "|",
                    ("looked_at", "=", False),
                    ("looked_at", "<", company._aftersales_now().date()),
                ]
            )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(pending))
        for start in range(0, len(pending), batch):
            part = pending[start : start + batch].exists()
            part._plan_contacts("recheck")
            for company, same in part.grouped("company_id").items():
                same.looked_at = company._aftersales_now().date()
            if not progress(len(part)):
                break

    @api.model
    def _get_cared_partners(self, company):
        partners = self.env["res.partner"].with_company(company)
        return partners.search(
            [
                ("parent_id", "=", False),
                "|",
                ("aftersales_care_user_id", "!=", False),
                "|",
                ("customer_tier_manual", "!=", False),
                ("customer_tier_rule", "!=", False),
            ]
        )


class _WorkingDays:
    """Days on which companies work, each calendar read once."""

    def __init__(self, env):
        self._working = WorkingTime(env, fields.Datetime.now())
        self._now = {}

    def _get_now(self, company):
        if company not in self._now:
            self._now[company] = company._aftersales_now()
        return self._now[company]

    def get_today(self, company):
        return self._get_now(company).date()

    def get_working_day(self, company, day):
        """This day, or the next one on which the company works; never in the past."""
        now = self._get_now(company)
        local = now.replace(hour=12) + (max(day, now.date()) - now.date())
        return self._working.get_working_day(local, company.resource_calendar_id)
