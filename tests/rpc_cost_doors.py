"""Who may do what with service costs over RPC: what test_rpc_cost.py works through.

The roles, weakest first: public (no session), portal (the customer), internal (without
groups), salesperson, helpdesk (works with tickets, not with complaints), bookkeeper (makes
invoices), chief (may do everything in accounting), rules_admin, reader (of complaints),
foreign (who may do everything in another company), agent (of after-sales),
complaint_manager, accountant (for service costs).
"""

from __future__ import annotations

from typing import Any

ROLES = (
    "public",
    "portal",
    "internal",
    "salesperson",
    "helpdesk",
    "bookkeeper",
    "chief",
    "rules_admin",
    "reader",
    "foreign",
    "agent",
    "complaint_manager",
    "accountant",
)

OK, NO, ERROR = "ok", "AccessError", "UserError"

STAFF = dict.fromkeys(("agent", "complaint_manager", "accountant"), OK)
READ = {**STAFF, "reader": OK}
NOTHING = dict.fromkeys(READ, ERROR)
"""Whoever may read is told that there is nothing to see."""
FIRST = {"agent": OK, "complaint_manager": ERROR, "accountant": ERROR}
"""The agent comes first; whoever comes later finds it done."""
OURS = {"accountant": OK}
OVERRULE = {"complaint_manager": OK, "accountant": OK}
AFTER_SALES = {"agent": OK, "complaint_manager": OK}
FIRST_AFTER_SALES = {"agent": OK, "complaint_manager": ERROR}

COST = "aftersales.cost"
SHARE = "aftersales.cost.share"
POSTING = "aftersales.cost.posting"
BOOKING = "aftersales.cost.entry"
PREVIEW = "aftersales.cost.posting.line"
OVERRULED = "aftersales.cost.overrule"
SUPERVISION = "aftersales.dealer.supervision"
COMPENSATION = "aftersales.compensation"
TICKET = "helpdesk.ticket"
MOVE = "account.move"
PULL = "aftersales.cost.pull"
PULL_LINE = "aftersales.cost.pull.line"

