"""What a posting writes: documents whose lines are the shares, to the cent."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.books import (
    Accounts,
    DocumentKind,
    Grouping,
    Item,
    PlanError,
    Role,
    Settings,
    freeze_analytic,
    plan_documents,
)

MADE, SPENT, OWED, CLAIMED, INCOME, SURPLUS, STOOD = range(1, 8)
ACCOUNTS = Accounts(
    manufacturing=MADE,
    expense=SPENT,
    receivable=OWED,
    claim=CLAIMED,
    income=INCOME,
    surplus=SURPLUS,
)
DAY = date(2026, 3, 31)
SALES, PLANT = freeze_analytic({"1": 100}), freeze_analytic({"2": 60, "3": 40})
BEARER_OF = {
    "manufacturing": "company",
    "expense": "company",
    "recharge": "dealer",
    "receivable": "sales_manager",
    "claim": "carrier",
}


def settings(**values):
    values.setdefault("date", DAY)
    values.setdefault("accounts", ACCOUNTS)
    return Settings(**values)


def item(treatment, amount="100.00", **values):
    values.setdefault("key", 1)
    values.setdefault("complaint", "C1")
    values.setdefault("bearer", BEARER_OF[treatment])
    values.setdefault("date", date(2026, 3, 2))
    values.setdefault("relieved", STOOD)
    values.setdefault("relieved_analytic", SALES)
    values.setdefault("analytic", PLANT)
    if BEARER_OF[treatment] != "company":
        values.setdefault("partner", "P1")
    return Item(treatment=treatment, amount=Decimal(amount), **values)


def lines(document):
    return [(line.account, str(line.balance), line.analytic) for line in document.lines]


@pytest.mark.parametrize(
    ("treatment", "account"), [("manufacturing", MADE), ("expense", SPENT)]
)
def test_what_the_company_bears_moves_to_its_account_with_its_analytic(
    treatment, account
):
    """Debit with the department's distribution, credit as it stood in the books."""
    (document,) = plan_documents([item(treatment)], settings()).documents
    assert document.kind is DocumentKind.ENTRY
    assert document.date == DAY
    assert lines(document) == [(account, "100.00", PLANT), (STOOD, "-100.00", SALES)]


def test_what_an_employee_owes_is_no_cost_of_a_department():
    """The receivable has a partner and no analytic."""
    (document,) = plan_documents([item("receivable")], settings()).documents
    assert lines(document) == [(OWED, "100.00", ()), (STOOD, "-100.00", SALES)]
    assert {line.partner for line in document.lines} == {"P1"}


def test_a_recharge_relieves_the_expense_or_is_income():
    """As the setting says; income belongs to the department, relief to the source."""
    (relief,) = plan_documents([item("recharge")], settings()).documents
    (income,) = plan_documents(
        [item("recharge")], settings(recharge_to_income=True)
    ).documents
    assert relief.kind is income.kind is DocumentKind.INVOICE
    assert lines(relief) == [(STOOD, "-100.00", SALES)]
    assert lines(income) == [(INCOME, "-100.00", PLANT)]
    assert relief.price(relief.lines[0]) == relief.total == 100


def test_what_was_agreed_above_the_cost_is_a_line_of_its_own():
    """80 spent, 100 agreed: 80 relieve the expense, 20 are income (L7)."""
    (document,) = plan_documents(
        [item("recharge", "80.00", bearer="customer", surplus=Decimal(20))],
        settings(),
    ).documents
    assert [(line.role, line.account, line.balance) for line in document.lines] == [
        (Role.CHARGE, STOOD, -80),
        (Role.SURPLUS, SURPLUS, -20),
    ]


def test_a_claim_is_a_refund_or_an_entry():
    """As the setting says."""
    (refund,) = plan_documents([item("claim")], settings()).documents
    (entry,) = plan_documents(
        [item("claim")], settings(claim_as_refund=False)
    ).documents
    assert refund.kind is DocumentKind.VENDOR_REFUND
    assert lines(refund) == [(STOOD, "-100.00", SALES)]
    assert entry.kind is DocumentKind.ENTRY
    assert lines(entry) == [(CLAIMED, "100.00", ()), (STOOD, "-100.00", SALES)]


@pytest.mark.parametrize(
    ("treatment", "kind"),
    [
        ("recharge", DocumentKind.CREDIT_NOTE),
        ("claim", DocumentKind.VENDOR_BILL),
        ("manufacturing", DocumentKind.ENTRY),
    ],
)
def test_below_zero_it_goes_the_other_way_round(treatment, kind):
    """What a supplier gave back is given back; prices stay positive."""
    (document,) = plan_documents([item(treatment, "-30.00")], settings()).documents
    assert document.kind is kind
    assert abs(document.total) == 30
    if kind is not DocumentKind.ENTRY:
        assert document.price(document.lines[0]) == 30
        assert document.lines[0].balance == 30


def test_a_credit_lowers_the_invoice_it_comes_with():
    """100 and −30 on one invoice: 70."""
    plan = plan_documents(
        [item("recharge"), item("recharge", "-30.00", key=2)], settings()
    )
    (document,) = plan.documents
    assert document.kind is DocumentKind.INVOICE
    assert [document.price(line) for line in document.lines] == [100, -30]


