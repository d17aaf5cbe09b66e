# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Documents that service costs are pulled from: bills, goods, and more (L9).

How it works: a model that holds costs inherits ``aftersales.cost.source``, says with
``_find_cost_sources`` which of its records belong to a complaint, and describes them
with ``_get_cost_rows``: what was spent, and where it stands in the books. Everything
else is done for all of them alike: pulling each once (``aftersales_cost_pulling.py``),
noticing when it changes (``aftersales_cost_source_change.py``), the links both ways.
``docs/books.md`` says where each source stands in the books, and why. The addons for
expenses and timesheets are sources of their own.
"""

from dataclasses import dataclass, field
from datetime import date as Date
from typing import Any

from odoo import api, models


@dataclass(frozen=True)
class SourceRow:
    """What one document says of the cost that it holds. Records come with sudo."""

    complaint: Any
    name: str
    document: str
    date: Date
    currency: Any
    amount: float
    """In ``currency``; negative if it lowers the cost."""
    company_amount: float
    """The same as it is booked, in company currency."""
    account: Any
    """Where it stands in the books; empty: where the company's settings say."""
    move_line: Any
    """The journal item that put it there; empty if there is none of its own."""
    cost_type: str
    """A guess, which people correct."""
    analytic: dict | None = None
    blocked: str = ""
    """Why it cannot be pulled, or not yet."""
    suggested: bool = True
    note: str = ""
    values: dict = field(default_factory=dict)
    """What else is known of the cost: whose people worked, the product."""

    def same_amount(self, other):
        """Whether both stand for the same money.

        :param other: another row, or an `aftersales.cost`
        """
        if isinstance(other, SourceRow):
            currency, booked = other.currency, other.company_amount
        else:
            currency, booked = other.currency_id, other.source_company_amount
        company_currency = self.complaint.company_id.currency_id
        return (
            self.currency == currency
            and not self.currency.compare_amounts(self.amount, other.amount)
            and not company_currency.compare_amounts(self.company_amount, booked)
        )


class AftersalesCostSource(models.AbstractModel):
    """Records each of which is one service cost at most."""

    _name = "aftersales.cost.source"
    _description = "Source of a Service Cost"

    @api.model
    def _find_cost_sources(self, complaints):
        """What of this model belongs to complaints, and has cost or will cost money.

        :return: records of this model, with the rights of the caller
        """
        raise NotImplementedError

    def _get_cost_rows(self):
        """What each of these says of its cost; called with sudo, in a batch.

        A record that is no cost of a complaint (any more) has no row.

        :rtype: dict[Model, SourceRow]
        """
        raise NotImplementedError

    @api.model
    def _get_cost_kind(self):
        """What people call a record of this model."""
        return self.env["ir.model"]._get(self._name).name

    def _get_cost_document(self):
        """The record whose form shows this one, and which carries its files."""
        self.ensure_one()
        return self

    def _queue_cost_check(self):
        """These have changed: look at the costs that were pulled from them."""
        self.env["aftersales.cost"]._queue_source_check(self)
