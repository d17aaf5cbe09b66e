# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which department and whom a complaint goes to, by rule and by hand (C4, C5).

How it works: the rules say a department, a recipient and whether it is handed on at
once. What is not handed on at once goes when it is registered. The department is that
of the customer's office, else the company's own; people who are away are represented.
Once somebody has forwarded a complaint by hand (``aftersales_complaint_taking.py``), or
has accepted it, the rules only say where it would go.
"""

from odoo import api, fields, models

from ..rules.catalogue.complaint_routing import COMPLAINT_ROUTING, ComplaintRoutingFacts
from .aftersales_complaint import INTERNAL

ACTIVITY = "aftersales_rules.mail_activity_complaint_forwarded"
BEFORE_ACCEPTANCE = ("intake", "registered", "forwarded")

ASKED_KINDS = ("quality", "production", "technical")


class Moment:
    """When a complaint was forwarded, carried to the event that its person follows.

    Its type is what counts: a client can send a context key of the same name, but only
    ever as plain JSON.
    """

    __slots__ = ("at",)

    def __init__(self, at):
        self.at = at

    @classmethod
    def of(cls, env):
        """The moment that the code put into the context; None if anybody else did."""
        moment = env.context.get("aftersales_moment")
        return moment.at if isinstance(moment, cls) else None


class Directory:
    """Departments and who leads them today, each looked up once for many complaints."""

    def __init__(self, env):
        self._env = env
        self._departments = {}
        self._leaders = {}
        self._acting = {}

    def department(self, complaint, kind):
        key = (complaint.company_id, complaint.complaint_office_id, kind)
        if key not in self._departments:
            self._departments[key] = complaint._get_complaint_department(kind)
        return self._departments[key]

    def leader(self, department):
        if department not in self._leaders:
            day = department.company_id._aftersales_now().date()
            self._leaders[department] = department._get_leader(day).sudo()
        return self._leaders[department]

    def stand_in(self, user, company):
        if (user, company) not in self._acting:
            day = company._aftersales_now().date()
            acting = self._env["aftersales.absence"]._stand_in(user, day)
            self._acting[user, company] = acting.get(user, user)
        return self._acting[user, company]


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_routing_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_forwarding_ids = fields.One2many(
        "aftersales.complaint.forwarding",
        "complaint_id",
        "Forwarded",
        readonly=True,
        groups=INTERNAL,
    )
    complaint_forwarded_at = fields.Datetime(
        "Forwarded on", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_routing_said = fields.Text(
        "About the Routing", compute="_compute_complaint_routing_said", groups=INTERNAL
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_routing_decision_id",
            "complaint_forwarding_ids",
            "complaint_forwarded_at",
        }

    def _complaint_changed(self, names):
        result = super()._complaint_changed(names)
        if "user_id" in names:
            assigned = self.filtered("user_id")
            if assigned:
                assigned._complaint_happened("assigned", Moment.of(self.env))
        return result

    # ----------------------------------------------------------------- by rule

    def _complaint_follow_up(self, event, at=None):
        result = super()._complaint_follow_up(event, at)
        self._complaint_route(event, at)
        return result

    def _prepare_routing_facts(self, complaint, after_hours):
        office = complaint.complaint_office_id
        return ComplaintRoutingFacts.of(
            complaint_type=complaint.complaint_type or None,
            quality_related=complaint._is_quality_related(),
            severity=complaint.complaint_severity or None,
            urgency=complaint.complaint_urgency or None,
            office_kind=office.kind or None,
            after_hours=after_hours,
            installed=complaint.complaint_installed,
            tier=complaint._get_complaint_tier(),
            complaint_round=complaint.complaint_round,
        )

    def _prepare_routing_questions(self, decision_field):
        resting = {
            company: not company._is_aftersales_working() for company in self.company_id
        }
        return [
            (
                complaint,
                self._prepare_routing_facts(complaint, resting[complaint.company_id]),
                complaint[decision_field],
            )
            for complaint in self
        ]

    def _complaint_route(self, event, at=None):
        """Ask where these go, and send what the rules may send."""
        answers = self.env["aftersales.gate"]._ask(
            COMPLAINT_ROUTING,
            self._prepare_routing_questions("complaint_routing_decision_id"),
            "register" if event == "registered" else "complaint",
            "department",
        )
        directory = Directory(self.env)
        for answer in answers:
            complaint = answer.subject
            if complaint.complaint_routing_decision_id != answer.record:
                complaint.complaint_routing_decision_id = answer.record
            outcome = answer.outcome
            if outcome and complaint._is_routed_by_rule(outcome):
                complaint._route_by_rule(outcome, answer.record, directory, at)
        self._complaint_note_forwarded(at)

    def _is_routed_by_rule(self, outcome):
        """Whether the rules send it now: people have not taken it in hand yet."""
        if self.complaint_state not in BEFORE_ACCEPTANCE:
            return False
        if self.complaint_state == "intake" and not outcome["at_once"]:
            return False
        last = self.complaint_forwarding_ids[:1]
        return not last or last.is_by_rule

    def _route_by_rule(self, outcome, record, directory, at=None):
        department = directory.department(self, outcome["department"])
        if not department:
            return  # shown on the complaint: see _get_routing_said
        last = self.complaint_forwarding_ids[:1]
        user, absent = self._get_complaint_recipient(
            department, outcome["recipient"], directory
        )
        # Who has taken it inside the department keeps it.
        if last.department_id == department and (
            last.user_id == user or self.user_id != last.user_id
        ):
            return
        self._send_to_department(
            department,
            user,
            absent_id=absent.id,
            is_by_rule=True,
            is_at_once=self.complaint_state == "intake",
            decision_id=record.id,
            done_at=at or fields.Datetime.now(),
        )

    def _get_complaint_recipient(self, department, recipient="manager", directory=None):
        """Whom a complaint goes to in a department today.

        :return: the person, and who is away and represented by them (maybe empty)
        """
        self.ensure_one()
        directory = directory or Directory(self.env)
        manager = wanted = department.manager_id
        if recipient == "salesperson":
            wanted = self._get_complaint_salesperson() or manager
        elif recipient == "office":
            wanted = self.complaint_office_id.manager_id or manager
        user = directory.stand_in(wanted, self.company_id)
        if wanted != manager and (
            not user.active or department.company_id not in user.company_ids
        ):
            wanted = manager
        if wanted == manager:
            user = directory.leader(department)
        return user, wanted if user != wanted else wanted.browse()

    def _get_complaint_salesperson(self):
        """The salesperson of the order, else of the customer, while employed here."""
        company = self.company_id
        users = (
            self.aftersales_order_id.user_id
            | self.partner_id.user_id
            | self.commercial_partner_id.user_id
        )
        return users.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )[:1]

    def _send_to_department(self, department, user, **values):
        """Give it to a department and a person; told by activity and mail."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: checked by whoever calls
        forwarding = self.env["aftersales.complaint.forwarding"]._insert(
            [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "from_department_id": complaint.complaint_department_id.id,
                    "department_id": department.id,
                    "from_user_id": complaint.user_id.id,
                    "user_id": user.id,
                    "by_id": self.env.uid,
                    "done_at": fields.Datetime.now(),
                    **values,
                }
            ]
        )
        complaint.activity_unlink([ACTIVITY])
        moment = Moment(forwarding.done_at)
        complaint.with_context(aftersales_moment=moment).write(
            {
                "complaint_department_id": department.id,
                "complaint_forwarded_at": False,
                **complaint._prepare_assignment_vals(department, user),
            }
        )
        complaint._tell_forwarded(forwarding)

    def _prepare_assignment_vals(self, department, user):
        """How the helpdesk is told who deals with it; for its own file to extend."""
        return {}

    def _complaint_note_forwarded(self, at=None):
        """What has a department counts as forwarded once it is registered.

        A major complaint is handed on before it is registered: that forwards it too,
        the step follows with the registration.
        """
        # sudo: step and time follow from where it was sent
        sent = self.sudo().filtered("complaint_department_id")
        fresh = sent.filtered(lambda complaint: not complaint.complaint_forwarded_at)
        if fresh:
            fresh.write({"complaint_forwarded_at": at or fields.Datetime.now()})
        waiting = sent.filtered(
            lambda complaint: complaint.complaint_state == "registered"
        )
        if waiting:
            waiting._complaint_set_state("forwarded")
        if fresh | waiting:
            (fresh | waiting)._complaint_happened("forwarded", at)

    def _tell_forwarded(self, forwarding):
        """Tell the person: a task on the complaint, a mail, and it may be read."""
        self.ensure_one()
        user = forwarding.user_id
        if not user:
            return
        self.message_subscribe(user.partner_id.ids)
        env = self.with_context(lang=user.lang or self.env.lang).env
        note = forwarding.with_env(env).reason_display
        if user.id != self.env.uid:
            # sudo: whoever forwards need not be allowed to assign activities
            # and a caller's context must not keep the task back
            self.with_context(
                mail_activity_quick_update=True, mail_activity_automation_skip=False
            ).activity_schedule(ACTIVITY, user_id=user.id, note=note)
            forwarding._mail_to_staff(
                "aftersales_rules.mail_template_complaint_forwarded", user
            )

    # ------------------------------------------------------------- what is said

    def _get_complaint_asked_departments(self):
        """Kinds of departments that the rules want to be asked about it (C4, C9).

        :return: of quality, production, technical; also where the rules only observe
        """
        self.ensure_one()
        # sudo: whoever works on the complaint may know who is asked
        decision = self.sudo().complaint_routing_decision_id
        outcome = decision and decision._get_decision().outcome or {}
        return [kind for kind in ASKED_KINDS if outcome.get(f"ask_{kind}")]

    @api.depends_context("lang")
    @api.depends("complaint_routing_decision_id", "complaint_department_id")
    def _compute_complaint_routing_said(self):
        for complaint in self:
            complaint.complaint_routing_said = complaint._get_routing_said()

    def _get_routing_said(self):
        complaint = self.sudo()  # sudo: as for what the rules say of its type
        decision = complaint.complaint_routing_decision_id
        if not decision:
            return False
        outcome = decision._get_decision().outcome or {}
        kind = outcome.get("department")
        kinds = dict(self.env["aftersales.department"]._selection_kind())
        words = {
            "department": kinds.get(kind, self.env._("nobody")),
            "reason": decision.reason_display or "",
        }
        if decision.mode == "enforce":
            lines = [self.env._("Rules: %(department)s. %(reason)s", **words)]
        else:
            lines = [
                self.env._("The rules would say: %(department)s. %(reason)s", **words)
            ]
        asked = [kinds[each] for each in complaint._get_complaint_asked_departments()]
        if asked:
            lines.append(
                self.env._("Asked as well: %(names)s.", names=", ".join(asked))
            )
        if kind and not complaint._get_complaint_department(kind):
            lines.append(
                self.env._(
                    "There is no department “%(department)s” yet, so that it has to be "
                    "forwarded by hand. A complaint manager adds one under "
                    "Configuration → Complaints → Departments.",
                    department=kinds[kind],
                )
            )
        return "\n".join(lines)

    def action_why_complaint_routing(self):
        return self._action_complaint_why(self.complaint_routing_decision_id)
