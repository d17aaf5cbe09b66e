# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

SUPERVISOR = "aftersales_rules.group_supervisor"
DUTY_MANAGER = "aftersales_rules.group_duty_manager"


class AftersalesApprovalRequest(models.AbstractModel):
    """Something about an order that a salesperson asks a supervisor for (O9, O17).

    *How to use.* Inherit, set ``_activity_type``, and say in ``_after_decision`` what
    follows. Requests are made by ``_ask`` and decided by the action methods, which
    check who may; nothing else writes them. The rule for one's own request: a
    supervisor asks another supervisor, a duty manager may say yes to their own.
    """

    _name = "aftersales.approval.request"
    _description = "Request to a Supervisor"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"
    _activity_type = None

    name = fields.Char(string="Reference", readonly=True, copy=False, default="/")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    salesperson_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(
        readonly=True, help="Total of the order when the supervisor was asked."
    )
    motive = fields.Text(
        string="Why", readonly=True, help="What the salesperson says for it."
    )
    state = fields.Selection(
        [
            ("requested", "Asked"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    requested_by_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, copy=False
    )
    requested_at = fields.Datetime(string="Asked on", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    answer = fields.Text(readonly=True, copy=False, help="What the supervisor said.")
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, copy=False, ondelete="restrict"
    )
    reason_display = fields.Text(
        string="The Rules Say", compute="_compute_reason_display"
    )
    may_decide = fields.Boolean(compute="_compute_may_decide")

    @api.depends("order_id")
    def _compute_display_name(self):
        for request in self:
            # sudo: the name of the order of a request that the user may read
            request.display_name = f"{request.name} ({request.order_id.sudo().name})"

    @api.depends_context("lang")
    @api.depends("decision_id")
    def _compute_reason_display(self):
        for request in self:
            # sudo: who reads the request may read what the rules said of it
            request.reason_display = request.decision_id.sudo().reason_display

    @api.depends_context("uid")
    @api.depends("state", "requested_by_id")
    def _compute_may_decide(self):
        for request in self:
            request.may_decide = request.state == "requested" and request._is_decider(
                self.env.user
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Ask from the order: that is checked and kept.")
            )
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name) or "/"
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not _MAIL_FIELDS.issuperset(vals):
            raise AccessError(self.env._("Use Approve, Refuse or Withdraw for that."))
        return super().write(vals)

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if not self.env.su:
            # pylint: disable=no-raise-unlink
            raise AccessError(self.env._("Requests are kept and cannot be deleted."))
        return super().unlink()

    # --------------------------------------------------------------- who decides

    def _is_decider(self, user):
        """Whether this person may say yes or no, by group, company and authorship."""
        self.ensure_one()
        if self.company_id not in user.company_ids:
            return False
        if user.has_group(DUTY_MANAGER):
            return True
        return user.has_group(SUPERVISOR) and user != self.requested_by_id

    @api.model
    def _get_supervisors(self, company, asking):
        """People of a company who may decide what `asking` asks for."""
        # sudo: whoever asks need not be able to read users and groups
        users = self.env.ref(SUPERVISOR).sudo().all_user_ids
        managers = self.env.ref(DUTY_MANAGER).sudo().all_user_ids
        return users.filtered(
            lambda user: user.active
            and not user.share
            and company in user.company_ids
            and (user != asking or user in managers)
        )

    def _check_may_decide(self):
        self.check_access("read")
        self.order_id.check_access("read")
        for request in self:
            if request.state != "requested":
                raise UserError(
                    self.env._(
                        "%(name)s is decided already.", name=request.display_name
                    )
                )
            if request._is_decider(self.env.user):
                continue
            if request.requested_by_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "You asked for it yourself: another supervisor decides, or a "
                        "duty manager."
                    )
                )
            raise AccessError(
                self.env._(
                    "Only a supervisor of %(company)s decides on this.",
                    company=request.company_id.name,
                )
            )

    # ------------------------------------------------------------------- actions

    @api.model
    def _ask(self, order, vals, decision=None, asking=None):
        """File a request about an order, in the name of whoever asks."""
        user = self.env.user if asking is None else asking
        # sudo: requests are written here only, after the caller checked the order
        request = self.sudo().create(
            {
                **vals,
                "order_id": order.id,
                "company_id": order.company_id.id,
                "amount": order.amount_total,
                "requested_by_id": user.id,
                "requested_at": fields.Datetime.now(),
                "decision_id": decision.id if decision else False,
            }
        )
        return request.with_env(self.env)

    def _tell_supervisors(self):
        """Put the request on the to-do list of those who may decide."""
        for request in self:
            users = self._get_supervisors(request.company_id, request.requested_by_id)
            # sudo: whoever asks need not be allowed to assign activities
            quick = request.sudo().with_context(mail_activity_quick_update=True)
            for user in users:
                quick.activity_schedule(
                    self._activity_type, user_id=user.id, note=request.motive
                )
            request.order_id.sudo()._message_log(
                body=self.env._(
                    "%(what)s: asked %(names)s. %(why)s",
                    what=request.name,
                    names=", ".join(users.mapped("name")) or self.env._("nobody yet"),
                    why=request.motive or "",
                )
            )

    def action_approve(self, answer=False):
        """Say yes; checked here, whatever the screen offers."""
        self._check_may_decide()
        self._decide("approved", answer)
        return True

    def action_refuse(self, answer=False):
        """Say no, with a reason."""
        self._check_may_decide()
        if not (answer or "").strip():
            return self._open_answer("refuse")
        self._decide("refused", answer)
        return True

    def action_open_approve(self):
        """Ask for a word beside the yes."""
        self._check_may_decide()
        return self._open_answer("approve")

    def action_withdraw(self):
        """Take it back: whoever asked, the order's salesperson, or a supervisor."""
        self.check_access("read")
        for request in self:
            if request.state not in ("requested", "approved"):
                raise UserError(
                    self.env._(
                        "%(name)s is decided already.", name=request.display_name
                    )
                )
            own = self.env.user in (request.requested_by_id, request.salesperson_id)
            if not own and not request._is_decider(self.env.user):
                raise AccessError(
                    self.env._(
                        "%(name)s is withdrawn by whoever asked, the order's "
                        "salesperson or a supervisor.",
                        name=request.display_name,
                    )
                )
        self._decide("withdrawn", False)
        return True

    def _open_answer(self, verdict):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve")
            if verdict == "approve"
            else self.env._("Refuse"),
            "res_model": "aftersales.approval.answer",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_verdict": verdict,
            },
        }

    def action_view_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def _decide(self, state, answer, by_rule=False):
        # sudo: the state is written by these actions only
        requests = self.sudo()
        requests.write(
            {
                "state": state,
                "decided_by_id": False if by_rule else self.env.uid,
                "decided_at": fields.Datetime.now(),
                "answer": answer,
            }
        )
        requests.activity_unlink([self._activity_type])
        self._after_decision()
        self._tell_salesperson()

    def _after_decision(self):
        """What follows for the order."""

    def _tell_salesperson(self):
        """Answer whoever asked and the order's salesperson, on the order."""
        for request in self.sudo():
            order = request.order_id
            told = (request.requested_by_id | order.user_id) - self.env.user
            env = self.env["aftersales.gate"]._in_staff_language(order).env
            who = request.decided_by_id.name or env._("the rules")
            states = dict(request._fields["state"]._description_selection(env))
            order.message_post(
                body=env._(
                    "%(what)s: %(state)s by %(user)s. %(answer)s",
                    what=request.name,
                    state=states[request.state],
                    user=who,
                    answer=request.answer or "",
                ),
                partner_ids=told.filtered(
                    lambda user: user.active and not user.share
                ).partner_id.ids,
            )


_MAIL_FIELDS = {
    "message_follower_ids",
    "message_ids",
    "activity_ids",
    "message_main_attachment_id",
}
"""What anybody who may write to a thread writes; the rest follows from the actions."""
