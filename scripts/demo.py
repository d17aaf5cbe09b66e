"""A narrated run of real decisions in the demo company: `make demo` runs it before it serves.

``main(env)`` gets an environment of the administrator in the demo database. Each scene is
committed, so that its order can be looked at in the web client. Every run makes new orders;
those of the run before are cancelled first, so that the dealers' limits are free again.
"""

from __future__ import annotations

import math
import sys
import textwrap

from demo_complaint import Complaints
from demo_cost import Costs
from demo_rules import Rules

WIDTH = 79
INDENT = 12
SOURCE = "make demo"
"""Source document of the orders made here: the next run finds them by it."""
THRESHOLD = "limit_usage_max"
SHOWN = ("exposure", "credit_limit", "overdue_amount", "overdue_days", "tier")
"""Facts worth a line here; the decision itself keeps all of them."""


def main(env) -> None:
    """Tell the story, scene by scene."""
    story = Story(env)
    story.clear()
    try:
        story.within_the_limit()
        story.over_the_limit()
        story.payment_arrives()
        story.overdue_and_released()
        story.threshold_changed()
        story.refused_at_the_door()
        story.deposit_starts_production()
        story.broken_panes()
        story.into_the_books()
        story.rules_changed()
        story.explained()
    finally:
        story.set_threshold("100 %")
        env.cr.commit()


