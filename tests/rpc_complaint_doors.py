"""Who may do what with complaints over RPC: what test_rpc_complaint.py works through.

The roles, weakest first: public (no session), portal (the customer), neighbour (another
customer), internal (without groups, but coordinates a dispute), warehouse, salesperson,
helpdesk (works with tickets, not with complaints), investigator (of the production, which
is asked), bystander (an investigator of no department), inspector (of quality), rules_admin,
foreign (who may do everything in another company), agent, complaint_manager (leads sales),
general_manager.
"""

from __future__ import annotations

from typing import Any

ROLES = (
    "public",
    "portal",
    "neighbour",
    "internal",
    "warehouse",
    "salesperson",
    "helpdesk",
    "investigator",
    "bystander",
    "inspector",
    "rules_admin",
    "foreign",
    "agent",
    "complaint_manager",
    "general_manager",
)

OK, NO, ERROR = "ok", "AccessError", "UserError"

STAFF = dict.fromkeys(("agent", "complaint_manager", "general_manager"), OK)
NOT_NOW = dict.fromkeys(STAFF, ERROR)
FIRST_SALES = {**NOT_NOW, "salesperson": OK}
FIRST = {**NOT_NOW, "agent": OK}
"""The agent comes first; whoever comes later finds it done."""
MANAGERS = {"complaint_manager": OK, "general_manager": OK}
NOT_ONE = dict.fromkeys(MANAGERS, ERROR)
FIRST_MANAGER = {"complaint_manager": OK, "general_manager": ERROR}
GENERAL = {"general_manager": OK}
TICKETS = {**STAFF, "helpdesk": OK}
"""Whoever reads every ticket of the company."""

KEYWORDS = {"rules_admin", "foreign", *MANAGERS}
"""Those that come with the addon are of all companies."""

TICKET = "helpdesk.ticket"

