# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of a decision: what it holds today, who can end that, what ended it."""

from odoo import models
from odoo.tools import format_datetime


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    def get_explanation(self):
        # EXTENDS 'aftersales_rules'
        return super().get_explanation() | {"aftermath": self._get_aftermath()}

    def _get_aftermath(self) -> list[str]:
        """One sentence per thing to know, for whoever may read the decision."""
        # sudo: who may read a decision may read what it still holds
        holds = self.env["aftersales.hold"].sudo()
        holds = holds.search([("decision_id", "=", self.id)], order="id")
        opened = holds.filtered(lambda hold: hold.state == "open")
        lines = [hold._get_who_text() for hold in opened]
        authority = self.env["aftersales.release.authority"]
        for order in opened._filter_releasable().order_id:
            amount = order._get_amount_company_currency()
            lines.append(authority._who_can_text(order.company_id, amount))
        lines += [self._say_how_it_ended(hold) for hold in holds - opened]
        return list(dict.fromkeys(line for line in lines if line))

    def _say_how_it_ended(self, hold) -> str:
        kinds = dict(hold._fields["close_kind"]._description_selection(self.env))
        words = {
            "what": hold.display_name,
            "how": kinds.get(hold.close_kind, hold.close_kind),
            "who": hold.closed_by_id.name,
            "when": format_datetime(self.env, hold.closed_at),
        }
        if hold.close_kind != "released":
            return self.env._(
                "No longer on hold – %(what)s: %(how)s, %(when)s.", **words
            )
        if not hold.closed_reason:
            return self.env._("%(what)s: released by %(who)s, %(when)s.", **words)
        return self.env._(
            "%(what)s: released by %(who)s, %(when)s: %(reason)s",
            reason=hold.closed_reason,
            **words,
        )