class Story(Complaints, Costs, Rules):
    """The people, and what they do one after the other."""

    def __init__(self, env) -> None:
        self.env = env
        self.company = env.company
        self.number = 0
        self.decisions = []

    # ------------------------------------------------------------------ the scenes

    def within_the_limit(self) -> None:
        self.title("An order within the limit goes on")
        order = self.confirm("dealer_lindqvist", "product_silk", 120)
        self.outcome(order)

    def over_the_limit(self) -> None:
        self.title("An order over the limit is confirmed, but on hold")
        self.order = self.confirm("dealer_brennan", "product_flax", self.over("dealer_brennan"))
        self.outcome(self.order)

    def payment_arrives(self) -> None:
        self.title("A payment arrives, and the order goes on by itself")
        excess = float(self.facts(self.order)["limit_excess"])
        self.line(
            "event",
            f"Helen Brandt (finance) books a down payment of {self.money(excess)} "
            f"on {self.order.name}.",
        )
        self.down_payment(self.order, excess)
        self.env.cr.commit()
        self.outcome(self.order, facts=True)

    def overdue_and_released(self) -> None:
        self.title("An overdue debt holds the next order; a controller releases it")
        order = self.confirm("dealer_costa", "product_insulator", 80)
        self.outcome(order)
        print()
        self.attempt("sales", "tries to release it herself", order)
        reason = "Bank confirmed today's transfer by phone."
        self.line("event", f"Carl Jansen (credit controller) releases it: “{reason}”")
        self.release(order, "controller", reason)
        self.outcome(order, facts=False)

    def threshold_changed(self) -> None:
        self.title("The administrator changes a threshold, and the next order passes")
        threshold = self.threshold()
        self.line("event", f"Ruth Adler (rules administrator) opens “{threshold.label}”.")
        self.attempt("rules", "types “a lot”", threshold, value="a lot")
        self.set_threshold("140 %")
        self.line(
            "event",
            f"She types 140 %: {self.company.aftersales_version_id.name} of the rules is in force.",
        )
        order = self.confirm("dealer_brennan", "product_flax", self.over("dealer_brennan"))
        self.outcome(order)

    def refused_at_the_door(self) -> None:
        self.title("A delivery on arrears is refused at the door")
        order = self.confirm("dealer_popup", "product_silk", 60)
        self.outcome(order, why=False)
        transfer = order.picking_ids[:1]
        transfer.action_assign()
        self.line("event", f"Walter Ng (warehouse) validates {transfer.name}.")
        self.line("answer", self.validate(transfer))
        self.env.cr.commit()

    def deposit_starts_production(self) -> None:
        self.title("An engineering order waits for its deposit; the money starts production")
        order = self.confirm("customer_firth", "product_tower", 10)
        self.outcome(order, facts=False)
        self.line("kind", order.order_kind_why)
        print()
        production = order.mrp_production_ids[:1]
        self.line("event", f"Pavel Horak (planner) confirms {production.name}.")
        answer = production.with_env(self.as_user("planner")).action_confirm()
        self.line("answer", answer["params"]["message"].split("\n")[0])
        deposit = order.amount_total / 2
        self.line(
            "event",
            f"Helen Brandt (finance) books the deposit of {self.money(deposit)}.",
        )
        self.down_payment(order, deposit)
        self.env.cr.commit()
        self.env.invalidate_all()
        made = self.env["mrp.production"].search([("reference_ids.sale_ids", "=", order.id)])
        if set(made.mapped("state")) != {"confirmed"} or set(made.mapped("priority")) != {"1"}:
            raise AssertionError(f"{order.name} should be in production")
        self.line("outcome", f"{', '.join(made.mapped('name'))} confirmed, with priority.")
        balance = order._get_open_holds("shipment")[:1]
        self.line("next", balance._get_texts()["reason"])

    def explained(self) -> None:
        self.title("Why? Two of these decisions, rule by rule")
        within, over, *_others = self.decisions
        self.explain(over)
        print()
        self.explain(within)

    # ----------------------------------------------------------------- what people do

    def as_user(self, role: str):
        return self.env(user=self.env.ref(f"aftersales_rules.demo_user_{role}").id)

    def ref(self, name: str):
        return self.env.ref(f"aftersales_rules.demo_{name}")

    def clear(self) -> None:
        """Take back what an earlier run left."""
        self.set_threshold("100 %")
        orders = self.env["sale.order"].search([("origin", "=", SOURCE), ("state", "!=", "cancel")])
        for order in orders.filtered(lambda order: "done" not in order.picking_ids.mapped("state")):
            order.locked = False
            order._action_cancel()
        self.env.cr.commit()

    def over(self, customer: str) -> int:
        """How many rolls make an order some 3,000 larger than what is left of the limit."""
        partner = self.ref(customer)
        probe = self.env["sale.order"].create({"partner_id": partner.id, "name": "probe"})
        facts = self.env["aftersales.credit.facts"]._gather(probe)[probe.id].facts()
        probe.unlink()
        price = self.ref("product_flax").list_price
        left = max(float(facts.credit_limit) - float(facts.exposure), 0.0)
        return math.ceil((left + 3000) / price)

    def confirm(self, customer: str, product: str, quantity: int):
        """Sofia makes an order and confirms it."""
        partner, goods = self.ref(customer), self.ref(product)
        line = {"product_id": goods.id, "product_uom_qty": quantity}
        env = self.as_user("sales")
        values = {"partner_id": partner.id, "origin": SOURCE, "order_line": [(0, 0, line)]}
        order = env["sale.order"].create(values).with_env(self.env)
        order.with_env(env).action_confirm()
        self.env.cr.commit()
        self.line(
            "event",
            f"Sofia Marten (sales) confirms {order.name} for {partner.name}: "
            f"{quantity} × {goods.name}, {self.money(order.amount_total)}.",
        )
        return order

    def down_payment(self, order, amount: float) -> None:
        env = self.as_user("finance")
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [(6, 0, order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        register = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({})._create_payments()

    def release(self, order, role: str, reason: str) -> None:
        """Release an order and its delivery through the wizard, as a person does."""
        action = order.with_env(self.as_user(role)).action_release_hold()
        wizard = self.as_user(role)["aftersales.hold.release"].with_context(**action["context"])
        wizard.create({"reason": reason, "include_shipment": True}).action_release()
        self.env.cr.commit()

    def attempt(self, role: str, what: str, record, **values) -> None:
        """Somebody tries what is not allowed; the system's answer is shown."""
        from odoo.exceptions import UserError

        user = self.env.ref(f"aftersales_rules.demo_user_{role}")
        record = record.with_env(self.as_user(role))
        try:
            with self.env.cr.savepoint():
                if values:
                    record.write(values)
                else:
                    record.action_release_hold()
        except UserError as refusal:
            self.line("event", f"{user.name.split()[0]} {what}.")
            self.line("answer", str(refusal))
        else:
            raise AssertionError(f"{user.name} should not have been allowed to: {what}")

    def validate(self, transfer) -> str:
        """Validate a transfer as the warehouse does, and give the answer."""
        from odoo.exceptions import UserError

        try:
            with self.env.cr.savepoint():
                answer = transfer.with_env(self.as_user("warehouse")).button_validate()
        except UserError as refusal:
            return str(refusal)
        if transfer.state == "done" or not isinstance(answer, dict):
            raise AssertionError(f"{transfer.name} should not have left")
        return answer["params"]["message"]

    def threshold(self, name: str = THRESHOLD):
        return self.env["aftersales.threshold"].search(
            [("name", "=", name), ("company_id", "=", self.company.id)]
        )

    def set_threshold(self, value: str) -> None:
        threshold = self.threshold().with_env(self.as_user("rules"))
        if threshold.value != value:
            threshold.value = value
            self.env.cr.commit()

    # -------------------------------------------------------------------- what is shown

    def decision(self, order):
        """The last decision that says where the order stands."""
        gates = {"shipment": "shipment_release", "production": "production_release"}
        gate = gates.get(order.hold_state, "credit_hold")
        return self.env["aftersales.decision"].search(
            [("order_id", "=", order.id), ("decision", "=", gate)], limit=1
        )

    def facts(self, order) -> dict[str, str]:
        return self.decision(order)._get_decision().facts

    def outcome(self, order, facts: bool = True, why: bool = True) -> None:
        """Facts, outcome, why, what would release it, who can."""
        self.env.invalidate_all()
        decision = self.decision(order)
        self.decisions.append(decision)
        explanation = decision._prepare_explanation()
        if facts:
            # only now: Odoo is not there when this file is imported
            from odoo.addons.aftersales_rules.rules import REGISTRY

            names = REGISTRY.get(decision.decision).fact_fields
            seen = dict(zip(names, explanation["facts"], strict=True))
            values = decision._get_decision().facts
            shown = [seen[name] for name in SHOWN if values[name] and values[name] != "0.00"]
            self.line("facts", "; ".join(f"{fact['label']}: {fact['value']}" for fact in shown))
        holds = order._get_open_holds()
        if not holds:
            made = [*order.picking_ids.mapped("name"), *order.mrp_production_ids.mapped("name")]
            self.line("outcome", f"GOES ON; the warehouse has {', '.join(made)}.")
            matches = explanation["matches"]
            if facts:
                self.line("why", matches[0].reason if matches else "No rule holds it.")
            return
        state = dict(order._fields["hold_state"]._description_selection(self.env))
        more = {
            "procurement": ": nothing is picked, bought or made",
            "production": ": nothing is made",
            "shipment": ": packed, but it may not leave",
        }
        self.line("outcome", state[order.hold_state].upper() + more.get(order.hold_state, "") + ".")
        if not why:
            return
        for hold in holds.sorted("id"):
            texts = hold._get_texts()
            self.line("why", f"{texts['cause']}: {texts['reason']}")
            self.line("release", texts["remedy"])
        who = self.env["aftersales.release.authority"]._who_can_text(
            self.company, order._get_amount_company_currency()
        )
        self.line("who", who)

    def explain(self, decision) -> None:
        """Every rule: matched, or the conditions that failed, value seen and needed."""
        explanation = decision._prepare_explanation()
        self.line(
            "decision",
            f"{decision.display_name}, {decision.version_id.name}: {explanation['result']}",
        )
        for rule in explanation["rules"]:
            label = "  matched" if rule.matched else "  not"
            conditions = rule.conditions if rule.matched else rule.failed[:1]
            needed = " and ".join(condition.text for condition in conditions)
            seen = ", ".join(dict.fromkeys(condition.seen for condition in conditions))
            distance = "" if rule.matched else conditions[0].distance
            off = f", off by {distance}" if distance else ""
            self.line(label, f"{rule.label}: {needed}; seen {seen}{off}.")

    def title(self, text: str) -> None:
        self.number += 1
        print(f"\n{self.number}. {text}\n")

    def line(self, label: str, text: str) -> None:
        margin = " " * INDENT
        for number, part in enumerate(filter(None, text.split("\n"))):
            first = f"  {label:<{INDENT - 2}}" if number == 0 else margin
            print(textwrap.fill(part, WIDTH, initial_indent=first, subsequent_indent=margin))

    def money(self, amount: float) -> str:
        return f"{amount:,.2f} {self.company.currency_id.name}"


def run(database: str) -> None:
    """Open the database and hand an environment to ``main``."""
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--log-level=error"])
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        admin = env.ref("base.user_admin")
        main(
            odoo.api.Environment(
                cr,
                admin.id,
                {"lang": "en_US", "allowed_company_ids": admin.company_ids.ids},
            )
        )
        cr.rollback()


if __name__ == "__main__":
    run(sys.argv[1])