# (model, method) -> what it is called on, and who gets what; everybody else gets NO.
METHODS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    # ------------------------------------------------------- taking in, registering
    (TICKET, "action_make_complaint"): ("ticket", STAFF),
    (TICKET, "action_confirm_read_back"): ("read_back", STAFF),
    (TICKET, "action_register"): ("register", NOT_NOW),
    (TICKET, "action_rate_urgent"): ("intake", STAFF),
    (TICKET, "action_rate_normal"): ("intake", STAFF),
    (TICKET, "web_read"): ("complaint", {**TICKETS, "portal": OK}),
    (TICKET, "rating_apply"): ("complaint", {}),
    # ------------------------------------------ classified, forwarded, accepted
    (TICKET, "action_overrule"): ("complaint", NOT_NOW),
    (TICKET, "action_take_back_overrule"): ("complaint", NOT_NOW),
    (TICKET, "action_why_overrule"): ("complaint", STAFF),
    **{
        (TICKET, f"action_why_complaint_{name}"): ("complaint", TICKETS)
        for name in ("escalation", "routing", "severity", "type", "urgency")
    },
    (TICKET, "action_acknowledge"): ("complaint", GENERAL),
    (TICKET, "action_forward"): ("forward", STAFF),
    (TICKET, "action_take"): ("take", STAFF),
    (TICKET, "action_accept"): ("accept", FIRST_MANAGER),
    (TICKET, "action_open_accept"): ("registered", MANAGERS),
    (TICKET, "action_open_refuse"): ("registered", MANAGERS),
    (TICKET, "action_open_reopen"): ("registered", MANAGERS),
    # ------------------------------------------------------------ contact, waiting
    (TICKET, "action_log_contact"): ("complaint", STAFF),
    (TICKET, "action_wait_for_customer"): ("complaint", STAFF),
    (TICKET, "action_customer_answered"): ("waiting", FIRST),
    ("aftersales.clock", "action_open_complaint"): ("clock", STAFF),
    ("aftersales.clock", "action_why"): ("clock", STAFF),
    # --------------------------------------------------------------- investigation
    **{
        (TICKET, f"action_complaint_{name}"): ("complaint", STAFF)
        for name in ("ask", "ask_responsibility", "dispute", "guide", "negotiate")
    },
    (TICKET, "action_complaint_ask_cause"): ("cause", FIRST),
    (TICKET, "action_complaint_ask_photos"): ("ask_photos", FIRST),
    (TICKET, "action_complaint_piece_received"): ("piece", FIRST),
    (TICKET, "action_complaint_next_step"): ("next_step", STAFF),
    (TICKET, "action_complaint_path_why"): ("complaint", TICKETS),
    (TICKET, "action_complaint_recall"): ("complaint", STAFF),
    (TICKET, "action_confirm_responsibility"): (
        "complaint",
        {**dict.fromkeys(STAFF, NO), "general_manager": ERROR},
    ),
    ("aftersales.complaint.inquiry", "action_answer"): (
        "inquiry_answer",
        {**NOT_NOW, "investigator": OK},
    ),
    ("aftersales.complaint.inquiry", "action_ask_again"): ("answered", STAFF),
    ("aftersales.complaint.inquiry", "action_withdraw"): ("inquiry_withdraw", FIRST),
    ("aftersales.complaint.inquiry", "action_view_complaint"): (
        "inquiry",
        {**STAFF, "investigator": OK},
    ),
    ("aftersales.complaint.photo.request", "action_withdraw"): ("photo", FIRST),
    ("aftersales.complaint.recall", "action_view_return"): ("recall", STAFF),
    ("aftersales.complaint.guidance", "action_record"): ("guidance", {"agent": OK}),
    ("aftersales.complaint.dispute", "action_settle"): ("dispute", {"salesperson": OK}),
    # -------------------------------------------------------------------- solutions
    (TICKET, "action_next_solution"): ("complaint", STAFF),
    ("aftersales.complaint.solution", "action_ask_approval"): ("ask_approval", FIRST),
    ("aftersales.complaint.solution", "action_carry_out"): ("unapproved", NOT_NOW),
    ("aftersales.complaint.solution", "action_open"): ("solution", STAFF),
    ("aftersales.complaint.solution", "action_open_answer"): ("answer", STAFF),
    ("aftersales.complaint.solution", "action_propose"): ("propose", FIRST),
    ("aftersales.complaint.solution", "action_why"): ("solution", STAFF),
    ("aftersales.complaint.solution", "action_withdraw"): ("withdraw", FIRST),
    ("aftersales.complaint.approval", "action_approve"): ("approve", FIRST_MANAGER),
    ("aftersales.complaint.approval", "action_refuse"): (
        "refuse_approval",
        FIRST_MANAGER,
    ),
    ("aftersales.complaint.approval", "action_open_approve"): ("approval", MANAGERS),
    ("aftersales.complaint.approval", "action_open_refuse"): ("approval", MANAGERS),
    ("aftersales.complaint.approval", "action_why"): ("approval", STAFF),
    ("aftersales.complaint.approval", "action_view_complaint"): ("approval", STAFF),
    # --------------------------------------------------- goods, breakage, customer care
    **{
        (TICKET, f"action_complaint_{name}"): ("complaint", STAFF)
        for name in ("repair", "replacement", "return")
    },
    (TICKET, "action_view_complaint_repairs"): ("complaint", {}),
    (TICKET, "action_view_complaint_replacements"): ("complaint", {}),
    (TICKET, "action_view_complaint_returns"): ("returned", {}),
    ("aftersales.complaint.goods", "action_begin"): ("goods", {"agent": OK}),
    ("repair.order", "action_repair_done"): ("repair", {"warehouse": OK}),
    (TICKET, "action_breakage_why"): ("complaint", {**NOT_NOW, "helpdesk": ERROR}),
    (TICKET, "action_confirm_breakage"): ("complaint", NOT_ONE),
    (TICKET, "action_withdraw_breakage"): ("major", NOT_ONE),
    ("product.template", "action_view_aftersales_breakage"): (
        "glass_template",
        {**STAFF, "inspector": OK, "foreign": OK},  # products are of all companies
    ),
    ("aftersales.care.contact", "action_cancel"): ("care_cancel", FIRST_SALES),
    ("aftersales.care.contact", "action_done"): ("care_done", FIRST_SALES),
    ("aftersales.care.contact", "rating_apply"): ("care", {}),
    ("res.partner", "action_view_aftersales_care"): (
        "customer",
        # opens a list, of what they may read
        {
            role: OK
            for role in ROLES
            if role not in ("public", "portal", "neighbour", "internal", "helpdesk")
        },
    ),
    # ---------------------------------------------------- feedback, visits, closing
    (TICKET, "action_send_feedback"): ("settled", STAFF),
    (TICKET, "action_reissue_complaint"): ("complaint", NOT_NOW),
    (TICKET, "action_close_complaint"): ("complaint", NOT_NOW),
    ("aftersales.complaint.visit", "action_log"): ("visit", STAFF),
    ("aftersales.complaint.visit", "action_view_complaint"): ("visit", STAFF),
}

