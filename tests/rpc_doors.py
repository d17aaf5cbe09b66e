"""Who may do what over RPC: the table that test_rpc.py works through.

The roles, weakest first: public (no session), portal (the customer), internal (an employee
without groups), warehouse, planner (of production), inspector (of quality), accountant,
stranger (another salesperson), salesperson (whose orders these are), foreign (who may do
everything in another company), rules_admin, controller, supervisor, duty_manager.
"""

from __future__ import annotations

from typing import Any

ROLES = (
    "public",
    "portal",
    "internal",
    "warehouse",
    "planner",
    "inspector",
    "accountant",
    "stranger",
    "salesperson",
    "foreign",
    "rules_admin",
    "controller",
    "supervisor",
    "duty_manager",
)
READERS = tuple(role for role in ROLES if role not in ("public", "portal", "internal"))
"""Whoever may read decisions at all; which ones is a matter of record rules."""

OK, NO, ERROR = "ok", "AccessError", "UserError"

BOSSES = {"supervisor": OK, "duty_manager": OK}
DECIDERS = BOSSES
REQUEST_READERS = {role: OK for role in READERS if role not in ("stranger", "foreign")}
"""Readers of what follows from an order: everybody whose record rules allow it."""
WRITERS = {
    "warehouse": OK,
    "planner": OK,
    "accountant": OK,
    "salesperson": OK,
    "controller": OK,
    **BOSSES,
}
"""Whoever may write on the order; Odoo lets warehouse and accounting do so."""
LATER = ("rules_admin", "controller", "supervisor", "duty_manager")
"""Who comes after the salesperson, and finds it done already."""
MAKERS = {
    "planner": OK,
    "stranger": OK,
    "salesperson": OK,
    "controller": OK,
    **BOSSES,
}
"""Whoever may write on manufacturing orders; Odoo lets sales do so."""
PRODUCTION_READERS = {
    role: OK for role in (*WRITERS, "inspector") if role != "accountant"
}
PICKING_READERS = {
    "warehouse": OK,
    "planner": OK,
    "inspector": OK,
    "accountant": OK,
    "stranger": OK,
    "salesperson": OK,
    "controller": OK,
    **BOSSES,
}
LOT_READERS = {"warehouse": OK, "planner": OK, "inspector": OK}

