"""Whatever the costs, shares and setting: the documents carry them all, to the cent.

What is expected here is worked out from the shares alone, with sums and nothing else of
the planner; how an accountant would check a posting: nothing lost, nothing twice,
debits and credits equal, each party charged what it bears, each account relieved of
what is taken from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.books import (
    Accounts,
    DocumentKind,
    Given,
    Grouping,
    Item,
    PlanError,
    Role,
    Settings,
    freeze_analytic,
    plan_documents,
    split_exactly,
)

DAY = date(2026, 3, 31)
SPENT_ON = ("repairs", "freight", "stock", "wages")
"""Where costs stand before; the last two are also where some of them go."""
ACCOUNTS = Accounts(
    manufacturing="stock",
    expense="wages",
    receivable="employees",
    claim="claims",
    income="income",
    surplus="gains",
)
TREATMENT = {
    "company": ("manufacturing", "expense"),
    "dealer": ("recharge",),
    "customer": ("recharge",),
    "sales_manager": ("receivable",),
    "carrier": ("claim",),
}
ANALYTIC = tuple(
    freeze_analytic(each)
    for each in ({}, {"sales": 100.0}, {"service": 40.0, "sales": 60.0})
)
INVOICES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
REFUNDS = (DocumentKind.VENDOR_REFUND, DocumentKind.VENDOR_BILL)
DIGITS = st.sampled_from((0, 2, 3))
"""Yen, dollars, dinars."""


@st.composite
def items(draw, digits):
    """A share of a cost, of either sign, as finance may have left it."""
    bearer = draw(st.sampled_from(sorted(TREATMENT)))
    units = draw(st.integers(-(10**9), 10**9))
    surplus = 0
    if bearer == "customer" and units >= 0:
        surplus = draw(st.integers(0, 10**6))
    foreign = draw(st.sampled_from((None, None, "yen", "euro")))
    return Item(
        key=None,
        complaint=draw(st.sampled_from(("C1", "C2", "C3"))),
        bearer=bearer,
        treatment=draw(st.sampled_from(TREATMENT[bearer])),
        date=DAY - timedelta(days=draw(st.integers(0, 100))),
        amount=Decimal(units).scaleb(-digits),
        relieved=draw(st.sampled_from(SPENT_ON)),
        relieved_analytic=draw(st.sampled_from(ANALYTIC)),
        analytic=draw(st.sampled_from(ANALYTIC)),
        partner=None
        if bearer == "company"
        else draw(st.sampled_from((f"{bearer} 1", f"{bearer} 2"))),
        surplus=Decimal(surplus).scaleb(-digits),
        currency=foreign,
        currency_amount=Decimal(draw(st.integers(-(10**6), 10**6))) if foreign else 0,
    )


@st.composite
def postings(draw):
    """Shares that are posted together, and how."""
    digits = draw(DIGITS)
    several = draw(st.lists(items(digits), max_size=12))
    chosen = Settings(
        date=DAY,
        accounts=ACCOUNTS,
        grouping=draw(st.sampled_from(Grouping)),
        by_cost_date=draw(st.booleans()),
        recharge_to_income=draw(st.booleans()),
        claim_as_refund=draw(st.booleans()),
    )
    return [replace(item, key=key) for key, item in enumerate(several)], chosen, digits


def total(amounts):
    return sum(amounts, Decimal(0))


def lines_of(plan, *kinds):
    return [
        line
        for document in plan.documents
        if not kinds or document.kind in kinds
        for line in document.lines
    ]


def charged_of(document):
    """What an invoice or refund asks for, positive or negative, by its sign in words.

    An invoice or a vendor's refund asks for what it says; a credit note or a vendor's
    bill gives it back.
    """
    asks = document.kind in (DocumentKind.INVOICE, DocumentKind.VENDOR_REFUND)
    return document.total if asks else -document.total


@given(postings())
def test_each_share_is_in_one_document_or_needs_none(posting):
    several, setting, _digits = posting
    plan = plan_documents(several, setting)
    seen = Counter(key for document in plan.documents for key in document.items)
    seen.update(plan.settled)
    assert seen == Counter(item.key for item in several)


@given(postings())
def test_only_what_stands_right_already_needs_no_document(posting):
    """Settled are shares of nothing, or whose account and distribution stay."""
    several, setting, _digits = posting
    settled = set(plan_documents(several, setting).settled)
    for item in several:
        entry = item.treatment in ("manufacturing", "expense")
        goes_to = {"manufacturing": "stock", "expense": "wages"}.get(item.treatment)
        stays = (
            entry
            and goes_to == item.relieved
            and item.analytic == item.relieved_analytic
        )
        nothing = not item.amount and not item.surplus
        assert (item.key in settled) == (stays or nothing), item


@given(postings())
def test_entries_balance_in_every_currency(posting):
    several, setting, _digits = posting
    for document in plan_documents(several, setting).documents:
        if document.kind is not DocumentKind.ENTRY:
            continue
        assert total(line.balance for line in document.lines) == 0
        foreign = defaultdict(Decimal)
        for line in document.lines:
            foreign[line.currency] += line.currency_balance
        assert set(foreign.values()) <= {Decimal(0)}


@given(postings())
def test_each_account_is_relieved_of_exactly_what_is_taken_from_it(posting):
    """Over all documents the books move by the shares, and by nothing else."""
    several, setting, _digits = posting
    plan = plan_documents(several, setting)
    expected = defaultdict(Decimal)
    for item in several:
        if item.treatment == "recharge":
            source = "income" if setting.recharge_to_income else item.relieved
            expected[source] -= item.amount
            expected["gains"] -= item.surplus
        else:
            expected[item.relieved] -= item.amount
            if item.treatment in ("manufacturing", "expense"):
                goes_to = {"manufacturing": "stock", "expense": "wages"}
                expected[goes_to[item.treatment]] += item.amount
            elif item.treatment == "receivable":
                expected["employees"] += item.amount
            elif not setting.claim_as_refund:
                expected["claims"] += item.amount
    found = defaultdict(Decimal)
    for line in lines_of(plan):
        found[line.account] += line.balance
    assert {k: v for k, v in found.items() if v} == {
        k: v for k, v in expected.items() if v
    }


@given(postings())
def test_each_party_is_charged_what_it_bears(posting):
    several, setting, _digits = posting
    plan = plan_documents(several, setting)
    expected = defaultdict(Decimal)
    for item in several:
        if item.partner:
            expected[item.partner] += item.amount + item.surplus
    found = defaultdict(Decimal)
    for document in plan.documents:
        if document.kind is DocumentKind.ENTRY:
            for line in document.lines:
                if line.account in ("employees", "claims"):
                    found[line.partner] += line.balance
        else:
            found[document.partner] += charged_of(document)
    assert {k: v for k, v in found.items() if v} == {
        k: v for k, v in expected.items() if v
    }


@given(postings())
def test_departments_carry_what_the_shares_say(posting):
    """Analytics move with the account: off where it stood, onto who carries it now."""
    several, setting, _digits = posting
    plan = plan_documents(several, setting)
    expected, found = defaultdict(Decimal), defaultdict(Decimal)

    def book(books, distribution, amount):
        for account, percent in distribution:
            books[account] += amount * percent

    for item in several:
        if item.treatment == "recharge":
            kept = setting.recharge_to_income
            book(
                expected,
                item.analytic if kept else item.relieved_analytic,
                -item.amount,
            )
            book(expected, item.analytic, -item.surplus)
            continue
        book(expected, item.relieved_analytic, -item.amount)
        if item.treatment in ("manufacturing", "expense"):
            book(expected, item.analytic, item.amount)
    for line in lines_of(plan):
        book(found, line.analytic, line.balance)
    assert {k: v for k, v in found.items() if v} == {
        k: v for k, v in expected.items() if v
    }


@given(postings())
def test_no_invoice_and_no_refund_is_below_zero(posting):
    """It is a credit note or a bill then; Odoo posts no invoice below zero."""
    several, setting, _digits = posting
    for document in plan_documents(several, setting).documents:
        if document.kind in INVOICES + REFUNDS:
            assert total(map(document.price, document.lines)) >= 0


@given(postings())
def test_documents_keep_apart_what_the_setting_keeps_apart(posting):
    """One party and one group each, and no second document for the same."""
    several, setting, _digits = posting
    by_key = {item.key: item for item in several}
    group_of = {
        Grouping.COMPLAINT: lambda item: item.complaint,
        Grouping.BEARER: lambda item: None,
        Grouping.MONTH: lambda item: item.date.strftime("%Y-%m"),
    }[setting.grouping]
    seen = set()
    for document in plan_documents(several, setting).documents:
        inside = [by_key[key] for key in document.items]
        marks = {(item.bearer, item.partner, group_of(item)) for item in inside}
        assert len(marks) == 1
        assert not marks & seen
        seen |= marks
        assert document.partner == inside[0].partner
        last = max(item.date for item in inside)
        assert document.date == (last if setting.by_cost_date else setting.date)


@given(postings())
def test_no_amount_is_finer_than_its_currency(posting):
    several, setting, digits = posting
    for line in lines_of(plan_documents(several, setting)):
        assert line.balance == round(line.balance, digits)


@given(postings(), st.randoms())
def test_the_order_of_the_shares_changes_no_total(posting, random):
    several, setting, _digits = posting
    mixed = list(several)
    random.shuffle(mixed)

    def totals(plan):
        return Counter(
            (each.kind, each.bearer, each.partner, each.group, each.date, each.total)
            for each in plan.documents
        )

    assert totals(plan_documents(several, setting)) == totals(
        plan_documents(mixed, setting)
    )


@given(postings(), st.data())
def test_a_cost_that_is_split_is_posted_whole(posting, data):
    """From a cost through its split to the documents: what goes in comes out."""
    several, setting, digits = posting
    shares, whole = [], Decimal(0)
    for item in several:
        cost = data.draw(
            st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-digits))
        )
        parts = [
            Given(percent=Decimal("33.33")),
            Given(percent=Decimal("12.5")),
            Given(),
        ]
        whole += cost
        shares += [
            replace(item, key=(item.key, n), amount=part, surplus=Decimal(0))
            for n, part in enumerate(split_exactly(cost, parts, digits))
        ]
    setting = replace(setting, claim_as_refund=False, recharge_to_income=False)
    plan = plan_documents(shares, setting)
    settled = set(plan.settled)
    moved = total(
        line.balance for line in lines_of(plan) if line.role is Role.BEAR
    ) - total(line.balance for line in lines_of(plan) if line.role is Role.CHARGE)
    stayed = total(share.amount for share in shares if share.key in settled)
    assert moved + stayed == whole


@pytest.mark.parametrize("treatment", ["none", "", "undecided"])
def test_what_nobody_has_decided_is_not_booked(treatment):
    item = Item(
        key=1,
        complaint="C1",
        bearer="undecided",
        treatment=treatment,
        date=DAY,
        amount=Decimal(1),
        relieved="repairs",
    )
    with pytest.raises(PlanError):
        plan_documents([item], Settings(date=DAY, accounts=ACCOUNTS))