ARGUMENTS: dict[tuple[str, str], list[Any]] = {
    (TICKET, "web_read"): [{"name": {}}],
    (TICKET, "rating_apply"): [5, "no token"],
    ("aftersales.care.contact", "rating_apply"): [5, "no token"],
    ("aftersales.complaint.approval", "action_refuse"): ["No"],
}

# (model, method) -> the values of the wizard, and what becomes of it; whoever is not
# named gets NO or ERROR.
WIZARDS: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {
    ("aftersales.complaint.answer", "action_answer"): (
        {"complaint_id": "verdict", "verdict": "accepted"},
        FIRST_MANAGER,
    ),
    ("aftersales.complaint.approve", "action_answer"): (
        {"approval_ids": ["approve_wizard"], "verdict": "refuse", "answer": "No"},
        FIRST_MANAGER,
    ),
    ("aftersales.complaint.ask", "action_ask"): (
        {
            "complaint_id": "complaint",
            "department_id": "production",
            "question": "Why?",
            "due_at": "2099-01-01 12:00:00",
            "photo_ids": [],
        },
        STAFF,
    ),
    ("aftersales.complaint.contact.log", "action_log"): (
        {"complaint_id": "complaint", "note": "Hello"},
        STAFF,
    ),
    ("aftersales.complaint.feedback", "action_send"): (
        {
            "complaint_id": "settled_wizard",
            "is_satisfied": "yes",
            "how": "phone",
            "text": "Fine",
        },
        FIRST,
    ),
    ("aftersales.complaint.forward", "action_forward"): (
        {
            "complaint_id": "forward",
            "department_id": "forwarding_department",
            "reason": "Theirs",
        },
        STAFF,
    ),
    ("aftersales.complaint.negotiate", "action_negotiate"): (
        {"complaint_id": "complaint", "amount": 5, "agreed_with": "Ann"},
        NOT_NOW,
    ),
    # major: less takes a manager
    ("aftersales.complaint.overrule.wizard", "action_overrule"): (
        {
            "complaint_id": "major",
            "subject": "severity",
            "severity_value": "general",
            "reason": "Only a scratch",
        },
        {"agent": NO, **FIRST_MANAGER},
    ),
    ("aftersales.complaint.phone", "action_save"): (
        {
            "partner_id": "customer",
            "contact_name": "Ann",
            "text": "It broke",
            "company_id": "company",
        },
        STAFF,
    ),
    ("aftersales.complaint.phone", "action_register"): (
        {
            "partner_id": "customer",
            "contact_name": "Ann",
            "text": "It broke",
            "company_id": "company",
        },
        NOT_NOW,
    ),
    ("aftersales.complaint.recall.wizard", "action_recall"): (
        {"complaint_id": "recall_wizard"},
        FIRST,
    ),
    ("aftersales.complaint.register", "action_export"): (
        {"company_id": "company"},
        {"agent": NO},
    ),
    ("aftersales.complaint.wait", "action_wait"): (
        {"complaint_id": "piece", "reason": "An answer"},
        STAFF,
    ),
    ("aftersales.solution.answer", "action_note"): (
        {"solution_id": "note", "answer": "accepted", "answered_by": "Ann"},
        FIRST,
    ),
    ("aftersales.visit.log", "action_log"): (
        {
            "visit_id": "visit_log",
            "satisfaction": "5",
            "is_satisfied": "yes",
            "contact_name": "Ann",
        },
        FIRST,
    ),
}

