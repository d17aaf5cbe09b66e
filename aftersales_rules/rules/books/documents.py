"""Shares of service costs in, documents with exact lines out (L8).

Place in event → facts → decide → record → **apply**. The same plan is shown as a
preview and written into the books, so that what finance has seen is what is posted.
No database and no taxes here: whoever asks brings accounts, partners and complaints as
keys of its own, and lets its accounting add what an invoice needs besides its lines.

What a share becomes follows from its treatment:

``manufacturing``, ``expense``
    a journal entry: debit of the account of the setting, with the analytic distribution
    of the share; credit of the account where the cost stands today (the *relieved*
    one), with the distribution it stands there with. If both are the same, the cost is
    where it belongs, and nothing is written;
``receivable``
    a journal entry: debit of what the employee owes, credit of the relieved account;
``claim``
    the same for a carrier, or a refund of a vendor, as the setting says;
``recharge``
    an invoice whose line credits the relieved account, or an income account if the
    setting says so. What is charged above the cost is a line of its own.

Everything is in company currency and adds up to the cent: all lines of a share that
carry its amount add up to it, whatever the grouping.

>>> from datetime import date
>>> accounts = Accounts(manufacturing=4101, surplus=6051)
>>> settings = Settings(date=date(2026, 3, 31), accounts=accounts)
>>> item = Item(
...     key=1, complaint="C1", bearer="company", treatment="manufacturing",
...     date=date(2026, 3, 2), amount=Decimal("80.00"), relieved=6601,
... )
>>> document = plan_documents([item], settings).documents[0]
>>> [(line.account, str(line.balance)) for line in document.lines]
[(4101, '80.00'), (6601, '-80.00')]
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from enum import Enum

__all__ = [
    "Accounts",
    "Analytic",
    "Document",
    "DocumentKind",
    "Grouping",
    "Item",
    "Line",
    "Plan",
    "PlanError",
    "Role",
    "Settings",
    "freeze_analytic",
    "plan_documents",
]

Analytic = tuple[tuple[str, Decimal], ...]
"""An analytic distribution: pairs of account keys and percent, in order."""

_ZERO = Decimal(0)


class DocumentKind(str, Enum):
    """What accounting makes of it; the names that Odoo gives to kinds of moves."""

    ENTRY = "entry"
    INVOICE = "out_invoice"
    CREDIT_NOTE = "out_refund"
    VENDOR_REFUND = "in_refund"
    VENDOR_BILL = "in_invoice"

    def __str__(self) -> str:
        return self.value


class Grouping(str, Enum):
    """What comes together on one document."""

    COMPLAINT = "complaint"
    BEARER = "bearer"
    MONTH = "month"

    def __str__(self) -> str:
        return self.value


class Role(str, Enum):
    """What a line is there for."""

    BEAR = "bear"
    """The account of whoever bears it."""
    RELIEVE = "relieve"
    """The account where the cost stood until now."""
    CHARGE = "charge"
    """A line of an invoice or a refund with the amount of a share."""
    SURPLUS = "surplus"
    """A line of an invoice with what is charged above the cost."""

    def __str__(self) -> str:
        return self.value


_TREATMENTS = ("manufacturing", "expense", "recharge", "receivable", "claim")
_CHARGED = ("recharge", "receivable", "claim")
_OWN_SIGN = {
    DocumentKind.INVOICE: -1,
    DocumentKind.CREDIT_NOTE: 1,
    DocumentKind.VENDOR_REFUND: -1,
    DocumentKind.VENDOR_BILL: 1,
}
"""How the price of a line stands to the balance it leaves on its account."""


class PlanError(ValueError):
    """An item that cannot be planned; checks before it tell people in words.

    :ivar key: of the item
    :ivar problem: ``treatment``, ``partner``, ``account:<name>`` or ``surplus``
    """

    def __init__(self, key: Hashable, problem: str) -> None:
        self.key = key
        self.problem = problem
        super().__init__(f"{key}: {problem}")


@dataclass(frozen=True)
class Accounts:
    """Accounts of the setting, as keys of the caller."""

    manufacturing: Hashable | None = None
    expense: Hashable | None = None
    receivable: Hashable | None = None
    claim: Hashable | None = None
    income: Hashable | None = None
    surplus: Hashable | None = None


@dataclass(frozen=True)
class Settings:
    """How costs are put into the books.

    :ivar date: of the posting
    :ivar by_cost_date: documents carry the day of their latest cost instead
    :ivar recharge_to_income: recharges are income; the cost stays where it stands
    :ivar claim_as_refund: claims are refunds of a vendor, not journal entries
    """

    date: Date
    accounts: Accounts = field(default_factory=Accounts)
    grouping: Grouping = Grouping.COMPLAINT
    by_cost_date: bool = False
    recharge_to_income: bool = False
    claim_as_refund: bool = True


@dataclass(frozen=True)
class Item:
    """The share of a cost that one party bears.

    :ivar key: whatever the caller knows it by; unique
    :ivar complaint: what ``Grouping.COMPLAINT`` goes by
    :ivar amount: in company currency; below zero for what a supplier gave back
    :ivar relieved: the account where the cost stands today
    :ivar relieved_analytic: the distribution it stands there with
    :ivar analytic: the distribution of whoever carries it from now on
    :ivar partner: who is charged
    :ivar target: an account of this item's own instead of the setting's
    :ivar surplus: charged above the cost
    :ivar currency: a foreign currency the cost was spent in, with ``currency_amount``
    """

    key: Hashable
    complaint: Hashable
    bearer: str
    treatment: str
    date: Date
    amount: Decimal
    relieved: Hashable
    relieved_analytic: Analytic = ()
    analytic: Analytic = ()
    partner: Hashable | None = None
    target: Hashable | None = None
    surplus: Decimal = _ZERO
    currency: Hashable | None = None
    currency_amount: Decimal = _ZERO


@dataclass(frozen=True)
class Line:
    """One line as planned.

    :ivar balance: debit above zero, credit below; in company currency, taxes excluded
    :ivar currency: foreign currency of an entry's line, with ``currency_balance``
    """

    item: Hashable
    role: Role
    account: Hashable
    balance: Decimal
    analytic: Analytic = ()
    partner: Hashable | None = None
    currency: Hashable | None = None
    currency_balance: Decimal = _ZERO


@dataclass(frozen=True)
class Document:
    """One document as planned.

    :ivar group: what holds it together: a complaint, a month, or nothing
    :ivar lines: of invoices without what taxes and payment terms add
    """

    kind: DocumentKind
    bearer: str
    partner: Hashable | None
    group: Hashable | None
    date: Date
    lines: tuple[Line, ...]

    @property
    def items(self) -> tuple[Hashable, ...]:
        """The keys of what is in it, each once."""
        return tuple(dict.fromkeys(line.item for line in self.lines))

    def price(self, line: Line) -> Decimal:
        """The price of a line as this kind of document shows it."""
        return line.balance * _OWN_SIGN[self.kind]

    @property
    def total(self) -> Decimal:
        """What it moves: debits of an entry, prices of an invoice without taxes."""
        if self.kind is DocumentKind.ENTRY:
            return sum((x.balance for x in self.lines if x.role is Role.BEAR), _ZERO)
        return sum((self.price(line) for line in self.lines), _ZERO)


@dataclass(frozen=True)
class Plan:
    """What posting would write.

    :ivar settled: keys of items for which nothing is to be written, as the cost stands
        where it belongs already
    """

    documents: tuple[Document, ...]
    settled: tuple[Hashable, ...] = ()


def freeze_analytic(distribution: Mapping[str, object] | None) -> Analytic:
    """An analytic distribution as plain data that can be compared.

    >>> freeze_analytic({"7": 40.0, "3,5": 60})
    (('3,5', Decimal('60')), ('7', Decimal('40.0')))
    """
    return tuple(
        sorted(
            (str(key), Decimal(str(part))) for key, part in (distribution or {}).items()
        )
    )


def plan_documents(items: Iterable[Item], settings: Settings) -> Plan:
    """What posting these shares writes, in the order given.

    :raise PlanError: for a share that nobody can book
    """
    groups: dict[Hashable, list[Item]] = {}
    settled = []
    for item in items:
        _check(item, settings)
        if _stands_right(item, settings):
            settled.append(item.key)
        else:
            groups.setdefault(_group_of(item, settings), []).append(item)
    return Plan(
        documents=tuple(_document(group, settings) for group in groups.values()),
        settled=tuple(settled),
    )


# --------------------------------------------------------------------------- helpers


def _check(item: Item, settings: Settings) -> None:
    if item.treatment not in _TREATMENTS:
        raise PlanError(item.key, "treatment")
    if item.treatment in _CHARGED and item.partner is None:
        raise PlanError(item.key, "partner")
    if item.surplus < 0 or (item.surplus and item.treatment != "recharge"):
        raise PlanError(item.key, "surplus")
    if item.surplus and settings.accounts.surplus is None:
        raise PlanError(item.key, "account:surplus")
    if item.relieved is None:
        raise PlanError(item.key, "account:relieved")
    if _target(item, settings) is None:
        name = "income" if item.treatment == "recharge" else item.treatment
        raise PlanError(item.key, f"account:{name}")


def _target(item: Item, settings: Settings) -> Hashable | None:
    """The account that the amount goes to."""
    accounts = settings.accounts
    if _is_refund(item, settings):
        return item.relieved
    if item.treatment == "recharge":
        return accounts.income if settings.recharge_to_income else item.relieved
    if item.target is not None:
        return item.target
    return {
        "manufacturing": accounts.manufacturing,
        "expense": accounts.expense,
        "receivable": accounts.receivable,
        "claim": accounts.claim,
    }[item.treatment]


def _is_refund(item: Item, settings: Settings) -> bool:
    return item.treatment == "claim" and settings.claim_as_refund


def _is_invoiced(item: Item, settings: Settings) -> bool:
    return item.treatment == "recharge" or _is_refund(item, settings)


def _stands_right(item: Item, settings: Settings) -> bool:
    """Nothing to write: the cost stands where it belongs, or is nothing at all."""
    if _is_invoiced(item, settings):
        return not item.amount and not item.surplus
    return not item.amount or (
        _target(item, settings) == item.relieved
        and item.analytic == item.relieved_analytic
    )


def _group_of(item: Item, settings: Settings) -> Hashable:
    invoiced = _is_invoiced(item, settings)
    return (invoiced, item.bearer, item.partner, _key(item, settings))


def _key(item: Item, settings: Settings) -> Hashable | None:
    if settings.grouping is Grouping.COMPLAINT:
        return item.complaint
    if settings.grouping is Grouping.MONTH:
        return (item.date.year, item.date.month)
    return None


def _document(group: list[Item], settings: Settings) -> Document:
    first = group[0]
    refund = _is_refund(first, settings)
    if refund or first.treatment == "recharge":
        lines = [line for item in group for line in _charge(item, settings)]
        # below zero together: the other way round, as no invoice has such a total
        back = sum((line.balance for line in lines), _ZERO) > 0
        if refund:
            kind = DocumentKind.VENDOR_BILL if back else DocumentKind.VENDOR_REFUND
        else:
            kind = DocumentKind.CREDIT_NOTE if back else DocumentKind.INVOICE
    else:
        kind = DocumentKind.ENTRY
        lines = [line for item in group for line in _transfer(item, settings)]
    day = settings.date
    if settings.by_cost_date:
        day = max(item.date for item in group)
    return Document(
        kind=kind,
        bearer=first.bearer,
        partner=first.partner,
        group=_key(first, settings),
        date=day,
        lines=tuple(lines),
    )


def _transfer(item: Item, settings: Settings) -> list[Line]:
    """Debit of who bears it, credit of where it stood."""
    owed = item.treatment in _CHARGED
    foreign = item.currency is not None
    spent = item.currency_amount if foreign else _ZERO
    return [
        Line(
            item=item.key,
            role=Role.BEAR,
            account=_target(item, settings),
            balance=item.amount,
            # what somebody owes is no cost of a department
            analytic=() if owed else item.analytic,
            partner=item.partner,
            currency=item.currency,
            currency_balance=spent,
        ),
        Line(
            item=item.key,
            role=Role.RELIEVE,
            account=item.relieved,
            balance=-item.amount,
            analytic=item.relieved_analytic,
            partner=item.partner,
            currency=item.currency,
            currency_balance=-spent,
        ),
    ]


def _charge(item: Item, settings: Settings) -> list[Line]:
    """Lines of an invoice or refund: the share, and what is charged above it."""
    as_income = item.treatment == "recharge" and settings.recharge_to_income
    lines = []
    if item.amount:
        lines.append(
            Line(
                item=item.key,
                role=Role.CHARGE,
                account=_target(item, settings),
                balance=-item.amount,
                analytic=item.analytic if as_income else item.relieved_analytic,
                partner=item.partner,
            )
        )
    if item.surplus:
        lines.append(
            Line(
                item=item.key,
                role=Role.SURPLUS,
                account=settings.accounts.surplus,
                balance=-item.surplus,
                analytic=item.analytic,
                partner=item.partner,
            )
        )
    return lines
