# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The investigation path: what is looked at next about a complaint (C9).

How it works: whatever happens to a complaint queues it; before the transaction commits
the facts of all queued ones are gathered, a constant number of queries for any number,
and the rules name the next step. Enforced, questions inside the house are asked at
once; what goes to a customer, or moves goods, waits for one click (*Next Step*).
Observed, the step is shown and nothing is done.
"""

import logging
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.investigation import (
    INVESTIGATION_PATH,
    STEPS,
    InvestigationFacts,
)
from .aftersales_complaint import ENDED, INTERNAL
from .client_actions import RELOAD, notification

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.investigation_queue"
_DIGITS = Decimal("0.000001")

INQUIRIES = {
    "inspect_stock": "inspection",
    "judge_photos": "photos",
    "test_piece": "test",
    "joint_inspection": "joint",
}
"""Steps that are a question to a department, and its kind."""

INVESTIGATED = ("accepted", "investigation", "solution", "execution", "followup")
"""From acceptance on the rules ask by themselves (C8)."""

PHOTO_BYTES_MIN = 2048
"""Smaller pictures are logos and icons of e-mails."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_step = fields.Selection(
        lambda self: self._complaint_selection(STEPS),
        "Next Step",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="As the rules say. Empty while they only observe.",
        prefetch="complaint",
    )
    complaint_path_decision_id = fields.Many2one(
        "aftersales.decision",
        "Investigation Path",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_path_step = fields.Selection(
        lambda self: self._complaint_selection(STEPS),
        "The Rules Say",
        compute="_compute_complaint_path",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_path_reason = fields.Text(
        "Reason", compute="_compute_complaint_path", compute_sudo=True, groups=INTERNAL
    )
    complaint_path_remedy = fields.Text(
        "What to Do",
        compute="_compute_complaint_path",
        compute_sudo=True,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_step",
            "complaint_path_decision_id",
        }

    # -------------------------------------------------------------------- computed

    @api.depends("complaint_path_decision_id")
    @api.depends_context("lang")
    def _compute_complaint_path(self):
        for complaint in self:
            record = complaint.complaint_path_decision_id
            outcome = record and record._get_decision().outcome or {}
            texts = record and record._get_all_rendered() or []
            complaint.complaint_path_step = outcome.get("step")
            complaint.complaint_path_reason = record.reason_display
            complaint.complaint_path_remedy = "\n".join(
                text.remedy for text in texts if text.remedy
            )

    # -------------------------------------------------------------------- deciding

    def _complaint_happened(self, event, at=None):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_happened(event, at=at)
        self._complaint_queue_path()
        return result

    def _complaint_queue_path(self):
        """Ask the rules once for each of these before the transaction commits."""
        data = self.env.cr.precommit.data
        if _QUEUE not in data:
            data[_QUEUE] = set()
            self.env.cr.precommit.add(
                self.env(context={})["helpdesk.ticket"]._complaint_run_path_queue
            )
        data[_QUEUE].update(self.ids)

    @api.model
    def _complaint_run_path_queue(self):
        ids = self.env.cr.precommit.data.pop(_QUEUE, None)
        if not ids:
            return
        # sudo: everybody's deeds are followed by the rules
        complaints = self.sudo().browse(sorted(ids)).exists()
        try:
            with self.env.cr.savepoint():
                complaints._complaint_judge_path("complaint")
        except OperationalError:
            # two workers, one complaint: the request runs again
            raise
        except Exception:
            # a suggestion for people must not undo what they were doing
            _logger.exception("Complaints %s: path not judged", complaints.ids)

    def _complaint_judge_path(self, event, apply=True):
        """Ask what comes next, keep what is news, do what needs no click.

        :param apply: False where a person does the step
        """
        # sudo: stock, deliveries and questions of other departments are facts
        complaints = self.sudo().filtered(
            lambda complaint: complaint.is_complaint
            and complaint.complaint_state not in ("intake", *ENDED)
            and complaint.company_id._aftersales_mode(INVESTIGATION_PATH.name) != "off"
        )
        if not complaints:
            return
        facts = complaints._complaint_get_path_facts()
        answers = self.env["aftersales.gate"]._ask(
            INVESTIGATION_PATH,
            [(c, facts[c], c.complaint_path_decision_id) for c in complaints],
            event,
            result="step",
        )
        for answer in answers:
            complaint = answer.subject
            values = {}
            if answer.is_news:
                values["complaint_path_decision_id"] = answer.record.id
            if complaint.complaint_step != answer.outcome.get("step", False):
                values["complaint_step"] = answer.outcome.get("step", False)
            if values:
                complaint.write(values)
            if apply and complaint.complaint_state in INVESTIGATED:
                complaint._complaint_apply_path(answer.outcome)

    def _complaint_apply_path(self, outcome):
        """Ask inside the house what the rules want asked; nothing leaves it here."""
        self.ensure_one()
        if outcome.get("step") in INQUIRIES:
            self._complaint_ask_step(outcome, by_rule=True)
        if outcome.get("ask_cause"):
            self._complaint_ask_cause(outcome.get("due_days"), by_rule=True)

    def _complaint_get_path_facts(self):
        """Facts of each of these complaints; the number of queries does not grow."""
        stock, deliveries = {}, {}
        for company, same in self.grouped("company_id").items():
            lots = same.aftersales_lot_id
            for lot, found in lots._get_company_stock(company).items():
                stock[company, lot] = found
            for lot, found in lots._get_lot_deliveries(company).items():
                deliveries[company, lot] = found
        back = self._complaint_count_back()
        photos = self._complaint_count_photos()
        pieces = self._complaint_find_pieces()
        return {
            complaint: InvestigationFacts.of(
                complaint_type=complaint.complaint_type or None,
                quality_related=_QUALITY.get(complaint.complaint_quality_related),
                severity=complaint.complaint_severity or None,
                misuse=complaint.complaint_misuse,
                installed=complaint.complaint_installed,
                lot=complaint.aftersales_lot_id.name or None,
                photos=photos[complaint.id],
                evidence_asked="asked"
                in complaint.complaint_photo_request_ids.mapped("state"),
                piece_returned=complaint.id in pieces,
                piece_unavailable=complaint.complaint_piece_unavailable,
                recalled=bool(complaint.complaint_recall_ids)
                or bool(complaint.complaint_recalled_at),
                final_judgement=complaint.complaint_final_judgement or None,
                **complaint._complaint_get_examinations(),
                **_lot_facts(
                    stock.get((complaint.company_id, complaint.aftersales_lot_id)),
                    back[complaint.id],
                    deliveries.get((complaint.company_id, complaint.aftersales_lot_id)),
                ),
            )
            for complaint in self
        }

    def _complaint_count_back(self):
        """What came back of the lot for each of these, by id.

        It lies in stock now, and is what the customer complains about: no proof of
        how the rest of the lot is.
        """
        groups = (
            self.env["stock.move.line"]
            .sudo()  # sudo: after-sales need not have rights on stock
            ._read_group(
                [
                    ("lot_id", "in", self.aftersales_lot_id.ids),
                    ("state", "=", "done"),
                    ("picking_id.complaint_id", "in", self.ids),
                    ("location_dest_id.usage", "=", "internal"),
                ],
                ["picking_id", "lot_id"],
                ["quantity_product_uom:sum"],
            )
        )
        counted = defaultdict(float)
        for picking, lot, quantity in groups:
            if picking.complaint_id.aftersales_lot_id == lot:
                counted[picking.complaint_id.id] += quantity
        return counted

    def _complaint_count_photos(self):
        """Pictures attached to each of these, by id."""
        groups = (
            self.env["ir.attachment"]
            .sudo()  # sudo: how many there are
            ._read_group(self._complaint_photo_domain(), ["res_id"], ["__count"])
        )
        counted = defaultdict(int)
        counted.update(groups)
        return counted

    def _complaint_photo_domain(self):
        return [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("res_field", "=", False),
            ("mimetype", "=like", "image/%"),
            ("file_size", ">=", PHOTO_BYTES_MIN),
        ]

    # ------------------------------------------------------------------- next step

    def action_complaint_next_step(self):
        """Do what the rules suggest next, with one click (C9)."""
        self.ensure_one()
        self._complaint_check_investigable()
        self._complaint_judge_path("manual", apply=False)
        decision = self.sudo().complaint_path_decision_id
        if not decision:
            raise UserError(
                self.env._(
                    "The rules are not asked for the investigation path: the gate is "
                    "off. Use the other buttons of this page."
                )
            )
        outcome = decision._get_decision().outcome or {}
        step = outcome.get("step", "none")
        if step in INQUIRIES:
            self._complaint_ask_step(outcome)
            return self._complaint_say(self.env._("Asked"), "success")
        if step == "ask_photos_and_piece":
            return self._complaint_ask_evidence(outcome.get("due_days"))
        if step == "recall":
            return self.action_complaint_recall()
        if step == "guide":
            return self.action_complaint_guide()
        if step == "settle":
            # nothing is left to examine: a person proposes a solution
            return self.action_next_solution()
        return self._complaint_say(decision.reason_display, "info")

    def _complaint_say(self, message, kind):
        return notification(message, kind, then=RELOAD)

    def action_complaint_path_why(self):
        """Open the decision that names the step (R4)."""
        self.ensure_one()
        self.check_access("read")
        decision = self.complaint_path_decision_id
        if not decision:
            raise UserError(self.env._("No rule has looked at this complaint yet."))
        return decision._action_explain()

    def _complaint_check_investigable(self):
        """Whether something may be examined, asked or called back for these now."""
        self._check_complaint()
        for complaint in self:
            if complaint.complaint_state == "intake":
                raise UserError(
                    self.env._(
                        "%(name)s is not registered yet. Register it first.",
                        name=complaint.display_name,
                    )
                )
            if complaint.complaint_state in ENDED:
                raise UserError(
                    self.env._(
                        "%(name)s is over: nothing more is examined for it.",
                        name=complaint.display_name,
                    )
                )

    def _complaint_start_investigation(self):
        """The first question or request of an accepted complaint."""
        started = self.sudo().filtered(
            lambda complaint: complaint.complaint_state == "accepted"
        )
        if started:
            started._complaint_set_state("investigation")

    def _complaint_get_due(self, days):
        """The end of the working day that is so many working days from today.

        :return: naive, in UTC
        """
        self.ensure_one()
        company = self.sudo().company_id
        now = company._aftersales_now()
        calendar = company.resource_calendar_id
        due = calendar and calendar.plan_days(days + 1, now, compute_leaves=True)
        if not due:
            due = now + timedelta(days=days)
        return fields.Datetime.to_datetime(_to_utc(due))


_QUALITY = {"yes": True, "no": False}


def _to_utc(moment):
    return (moment - moment.utcoffset()).replace(tzinfo=None, microsecond=0)


def _exact(quantity):
    return Decimal(repr(float(quantity))).quantize(_DIGITS)


def _lot_facts(stock, back, deliveries):
    """Stock and deliveries of the lot; nothing where no lot is known."""
    facts = {}
    if stock is not None:
        on_hand = sum(quantity for _place, quantity in stock)
        facts["stock_quantity"] = _exact(max(on_hand - back, 0))
        facts["stock_places"] = len(stock)
    if deliveries is not None:
        facts["delivered_quantity"] = _exact(sum(d.with_customer for d in deliveries))
        facts["recall_open_quantity"] = _exact(sum(d.open for d in deliveries))
    return facts