OTHERS = [
    (TICKET, "complaint"),
    ("aftersales.clock", "clock"),
    ("aftersales.complaint.alert", "alert"),
    ("aftersales.complaint.overrule", "overrule"),
    ("aftersales.complaint.forwarding", "forwarding"),
    ("aftersales.complaint.verdict", "verdict_kept"),
    ("aftersales.complaint.contact", "contact"),
    ("aftersales.complaint.inquiry", "inquiry"),
    ("aftersales.complaint.photo.request", "photo"),
    ("aftersales.complaint.recall", "recall"),
    ("aftersales.complaint.guidance", "guidance_kept"),
    ("aftersales.complaint.dispute", "dispute"),
    ("aftersales.complaint.solution", "solution"),
    ("aftersales.complaint.approval", "approval"),
    ("aftersales.complaint.visit", "visit"),
    ("aftersales.care.contact", "care"),
    ("aftersales.breakage.entry", "breakage"),
    ("aftersales.department", "management"),
    ("aftersales.office", "office"),
]
"""What people of another company neither see nor change."""

KEPT = [
    ("aftersales.clock", "clock"),
    ("aftersales.complaint.alert", "alert"),
    ("aftersales.complaint.overrule", "overrule"),
    ("aftersales.complaint.forwarding", "forwarding"),
    ("aftersales.complaint.verdict", "verdict_kept"),
    ("aftersales.complaint.contact", "contact"),
    ("aftersales.complaint.inquiry", "answered"),
    ("aftersales.complaint.photo.request", "photo"),
    ("aftersales.complaint.recall", "recall"),
    ("aftersales.complaint.guidance", "guidance_kept"),
    ("aftersales.complaint.dispute", "dispute"),
    ("aftersales.complaint.solution", "solution"),
    ("aftersales.complaint.approval", "approval"),
    ("aftersales.complaint.visit", "visit"),
    (TICKET, "complaint"),
]
"""What nobody deletes, an administrator among them."""

# What nobody may write directly; the exception says who may.
WRITES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    (TICKET, "complaint", {"active": False}, set()),
    (TICKET, "complaint", {"complaint_state": "closed"}, set()),
    (TICKET, "complaint", {"complaint_number": "x"}, set()),
    (TICKET, "major", {"complaint_severity": "general"}, set()),
    (TICKET, "complaint", {"complaint_type": "sales_service"}, set()),
    (TICKET, "complaint", {"complaint_department_id": False}, set()),
    (TICKET, "complaint", {"complaint_closed_at": "2026-01-01 00:00:00"}, set()),
    (TICKET, "complaint", {"complaint_waiting_at": "2026-01-01 00:00:00"}, set()),
    (TICKET, "complaint", {"complaint_satisfied": "yes"}, set()),
    (TICKET, "complaint", {"complaint_clock_ids": [(5,)]}, set()),
    (TICKET, "complaint", {"complaint_overrule_ids": [(5,)]}, set()),
    (TICKET, "complaint", {"complaint_final_judgement": "misuse"}, set()),
    (TICKET, "complaint", {"complaint_negotiated_amount": 1}, set()),
    (TICKET, "complaint", {"complaint_goods_at": False}, set()),
    ("aftersales.clock", "clock", {"state": "done"}, set()),
    ("aftersales.clock", "clock", {"due_at": "2099-01-01 00:00:00"}, set()),
    ("aftersales.complaint.alert", "alert", {"ended_at": "2026-01-01 00:00:00"}, set()),
    ("aftersales.complaint.overrule", "overrule", {"reason": "x"}, set()),
    ("aftersales.complaint.forwarding", "forwarding", {"reason": "x"}, set()),
    ("aftersales.complaint.verdict", "verdict_kept", {"note": "x"}, set()),
    ("aftersales.complaint.contact", "contact", {"note": "x"}, set()),
    ("aftersales.complaint.inquiry", "answered", {"answer": "x"}, set()),
    ("aftersales.complaint.inquiry", "answered", {"fault_found": "no"}, set()),
    ("aftersales.complaint.inquiry", "inquiry", {"question": "x"}, set()),
    ("aftersales.complaint.inquiry", "inquiry", {"state": "answered"}, set()),
    ("aftersales.complaint.inquiry", "inquiry", {"answer": "x"}, {"investigator"}),
    ("aftersales.complaint.photo.request", "photo", {"state": "received"}, set()),
    ("aftersales.complaint.recall", "recall", {"quantity": 9}, set()),
    ("aftersales.complaint.guidance", "guidance_kept", {"notes": "x"}, set()),
    ("aftersales.complaint.dispute", "dispute", {"state": "settled"}, set()),
    ("aftersales.complaint.solution", "solution", {"state": "agreed"}, set()),
    (
        "aftersales.complaint.solution",
        "solution",
        {"approval_state": "approved"},
        set(),
    ),
    ("aftersales.complaint.solution", "unapproved", {"proposal": "x"}, set()),
    ("aftersales.complaint.approval", "approval", {"state": "approved"}, set()),
    ("aftersales.complaint.visit", "visit", {"is_satisfied": "yes"}, set()),
    ("aftersales.complaint.visit", "visit", {"complaint_id": 1}, set()),
    ("aftersales.complaint.goods", "goods", {"is_done": False}, set()),
    ("aftersales.complaint.goods.line", "goods_line", {"available": 99}, set()),
    ("aftersales.care.contact", "care", {"state": "done"}, set()),
    ("aftersales.absence", "absence", {"deputy_id": 2}, GENERAL),
    ("aftersales.department", "management", {"sequence": 9}, {"rules_admin", *GENERAL}),
    ("aftersales.department", "sales", {"sequence": 9}, {"rules_admin", *MANAGERS}),
    ("aftersales.keyword", "keyword", {"active": True}, KEYWORDS),
    ("sale.order", "order", {"complaint_id": "complaint"}, set()),
    ("res.company", "company", {"aftersales_mode_complaint_closing": "off"}, set()),
]

