# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Glass that breaks by itself: judged by its rate (C19)."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import BREAKAGE_LIABILITY, BreakageFacts
from .aftersales_breakage_agreement import to_rate
from .aftersales_complaint import ENDED, INTERNAL

_FOLLOWS = {
    "complaint_breakage_quantity",
    "complaint_breakage_confirmed_at",
    "complaint_breakage_confirmed_by_id",
    "complaint_breakage_liability",
    "complaint_breakage_decision_id",
}
BREAKAGE_FACTS = {
    "complaint_spontaneous_breakage",
    "complaint_breakage_date",
    "aftersales_product_id",
    "partner_id",
    "company_id",
}


class AftersalesComplaint(models.AbstractModel):
    """A breakage counts once it is confirmed, in the year in which the glass broke.

    How it is confirmed is in ``aftersales_complaint_breakage_count.py``.
    """

    _inherit = "aftersales.complaint"

    complaint_spontaneous_breakage = fields.Boolean(
        "Spontaneous Breakage",
        copy=False,
        groups=INTERNAL,
        help="The glass broke in service by itself, without an outer cause.",
        prefetch="complaint",
    )
    complaint_breakage_date = fields.Date(
        "Broke on",
        copy=False,
        groups=INTERNAL,
        help="Its year counts. Left empty: the day of the complaint.",
        prefetch="complaint",
    )
    complaint_breakage_quantity = fields.Float(
        "Confirmed Broken",
        digits="Product Unit",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_breakage_confirmed_at = fields.Datetime(
        "Breakage Confirmed",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        prefetch="complaint",
    )
    complaint_breakage_confirmed_by_id = fields.Many2one(
        "res.users",
        "Breakage Confirmed by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_breakage_liability = fields.Selection(
        lambda self: self._complaint_selection(
            BREAKAGE_LIABILITY.outcome_fields["liability"].choices
        ),
        "Liability by Breakage Rate",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="As the rules say. Empty while they only observe.",
        prefetch="complaint",
    )
    complaint_breakage_decision_id = fields.Many2one(
        "aftersales.decision",
        "Breakage Decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_breakage_reason = fields.Text(
        compute="_compute_complaint_breakage", compute_sudo=True, groups=INTERNAL
    )
    complaint_breakage_rate = fields.Float(
        "Breakage Rate",
        digits=(16, 8),
        compute="_compute_complaint_breakage",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_breakage_limit = fields.Float(
        "Limit",
        digits=(16, 8),
        compute="_compute_complaint_breakage",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_breakage_in_service = fields.Float(
        "In Service",
        digits="Product Unit",
        compute="_compute_complaint_breakage",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_breakage_failed = fields.Float(
        "Broken in the Year",
        digits="Product Unit",
        compute="_compute_complaint_breakage",
        compute_sudo=True,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | _FOLLOWS

    # ---------------------------------------------------------------- the figures

    @api.depends_context("lang")
    @api.depends(
        "complaint_spontaneous_breakage",
        "complaint_breakage_date",
        "complaint_breakage_confirmed_at",
        "complaint_breakage_decision_id",
        "aftersales_product_id",
        "partner_id",
    )
    def _compute_complaint_breakage(self):
        asked = self.filtered("complaint_spontaneous_breakage")
        figures = asked._complaint_get_breakage()
        for complaint in self:
            row = figures.get(complaint)
            complaint.complaint_breakage_rate = row["rate"] or 0.0 if row else 0.0
            complaint.complaint_breakage_limit = row["limit"] if row else 0.0
            complaint.complaint_breakage_in_service = row["in_service"] if row else 0.0
            complaint.complaint_breakage_failed = row["failed"] if row else 0.0
            decision = complaint.complaint_breakage_decision_id
            complaint.complaint_breakage_reason = decision.reason_display or False

    def _complaint_get_breakage(self):
        """Figures of the product at the customer in the year, for a batch.

        :return: dict of dicts with year, in_service, failed, rate (None if unknown),
            limit and agreed (None if nothing was agreed)
        """
        breakage = self.env["aftersales.breakage"].sudo()
        rows = {
            year: breakage._get_latest(
                same.company_id,
                same.aftersales_product_id,
                year,
                same.partner_id.commercial_partner_id,
            )
            for year, same in self.grouped(
                lambda complaint: complaint._complaint_get_breakage_day().year
            ).items()
        }
        limits = breakage._get_company_limits(self.company_id)
        figures = {}
        for complaint in self:
            year = complaint._complaint_get_breakage_day().year
            row = rows[year].get(
                (
                    complaint.company_id.id,
                    complaint.aftersales_product_id.id,
                    complaint.partner_id.commercial_partner_id.id,
                ),
                breakage,
            )
            failed = row.failed if row.year == str(year) else 0.0
            in_service = row.in_service
            agreed = row.agreed_rate if row.is_agreed else None
            figures[complaint] = {
                "year": str(year),
                "in_service": in_service,
                "failed": failed,
                "rate": failed / in_service if in_service > 0 else None,
                "agreed": agreed,
                "limit": limits[complaint.company_id.id] if agreed is None else agreed,
            }
        return figures

    def _complaint_get_breakage_day(self):
        """When the glass broke, as far as it is known."""
        if self.complaint_breakage_date:
            return self.complaint_breakage_date
        company = self.company_id
        now = company._aftersales_now()
        moment = self.complaint_received_at or self.create_date
        if not moment:
            return now.date()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=company._get_aftersales_zone()), moment
        ).date()

    def _complaint_get_confirmed_round(self):
        """The round of this complaint whose breakage is counted, if any."""
        complaint = self
        while complaint and not complaint.complaint_breakage_confirmed_at:
            complaint = complaint.complaint_origin_id
        return complaint

    # ------------------------------------------------------------------- deciding

    def _complaint_changed(self, names):
        result = super()._complaint_changed(names)
        if not BREAKAGE_FACTS.isdisjoint(names):
            # sudo: judged for whoever changes it
            asked = self.sudo().filtered(
                lambda complaint: complaint.complaint_spontaneous_breakage
                or complaint.complaint_breakage_decision_id
            )
            asked._complaint_judge_breakage("complaint")
        return result

    @api.model
    def _complaint_search_breakage(self, domain=None):
        """Open complaints about spontaneous breakage."""
        return self.search(
            fields.Domain(domain or fields.Domain.TRUE)
            & fields.Domain("is_complaint", "=", True)
            & fields.Domain("complaint_spontaneous_breakage", "=", True)
            & fields.Domain("complaint_state", "not in", ENDED)
        )

    def _complaint_judge_breakage(self, event):
        """Ask who is liable by the rate, keep the answer, and apply it if enforced."""
        # sudo: judged for everybody by figures that not everybody reads
        complaints = self.sudo()
        figures = complaints._complaint_get_breakage()
        answers = self.env["aftersales.gate"]._ask(
            BREAKAGE_LIABILITY,
            [
                (
                    complaint,
                    complaint._complaint_get_breakage_facts(figures[complaint]),
                    complaint.complaint_breakage_decision_id,
                )
                for complaint in complaints
            ],
            event,
            result="liability",
        )
        for answer in answers:
            vals = {}
            complaint = answer.subject
            if answer.is_news:
                vals["complaint_breakage_decision_id"] = answer.record.id
            liability = answer.outcome.get("liability") or False
            if complaint.complaint_breakage_liability != liability:
                vals["complaint_breakage_liability"] = liability
            if vals:
                complaint.write(vals)

    def _complaint_get_breakage_facts(self, figures):
        in_service, rate = figures["in_service"], figures["rate"]
        agreed = figures["agreed"]
        return BreakageFacts.of(
            product=self.aftersales_product_id.display_name or None,
            year=figures["year"],
            spontaneous=self.complaint_spontaneous_breakage,
            confirmed=bool(self._complaint_get_confirmed_round()),
            in_service=_quantity(in_service) if in_service else None,
            failed=_quantity(figures["failed"]),
            rate=None if rate is None else to_rate(rate),
            agreed_limit=None if agreed is None else to_rate(agreed),
        )

    @api.model
    def _cron_complaint_breakage(self, batch=500):
        """Judge open breakages again: deliveries, returns and thresholds changed.

        Safe to run twice: an answer that says nothing new is neither kept nor written.
        """
        # sudo: a cron looks at all companies
        tickets = self.env["helpdesk.ticket"].sudo()
        complaints = tickets._complaint_search_breakage()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(complaints))
        for start in range(0, len(complaints), batch):
            part = complaints[start : start + batch].exists()
            part._complaint_judge_breakage("recheck")
            if not progress(len(part)):
                break

    def action_breakage_why(self):
        """Open the decision about who is liable (R4)."""
        self.ensure_one()
        self.check_access("read")
        decision = self.complaint_breakage_decision_id
        if not decision:
            raise UserError(self.env._("Nothing is decided here yet."))
        return decision._action_explain()


def _quantity(value):
    return Decimal(str(round(value, 6)))