# (model, method) -> what it is called on, if it is on a
# record, and who gets what; everybody else gets NO.
METHODS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    (COST, "action_cancel"): ("cancel", FIRST),
    (COST, "action_reopen"): ("cancel", STAFF),
    (COST, "action_why_liability"): ("draft", READ),
    (COST, "action_view_overrules"): ("draft", READ),
    (COST, "action_overrule"): ("overrule", OVERRULE),
    (COST, "action_take_back_overrule"): ("overruled", OVERRULE),
    (COST, "action_open_duplicates"): ("duplicates", READ),
    (COST, "action_open_source"): ("from_bill", {"accountant": OK}),
    (COST, "action_settle_source"): ("from_bill", {"accountant": ERROR}),
    (COST, "action_review"): ("review", OURS),
    (COST, "action_unreview"): ("unreview", OURS),
    (COST, "action_split"): ("to_split", OURS),
    (COST, "action_unsplit"): ("unsplit", OURS),
    (COST, "action_post"): ("post", OURS),
    (COST, "action_leave_posting"): ("leave", OURS),
    (COST, "action_view_books"): ("posted", OURS),
    (POSTING, "action_preview"): ("draft_posting", OURS),
    (POSTING, "action_post"): ("to_post", OURS),
    (POSTING, "action_discard"): ("discard", OURS),
    (POSTING, "action_open_reverse"): ("posting", OURS),
    (POSTING, "action_view_costs"): ("posting", READ),
    (POSTING, "action_view_moves"): ("posting", OURS),
    (POSTING, "action_view_items"): ("posting", READ),
    (MOVE, "action_view_service_costs"): (
        "entry",
        {"accountant": OK, "bookkeeper": OK, "chief": OK},
    ),
    (MOVE, "action_view_source_costs"): ("bill", {"accountant": ERROR}),
    (MOVE, "action_view_compensation"): (
        "entry",
        dict.fromkeys(("accountant", "bookkeeper", "chief"), ERROR),
    ),
    (SUPERVISION, "action_send"): ("send", AFTER_SALES),
    (SUPERVISION, "action_handled"): ("handled", FIRST_AFTER_SALES),
    (SUPERVISION, "action_badly_handled"): ("badly", FIRST_AFTER_SALES),
    (SUPERVISION, "action_not_handled"): ("not_handled", FIRST_AFTER_SALES),
    (SUPERVISION, "action_withdraw"): ("withdraw", FIRST_AFTER_SALES),
    (SUPERVISION, "action_reopen"): ("judged", {"complaint_manager": OK}),
    (SUPERVISION, "action_view_complaint"): ("supervision", READ),
    (TICKET, "action_complaint_ask_dealer"): ("complaint", AFTER_SALES),
    (TICKET, "action_pay_complaint_compensation"): ("complaint", {"accountant": ERROR}),
    (TICKET, "action_pull_costs"): ("with_bill", STAFF),
    (TICKET, "action_pull_all_costs"): (
        "",
        {**STAFF, "foreign": ERROR},  # in whose company nobody complains
    ),
    (TICKET, "action_view_complaint_costs"): ("complaint", READ),
    (TICKET, "action_view_complaint_entries"): ("complaint", {"accountant": OK}),
    ("aftersales.complaint.solution", "action_pay_compensation"): ("solution", OURS),
    (COMPENSATION, "action_open_document"): ("compensation", {"accountant": OK}),
    (COMPENSATION, "action_open_cost"): ("compensation", NOTHING),
    # a dialog is its user's own; a complaint manager reads the cost, not the row
    (PULL, "action_pull"): ("to_pull", {"agent": OK}),
    (PULL_LINE, "action_open_cost"): ("pulled_row", {"agent": OK}),
    ("aftersales.cost.report", "action_open_cost"): ("report", READ),
    ("aftersales.dealer.performance", "action_open_origin"): ("performance", READ),
    # it takes the right to read the document as well as its costs; nobody here repairs
    ("sale.order", "action_view_source_costs"): ("order", {"accountant": ERROR}),
    ("stock.picking", "action_view_source_costs"): ("picking", {"accountant": ERROR}),
    ("repair.order", "action_view_source_costs"): ("repair", {}),
    ("account.payment", "action_view_source_costs"): (
        "payment",
        {"accountant": ERROR},
    ),
    ("account.payment", "action_view_compensation"): (
        "payment",
        dict.fromkeys(("accountant", "bookkeeper", "chief"), ERROR),
    ),
    ("res.partner", "action_view_aftersales_supervision"): (
        "dealer",
        {**READ, "foreign": OK},
    ),
}

# (model, method) -> the values of the wizard, and what becomes of it; whoever is not
# named gets NO or ERROR.
WIZARDS: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {
    ("aftersales.cost.overrule.wizard", "action_overrule"): (
        {
            "cost_ids": ["ready_wizard"],
            "bearer": "sales_manager",
            "reason": "Agreed",
        },
        {"complaint_manager": OK, "accountant": ERROR},  # who finds it said already
    ),
    ("aftersales.cost.reverse", "action_reverse"): (
        {"posting_id": "reversible", "reason": "Wrong"},
        OURS,
    ),
    ("aftersales.cost.settle", "action_settle"): (
        {"cost_id": "from_bill", "decision": "take", "reason": "So it is"},
        {"accountant": ERROR},  # nothing has changed
    ),
    ("aftersales.compensation.pay", "action_prepare"): (
        {"solution_id": "solution", "kind": "credit_note", "amount": 1.0},
        OURS,
    ),
    # Odoo's settings, of administrators
    ("res.config.settings", "action_find_cost_accounts"): ({}, {}),
}

OTHERS = [
    (COST, "draft"),
    (SHARE, "share"),
    (POSTING, "posting"),
    (PREVIEW, "preview"),
    (BOOKING, "booking"),
    (OVERRULED, "trail"),
    (SUPERVISION, "supervision"),
    (COMPENSATION, "compensation"),
]
"""What people of another company neither see nor change."""

