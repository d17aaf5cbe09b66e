"""Who may do what with drafts and versions of rules, trial runs and the audit trail over
RPC: what test_rpc_rules.py works through.

The roles, weakest first: public (no session), portal, internal (without groups), reader (of
rules and decisions), salesperson, controller (of credit), foreign (who administers the
rules of another company), author (who administers the rules and wrote the drafts), second
(who administers the rules as well).
"""

from __future__ import annotations

import base64
from typing import Any

ROLES = (
    "public",
    "portal",
    "internal",
    "reader",
    "salesperson",
    "controller",
    "foreign",
    "author",
    "second",
)

OK, NO, ERROR = "ok", "AccessError", "UserError"

ADMINS = {"author": OK, "second": OK}
FIRST = {"author": OK, "second": ERROR}
"""The author comes first; whoever comes later finds it done."""
READ = {**dict.fromkeys(("reader", "salesperson", "controller"), OK), **ADMINS}
AUDITORS = {**ADMINS, "foreign": OK}
"""The trail of all companies is under one chain of seals."""

VERSION = "aftersales.version"
RULE = "aftersales.rule"
HIT = "aftersales.rule.hit"
STATISTIC = "aftersales.rule.statistic"
THRESHOLD = "aftersales.threshold"
DRAFT = "aftersales.draft"
TRIAL = "aftersales.trial"
COUNT = "aftersales.trial.count"
CHANGE = "aftersales.trial.change"
SEAL = "aftersales.seal"
AUDIT = "aftersales.audit"
ARCHIVE = "aftersales.archive"
SHIPPED = "aftersales.shipped.pack"
DECISION = "aftersales.decision"
EXPORT = "aftersales.exchange.export"
IMPORT = "aftersales.exchange.import"
FILE = base64.b64encode(b'{"schema_version": 1, "name": "tiny"}').decode()

# (model, method) -> what it is called on, if it is on a
# record, and who gets what; everybody else gets NO.
METHODS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    (DECISION, "get_explanation"): ("decision", READ),
    (DECISION, "try_values"): ("decision", READ),
    (DECISION, "get_ways"): ("decision", READ),
    # what is behind it, nobody can open: a currency is no record of a case
    (DECISION, "open_fact"): ("decision", dict.fromkeys(READ, ERROR)),
    (VERSION, "get_table"): ("version", READ),
    (VERSION, "action_compare"): ("version", READ),
    (VERSION, "action_change_rules"): ("version", ADMINS),
    (VERSION, "action_view_statistics"): ("version", READ),
    (STATISTIC, "action_open_rule"): ("statistic", READ),
    (VERSION, "action_export"): ("version", READ),
    (VERSION, "action_roll_back"): ("version", ADMINS),
    (RULE, "action_change_rule"): ("rule", ADMINS),
    (THRESHOLD, "action_draft_change"): ("threshold", ADMINS),
    (RULE, "action_change_rules"): ("rule", ADMINS),
    (DRAFT, "get_table"): ("draft", READ),
    (DRAFT, "action_compare"): ("draft", READ),
    (DRAFT, "action_export"): ("draft", READ),
    (DRAFT, "check_table"): ("draft", READ),
    (DRAFT, "save_table"): ("save", FIRST),
    (DRAFT, "action_check"): ("check", ADMINS),
    (DRAFT, "action_try"): ("draft", ADMINS),
    (DRAFT, "action_publish"): ("publish", FIRST),
    # the one who wrote it is not the second person
    (DRAFT, "action_approve"): ("approve", {"author": ERROR, "second": OK}),
    (DRAFT, "action_edit_again"): ("edit_again", FIRST),
    (DRAFT, "action_discard"): ("discard", FIRST),
    (DRAFT, "action_take_up"): ("behind", ADMINS),
    (TRIAL, "action_start"): ("trial", FIRST),
    (TRIAL, "action_cancel"): ("running_trial", FIRST),
    (TRIAL, "action_view_changes"): ("done_trial", ADMINS),
    (CHANGE, "action_open_document"): ("change", ADMINS),
    (SEAL, "action_verify"): ("seal", AUDITORS),
}

ARGUMENTS: dict[tuple[str, str], list[Any]] = {
    (DECISION, "try_values"): [{}, {}],
    (DECISION, "get_ways"): [{}, {}],
    (DECISION, "open_fact"): ["currency"],
    (DRAFT, "check_table"): ["credit_hold", [], []],
    (DRAFT, "save_table"): ["credit_hold", [], [], 1],
}

