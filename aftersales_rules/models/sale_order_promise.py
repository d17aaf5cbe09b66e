# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a quotation promises, judged before it goes out and when it is confirmed (O17).

Sending waits for the supervisor's yes where the rules say so and enforce it;
confirming never does: the order is flagged and the supervisor told.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .client_actions import notification
from .sale_order_promise_facts import gather_promises

INTERNAL = "base.group_user"
_QUEUE = "aftersales_rules.promises"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    promise_state = fields.Selection(
        [
            ("open", "Needs the supervisor's yes"),
            ("requested", "Supervisor asked"),
            ("refused", "Supervisor said no"),
            ("approved", "Supervisor agreed"),
        ],
        string="Promise",
        readonly=True,
        copy=False,
        tracking=True,
        help="Price, date or contract outside the rules, and what the supervisor says.",
        groups=INTERNAL,
    )
    promise_request_ids = fields.One2many(
        "aftersales.promise.request", "order_id", readonly=True, groups=INTERNAL
    )
    promise_notice = fields.Html(compute="_compute_promise_notice", groups=INTERNAL)
    may_decide_promise = fields.Boolean(
        compute="_compute_may_decide_promise", groups=INTERNAL
    )
    contract_attachment_ids = fields.Many2many(
        "ir.attachment",
        "sale_order_aftersales_contract_rel",
        "order_id",
        "attachment_id",
        string="Signed Contract",
        copy=False,
        groups=INTERNAL,
        help="An engineering quotation goes out with the signed contract attached.",
    )

    _promise_state_idx = models.Index("(promise_state) WHERE promise_state IS NOT NULL")

    @api.model
    def _check_gate_fields(self, vals):
        # EXTENDS 'aftersales_rules'
        result = super()._check_gate_fields(vals)
        if not self.env.su and not {"promise_state", "promise_request_ids"}.isdisjoint(
            vals
        ):
            raise AccessError(
                self.env._("What a supervisor agreed to is asked for and approved.")
            )
        return result

    # ------------------------------------------------------------------- judging

    def _judge_promise(self, event, is_asked=False):
        """Ask the rules whether these orders' promises stand, and flag those not.

        :param str event: send, confirm, change or manual
        :param bool is_asked: a person asks, so that the answer is kept in any case
        :return: what was judged, by order
        :rtype: dict[sale.order, PromiseJudgement]
        """
        # sudo: stock, list prices and requests are looked at for whoever sends or
        # confirms, customers on the portal among them
        orders = self.sudo().filtered(
            lambda order: order.company_id._aftersales_mode("quotation_promise")
            != "off"
        )
        judged = gather_promises(orders, is_changed=event == "change")
        for order, judgement in judged.items():
            if judgement.causes or order.promise_state or is_asked:
                order._record_promise(judgement, event)
            if judgement.enforced:
                order._flag_promise(judgement)
        return judged

    def _record_promise(self, judgement, event):
        """Keep the decision, unless the last one about the order says the same."""
        last = self._get_promise_decision()
        mode = "enforce" if judgement.enforced else "observe"
        payload = judgement.decision.to_bytes().decode()
        if last.payload == payload and last.mode == mode:
            judgement.record = last
            return
        judgement.record = self.env["aftersales.decision"]._record(
            [
                {
                    "decision": judgement.decision,
                    "company": self.company_id,
                    "order": self,
                    "event": event,
                    "mode": mode,
                    "result": "needs_yes" if judgement.causes else "stands",
                }
            ]
        )

    def _flag_promise(self, judgement):
        if not (judgement.causes or self.promise_state):
            return
        pending = self._get_pending_promises()
        if not judgement.causes:
            state = "approved" if judgement.is_agreed else False
            if pending:
                pending._decide("withdrawn", False, by_rule=True)
        elif pending:
            state = "requested"
        else:
            last = self._get_last_promise_request()
            terms = last._get_terms() if last.state == "refused" else None
            same = terms and terms.dump() == judgement.get_terms().dump()
            state = "refused" if same else "open"
        if self.promise_state != state:
            self.promise_state = state

    def _refresh_promise(self):
        """Judge flagged orders again after a change or an answer."""
        self.filtered(
            lambda order: order.promise_state and order.state != "cancel"
        )._judge_promise("change")

    def _get_last_promise_request(self):
        return self.promise_request_ids.sorted("id")[-1:]

    def _get_pending_promises(self):
        return self.promise_request_ids.filtered(
            lambda request: request.state == "requested"
        )

    def _get_agreed_terms(self):
        """What a supervisor said yes to last."""
        agreed = self.promise_request_ids.filtered(
            lambda request: request.state == "approved"
        )
        return agreed.sorted("id")[-1:]._get_terms()

    # ------------------------------------------------------------------- sending

    def _get_unsendable(self):
        """Judge quotations that are about to go out; those that must not.

        What no person of ours does, a payment or the portal, is never stopped.
        """
        if self.env.su or not self.env.user._is_internal():
            return self.browse()
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        judged = quotations._judge_promise("send") if quotations else {}
        return self.browse(
            [
                order.id
                for order, judgement in judged.items()
                if judgement.enforced and judgement.causes
            ]
        )

    def _check_may_send(self):
        """The net below the buttons: refuse what must not go out."""
        held = self._get_unsendable()
        if held:
            raise UserError("\n\n".join(order._get_promise_refusal() for order in held))

    def _get_promise_refusal(self):
        """Why a quotation may not go out and who can say yes, in plain words."""
        self.ensure_one()
        lines = [
            self.env._(
                "%(order)s does not go out without a supervisor's yes.", order=self.name
            )
        ]
        for text in self._get_promise_texts():
            lines.append(f"{text.reason} {text.remedy}".strip())
        lines.append(self._get_supervisors_text())
        return "\n".join(lines)

    def _get_promise_texts(self):
        """What the last decision says, in the user's language."""
        # sudo: who may read the order may read why its promise does not stand
        decision = self.sudo()._get_promise_decision()
        return decision._get_all_rendered() if decision else []

    def _get_promise_decision(self):
        """The last decision about what the order promises."""
        return self.env["aftersales.decision"].search(
            [("order_id", "=", self.id), ("decision", "=", "quotation_promise")],
            order="id desc",
            limit=1,
        )

    def _get_supervisors_text(self):
        # sudo: only who asked is looked at
        asking = self.sudo()._get_pending_promises()[:1].requested_by_id
        users = self.env["aftersales.promise.request"]._get_supervisors(
            self.company_id, asking or self.env.user
        )
        if not users:
            return self.env._("Nobody is a supervisor yet; ask an administrator.")
        return self.env._(
            "Can say yes: %(names)s.", names=", ".join(users.mapped("name"))
        )

    def action_quotation_send(self):
        # EXTENDS 'sale'
        held = self._get_unsendable()
        if held:
            return held._open_ask_promise(is_batch=len(self) > 1)
        return super().action_quotation_send()

    def action_quotation_sent(self):
        # EXTENDS 'sale'
        held = self._get_unsendable()
        if held:
            return held._open_ask_promise(is_batch=len(self) > 1)
        return super().action_quotation_sent()

    def message_post(self, **kwargs):
        # EXTENDS 'sale'
        if self.env.context.get("mark_so_as_sent"):
            self._check_may_send()
        return super().message_post(**kwargs)

    def _open_ask_promise(self, is_batch):
        if is_batch:
            return notification(
                self.env._(
                    "Open and send one by one: %(names)s",
                    names=", ".join(self.mapped("name")),
                ),
                kind="warning",
                title=self.env._("Some quotations need a supervisor's yes"),
                sticky=True,
            )
        return self.action_ask_promise()

    # ------------------------------------------------------- confirming, changing

    def _action_confirm(self):
        # EXTENDS 'sale'
        # before procurement: what it launches would pass for supply
        self._judge_confirmed_promise()
        return super()._action_confirm()

    def _judge_confirmed_promise(self):
        """Never refuse; flag what needed a yes and put it before the supervisors."""
        self.env.cr.precommit.data.get(_QUEUE, set()).difference_update(self.ids)
        for order, judgement in self._judge_promise("confirm").items():
            if not (judgement.enforced and judgement.causes):
                continue
            # sudo came with the judgement: whoever confirmed, be it the customer
            env = self.env["aftersales.gate"]._in_staff_language(order).env
            if order.promise_state == "open":
                order._file_promise_request(
                    judgement, env._("Confirmed without asking before.")
                )
            elif order.promise_state == "refused":
                order._file_promise_request(
                    judgement, env._("Confirmed although a supervisor said no.")
                )

    def write(self, vals):
        # EXTENDS 'sale'
        if vals.get("state") == "sent":
            self.filtered(lambda order: order.state == "draft")._check_may_send()
        result = super().write(vals)
        if vals.get("state") == "sale":
            # `_action_confirm` takes them out again; an import may go past it
            self._queue_promise()
        elif not {
            "commitment_date",
            "contract_attachment_ids",
            "currency_id",
        }.isdisjoint(vals):
            self.sudo().filtered("promise_state")._queue_promise()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in ("sent", "sale"))._queue_promise()
        return orders

    def _queue_promise(self):
        """Have these orders judged before the transaction commits."""
        if not self:
            return
        precommit = self.env.cr.precommit
        queue = precommit.data.setdefault(_QUEUE, set())
        if not queue:
            precommit.add(self.env(context={})["sale.order"]._judge_queued_promises)
        queue.update(self.ids)

    @api.model
    def _judge_queued_promises(self):
        queued = self.env.cr.precommit.data.pop(_QUEUE, ())
        if not queued:
            return  # judged when they were confirmed
        orders = self.browse(queued).exists()
        # sudo: what was written is judged, whoever may read it afterwards
        orders = orders.sudo()
        flagged = orders.filtered("promise_state")
        flagged._refresh_promise()
        fresh = (orders - flagged).filtered(lambda order: order.state in _JUDGED)
        confirmed = fresh.filtered(lambda order: order.state == "sale")
        confirmed._judge_confirmed_promise()
        (fresh - confirmed)._judge_promise("send")

    def _action_cancel(self):
        # EXTENDS 'sale'
        result = super()._action_cancel()
        # sudo: requests are written by their own methods only
        cancelled = self.sudo().filtered(
            lambda order: order.state == "cancel" and order.promise_state
        )
        if cancelled:
            cancelled._get_pending_promises()._decide("withdrawn", False)
            cancelled.promise_state = False
        return result

    # -------------------------------------------------------------------- asking

    def action_ask_promise(self):
        """Say why the quotation may not go out, and offer to ask the supervisor."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("A Supervisor's Yes Is Needed"),
            "res_model": "aftersales.promise.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _ask_promise(self, motive):
        """File the request; what it covers is what the order says now."""
        self.ensure_one()
        self.check_access("write")
        judgement = self._judge_promise("manual", is_asked=True).get(self.sudo())
        if not judgement or not judgement.causes:
            raise UserError(
                self.env._("%(order)s needs no supervisor's yes.", order=self.name)
            )
        if self.sudo()._get_pending_promises():
            raise UserError(self.env._("A supervisor has been asked about it already."))
        return self.sudo()._file_promise_request(judgement, motive)

    def _file_promise_request(self, judgement, motive):
        """Make the request (called under sudo by checked callers)."""
        user = self.env.user
        # a customer, or nobody, confirmed: it is the salesperson's promise
        asking = user if user._is_internal() and not user._is_superuser() else False
        request = self.env["aftersales.promise.request"]._ask(
            self,
            {
                "motive": motive,
                "promised_date": self._get_promised_day(),
                "earliest_date": judgement.earliest.day,
                "terms": judgement.get_terms().dump(),
            },
            judgement.record,
            asking or self.user_id,
        )
        self.promise_state = "requested"
        request._tell_supervisors()
        return request

    def action_approve_promise(self):
        self.ensure_one()
        return self._get_pending_promise().action_open_approve()

    def action_refuse_promise(self):
        self.ensure_one()
        return self._get_pending_promise().action_refuse()

    def _get_pending_promise(self):
        request = self._get_pending_promises()[:1]
        if not request:
            raise UserError(self.env._("Nobody asks for a yes here."))
        return request

    # ------------------------------------------------------------------- screens

    @api.depends_context("uid", "lang")
    @api.depends("promise_state", "promise_request_ids.state")
    def _compute_promise_notice(self):
        self.promise_notice = False
        for order in self.filtered("promise_state"):
            # sudo: everybody who may read the order may read what was asked for it
            last = order.sudo()._get_last_promise_request()
            order.promise_notice = self.env["ir.qweb"]._render(
                "aftersales_rules.promise_notice",
                {
                    "order": order,
                    "texts": order._get_promise_texts(),
                    "asked": last if last.state != "withdrawn" else last.browse(),
                    "who": order._get_supervisors_text(),
                },
            )

    @api.depends_context("uid")
    @api.depends("promise_state", "promise_request_ids.state")
    def _compute_may_decide_promise(self):
        for order in self:
            # sudo: whether the button is offered; the method checks again
            pending = order.sudo()._get_pending_promises()[:1]
            order.may_decide_promise = bool(pending) and pending._is_decider(
                self.env.user
            )


_JUDGED = ("sent", "sale")
_PROMISED_FIELDS = {
    "commitment_date",
    "contract_attachment_ids",
    "currency_id",
    "order_kind",
}