_READERS = set(READ)
READERS: dict[str, set[str]] = {
    COST: _READERS,
    SHARE: _READERS,
    POSTING: _READERS,
    PREVIEW: {"accountant"},
    BOOKING: {*_READERS, "bookkeeper", "chief"},
    OVERRULED: {*_READERS, "rules_admin"},
    SUPERVISION: _READERS,
    COMPENSATION: _READERS,
}

KEPT = [
    (COST, "posted"),
    (COST, "from_bill"),
    (COST, "ready"),
    (COST, "overruled"),
    (SHARE, "posted_share"),
    (POSTING, "posting"),
    (BOOKING, "booking"),
    (OVERRULED, "trail"),
    (SUPERVISION, "closed"),
    (COMPENSATION, "compensation"),
]
"""What nobody deletes, an administrator among them."""

NOBODY: set[str] = set()
WORKERS = {"agent", "complaint_manager", "accountant"}

# What nobody may write directly; the exception says who may.
WRITES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    *(
        (COST, "kept", values, NOBODY)
        for values in (
            {"state": "posted"},
            {"state": "reviewed"},
            {"bearer": "dealer"},
            {"treatment": "expense"},
            {"rule_bearer": "dealer"},
            {"company_amount": 1.0},
            {"company_id": 1},
            {"complaint_id": "with_bill"},
            {"posting_id": "draft_posting"},
            {"reviewed_by_id": "agent"},
            {"source_model": "account.move.line"},
            {"source_id": 1},
            {"source_company_amount": 1.0},
            {"source_analytic_distribution": {"1": 100}},
            {"overrule_id": "trail"},
            {"is_split": True},
            {"has_own_department": True},
            {"liability_decision_id": False},
        )
    ),
    (COST, "kept", {"amount": 90.0}, WORKERS),
    (COST, "kept", {"note": "x"}, WORKERS),
    (COST, "from_bill", {"amount": 90.0}, NOBODY),
    (COST, "from_bill", {"date": "2020-01-01"}, NOBODY),
    (COST, "posted", {"amount": 90.0}, NOBODY),
    (COST, "posted", {"department_id": False}, NOBODY),
    (COST, "posted", {"cost_type": "other"}, NOBODY),
    (SHARE, "share", {"company_amount": 1.0}, NOBODY),
    (SHARE, "share", {"amount": 1.0}, NOBODY),
    (SHARE, "share", {"surplus": 1.0}, NOBODY),
    (SHARE, "share", {"cost_id": "draft"}, NOBODY),
    (SHARE, "share", {"standing_entry_id": "booking"}, NOBODY),
    (SHARE, "share", {"posting_round": 5}, NOBODY),
    (SHARE, "posted_share", {"percent": 5.0}, NOBODY),
    (SHARE, "posted_share", {"bearer": "dealer"}, NOBODY),
    (POSTING, "posting", {"state": "draft"}, NOBODY),
    (POSTING, "posting", {"date": "2020-01-01"}, NOBODY),
    (POSTING, "draft_posting", {"state": "posted"}, NOBODY),
    (POSTING, "draft_posting", {"name": "x"}, NOBODY),
    (POSTING, "draft_posting", {"preview_digest": "x"}, NOBODY),
    (POSTING, "draft_posting", {"cost_ids": [(5,)]}, NOBODY),
    (POSTING, "draft_posting", {"grouping": "bearer"}, {"accountant"}),
    (PREVIEW, "preview", {"debit": 1.0}, NOBODY),
    (BOOKING, "booking", {"company_amount": 1.0}, NOBODY),
    (BOOKING, "booking", {"reason": "x"}, NOBODY),
    (OVERRULED, "trail", {"reason": "x"}, NOBODY),
    (SUPERVISION, "supervision", {"result": "not_handled"}, NOBODY),
    (SUPERVISION, "closed", {"deadline": "2099-01-01"}, NOBODY),
    (COMPENSATION, "compensation", {"amount": 1.0}, NOBODY),
    (COMPENSATION, "compensation", {"state": "cancelled"}, NOBODY),
    *(
        (PULL, "dialog", values, NOBODY)
        for values in (
            {"is_done": True},
            {"is_many": False},
            {"is_cut": True},
            {"line_ids": [(0, 0, {"source_model": MOVE, "source_id": 1})]},
            {"line_ids": [(5,)]},
        )
    ),
    *(
        (PULL_LINE, "row", values, NOBODY)
        for values in (
            {"amount": 1.0},
            {"company_amount": 1.0},
            {"source_id": 1},
            {"source_model": "account.move"},
            {"complaint_id": "complaint"},
            {"cost_id": "draft"},
            {"wizard_id": "to_pull"},
            {"is_blocked": False},
            {"is_pulled": False},
        )
    ),
    (PULL_LINE, "row", {"chosen": False}, {"agent"}),
    (PULL_LINE, "row", {"cost_type": "travel"}, {"agent"}),
    (MOVE, "entry", {"cost_posting_id": False}, NOBODY),
    (MOVE, "bill", {"cost_posting_id": "posting"}, NOBODY),
    ("res.company", "company", {"aftersales_mode_cost_liability": "off"}, NOBODY),
    ("res.company", "company", {"aftersales_cost_grouping": "month"}, NOBODY),
]

