# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..rules.catalogue.liability import DEALER_RESULTS
from .aftersales_complaint import COMPLAINT_USER
from .guarded_fields import check_follows, without_defaults

_FOLLOWS = {
    "name",
    "company_id",
    "asked_by_id",
    "asked_at",
    "result",
    "judged_by_id",
    "judged_at",
    "days_late",
    "mailed_at",
    "reminded_at",
}
"""What follows from the complaint and the buttons."""

_ASKED = {"complaint_id", "dealer_id"}
"""What stays once the dealer was asked; ask anew for anything else."""

_OPEN_FIELDS = {"task", "deadline", "handled_on", "result_note", "evidence_ids"}
"""What is filled in until the work is judged."""

FAILED = ("badly_handled", "not_handled")
_WORST_FIRST = ("not_handled", "badly_handled", "open", "handled")
DAYS_THRESHOLD = "dealer_supervision_days"


class AftersalesDealerSupervision(models.Model):
    """A dealer is asked to put its construction right, and supervised (L3).

    If the dealer does not, or does it badly, the rules charge it with all costs of the
    complaint. Asked and judged by after-sales; what was judged stays, and only a
    complaint manager takes a judgement back. How a dealer is asked, reminded and judged
    is in ``aftersales_dealer_supervision_steps.py``.
    """

    _name = "aftersales.dealer.supervision"
    _description = "Dealer Supervision"
    _inherit = ["mail.thread", "mail.activity.mixin", "aftersales.file.owner"]
    _order = "deadline desc, id desc"
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True, copy=False)
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_complaint', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    dealer_id = fields.Many2one(
        "res.partner",
        "Dealer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="dealer_id.commercial_partner_id",
        string="Dealer Company",
        store=True,
        index=True,
    )
    task = fields.Text(
        "What Is to Be Done",
        required=True,
        tracking=True,
        help="In words that the dealer reads.",
    )
    asked_by_id = fields.Many2one(
        "res.users", "Asked by", readonly=True, copy=False, ondelete="restrict"
    )
    asked_at = fields.Datetime("Asked on", readonly=True, copy=False)
    deadline = fields.Date(
        required=True,
        tracking=True,
        help="The last day on which the dealer is in time.",
    )
    result = fields.Selection(
        "_selection_result",
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    handled_on = fields.Date(
        copy=False,
        tracking=True,
        help="When the dealer was done. Left empty: the day of the judgement.",
    )
    result_note = fields.Text(
        "What the Dealer Made of It",
        copy=False,
        help="What was done, or what was done badly. The dealer is charged for it, so "
        "write what shows it.",
    )
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_dealer_supervision_evidence_rel",
        "supervision_id",
        "attachment_id",
        string="Evidence",
        copy=False,
    )
    judged_by_id = fields.Many2one(
        "res.users", "Judged by", readonly=True, copy=False, ondelete="restrict"
    )
    judged_at = fields.Datetime("Judged on", readonly=True, copy=False)
    days_late = fields.Integer(
        readonly=True, copy=False, aggregator="avg", help="0 if it was in time."
    )
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    mailed_at = fields.Datetime("Dealer Written to", readonly=True, copy=False)
    reminded_at = fields.Datetime("Dealer Reminded", readonly=True, copy=False)

    @api.model
    def _selection_result(self):
        labels = self.env["aftersales.cost"]._cost_selection(DEALER_RESULTS)
        return [*labels, ("withdrawn", self.env._("Withdrawn"))]

    # ------------------------------------------------------------------- computed

    @api.depends("name", "dealer_id")
    def _compute_display_name(self):
        for supervision in self:
            # sudo: the name of the dealer on a record that one may read
            dealer = supervision.dealer_id.sudo().name
            words = filter(None, (supervision.name, dealer))
            supervision.display_name = ", ".join(words)

    @api.depends("result", "deadline", "company_id")
    def _compute_is_overdue(self):
        days = self._get_company_days()
        for supervision in self:
            supervision.is_overdue = (
                supervision.result == "open"
                and bool(supervision.deadline)
                and supervision.deadline
                < days[supervision.company_id or self.env.company]
            )

    def _search_is_overdue(self, operator, value):
        if operator not in ("=", "!=", "in", "not in"):
            return NotImplemented
        wanted = value if operator in ("=", "!=") else True in value
        if operator in ("!=", "not in"):
            wanted = not wanted
        overdue = fields.Domain.FALSE
        # sudo: which day it is where
        for company in self.env.companies.sudo():
            overdue |= (
                fields.Domain("company_id", "=", company.id)
                & fields.Domain("result", "=", "open")
                & fields.Domain("deadline", "<", company._aftersales_now().date())
            )
        return overdue if wanted else ~overdue

    def _get_company_days(self):
        """Which day it is in each company."""
        companies = self.sudo().company_id | self.env.company
        return {company: company._aftersales_now().date() for company in companies}

    def _get_worst(self):
        """The one that says most against the dealer; empty if none was asked."""
        # sudo: facts of the rules, whoever asks
        found = self.sudo().filtered(lambda each: each.result in _WORST_FIRST)
        # of two that say the same, the newer one
        return found.sorted(lambda each: (_WORST_FIRST.index(each.result), -each.id))[
            :1
        ]

    @api.constrains("dealer_id", "company_id")
    def _check_dealer_company(self):
        for supervision in self.sudo():  # sudo: partners that the user may not read
            company = supervision.dealer_id.company_id
            if company and company != supervision.company_id:
                raise ValidationError(
                    self.env._(
                        "%(dealer)s belongs to another company.",
                        dealer=supervision.dealer_id.display_name,
                    )
                )

    # ------------------------------------------------------------------- defaults

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': dealer and deadline as the complaint and the rules tell
        values = super().default_get(fields_list)
        complaint = self.env["helpdesk.ticket"].browse(values.get("complaint_id"))
        if not complaint or not complaint.has_access("read"):
            return values
        # sudo: the dealer and the company of a complaint that the user may read
        known = complaint.sudo()
        if "dealer_id" in fields_list and not values.get("dealer_id"):
            values["dealer_id"] = known.complaint_dealer_found_id.id
        if "deadline" in fields_list and not values.get("deadline"):
            values["deadline"] = self._get_default_deadline(known.company_id)
        return values

    @api.model
    def _get_default_deadline(self, company):
        """As many days from today as the threshold of the company says."""
        versions = self.env["aftersales.version"]
        _version, compiled = versions._get_current(company)
        days = compiled.thresholds.get(DAYS_THRESHOLD, 0)
        return company._aftersales_now().date() + timedelta(days=int(days))

    # ------------------------------------------------------------------- guarding

    @api.model_create_multi
    def create(self, vals_list):
        values = []
        for vals in vals_list:
            given = self.env.context.get("default_complaint_id")
            complaint = self.env["helpdesk.ticket"].browse(
                vals.get("complaint_id") or given
            )
            self._check_may_ask(complaint)
            if not self.env.su:
                check_follows(self, vals, _FOLLOWS - {"company_id"})
            # sudo: the company is that of the complaint
            company = complaint.sudo().company_id
            vals = {
                **vals,
                "complaint_id": complaint.id,
                "company_id": company.id,
                "asked_by_id": vals.get("asked_by_id") or self.env.uid,
                "asked_at": vals.get("asked_at") or fields.Datetime.now(),
            }
            if not vals.get("deadline"):
                vals["deadline"] = self._get_default_deadline(company)
            values.append(vals)
        for vals in values:
            sequence = self.env["ir.sequence"].with_company(vals["company_id"])
            vals["name"] = sequence.next_by_code(self._name) or "/"
        records = without_defaults(self, _FOLLOWS)
        asked = super(AftersalesDealerSupervision, records).create(values)
        asked = asked.with_env(self.env)
        asked._adopt("evidence_ids")
        asked._start()
        return asked

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS)
            self._check_staff(vals)
            if not _ASKED.isdisjoint(vals):
                raise UserError(
                    self.env._(
                        "The dealer was asked already. Withdraw the request and ask "
                        "anew."
                    )
                )
        result = super().write(vals)
        if "evidence_ids" in vals:
            self._adopt("evidence_ids")
        if {"result", "deadline"} & set(vals):
            self._tell_liability()
        return result

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(
            self.env._("What a dealer was asked is kept. Withdraw the request instead.")
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Use “Ask the Dealer” on the complaint."))

    @api.model
    def _check_may_ask(self, complaint):
        if not complaint.exists():
            raise UserError(self.env._("Say which complaint the dealer is to handle."))
        complaint._check_complaint()
        complaint._complaint_check_investigable()

    def _check_staff(self, vals):
        if not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(self.env._("Dealers are supervised by after-sales."))
        if not _OPEN_FIELDS.isdisjoint(vals):
            self.check_access("read")
            check_result(self, "open")

    def _tell_liability(self):
        """Who bears the costs of these complaints is asked again (L3)."""
        self.env["aftersales.cost"]._queue_costs_of(self.complaint_id)


def check_result(records, *results):
    """Refuse a step that the result so far does not allow."""
    labels = dict(records._fields["result"]._description_selection(records.env))
    for record in records:
        if record.result not in results:
            raise UserError(
                records.env._(
                    "%(name)s: %(result)s. It stays as it was judged; a complaint "
                    "manager can take the judgement back.",
                    name=record.display_name,
                    result=labels[record.result],
                )
            )