# (model, method) -> the values of the wizard, and what becomes of it; whoever is not
# named gets NO or ERROR.
WIZARDS: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {
    ("aftersales.compare", "action_swap"): (
        {
            "company_id": "company",
            "before_version_id": "version",
            "after_version_id": "current",
        },
        {**READ, "foreign": OK},  # who sees nothing of them, see below
    ),
    (EXPORT, "action_download"): ({"version_id": "version"}, READ),
    (EXPORT, "action_download_schema"): ({}, {**READ, "foreign": OK}),
    (IMPORT, "action_look"): ({"company_id": "company", "file": FILE}, ADMINS),
    (IMPORT, "action_choose_again"): ({"company_id": "company"}, ADMINS),
    # nobody has looked at it
    (IMPORT, "action_make_draft"): (
        {"company_id": "company", "file": FILE},
        dict.fromkeys(ADMINS, ERROR),
    ),
}

OTHERS = [
    (VERSION, "version"),
    (STATISTIC, "statistic"),
    (RULE, "rule"),
    (HIT, "hit"),
    (THRESHOLD, "threshold"),
    (DRAFT, "draft"),
    (DRAFT, "published"),
    (TRIAL, "done_trial"),
    (COUNT, "count"),
    (CHANGE, "change"),
    (ARCHIVE, "archive"),
    (DECISION, "decision"),
    ("ir.attachment", "file"),
]
"""What people of another company neither see nor change."""

SHARED = [(SEAL, "seal"), (AUDIT, "audit"), (SHIPPED, "shipped")]
"""Of all companies together, and without a word of what any of them decided."""

READERS: dict[str, set[str]] = {
    VERSION: set(READ),
    RULE: set(READ),
    HIT: set(READ),
    STATISTIC: set(READ),
    THRESHOLD: set(READ),
    DRAFT: set(READ),
    DECISION: set(READ),
    TRIAL: set(ADMINS),
    COUNT: set(ADMINS),
    CHANGE: set(ADMINS),
    ARCHIVE: set(ADMINS),
    "ir.attachment": set(ADMINS),
    SEAL: set(AUDITORS),
    AUDIT: set(AUDITORS),
    SHIPPED: set(AUDITORS),
}

KEPT = [
    (VERSION, "version"),
    (RULE, "rule"),
    (HIT, "hit"),
    (THRESHOLD, "threshold"),
    (DRAFT, "published"),
    (DRAFT, "waiting"),
    (COUNT, "count"),
    (CHANGE, "change"),
    (SEAL, "seal"),
    (AUDIT, "audit"),
    (ARCHIVE, "archive"),
    (SHIPPED, "shipped"),
    (DECISION, "decision"),
    ("ir.attachment", "file"),
]
"""What nobody deletes; of drafts and trials an administrator of the system may."""

PRIVATE = [
    (VERSION, "init"),
    (VERSION, "_insert"),
    (VERSION, "_publish"),
    (VERSION, "_publish_again"),
    (THRESHOLD, "_write_values"),
    (THRESHOLD, "_synchronize"),
    (DRAFT, "_save"),
    (DRAFT, "_publish"),
    (DRAFT, "_set_state"),
    (DRAFT, "_cron_publish_scheduled"),
    (TRIAL, "_run_batch"),
    (TRIAL, "_cron_run_trials"),
    (SEAL, "_seal_batch"),
    (SEAL, "_insert"),
    (AUDIT, "_report"),
    (HIT, "_count_seal"),
    (HIT, "_cron_count"),
    (ARCHIVE, "_archive"),
    (ARCHIVE, "_cron_archive"),
]

NOBODY: set[str] = set()
EDITORS = set(ADMINS)

