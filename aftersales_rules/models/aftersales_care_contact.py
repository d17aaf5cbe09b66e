# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .guarded_fields import check_follows, check_state, without_defaults

_ACTIVITY = "aftersales_rules.mail_activity_care"
_FOLLOWS = {
    "state",
    "ended_on",
    "ended_at",
    "done_by_id",
    "is_by_rule",
    "plan_id",
    "repair_id",
}
_HAPPY_FROM = 3.0
"""Odoo's neutral smiley: whoever chooses it, or a better one, is satisfied."""


class AftersalesCareContact(models.Model):
    """A call, a visit or a survey: planned, then logged with what was said (C20)."""

    _name = "aftersales.care.contact"
    _description = "Customer Care Contact"
    _inherit = ["rating.mixin", "mail.activity.mixin"]
    _order = "planned_date desc, id desc"
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Contact Person",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
    )
    phone = fields.Char(compute="_compute_phone")
    plan_id = fields.Many2one(
        # merging two customers drops one of their plans
        "aftersales.care.plan",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    kind = fields.Selection(
        [("call", "Call"), ("visit", "Visit"), ("survey", "Survey")],
        required=True,
        default="call",
        tracking=True,
    )
    planned_date = fields.Date(
        "Planned for", required=True, default=fields.Date.today, tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    is_by_rule = fields.Boolean(
        "Planned by Rule",
        readonly=True,
        copy=False,
        help="Moved by hand it is yours, and the rules leave it alone.",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sent", "Waiting for the Answer"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    notes = fields.Text("What Was Said", copy=False)
    market_notes = fields.Text(
        copy=False, help="Demand, competitors, prices, what the customer plans."
    )
    satisfied = fields.Selection(
        [("yes", "Satisfied"), ("no", "Not Satisfied")],
        "Satisfaction",
        copy=False,
        tracking=True,
    )
    repair_id = fields.Many2one(
        "repair.order",
        "Repair",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="stock.group_stock_user",
    )
    ended_on = fields.Date("Done on", readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    done_by_id = fields.Many2one(
        "res.users", "Done by", readonly=True, copy=False, ondelete="restrict"
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    _one_by_rule = models.UniqueIndex(
        "(plan_id, kind) WHERE is_by_rule AND state = 'planned'"
    )

    # ------------------------------------------------------------------- computed

    @api.depends("partner_id", "contact_id")
    def _compute_phone(self):
        for contact in self:
            contact.phone = contact.contact_id.phone or contact.partner_id.phone

    @api.depends("planned_date", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for contact in self:
            contact.is_late = contact.state == "planned" and (
                contact.planned_date and contact.planned_date < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        late = fields.Domain("state", "=", "planned") & fields.Domain(
            "planned_date", "<", fields.Date.context_today(self)
        )
        return late if (True in value) == (operator == "in") else ~late

    @api.depends("kind", "partner_id", "planned_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for contact in self:
            parts = [kinds.get(contact.kind), contact.partner_id.name]
            if contact.planned_date:
                parts.append(format_date(self.env, contact.planned_date))
            contact.display_name = " – ".join(filter(None, parts))

    # ----------------------------------------------------------- making, changing

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
            partner = partners.browse(vals.get("partner_id"))
            if partner and partner.commercial_partner_id != partner:
                # planned with the company, spoken with the person
                vals.setdefault("contact_id", partner.id)
                vals["partner_id"] = partner.commercial_partner_id.id
        records = super(AftersalesCareContact, without_defaults(self, _FOLLOWS))
        contacts = records.create(vals_list).with_env(self.env)
        contacts._link_plans()
        return contacts

    def _link_plans(self):
        """Put contacts under the plan of their customer."""
        # sudo: the plan follows from customer and company
        loose = self.sudo().filtered(lambda contact: not contact.plan_id)
        # of customers that were merged one keeps what the rules planned
        twins = loose.filtered(lambda c: c.is_by_rule and c.state == "planned")
        twins.write({"state": "cancelled"})
        twins.activity_unlink([_ACTIVITY])
        for company, same in loose.grouped("company_id").items():
            plans = self.env["aftersales.care.plan"].sudo()
            plans = plans._open(company, same.partner_id).grouped("partner_id")
            for contact in same:
                contact.plan_id = plans.get(contact.partner_id.commercial_partner_id)

    def write(self, vals):
        check_follows(self, vals, _FOLLOWS)
        if self.env.su:
            return super().write(vals)
        if {"partner_id", "company_id", "kind"} & set(vals):
            raise UserError(
                self.env._(
                    "Whom a contact is with, and of which kind, does not change. Plan "
                    "another one."
                )
            )
        ended = {"planned_date", "user_id", "satisfied", "notes", "market_notes"}
        if ended & set(vals) and any(contact.ended_on for contact in self):
            raise UserError(
                self.env._("What was logged stays as it is. Log another contact.")
            )
        result = super().write(vals)
        if "planned_date" in vals:
            # sudo: moved by a person, it is left alone by the rules
            self.sudo().is_by_rule = False
        if {"planned_date", "user_id"} & set(vals):
            self.sudo()._reschedule()
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if any(contact.state != "planned" or contact.is_by_rule for contact in self):
            # pylint: disable=no-raise-unlink
            raise UserError(
                self.env._("Contacts are kept. Cancel what does not take place.")
            )
        return super().unlink()

    # --------------------------------------------------------------------- steps

    def action_done(self):
        """Log it as done; the next one is planned from today."""
        self.check_access("write")
        check_state(self, "planned")
        for contact in self:
            if contact.kind == "survey":
                raise UserError(self.env._("The customer answers a survey by mail."))
            if not (contact.notes or "").strip():
                raise UserError(
                    self.env._(
                        "%(name)s: write what was said.", name=contact.display_name
                    )
                )
        self._end("done")
        self.plan_id._plan_contacts("contact")

    def action_cancel(self):
        """It does not take place; the next one counts from today."""
        self.check_access("write")
        check_state(self, "planned", "sent")
        self._end("cancelled")
        self.plan_id._plan_contacts("contact")

    def _end(self, state):
        # sudo: the state is written by these steps only
        contacts = self.sudo()
        for company, same in contacts.grouped("company_id").items():
            same.write(
                {
                    "state": state,
                    "ended_on": company._aftersales_now().date(),
                    "ended_at": fields.Datetime.now(),
                    "done_by_id": self.env.uid if state == "done" else False,
                }
            )
        if state == "done":
            contacts.activity_feedback([_ACTIVITY])
        else:
            contacts.activity_unlink([_ACTIVITY])

    def _move(self, day):
        self.planned_date = day
        self._reschedule()

    # ------------------------------------------------------------------- telling

    def _schedule(self):
        """Put contacts into the agenda of whoever is responsible."""
        self = self.with_context(mail_activity_quick_update=True)
        by_agenda = self.filtered("user_id").grouped(
            lambda contact: (contact.user_id, contact.planned_date)
        )
        for (user, day), contacts in by_agenda.items():
            contacts.activity_schedule(_ACTIVITY, user_id=user.id, date_deadline=day)

    def _reschedule(self):
        self.activity_unlink([_ACTIVITY])
        self.filtered(lambda contact: contact.state == "planned")._schedule()

    # -------------------------------------------------------------------- surveys

    def _get_service_name(self):
        """What the customer is asked about, in their words."""
        self.ensure_one()
        # sudo: the name of the repair that the customer brought
        return self.sudo().repair_id.name or self.display_name

    def _rating_get_partner(self):
        # EXTENDS 'rating': whoever got the service is asked
        return self.contact_id or super()._rating_get_partner()

    def rating_apply(self, rate, token=None, rating=None, feedback=None, **kwargs):
        # EXTENDS 'rating'
        if not self.env.su:
            raise AccessError(
                self.env._("A customer answers with the link in the mail.")
            )
        result = super().rating_apply(
            rate, token=token, rating=rating, feedback=feedback, **kwargs
        )
        self._take_answer(rate, feedback)
        return result

    def _take_answer(self, rate, feedback):
        """The customer has answered, perhaps another time."""
        self.ensure_one()
        self.write(
            {
                "satisfied": "yes" if rate >= _HAPPY_FROM else "no",
                "notes": feedback or self.notes,
                "ended_at": fields.Datetime.now(),
            }
        )
        if self.state == "sent":
            self._end("done")
        if self.satisfied == "no":
            self._tell_dissatisfied()
        self.plan_id._plan_contacts("contact")

    def _tell_dissatisfied(self):
        user = self.user_id
        if not user:
            return
        env = self.with_context(lang=user.lang or self.env.lang).env
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            _ACTIVITY,
            user_id=user.id,
            summary=env._("Not satisfied: %(name)s", name=self.partner_id.name),
            note=self.notes or "",
        )