# (model, method) -> what it is called on, and who gets what; everybody else gets NO.
METHODS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    # Odoo lets warehouse and accounting read and write sales orders.
    ("sale.order", "action_why"): ("order", WRITERS),
    ("sale.order", "action_view_decisions"): ("order", WRITERS),
    ("sale.order", "action_request_release"): ("order", WRITERS),
    ("sale.order", "action_release_hold"): ("order", {"controller": OK}),
    # Odoo lets sales and accounting handle transfers, too; ok is: told that it stays.
    ("stock.picking", "button_validate"): ("picking", PICKING_READERS),
    ("stock.picking", "action_why"): (
        "picking",
        {role: OK for role in PICKING_READERS if role != "stranger"},
    ),
    ("res.partner", "action_view_held_orders"): (
        "partner",
        dict.fromkeys(READERS, OK),
    ),
    ("aftersales.hold", "action_why"): ("hold", REQUEST_READERS),
    ("aftersales.hold", "action_release"): ("hold", {"controller": OK}),
    ("aftersales.decision", "action_replay"): ("decision", REQUEST_READERS),
    ("aftersales.decision", "action_open_document"): ("decision", REQUEST_READERS),
    # once requested it is no draft any more, for whoever asks again
    ("aftersales.credit.limit", "action_request"): (
        "draft_limit",
        {
            "stranger": OK,
            "salesperson": ERROR,
            "rules_admin": ERROR,
            "controller": ERROR,
            **dict.fromkeys(BOSSES, ERROR),
        },
    ),
    ("aftersales.credit.limit", "action_approve"): (
        "requested_limit",
        {
            "stranger": ERROR,
            "salesperson": ERROR,
            "controller": OK,
            **dict.fromkeys(BOSSES, ERROR),
        },
    ),
    ("aftersales.credit.limit", "action_refuse"): (
        "other_requested_limit",
        {
            "stranger": ERROR,
            "salesperson": ERROR,
            "controller": OK,
            **dict.fromkeys(BOSSES, ERROR),
        },
    ),
    ("aftersales.credit.limit", "action_end"): (
        "approved_limit",
        {
            "stranger": ERROR,
            "salesperson": ERROR,
            "controller": OK,
            **dict.fromkeys(BOSSES, ERROR),
        },
    ),
    ("aftersales.payment.reminder", "action_message_customers"): (
        "reminder",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    # ---------------------------------------------------- urgency and promises (O9, O17)
    ("sale.order", "action_request_urgency"): ("quotation", WRITERS),
    ("sale.order", "action_approve_urgency"): ("urgent_order", DECIDERS),
    ("sale.order", "action_refuse_urgency"): ("urgent_order", DECIDERS),
    ("sale.order", "action_withdraw_urgency"): (
        "urgent_order",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    **{
        (f"aftersales.{kind}.request", method): (
            f"{key}_{target}",
            expected,
        )
        for kind, key in (("urgency", "urgent"), ("promise", "promise"))
        for method, target, expected in (
            ("action_view_order", "open", REQUEST_READERS),
            ("action_open_approve", "open", DECIDERS),
            ("action_refuse", "open", DECIDERS),
            ("action_approve", "approve", {"supervisor": OK, "duty_manager": ERROR}),
            # once it is withdrawn there is nothing to withdraw
            (
                "action_withdraw",
                "withdraw",
                {
                    "salesperson": OK,
                    **dict.fromkeys(
                        ("rules_admin", "controller", *BOSSES),
                        ERROR,
                    ),
                },
            ),
        )
    },
    ("sale.order", "action_ask_promise"): ("promise_order", WRITERS),
    ("sale.order", "action_approve_promise"): ("promise_order", DECIDERS),
    ("sale.order", "action_refuse_promise"): ("promise_order", DECIDERS),
    # ok is: told that it needs a yes first, see still_held
    ("sale.order", "action_quotation_send"): ("promise_order", WRITERS),
    ("sale.order", "action_quotation_sent"): ("promise_order", WRITERS),
    ("sale.order", "action_take_earliest"): ("urgent_open_order", WRITERS),
    ("sale.order", "action_view_competing"): ("order", {"duty_manager": OK}),
    ("aftersales.competing.demand", "action_open_order"): (
        "demand",
        {"duty_manager": OK},
    ),
    ("aftersales.delivery.report", "action_open_transfer"): (
        "certified_move",
        {"salesperson": OK, "controller": OK, **BOSSES},
    ),
    # ------------------------------------------- changes and new addresses (O10, O11)
    ("sale.order", "action_resume"): (
        "change_order",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.order.change", "action_resume"): (
        "change",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.order.change", "action_open_transfers"): ("change", REQUEST_READERS),
    # nothing is set apart: who gets as far as to be told so
    ("aftersales.order.change", "action_return_to_stock"): (
        "cancelled_change",
        {
            "warehouse": ERROR,
            "planner": ERROR,
            "salesperson": ERROR,
            "controller": ERROR,
            **dict.fromkeys(BOSSES, ERROR),
        },
    ),
    ("stock.picking", "action_acknowledge_address"): (
        "moved_picking",
        {"warehouse": OK, "planner": ERROR},
    ),
    # -------------------------------------------------- registered projects (O13)
    ("aftersales.project", "action_file"): (
        "project_file",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.project", "action_sign_off"): (
        "project_filed",
        {
            "salesperson": ERROR,
            "controller": ERROR,
            "supervisor": ERROR,
            "duty_manager": OK,
        },
    ),
    ("aftersales.project", "action_draft"): (
        "project_back",
        {"salesperson": OK, **dict.fromkeys(LATER, ERROR)},
    ),
    ("aftersales.project", "action_close"): (
        "project_close",
        {"salesperson": OK, **dict.fromkeys(LATER, ERROR)},
    ),
    **{
        ("aftersales.project", method): (
            "project",
            {
                "salesperson": ERROR,
                "controller": ERROR,
                "supervisor": ERROR,
                "duty_manager": OK,
            },
        )
        for method in ("action_refuse", "action_extend")
    },
    # the portal user is of the dealer who registered it
    ("aftersales.project", "action_view_orders"): (
        "project",
        {**REQUEST_READERS, "portal": OK},
    ),
    ("aftersales.project.conflict", "action_resolve"): (
        "conflict",
        {**dict.fromkeys(REQUEST_READERS, ERROR), "duty_manager": OK},
    ),
    ("aftersales.project.conflict", "action_why"): ("conflict", REQUEST_READERS),
    ("aftersales.project.conflict", "action_open_rival"): ("conflict", REQUEST_READERS),
    ("sale.order", "action_resolve_project_conflict"): (
        "conflict_order",
        {**dict.fromkeys(WRITERS, ERROR), "duty_manager": OK},
    ),
    ("sale.order", "action_why_project_conflict"): ("conflict_order", WRITERS),
    ("sale.order", "action_view_project_conflicts"): ("conflict_order", WRITERS),
    # ------------------------------------------------------ sample and mould fees (O14)
    ("sale.order", "action_view_fee_agreements"): (
        "fee_order",
        {"salesperson": OK, "controller": OK, **BOSSES},
    ),
    ("res.partner", "action_view_fee_agreements"): (
        "dealer",
        dict.fromkeys(READERS, OK),
    ),
    ("aftersales.fee.agreement", "action_start"): (
        "fee_start",
        {"salesperson": OK, **dict.fromkeys(LATER, ERROR)},
    ),
    ("aftersales.fee.agreement", "action_cancel"): (
        "fee_cancel",
        {"salesperson": OK, **dict.fromkeys(LATER, ERROR)},
    ),
    ("aftersales.fee.agreement", "action_check"): ("fee", REQUEST_READERS),
    ("aftersales.fee.agreement", "action_why"): ("fee", REQUEST_READERS),
    ("aftersales.fee.agreement", "action_view_refunds"): ("fee", REQUEST_READERS),
    ("aftersales.fee.agreement", "action_reopen"): (
        "fee_expired",
        {
            **dict.fromkeys(REQUEST_READERS, ERROR),
            "accountant": OK,
            "controller": OK,
        },
    ),
    # ------------------------------------------------- production waits (O6, O7)
    # ok is: told that it waits
    **{
        ("mrp.production", method): ("production", MAKERS)
        for method in (
            "action_confirm",
            "action_plan_with_components_availability",
            "action_start",
            "button_mark_done",
            "button_plan",
            "action_request_deposit_release",
        )
    },
    ("mrp.production", "action_deposit_why"): ("production", PRODUCTION_READERS),
    ("mrp.production", "action_release_deposit"): ("production", {"controller": OK}),
    ("mrp.workorder", "button_start"): ("workorder", {"planner": OK}),
    ("mrp.workorder", "set_state"): (
        "workorder",
        dict.fromkeys(MAKERS, ERROR),
    ),
    # ------------------------------------------------------- delivery problems (O12)
    ("stock.picking", "action_report_problem"): ("problem_picking", PICKING_READERS),
    ("stock.picking", "action_view_logistics_exceptions"): (
        "problem_picking",
        PICKING_READERS,
    ),
    ("aftersales.logistics.exception", "action_report"): ("problem", REQUEST_READERS),
    ("aftersales.logistics.exception", "action_why"): ("problem", REQUEST_READERS),
    ("aftersales.logistics.exception", "action_view_ticket"): (
        "problem",
        REQUEST_READERS,
    ),
    ("aftersales.logistics.exception", "action_make_complaint"): (
        "problem",
        {
            "warehouse": OK,
            "planner": OK,
            "salesperson": OK,
            "controller": OK,
            **BOSSES,
        },
    ),
    ("aftersales.logistics.exception", "action_inform_customer"): (
        "problem_mail",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.logistics.exception", "action_informed_by_phone"): (
        "problem_phone",
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.logistics.exception", "action_close"): (
        "problem_phone",
        {
            "warehouse": OK,
            "planner": OK,
            "salesperson": OK,
            "controller": OK,
            **BOSSES,
        },
    ),
    # ------------------------------------------------------- final inspections (O16)
    ("aftersales.inspection", "action_record"): ("draft_record", {"inspector": OK}),
    ("aftersales.inspection", "action_pass"): ("draft_pass", {"inspector": OK}),
    ("aftersales.inspection", "action_fail"): ("draft_fail", {"inspector": OK}),
    ("aftersales.inspection", "action_inspect_again"): (
        "inspection",
        {"inspector": OK},
    ),
    ("stock.picking", "action_inspect"): ("lens_picking", {"inspector": OK}),
    ("stock.picking", "action_print_certificates"): (
        "certified_picking",
        PICKING_READERS,
    ),
    ("stock.lot", "action_view_inspections"): ("lot", LOT_READERS),
    # Odoo lets the customer comment on an order
    ("sale.order", "message_post"): ("order", {"portal": OK, **WRITERS}),
    # -------------------------------------------------------------- gate modes (R7)
    ("aftersales.gate.mode", "action_open"): (None, {"rules_admin": OK, "foreign": OK}),
    ("aftersales.gate.mode", "action_open_decisions"): ("gate", {"rules_admin": OK}),
}

ARGUMENTS: dict[tuple[str, str], list[Any]] = {
    ("mrp.workorder", "set_state"): ["progress"],
}

# (model, method) -> the values of the wizard, and what becomes of it; who may not even
# make one gets NO. Names of ids stand for the ids.
WIZARDS: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {
    ("aftersales.address.change.wizard", "action_change"): (
        {"order_id": "fresh_order", "partner_id": "town", "requested_by": "Ann"},
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.order.change.wizard", "action_register"): (
        {"order_id": "fresh_order", "requested_by": "Ann", "reason": "Fire"},
        {"salesperson": OK, "controller": OK, **BOSSES},
    ),
    ("aftersales.urgency.ask", "action_ask"): (
        {"order_id": "fresh_order", "motive": "Fire", "wanted_date": "2099-01-01"},
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.promise.ask", "action_ask"): (
        {"order_id": "promise_fresh", "motive": "Fire"},
        {"salesperson": OK, "controller": ERROR, **dict.fromkeys(BOSSES, ERROR)},
    ),
    ("aftersales.promise.ask", "action_take_earliest"): (
        {"order_id": "promise_fresh"},
        {"salesperson": OK, "controller": OK, **BOSSES},
    ),
    ("aftersales.approval.answer", "action_answer"): (
        {
            "res_model": "aftersales.urgency.request",
            "res_id": "urgent_answer",
            "verdict": "refuse",
            "answer": "No",
        },
        {"supervisor": OK, "duty_manager": ERROR},
    ),
    ("aftersales.project.answer", "action_answer"): (
        {
            "project_ids": ["project"],
            "answer": "extend",
            "date_to": "2100-01-01",
            "reason": "Late",
        },
        {"duty_manager": OK},
    ),
    ("aftersales.project.resolve", "action_resolve"): (
        {"conflict_ids": ["conflict"], "resolution": "shared", "reason": "Fair"},
        {"duty_manager": OK},
    ),
    ("aftersales.fee.reopen", "action_reopen"): (
        {"agreement_id": "fee_expired", "reason": "Agreed"},
        {"accountant": OK, "controller": ERROR},
    ),
}

OTHERS = [
    ("aftersales.order.change", "change"),
    ("aftersales.address.change", "address_change"),
    ("aftersales.address.acknowledgement", "acknowledgement"),
    ("aftersales.urgency.request", "urgent_open"),
    ("aftersales.promise.request", "promise"),
    ("aftersales.logistics.exception", "problem"),
    ("aftersales.logistics.exception.line", "problem_line"),
    ("aftersales.inspection", "inspection"),
    ("aftersales.inspection.line", "inspection_line"),
    ("aftersales.project", "project"),
    ("aftersales.project.line", "project_line"),
    ("aftersales.project.conflict", "conflict"),
    ("aftersales.fee.agreement", "fee"),
    ("aftersales.gate.mode", "gate"),
    ("aftersales.competing.demand", "demand"),
    ("aftersales.delivery.report", "certified_move"),
]
"""What people of another company neither see nor change."""