CREATES: list[tuple[str, dict[str, Any], set[str]]] = [
    (COST, {"complaint_id": "complaint", "name": "Taxi", "amount": 5.0}, WORKERS),
    (
        COST,
        {"complaint_id": "complaint", "name": "x", "amount": 5.0, "state": "posted"},
        NOBODY,
    ),
    (
        COST,
        {"complaint_id": "complaint", "name": "x", "amount": 5.0, "bearer": "dealer"},
        NOBODY,
    ),
    (COST, {"complaint_id": "complaint", "name": "x", "amount": -5.0}, NOBODY),
    (
        SHARE,
        {
            "cost_id": "draft",
            "bearer": "company",
            "treatment": "expense",
            "company_amount": 5.0,
        },
        NOBODY,
    ),
    (POSTING, {"name": "x"}, NOBODY),
    (PREVIEW, {"posting_id": "draft_posting"}, NOBODY),
    (BOOKING, {"posting_id": "posting", "cost_id": "posted", "kind": "posted"}, NOBODY),
    (OVERRULED, {"cost_id": "draft", "reason": "x"}, NOBODY),
    (COMPENSATION, {"solution_id": "solution", "amount": 1.0}, NOBODY),
    (PULL, {}, NOBODY),
    (
        PULL_LINE,
        {
            "wizard_id": "dialog",
            "source_model": "account.move.line",
            "source_id": "bill_line",
            "cost_type": "repair",
        },
        NOBODY,
    ),
    (
        SUPERVISION,
        {"complaint_id": "complaint", "dealer_id": "dealer", "task": "Seal it"},
        {"agent", "complaint_manager"},
    ),
    (
        SUPERVISION,
        {
            "complaint_id": "complaint",
            "dealer_id": "dealer",
            "task": "x",
            "result": "not_handled",
        },
        NOBODY,
    ),
]

FORGED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "agent",
        COST,
        {"complaint_id": "complaint", "name": "x", "amount": 5.0},
        {
            "state": "posted",
            "rule_bearer": "carrier",
            "bearer": "carrier",
            "source_model": "account.move.line",
            "source_company_amount": 1.0,
            "is_split": True,
            "reviewed_at": "2026-01-01 00:00:00",
        },
    ),
    (
        "agent",
        SUPERVISION,
        {"complaint_id": "complaint", "dealer_id": "dealer", "task": "Seal it"},
        {"result": "not_handled", "judged_at": "2026-01-01 00:00:00"},
    ),
]