CREATES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("aftersales.clock", {"complaint_id": "complaint", "kind": "solution"}, set()),
    ("aftersales.complaint.alert", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.overrule", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.forwarding", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.verdict", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.contact", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.inquiry", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.photo.request", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.recall", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.approval", {"solution_id": "solution"}, set()),
    ("aftersales.complaint.goods", {"complaint_id": "complaint"}, set()),
    ("aftersales.complaint.goods.line", {"wizard_id": "goods"}, set()),
    ("aftersales.complaint.recall.wizard.line", {"wizard_id": 1, "move_id": 1}, set()),
    ("aftersales.care.plan", {"partner_id": "customer"}, set()),
    ("aftersales.breakage", {"product_id": "glass"}, set()),
    (
        "aftersales.complaint.solution",
        {"complaint_id": "complaint", "proposal": "x", "state": "agreed"},
        set(),
    ),
    (
        "aftersales.complaint.visit",
        {"complaint_id": "complaint", "kind": "last"},
        set(),
    ),
    (
        "aftersales.complaint.guidance",
        {"complaint_id": "complaint", "notes": "x", "state": "recorded"},
        set(),
    ),
    ("aftersales.complaint.visit", {"complaint_id": "followed"}, set(STAFF)),
    (
        "aftersales.absence",
        {"user_id": "general_manager", "deputy_id": "agent"},
        set(GENERAL),
    ),
    (TICKET, {"name": "x", "complaint_state": "closed"}, set()),
    (TICKET, {"name": "x", "description": "x", "is_complaint": True}, set()),
]

# role, model, values, defaults of a forged context
FORGED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "agent",
        TICKET,
        {"name": "x", "description": "x"},
        {"complaint_state": "closed", "complaint_number": "CP/0", "complaint_round": 7},
    ),
    (
        "agent",
        "aftersales.complaint.solution",
        {"complaint_id": "next_step", "proposal": "x"},
        {"state": "carried_out", "approval_state": "approved", "number": 99},
    ),
    (
        "agent",
        "aftersales.complaint.visit",
        {"complaint_id": "followed"},
        {"state": "done", "is_satisfied": "yes", "kind": "last"},
    ),
    (
        "agent",
        "aftersales.complaint.guidance",
        {"complaint_id": "complaint", "notes": "x"},
        {"state": "recorded", "recorded_at": "2026-01-01 00:00:00"},
    ),
    (
        "agent",
        "aftersales.care.contact",
        {"partner_id": "customer"},
        {"state": "done", "is_by_rule": True, "ended_on": "2026-01-01"},
    ),
]