def test_what_stands_where_it_belongs_is_settled_without_an_entry():
    """Same account and same analytic; another analytic is moved."""
    same = item("expense", relieved=SPENT, relieved_analytic=PLANT)
    moved = item("expense", key=2, relieved=SPENT)
    plan = plan_documents([same, moved], settings())
    assert plan.settled == (1,)
    (document,) = plan.documents
    assert lines(document) == [(SPENT, "100.00", PLANT), (SPENT, "-100.00", SALES)]


def test_foreign_money_is_carried_by_entries():
    """Each line of an entry says what was spent in the other currency."""
    spent = item("manufacturing", currency="EUR", currency_amount=Decimal(90))
    (document,) = plan_documents([spent], settings()).documents
    assert [line.currency_balance for line in document.lines] == [90, -90]
    assert {line.currency for line in document.lines} == {"EUR"}


def test_documents_by_complaint_bearer_or_month():
    """Never two partners on one document, whatever the grouping."""
    items = [
        item("recharge", key=1),
        item("recharge", key=2, complaint="C2"),
        item("recharge", key=3, date=date(2026, 4, 1)),
        item("recharge", key=4, partner="P2"),
        item("expense", key=5),
        item("manufacturing", key=6),
    ]
    found = {
        grouping: [
            document.items
            for document in plan_documents(items, settings(grouping=grouping)).documents
        ]
        for grouping in Grouping
    }
    assert found == {
        Grouping.COMPLAINT: [(1, 3), (2,), (4,), (5, 6)],
        Grouping.BEARER: [(1, 2, 3), (4,), (5, 6)],
        Grouping.MONTH: [(1, 2), (3,), (4,), (5, 6)],
    }


def test_the_date_is_that_of_the_posting_or_of_the_latest_cost():
    items = [item("expense"), item("expense", key=2, date=date(2026, 3, 9))]
    (document,) = plan_documents(items, settings(by_cost_date=True)).documents
    assert document.date == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (Item(1, "C", "undecided", "none", DAY, Decimal(1), 1), "treatment"),
        (item("recharge", partner=None), "partner"),
        (item("expense", relieved=None), "account:relieved"),
        (item("expense", surplus=Decimal(1)), "surplus"),
        (item("recharge", surplus=Decimal(-1)), "surplus"),
    ],
)
def test_what_nobody_can_book_is_refused(wrong, problem):
    """With the item and what is wrong, for whoever puts it into words."""
    with pytest.raises(PlanError) as caught:
        plan_documents([wrong], settings())
    assert (caught.value.key, caught.value.problem) == (1, problem)


@pytest.mark.parametrize(
    ("treatment", "values", "problem"),
    [
        ("manufacturing", {}, "account:manufacturing"),
        ("recharge", {"surplus": Decimal(1)}, "account:surplus"),
    ],
)
def test_an_account_that_nobody_set_is_named(treatment, values, problem):
    with pytest.raises(PlanError, match=problem):
        plan_documents([item(treatment, **values)], settings(accounts=Accounts()))


cents = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def batches(draw):
    made = []
    for key in range(draw(st.integers(0, 12))):
        treatment = draw(st.sampled_from(sorted(BEARER_OF)))
        values = {}
        if treatment == "recharge":
            values["surplus"] = abs(draw(cents)) if draw(st.booleans()) else Decimal(0)
        if BEARER_OF[treatment] != "company":
            values["partner"] = draw(st.sampled_from(["P1", "P2"]))
        made.append(
            item(
                treatment,
                str(draw(cents)),
                key=key,
                complaint=draw(st.sampled_from(["C1", "C2"])),
                date=draw(st.sampled_from([date(2026, 3, 2), date(2026, 4, 2)])),
                relieved=draw(st.sampled_from([STOOD, SPENT])),
                relieved_analytic=draw(st.sampled_from([(), SALES, PLANT])),
                **values,
            )
        )
    return made


@given(
    batches(),
    st.builds(
        settings,
        grouping=st.sampled_from(Grouping),
        recharge_to_income=st.booleans(),
        claim_as_refund=st.booleans(),
        by_cost_date=st.booleans(),
    ),
)
def test_all_that_goes_in_comes_out_once(items, how):
    """Each share is on one document or settled; its lines are its amount."""
    plan = plan_documents(items, how)
    places = Counter(key for document in plan.documents for key in document.items)
    places.update(plan.settled)
    assert places == Counter(x.key for x in items)

    for x in items:
        mine = [
            line
            for document in plan.documents
            for line in document.lines
            if line.item == x.key
        ]
        if not mine:
            continue
        of = {
            role: sum((y.balance for y in mine if y.role is role), Decimal(0))
            for role in Role
        }
        assert of[Role.BEAR] - of[Role.CHARGE] == x.amount
        assert of[Role.RELIEVE] == -of[Role.BEAR]
        assert of[Role.SURPLUS] == -x.surplus

    for document in plan.documents:
        if document.kind is DocumentKind.ENTRY:
            assert sum(line.balance for line in document.lines) == 0
        else:
            assert document.total >= 0
        assert len({line.partner for line in document.lines}) == 1