# What nobody may write directly; the exception says who may.
WRITES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    *(
        (DRAFT, "draft", values, NOBODY)
        for values in (
            {"company_id": "other"},
            {"base_version_id": "version"},
            {"content": "{}"},
            {"threshold_values": "{}"},
            {"revision": 0},
            {"state": "published"},
            {"state": "scheduled"},
            {"author_id": "author"},
            {"writer_ids": [(5,)]},
            {"approved_by_id": "author"},
            {"approved_at": "2026-01-01 00:00:00"},
            {"version_id": "version"},
            {"error_count": 0},
            {"findings": "[]"},
        )
    ),
    (DRAFT, "draft", {"name": "x"}, EDITORS),
    (DRAFT, "draft", {"note": "x"}, EDITORS),
    (DRAFT, "draft", {"effective_from": "2099-01-01"}, EDITORS),
    (DRAFT, "waiting", {"note": "x"}, NOBODY),
    (DRAFT, "waiting", {"effective_from": "2020-01-01"}, NOBODY),
    (DRAFT, "published", {"note": "x"}, NOBODY),
    (DRAFT, "published", {"name": "x"}, NOBODY),
    *(
        (TRIAL, "new_trial", values, NOBODY)
        for values in (
            {"state": "done"},
            {"company_id": "other"},
            {"draft_id": "published"},
            {"content": "{}"},
            {"sample_ids": "[1]"},
            {"changed": 0},
            {"count_ids": [(0, 0, {"number": 1})]},
            {"sample": "one", "decision_id": "foreign_decision"},
        )
    ),
    (TRIAL, "new_trial", {"sample_size": 5}, EDITORS),
    (TRIAL, "done_trial", {"sample_size": 5}, NOBODY),
    (COUNT, "count", {"number": 1}, NOBODY),
    (CHANGE, "change", {"after_payload": "{}"}, NOBODY),
    (CHANGE, "change", {"amount": 1.0}, NOBODY),
    (SEAL, "seal", {"digest": "0"}, NOBODY),
    (SEAL, "seal", {"is_counted": False}, NOBODY),
    (AUDIT, "audit", {"differences": 0}, NOBODY),
    (ARCHIVE, "archive", {"count": 1}, NOBODY),
    ("ir.attachment", "file", {"name": "x"}, NOBODY),
    ("ir.attachment", "file", {"raw": "x"}, NOBODY),
    (SHIPPED, "shipped", {"pack": "{}"}, NOBODY),
    (VERSION, "version", {"pack": "{}"}, NOBODY),
    (RULE, "rule", {"sequence": 1}, NOBODY),
    (HIT, "hit", {"hits": 1}, NOBODY),
    (STATISTIC, "statistic", {"hits": 1}, NOBODY),
    (THRESHOLD, "threshold", {"changed_by_id": "author"}, NOBODY),
    (THRESHOLD, "threshold", {"active": False}, NOBODY),
    (
        "res.company",
        "company",
        {"aftersales_second_person": False},
        NOBODY,
    ),
    ("res.company", "company", {"aftersales_keep_months": 1}, NOBODY),
]

CREATES: list[tuple[str, dict[str, Any], set[str]]] = [
    (DRAFT, {"note": "x"}, {*EDITORS, "foreign"}),
    (DRAFT, {"company_id": "company"}, EDITORS),
    (DRAFT, {"company_id": "other"}, {"foreign"}),
    (DRAFT, {"content": "{}"}, NOBODY),
    (DRAFT, {"state": "published"}, NOBODY),
    (DRAFT, {"writer_ids": [(5,)]}, NOBODY),
    # another company's trials are not drawn into a draft, nor changed or deleted so
    *(
        (DRAFT, {"trial_ids": command}, NOBODY)
        for command in (
            [(4, "strange_trial")],
            [(2, "strange_trial")],
            [(1, "strange_trial", {"state": "new"})],
            [(0, 0, {"state": "done", "content": "{}"})],
        )
    ),
    (TRIAL, {"draft_id": "draft"}, EDITORS),
    (TRIAL, {"draft_id": "foreign_draft"}, {"foreign"}),
    (TRIAL, {"draft_id": "draft", "state": "done"}, NOBODY),
    (TRIAL, {"draft_id": "draft", "sample_ids": "[1]"}, NOBODY),
    (TRIAL, {"draft_id": "draft", "count_ids": [(0, 0, {"number": 1})]}, NOBODY),
    (TRIAL, {"draft_id": "draft", "change_ids": [(2, "foreign_change")]}, NOBODY),
    (TRIAL, {"draft_id": "draft", "change_ids": [(4, "foreign_change")]}, NOBODY),
    (
        TRIAL,
        {"draft_id": "draft", "sample": "one", "decision_id": "decision"},
        EDITORS,
    ),
    (
        TRIAL,
        {"draft_id": "draft", "sample": "one", "decision_id": "foreign_decision"},
        NOBODY,
    ),
    (COUNT, {"trial_id": "done_trial", "number": 1}, NOBODY),
    (CHANGE, {"trial_id": "done_trial", "decision_id": "decision"}, NOBODY),
    (SEAL, {"number": 99, "model": DECISION}, NOBODY),
    (AUDIT, {"kind": "seals", "checked": 1, "differences": 0}, NOBODY),
    (ARCHIVE, {"seal_id": "seal", "company_id": "company"}, NOBODY),
    (SHIPPED, {"name": "x", "pack": "{}", "pack_hash": "0"}, NOBODY),
    (VERSION, {"company_id": "company"}, NOBODY),
    (RULE, {"version_id": "version"}, NOBODY),
    (THRESHOLD, {"company_id": "company", "name": "x", "value": "1"}, NOBODY),
]

FORGED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "author",
        DRAFT,
        {"note": "x"},
        {
            "state": "published",
            "content": "{}",
            "approved_at": "2026-01-01 00:00:00",
            "error_count": 7,
            "revision": 7,
            "trial_ids": [(4, "done_trial")],
        },
    ),
    (
        "author",
        TRIAL,
        {"draft_id": "draft"},
        {
            "state": "done",
            "total": 7,
            "changed": 7,
            "sample_ids": "[7]",
            "change_ids": [(4, "foreign_change")],
        },
    ),
]
