"""The scene of ``demo.py`` that is about a complaint."""

from __future__ import annotations


class Complaints:
    """A call of a customer, as the story tells it; mixed into ``Story``."""

    def broken_panes(self) -> None:
        self.title("A customer calls with broken panes and asks for compensation")
        self.complaint = ticket = self.take_call(
            "Four panes of the winter garden are broken.\n"
            "Guests have to stay out, and we want compensation."
        )
        self.line("outcome", f"{ticket.complaint_number} in the register.")
        self.line("type", ticket.complaint_type_said)
        self.line("severity", ticket.complaint_severity_said)
        self.line("goes to", ticket.complaint_routing_said)
        for alert in ticket.complaint_alert_ids:
            names = ", ".join(alert.user_ids.mapped("name"))
            until = self.when(alert.due_at)
            self.line("told", f"{names}, by task and mail; to be acknowledged by {until}.")
        for clock in ticket.complaint_clock_ids.filtered(lambda clock: not clock.done_at):
            kind = dict(clock._fields["kind"]._description_selection(self.env))[clock.kind]
            self.line("due", f"{self.when(clock.due_at)}: {kind}")
        if ticket.complaint_severity != "major" or not ticket.complaint_alert_ids:
            raise AssertionError(f"{ticket.complaint_number} should be with the general manager")
        print()
        self.line("event", "Ana thinks that the hotel will forget it, and closes the complaint.")
        self.line("answer", self.close(ticket))

    def take_call(self, text: str):
        """Ana writes what the hotel says into the form for calls, and registers it."""
        customer = self.ref("customer_hotel")
        form = self.as_user("aftersales")["aftersales.complaint.phone"].create(
            {
                "partner_id": customer.id,
                "contact_name": "Olivia Hart",
                "product_id": self.ref("product_pane").id,
                "lot_number": self.ref("lot_pane").name,
                "quantity": 4,
                "text": text,
                "compensation_asked": True,
                "installed": True,
                "is_read_back": True,
            }
        )
        self.line(
            "event",
            f"Ana Ferreira (after-sales) takes a call from Olivia Hart, {customer.name}: "
            f"“{text.replace(chr(10), ' ')}”",
        )
        if form.is_after_hours:
            form.urgency_rating = "urgent"
            self.line(
                "asked", "Nobody works now. Can it wait for the next working hour? It cannot."
            )
        ticket = self.env["helpdesk.ticket"].browse(form.action_register()["res_id"])
        self.env.cr.commit()
        self.env.invalidate_all()
        return ticket

    def close(self, ticket) -> str:
        """Close a complaint whose procedure is not complete, and give the answer."""
        from odoo.exceptions import UserError

        try:
            with self.env.cr.savepoint():
                ticket.with_env(self.as_user("aftersales")).action_close_complaint()
        except UserError as refusal:
            return str(refusal)
        raise AssertionError(f"{ticket.complaint_number} should have stayed open")

    def when(self, moment) -> str:
        from odoo.tools import format_datetime

        zone = self.company._aftersales_now().tzinfo
        return format_datetime(self.env, moment, tz=str(zone), dt_format="EEE d MMM, HH:mm")
