# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..decisions import PURCHASE_RELEASE

MANAGER = "purchase.group_purchase_manager"
_NOT_CONFIRMED = ("draft", "sent", "cancel")


class PurchaseOrder(models.Model):
    """A purchase order is confirmed, or waits on hold until the rules let it go.

    event → facts → decide → record → apply: confirming is the event, the facts are
    gathered by `aftersales.purchase.facts`, `_ask` of the gate decides and records,
    and what follows is here. A held order stands in Odoo's own step *To Approve*.
    """

    _inherit = "purchase.order"

    rules_state = fields.Selection(
        [("free", "Not Held"), ("held", "On Hold")],
        "Hold by Rules",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Empty until somebody confirms the order.",
    )
    rules_notice = fields.Html(compute="_compute_rules_notice")

    # ------------------------------------------------------------- judging

    def _judge_by_rules(self, event):
        """Ask the rules about these orders, and hold them or let them go."""
        facts = self.env["aftersales.purchase.facts"]._gather(self)
        decisions = self.env["aftersales.decision"]
        before = decisions._get_last(PURCHASE_RELEASE.name, self)
        answers = self.env["aftersales.gate"]._ask(
            PURCHASE_RELEASE,
            [
                (order, known, before.get(order.id, decisions))
                for order, known in facts.items()
            ],
            event,
            result="effect",
        )
        # `outcome` is empty where the gate only observes, and where no rule matched;
        # what a manager released stays free until the rules have something new to say
        held = {
            answer.subject
            for answer in answers
            if answer.outcome and answer.record.result != "waived"
        }
        for order in facts:  # sudo from here on: they follow from the rules
            order.rules_state = "held" if order in held else "free"

    # -------------------------------------------------- every way to a purchase

    def button_confirm(self):
        # EXTENDS 'purchase'
        self.filtered(lambda o: o.state in ("draft", "sent"))._judge_by_rules("confirm")
        return super().button_confirm()

    def button_approve(self, force=False):
        # EXTENDS 'purchase': it may have been changed since it was judged
        waiting = self.filtered(lambda order: order.state == "to approve")
        waiting.filtered(lambda o: o.rules_state != "held")._judge_by_rules("change")
        return super().button_approve(force=force)

    def _approval_allowed(self):
        # EXTENDS 'purchase': a no leaves the order in the step *To Approve*
        return self.rules_state != "held" and super()._approval_allowed()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'purchase': nor by an import or the external API
        self._check_rules_state(*vals_list)
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "purchase")._check_may_go_on()
        return orders

    def write(self, vals):
        # EXTENDS 'purchase': as in create
        self._check_rules_state(vals)
        if vals.get("state") == "purchase":
            self._check_may_go_on()
        elif vals.get("state") in _NOT_CONFIRMED:
            vals = {**vals, "rules_state": False}
        return super().write(vals)

    def _check_rules_state(self, *vals_list):
        if not self.env.su and any("rules_state" in vals for vals in vals_list):
            raise AccessError(self.env._("Orders are held and let go by the rules."))

    def _check_may_go_on(self):
        self.filtered(lambda order: not order.rules_state)._judge_by_rules("confirm")
        for order in self.filtered(lambda order: order.rules_state == "held"):
            raise UserError(
                self.env._(
                    "%(order)s is on hold. %(reasons)s",
                    order=order.name,
                    reasons=" ".join(text.reason for text in order._get_rules_texts()),
                )
            )

    # ------------------------------------------------------ what people see

    def _get_rules_decision(self):
        """The last decision about this order."""
        decisions = self.env["aftersales.decision"]
        found = decisions._get_last(PURCHASE_RELEASE.name, self)
        return found.get(self.id, decisions)

    def _get_rules_texts(self):
        """Reasons and remedies in the language of the user."""
        self.ensure_one()
        return self._get_rules_decision()._get_all_rendered()

    @api.depends("rules_state")
    @api.depends_context("lang")
    def _compute_rules_notice(self):
        for order in self:
            order.rules_notice = order.rules_state == "held" and self.env[
                "ir.qweb"
            ]._render(
                "aftersales_rules_purchase_demo.hold_notice",
                {
                    "texts": order._get_rules_texts(),
                    "who": order._get_who_can_release(),
                },
            )

    def _get_who_can_release(self):
        # sudo: who the managers are is no secret to the buyer who has to ask one
        managers = self.env.ref(MANAGER).sudo().all_user_ids
        company = self.company_id
        return ", ".join(
            managers.filtered(
                lambda user: company in user.company_ids and not user._is_superuser()
            ).mapped("name")
        )

    def action_why(self):
        """Open the last decision about this order, with its explanation."""
        self.ensure_one()
        self.check_access("read")
        decision = self._get_rules_decision()
        if not decision:
            raise UserError(
                self.env._(
                    "No rule has looked at %(order)s yet. That happens when it is "
                    "confirmed, if the gate is not off.",
                    order=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why?"),
            "res_model": "aftersales.decision",
            "res_id": decision.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------- how a hold comes to an end

    def action_judge_again(self):
        """Look again, now: something it waits for may have happened."""
        self.check_access("write")
        self._judge_again()

    @api.model
    def _cron_judge_again(self):
        held = self.search([("rules_state", "=", "held"), ("state", "=", "to approve")])
        for company, orders in held.grouped("company_id").items():
            orders.with_company(company)._judge_again()

    def _judge_again(self):
        held = self.filtered(lambda order: order.rules_state == "held")
        held._judge_by_rules("recheck")
        for order in held.filtered(lambda order: order.rules_state == "free"):
            order.message_post(body=self.env._("No longer on hold: the cause ended."))
            # The buyer has confirmed it already, and confirms it with no more rights
            # than that: an amount that Odoo wants approved still waits for somebody.
            buyer = order.user_id or order.create_uid
            # sudo: the buyer may be away; the limit is asked of the buyer all the same
            order.with_user(buyer).sudo().button_approve()

    def _release_by_rules(self, reason):
        """Let a held order go on a manager's word; recorded with the reason."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a purchase manager can release it: %(names)s",
                    names=self._get_who_can_release(),
                )
            )
        if self.rules_state != "held":
            raise UserError(self.env._("%(order)s is not on hold.", order=self.name))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is released."))
        before = self._get_rules_decision()
        self.env["aftersales.decision"]._record(
            [
                {
                    "decision": before._get_decision(),
                    "company": self.company_id,
                    "partner": self.partner_id,
                    "res_model": self._name,
                    "res_id": self.id,
                    "name": self.name,
                    "event": "release",
                    "mode": before.mode,
                    "result": "waived",
                }
            ]
        )
        # sudo: follows from this release, which was checked
        self.sudo().rules_state = "free"
        self.message_post(body=self.env._("Released: %(reason)s", reason=reason))
        self.button_approve()
