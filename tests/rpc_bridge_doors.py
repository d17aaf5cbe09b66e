"""Who may do what over RPC with expenses and timesheets: see test_rpc_bridges.py.

The roles of rpc_cost_doors.py, and four more: worker (has spent and worked it: own
expenses and hours), approver (of everybody's expenses), timekeeper (of everybody's hours),
both (works after-sales and hands in own expenses and hours).
"""

from __future__ import annotations

from typing import Any

from rpc_cost_doors import ERROR, NOBODY, OK
from rpc_cost_doors import ROLES as COST_ROLES

ROLES = (*COST_ROLES, "worker", "approver", "timekeeper", "both")

EXPENSE = "hr.expense"
HOURS = "account.analytic.line"

# (model, method) -> the record that it is called on, and who gets what
METHODS: dict[tuple[str, str], list[tuple[str, dict[str, str]]]] = {
    (EXPENSE, "action_view_source_costs"): [
        ("pulled_expense", {"accountant": OK, "both": OK}),
        ("expense", {"accountant": ERROR, "both": ERROR}),
        ("plain_expense", {"both": ERROR}),
    ],
    (HOURS, "action_view_source_costs"): [
        ("pulled_hours", {"accountant": OK, "both": OK}),
        ("hours", {"accountant": ERROR, "both": ERROR}),
        ("plain_hours", {"both": ERROR}),
    ],
}

# model, record, who reads it
READERS: list[tuple[str, str, set[str]]] = [
    (EXPENSE, "pulled_expense", {"accountant", "both", "approver"}),
    (EXPENSE, "plain_expense", {"both", "approver"}),
    # Odoo shows analytic items to who approves expenses
    (HOURS, "pulled_hours", {"accountant", "both", "approver", "timekeeper"}),
    (HOURS, "plain_hours", {"both", "approver", "timekeeper"}),
]

# model, record, values, who may write them
WRITES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    *(
        (model, f"plain_{name}", {"complaint_id": "complaint"}, {"both"})
        for model, name in ((EXPENSE, "expense"), (HOURS, "hours"))
    ),
    # its cost was pulled
    *(
        (model, f"pulled_{name}", {"complaint_id": other}, NOBODY)
        for model, name in ((EXPENSE, "expense"), (HOURS, "hours"))
        for other in (False, "complaint")
    ),
    *(
        (model, f"plain_{name}", {"complaint_id": other}, NOBODY)
        for model, name in ((EXPENSE, "expense"), (HOURS, "hours"))
        for other in ("ticket", "foreign_complaint")
    ),
    (EXPENSE, "expense", {"source_cost_count": 5}, NOBODY),
    (HOURS, "hours", {"source_cost_count": 5}, NOBODY),
]

# model, values beside those of the role's own employee, who may create it
CREATES: list[tuple[str, dict[str, Any], set[str]]] = [
    # every employee has expenses; for complaints, those who work on them
    (
        EXPENSE,
        {"complaint_id": "complaint"},
        {"agent", "complaint_manager", "accountant", "both"},
    ),
    (EXPENSE, {"complaint_id": "ticket"}, NOBODY),
    # an accountant over there, of a complaint over there
    (EXPENSE, {"complaint_id": "foreign_complaint"}, {"foreign"}),
    (HOURS, {"complaint_id": "complaint"}, {"both"}),
    (HOURS, {"complaint_id": "ticket"}, NOBODY),
    (HOURS, {"complaint_id": "foreign_complaint"}, NOBODY),
]
