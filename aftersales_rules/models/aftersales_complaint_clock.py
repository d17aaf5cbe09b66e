# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which clocks of a complaint start, stop and pause by what happens (C5–C7, C12, C13).

How it works: two tables say which events start and which stop a clock of each kind; a
clock whose start depends on more (major, a visit needed) is looked at whenever the
complaint changes. How long a clock may take is asked of the rules, once when it starts
and again when the complaint or the rules change.
"""

from decimal import Decimal

from odoo import api, fields, models

from ..rules import COMPLAINT_DEADLINE, ComplaintDeadlineFacts
from .aftersales_clock import OPEN
from .aftersales_complaint import COMPLAINT_READER, ENDED

STARTS = {
    "made": ("registration",),
    "registered": ("forwarding", "report"),
    "assigned": ("first_contact",),
    "accepted": ("solution",),
    "reopened": ("report",),
    "carried_out": ("feedback",),
    "feedback_sent": ("return_visit_1", "return_visit_2"),
}
"""Clocks that an event starts. One that was done does not start again."""

STOPS = {
    "registered": ("registration",),
    "forwarded": ("forwarding",),
    "assigned": ("forwarding",),
    "acknowledged": ("major_handover",),
    "contacted": ("first_contact",),
    "visited": ("first_contact", "site_visit"),
    "accepted": ("forwarding",),
    "proposed": ("solution",),
    "agreed": ("solution",),
    "carried_out": ("solution", "report"),
    "feedback_sent": ("report", "feedback"),
    "return_visit": ("return_visit_1", "return_visit_2"),
}
"""Clocks that an event stops; of the return visits the one that was done."""
_VISITS = {"return_visit_1": "first", "return_visit_2": "last"}

_FROM_RECEIPT = ("registration", "major_handover")
"""They count from when the customer complained, whoever received it."""
_LOOKED_AT = {"made", "registered", "changed", "classified", "forwarded", "assigned"}
"""Events after which a clock may be needed, or not needed any more."""
_ASKED_AGAIN = {"registered", "changed", "classified"}
"""Events that may change what the rules allow."""
_OWNERS = {"user_id", "team_id", "complaint_department_id"}
_BEFORE_WORK = ("intake", "registered", "forwarded")


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_clock_ids = fields.One2many(
        "aftersales.clock",
        "complaint_id",
        "Deadlines",
        readonly=True,
        groups=COMPLAINT_READER,
    )
    complaint_reported_at = fields.Datetime(
        "Reported to Marketing",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
        help="When marketing was told that it is not solved in time (C12).",
        prefetch="complaint",
    )
    complaint_next_clock_id = fields.Many2one(
        "aftersales.clock",
        "Due Next",
        compute="_compute_complaint_next_clock",
        groups=COMPLAINT_READER,
    )
    complaint_next_bucket = fields.Char(
        compute="_compute_complaint_next_clock", groups=COMPLAINT_READER
    )
    complaint_next_text = fields.Char(
        "Next Deadline",
        compute="_compute_complaint_next_clock",
        groups=COMPLAINT_READER,
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_clock_ids",
            "complaint_reported_at",
        }

    @api.depends("complaint_clock_ids.state", "complaint_clock_ids.due_at")
    @api.depends_context("lang", "tz")
    def _compute_complaint_next_clock(self):
        for complaint in self:
            clocks = complaint.complaint_clock_ids.filtered(
                lambda clock: clock.state in OPEN and clock.due_at
            )
            clock = clocks.sorted("due_at")[:1]
            complaint.complaint_next_clock_id = clock
            complaint.complaint_next_bucket = clock.bucket
            complaint.complaint_next_text = clock and self.env._(
                "%(deadline)s: due %(due)s, %(remaining)s",
                deadline=clock._get_kind_label(),
                due=clock._get_due_text(),
                remaining=clock.remaining,
            )

    # ------------------------------------------------------------------- events

    def _complaint_happened(self, event, at=None):
        super()._complaint_happened(event, at)
        # sudo: clocks follow from what happens, whoever makes it happen
        complaints = self.sudo()
        at = at or fields.Datetime.now()
        if event == "waiting":
            complaints._complaint_pause_clocks(at)
        elif event == "resumed":
            complaints._complaint_resume_clocks(at)
        complaints._complaint_stop_clocks(event, at)
        if event in ENDED:
            complaints._complaint_resume_clocks(at)
            complaints.complaint_clock_ids._cancel(at, event)
            return
        if event in _LOOKED_AT:
            complaints._complaint_look_at_clocks(event, at)
        complaints._complaint_start_clocks(
            [
                (complaint, kind, at)
                for kind in STARTS.get(event, ())
                for complaint in complaints
            ],
            event,
        )

    def _complaint_changed(self, names):
        result = super()._complaint_changed(names)
        if not _OWNERS.isdisjoint(names):
            # sudo: as in _complaint_happened
            self.sudo()._complaint_set_clock_owners()
        return result

    def _complaint_stop_clocks(self, event, at):
        kinds = STOPS.get(event, ())
        clocks = self.complaint_clock_ids.filtered(
            lambda clock: clock.kind in kinds and clock.state in OPEN
        )
        if event == "return_visit":
            clocks = clocks.filtered(
                lambda clock: _VISITS[clock.kind]
                in clock.complaint_id.complaint_visit_ids.filtered(
                    lambda visit: visit.state == "done"
                ).mapped("kind")
            )
        elif event == "acknowledged":
            # the on-call leader has seen it, the general manager may not have
            clocks = clocks.filtered(
                lambda clock: "management"
                not in clock.complaint_id.complaint_alert_ids._filter_open().mapped(
                    "kind"
                )
            )
        clocks._stop(at, event)

    # -------------------------------------------------- starting, and what allows it

    def _complaint_start_clocks(self, wanted, event):
        """Start clocks that neither run nor are done already, if the rules want them.

        :param wanted: complaint, kind, since when; of each
        """
        wanted = [
            (complaint, kind, complaint._get_clock_start(kind, at))
            for complaint, kind, at in wanted
            if not complaint._has_clock(kind)
            and complaint.company_id._aftersales_mode(COMPLAINT_DEADLINE.name) != "off"
        ]
        if not wanted:
            return
        hours = self.env["aftersales.clock.hours"]._since(
            min(complaint._get_clock_earliest(at) for complaint, _kind, at in wanted)
        )
        no_decision = self.env["aftersales.decision"]
        answers = self.env["aftersales.gate"]._ask(
            COMPLAINT_DEADLINE,
            [
                (complaint, complaint._get_clock_facts(kind, hours), no_decision)
                for complaint, kind, _at in wanted
            ],
            "complaint",
            result="counting",
        )
        owners = self._get_clock_owners([item[:2] for item in wanted])
        self.env["aftersales.clock"]._start(
            [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "kind": kind,
                    "started_at": at,
                    "start_event": event,
                    **owners[complaint, kind],
                    **_prepare_allowance(answer),
                }
                for (complaint, kind, at), answer in zip(wanted, answers, strict=True)
                if answer.decision.outcome
            ]
        )

    def _has_clock(self, kind):
        """Whether a clock of this kind runs, or has been done, in this round."""
        return any(
            clock.kind == kind and clock.state != "cancelled"
            for clock in self.complaint_clock_ids
        )

    def _get_clock_start(self, kind, at):
        if kind == "major_handover" and self.complaint_major_since:
            return self.complaint_major_since  # what becomes major later counts anew
        if kind in _FROM_RECEIPT:
            return self.complaint_received_at or at
        return at

    def _get_clock_earliest(self, at):
        return min(filter(None, (at, self.complaint_received_at)))

    def _complaint_look_at_clocks(self, event, at):
        """What runs may be allowed more or less by now, or may not be needed."""
        needed = {
            "major_handover": lambda c: c.complaint_severity == "major",
            "site_visit": lambda c: c.complaint_visit_needed
            and (event == "assigned" or c.complaint_state not in _BEFORE_WORK),
        }
        wanted = []
        for kind, is_needed in needed.items():
            still = self.filtered(is_needed)
            gone = (self - still).complaint_clock_ids.filtered(
                lambda clock, kind=kind: clock.kind == kind
            )
            if kind == "site_visit":
                gone = gone.filtered(
                    lambda c: not c.complaint_id.complaint_visit_needed
                )
            gone._cancel(at, "classified")
            wanted += [
                (complaint, kind, at)
                for complaint in still
                if complaint.complaint_state not in ENDED
            ]
        running = self.complaint_clock_ids._filter_open()
        self._complaint_start_clocks(wanted, event)
        if event in _ASKED_AGAIN:
            self._complaint_allow_clocks(running, "complaint")
        self._complaint_set_clock_owners()

    @api.model
    def _complaint_allow_clocks(self, clocks, cause):
        """Ask the rules again what these open clocks may take."""
        clocks = clocks._filter_open().filtered(
            lambda clock: clock.company_id._aftersales_mode(COMPLAINT_DEADLINE.name)
            != "off"
        )
        if not clocks:
            return
        hours = self.env["aftersales.clock.hours"]._since(
            min(c.complaint_id._get_clock_earliest(c.started_at) for c in clocks)
        )
        answers = self.env["aftersales.gate"]._ask(
            COMPLAINT_DEADLINE,
            [
                (
                    clock.complaint_id,
                    clock.complaint_id._get_clock_facts(clock.kind, hours),
                    clock.decision_id,
                )
                for clock in clocks
            ],
            "recheck" if cause == "rules" else "complaint",
            result="counting",
        )
        now = fields.Datetime.now()
        allowed = {}
        for clock, answer in zip(clocks, answers, strict=True):
            if not answer.decision.outcome:
                clock._cancel(now, "classified")
                continue
            allowed[clock] = {
                **_prepare_allowance(answer),
                "started_at": clock.complaint_id._get_clock_start(
                    clock.kind, clock.started_at
                ),
            }
        clocks._reallow(allowed, cause, hours)

    def _get_clock_facts(self, kind, hours):
        """What the rules may look at when they say how long something may take."""
        complaint = self
        partner = complaint.partner_id.commercial_partner_id
        quality = complaint.complaint_quality_related
        received = complaint.complaint_received_at
        return ComplaintDeadlineFacts.of(
            clock=kind,
            severity=complaint.complaint_severity or None,
            urgency=complaint.complaint_urgency or None,
            said_to_wait=complaint.complaint_urgency == "normal"
            and bool(
                complaint.complaint_urgency_overrule_id
                or complaint.complaint_urgency_rating == "normal"
            ),
            complaint_type=complaint.complaint_type or None,
            quality_related=quality == "yes" if quality else None,
            strict_product=complaint._is_of_strict_product(),
            visit_needed=complaint.complaint_visit_needed,
            after_hours=bool(
                received and not hours.is_working(complaint.company_id, received)
            ),
            channel=complaint.complaint_channel or None,
            tier=partner.with_company(complaint.company_id).customer_tier or None,
            complaint_round=complaint.complaint_round or None,
        )

    def _is_of_strict_product(self):
        """Whether the stricter profile goes for the product of the complaint (C7)."""
        return self.aftersales_product_id.complaint_profile == "strict"

    # -------------------------------------------------------------------- owners

    def _complaint_set_clock_owners(self):
        """Whoever has the complaint has its open clocks."""
        clocks = self.complaint_clock_ids._filter_open()
        owners = self._get_clock_owners([(c.complaint_id, c.kind) for c in clocks])
        for clock in clocks:
            vals = owners[clock.complaint_id, clock.kind]
            if clock.user_id.id != vals["user_id"] or (
                clock.department_id.id != vals["department_id"]
            ):
                clock.write(vals)

    @api.model
    def _get_clock_owners(self, pairs):
        """Who has to see to a clock, and their department.

        :param pairs: complaint and kind, of each
        """
        owners = {}
        departments = {}

        def find(complaint, kind):
            key = complaint.company_id, kind, complaint.complaint_office_id
            if key not in departments:
                departments[key] = complaint._get_complaint_department(kind)
            return departments[key]

        for complaint, kind in pairs:
            department = complaint.complaint_department_id or find(
                complaint, "aftersales"
            )
            user = complaint.user_id
            if kind == "major_handover":
                department = find(complaint, "management") or department
                user = department.manager_id
            elif kind in ("registration", "forwarding"):
                received_by = complaint.complaint_registered_by_id
                user = received_by or user or _internal(complaint.create_uid)
            owners[complaint, kind] = {
                "user_id": (user or department.manager_id).id,
                "department_id": department.id,
            }
        return owners


def _internal(user):
    return user if user.active and not user.share else user.browse()


def _prepare_allowance(answer):
    """An outcome of the rules as a clock keeps it."""
    outcome = answer.decision.outcome
    return {
        "counting": outcome["counting"],
        "minutes": outcome["minutes"] or 0,
        "days": outcome["days"] or 0,
        "warn_share": float(Decimal(outcome["warn_share"])),
        "has_escalation": outcome["escalate_after"] is not None,
        "escalate_after": outcome["escalate_after"] or 0,
        "is_pausable": outcome["pausable"],
        "decision_id": answer.record.id,
    }
