# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The transfer gate: event → facts → decide → record → apply, for one transfer.

How it works: the other gates hold an order; this one holds a single outgoing transfer
for what has nothing to do with money: the order is suspended, a new address is not
acknowledged, an inspection is missing (O10, O11, O16).

How a feature plugs in, three methods of ``stock.picking`` extended by super():

* ``_filter_transfer_concerned`` says which transfers it has something to say about,
  from fields that are at hand anyway: an ordinary transfer costs no query;
* ``_get_transfer_facts`` gives its facts for all of them at once;
* when something changed it calls ``_judge_transfers(event)``.

Nobody waives these causes: each one ends by its own checked action (resume the order,
acknowledge the address, record the inspection), and a release of credit is no answer
to a wrong address. So holds of this gate are never released, only settled.
"""

from dataclasses import dataclass, field

from odoo import api, fields, models

from ..rules import TRANSFER_RELEASE, TransferFacts
from .aftersales_gate import ORDER_GATES


@dataclass
class TransferJudgement:
    """One decision about one transfer, and what it asks for."""

    picking: models.BaseModel
    facts: dict
    decision: object
    enforced: bool
    open_holds: models.BaseModel
    causes: dict = field(default_factory=dict)
    record: models.BaseModel | None = None


class AftersalesGate(models.AbstractModel):
    _inherit = "aftersales.gate"

    @api.model
    def _judge_transfers(self, pickings, event):
        """Judge outgoing transfers and apply what the rules say.

        :param pickings: `stock.picking`; those that nothing concerns are left alone
        :param str event: change, recheck or deliver
        :return: the transfers that were judged
        """
        # sudo: whoever registers a change need not be allowed to read transfers, and
        # the warehouse need not read orders
        pickings = pickings.sudo()._filter_transfer_judged()
        if not pickings:
            return pickings
        facts = pickings._get_transfer_facts()
        judgements = [self._decide_transfer(p, facts[p]) for p in pickings]
        self._record_transfers(judgements, event)
        self._apply_transfers([j for j in judgements if j.enforced], event)
        return pickings

    def _decide_transfer(self, picking, facts):
        company = picking.company_id
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        decision = compiled.decide(
            TRANSFER_RELEASE.name,
            self.env["aftersales.extension"]._complete_one(
                TRANSFER_RELEASE.name, picking, TransferFacts.of(**facts)
            ),
            on=company._aftersales_now().date(),
        )
        matches = decision.matched
        judgement = TransferJudgement(
            picking,
            facts,
            decision,
            company._aftersales_mode(TRANSFER_RELEASE.name) == "enforce",
            picking._get_transfer_holds(any_mode=True),
        )
        if not any(match.outcome["effect"] == "release" for match in matches):
            for match in matches:
                judgement.causes.setdefault(match.outcome.get("cause"), match)
        return judgement

    # ----------------------------------------------------------------- recording

    def _record_transfers(self, judgements, event):
        """Keep the decisions that say something new (R10)."""
        decisions = self.env["aftersales.decision"].sudo()
        pickings = self.env["stock.picking"].concat(*(j.picking for j in judgements))
        last = decisions._get_last(TRANSFER_RELEASE.name, pickings)
        fresh = [j for j in judgements if self._is_transfer_news(j, last)]
        if not fresh:
            return
        records = decisions._record(
            [
                {
                    "decision": judgement.decision,
                    "company": judgement.picking.company_id,
                    "order": self._get_transfer_order(judgement.picking),
                    "res_model": "stock.picking",
                    "res_id": judgement.picking.id,
                    "event": event,
                    "mode": "enforce" if judgement.enforced else "observe",
                    "result": "hold" if judgement.causes else "release",
                }
                for judgement in fresh
            ]
        )
        for judgement, record in zip(fresh, records, strict=True):
            judgement.record = record

    def _is_transfer_news(self, judgement, last):
        before = last.get(judgement.picking.id)
        if not before:
            return bool(judgement.causes)
        mode = "enforce" if judgement.enforced else "observe"
        if before.mode != mode and judgement.causes:
            return True
        return {m.reason for m in before._get_decision().matched} != {
            m.reason for m in judgement.decision.matched
        }

    # ------------------------------------------------------------------ applying

    def _apply_transfers(self, judgements, event):
        to_open, to_close = [], self.env["aftersales.hold"].sudo()
        for judgement in judgements:
            for hold in judgement.open_holds:
                match = judgement.causes.pop(hold.cause, None)
                if not match:
                    to_close |= hold
                elif judgement.record and hold.reason != match.reason:
                    hold.write(
                        {
                            "reason": match.reason,
                            "remedy": match.remedy,
                            "decision_id": judgement.record.id,
                        }
                    )
            to_open += [
                self._prepare_transfer_hold_vals(judgement, cause, match, event)
                for cause, match in judgement.causes.items()
            ]
        if to_open:
            holds = self.env["aftersales.hold"]._open(to_open)
            self._tell_transfers(holds)
        if to_close:
            self._close_transfer_holds(to_close, "cause_ended")

    def _prepare_transfer_hold_vals(self, judgement, cause, match, event):
        picking = judgement.picking
        order = self._get_transfer_order(picking, cause)
        record = judgement.record or self._get_last_transfer_decision(picking)
        return {
            "order_id": order.id,
            "picking_id": picking.id,
            "company_id": picking.company_id.id,
            "partner_id": order.partner_invoice_id.commercial_partner_id.id,
            "gate": "transfer",
            "cause": cause,
            "amount": order._get_amount_company_currency(),
            "reason": match.reason,
            "remedy": match.remedy,
            "decision_id": record.id,
            "opened_at": fields.Datetime.now(),
            "opened_by_id": self.env.uid,
            "opened_event": event,
        }

    def _get_last_transfer_decision(self, picking):
        # the gate had been switched off meanwhile, or a hold was closed with it
        return (
            self.env["aftersales.decision"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "stock.picking"),
                    ("res_id", "=", picking.id),
                    ("decision", "=", TRANSFER_RELEASE.name),
                ],
                order="id desc",
                limit=1,
            )
        )

    def _get_transfer_order(self, picking, cause=None):
        """The order that a transfer of several is held for; extended by features."""
        return picking.move_ids._filter_leaving_customer()._get_sold_orders()[:1]

    def _close_transfer_holds(self, holds, kind):
        """Close holds of transfers and say so on order and transfer."""
        if holds:
            holds._close(kind)
            self._tell_transfers(holds, kind)

    def _tell_transfers(self, holds, kind=None):
        orders = holds.order_id
        orders._message_log_batch(
            {
                order.id: self._in_staff_language(order)._get_holds_message(same, kind)
                for order, same in holds.grouped("order_id").items()
            }
        )
        holds.picking_id._message_log_batch(
            {
                picking.id: self._in_staff_language(
                    same.order_id[:1]
                )._get_holds_message(same, kind)
                for picking, same in holds.grouped("picking_id").items()
            }
        )

    # ------------------------------------------------------------------ the net

    def _recheck(self, orders, gates=ORDER_GATES):
        # EXTENDS 'aftersales.gate': the cron that looks at held orders
        result = super()._recheck(orders, gates)
        holds = orders._get_open_holds("transfer")
        pickings = holds.picking_id
        enforced = pickings.filtered(
            lambda p: p.company_id._aftersales_mode(TRANSFER_RELEASE.name) == "enforce"
        )
        self._close_transfer_holds(
            holds.filtered(lambda hold: hold.picking_id not in enforced), "gate_off"
        )
        self._judge_transfers(enforced, "recheck")
        return result
