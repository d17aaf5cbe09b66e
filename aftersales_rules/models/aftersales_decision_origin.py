# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a figure of a decision to the records behind it, as they are now (R4)."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..rules import RulesError


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    def open_fact(self, name):
        """Open the records behind a fact: as they are now, with the reader's rights.

        :param str name: technical name of the fact
        :return: dict of a window action
        """
        self.ensure_one()
        self.check_access("read")
        label = self._get_fact_label(name)
        origin = self._get_origins().get(name)
        if not origin or origin["model"] not in self.env:
            raise UserError(
                self.env._("There is nothing to open behind “%(fact)s”.", fact=label)
            )
        model = self.env[origin["model"]].with_context(active_test=False)
        domain = _domain_of(origin)
        found = model.browse()
        if model.has_access("read"):
            found = model.search(domain, limit=2)
        # sudo: only whether there is anything at all
        if not found and model.sudo().search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "You may see the figure “%(fact)s”, but not open what is behind it "
                    "(%(origin)s). Ask somebody with the right for it.",
                    fact=label,
                    origin=origin["text"],
                )
            )
        if not found:
            raise UserError(
                self.env._("There is nothing behind “%(fact)s” now.", fact=label)
            )
        return self._prepare_fact_action(label, origin, domain, found)

    def _prepare_fact_action(self, label, origin, domain, found):
        today = self.company_id.sudo()._aftersales_now().date()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(fact)s: as it is now, %(day)s",
                fact=label,
                day=format_date(self.env, today),
            ),
            "res_model": origin["model"],
            "context": {"create": False, "active_test": False},
        }
        if len(found) == 1:
            return action | {"res_id": found.id, "views": [(False, "form")]}
        return action | {
            "domain": list(domain),
            "views": [(False, "list"), (False, "form")],
        }

    def _get_fact_label(self, name):
        try:
            spec = self.env["aftersales.extension"]._get_registry().get(self.decision)
        except RulesError:
            return name
        field = spec.fact_fields.get(name)
        if field is None:
            raise UserError(
                self.env._("“%(name)s” is no fact of this decision.", name=name)
            )
        return self.env["aftersales.text"]._term(field.label)

    def _get_origins(self):
        # sudo: what is behind a figure is no secret; opening it needs the rights
        return self.env["aftersales.fact.origin"].sudo()._fact_origins(self.sudo())

    def _describe_origins(self):
        """Where each fact comes from, how many records, and whether one may look."""
        described, known = {}, {}
        for name, origin in self._get_origins().items():
            if origin["model"] not in self.env:
                continue
            domain = _domain_of(origin)
            key = origin["model"], str(domain)
            if key not in known:
                known[key] = self._count_origin(origin["model"], domain)
            count = known[key]
            described[name] = {
                "text": origin["text"],
                "count": count,
                "can_open": bool(count),
            }
        return described

    def _count_origin(self, model, domain):
        """How many of the records the reader may see; False where none may be."""
        records = self.env[model].with_context(active_test=False)
        if not records.has_access("read"):
            return False
        return records.search_count(domain)


def _domain_of(origin):
    if "ids" in origin:
        return Domain("id", "in", origin["ids"])
    return Domain(origin["domain"])
