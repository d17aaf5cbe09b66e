"""The scene of ``demo.py`` that is about the costs of a complaint, and the books."""

from __future__ import annotations

COSTS = (
    ("replacement", "Four panes", 472, "company"),
    ("transport", "Special transport to Bristol", 185, "company"),
    ("travel", "Visit to the winter garden", 96, "sales_manager"),
)


class Costs:
    """Who pays for a complaint, as the story tells it; mixed into ``Story``."""

    def into_the_books(self) -> None:
        self.title("What the complaint costs, who pays, and what the books say")
        ticket = self.complaint
        costs = self.enter_costs(ticket)
        self.line("answer", f"Nobody bears them yet. {costs[0].liability_reason}")
        print()
        self.find_fault(ticket)
        for cost in costs:
            amount = self.money(cost.company_amount)
            self.line("cost", f"{cost.name}: {amount}, to be borne by: {self.bearer(cost)}.")
            self.line("why", cost.liability_reason)
        print()
        reviewed = costs.with_env(self.as_user("accountant"))
        reviewed.action_review()
        if set(costs.mapped("state")) != {"reviewed"}:
            raise AssertionError(f"the costs of {ticket.complaint_number} should be reviewed")
        self.line("event", "Aileen Moore (accountant) reviews them, and looks at the entry.")
        posting = reviewed.env["aftersales.cost.posting"].browse(reviewed.action_post()["res_id"])
        for line in posting.preview_ids:
            side = "debit" if line.debit else "credit"
            who = f" ({line.partner_id.name})" if line.partner_id else ""
            amount = self.money(line.debit or line.credit)
            self.line(side, f"{amount:>12}  {line.account_id.display_name}{who}")
        posting.action_post()
        self.env.cr.commit()
        self.env.invalidate_all()
        documents = ", ".join(posting.move_ids.mapped("name"))
        self.line("outcome", f"{posting.name} is in the books: {documents}.")
        print()
        self.line("event", "She presses Post again.")
        self.line("answer", posting.action_post()["params"]["message"])

    def enter_costs(self, ticket):
        """Ana writes down what the complaint has cost so far."""
        env = self.as_user("aftersales")
        costs = env["aftersales.cost"].create(
            [
                {
                    "complaint_id": ticket.id,
                    "cost_type": cost_type,
                    "name": name,
                    "amount": amount,
                    "worked_by": worked_by,
                }
                for cost_type, name, amount, worked_by in COSTS
            ]
        )
        total = self.money(sum(costs.mapped("company_amount")))
        self.line(
            "event",
            f"Ana Ferreira (after-sales) enters what {ticket.complaint_number} has cost: {total}.",
        )
        self.env.cr.commit()
        self.env.invalidate_all()
        return costs.with_env(self.env)

    def find_fault(self, ticket) -> None:
        """The workshop admits it, and Ana writes it down."""
        ticket.with_env(self.as_user("aftersales")).write(
            {
                "complaint_fault_party": "company",
                "complaint_fault_reason": "The edges were cut wrong in our workshop.",
            }
        )
        self.line("event", "The workshop finds that it cut the edges wrong; Ana writes it down.")
        self.env.cr.commit()
        self.env.invalidate_all()

    def bearer(self, cost) -> str:
        """Who bears a cost, and what the books make of it."""
        names = [
            dict(cost._fields[name]._description_selection(self.env))[cost[name]]
            for name in ("bearer", "treatment")
        ]
        return " · ".join(names)
