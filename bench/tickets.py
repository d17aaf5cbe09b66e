"""Tickets, complaints and their clocks; runs inside Odoo, in a worker."""

from __future__ import annotations

KINDS = (
    ("first_contact", "work_time", 6000, 0),
    ("site_visit", "work_day_time", 20000, 0),
    ("forwarding", "clock_time", 20000, 0),
    ("solution", "work_days", 0, 6),
    ("report", "work_days", 0, 8),
)
"""Open clocks of each complaint: kind, counting, minutes, days."""


def make_tickets(env, number: int, is_complaint: bool) -> list[int]:
    """Tickets as somebody on the phone makes them; of some a complaint."""
    partner = env["res.partner"].search([("name", "like", "Customer ")], limit=1)
    ids = []
    for _each in range(number):
        ticket = env["helpdesk.ticket"].create(
            {
                "name": "Three panes broke",
                "description": "<p>Three panes broke by themselves after a night.</p>",
                "partner_id": partner.id,
            }
        )
        if is_complaint:
            ticket.complaint_channel = "phone"
            ticket.action_make_complaint()
        ids.append(ticket.id)
    return ids


def fill_clocks(env, number: int, late: int) -> None:
    """Open clocks in bulk, five to a complaint; of some the time is over already.

    Written past the ORM, as the world of the other parts is; what follows from start
    and allowance is worked out by the addon's own code afterwards.
    """
    people = env["aftersales.department"].create(
        {"name": "Service", "kind": "aftersales", "manager_id": 2}
    )
    env["aftersales.department"].create(
        {"name": "Board", "kind": "management", "manager_id": 2}
    )
    partner = env["res.partner"].search([("name", "like", "Customer ")], limit=1)
    stage = env["helpdesk.ticket.team"]._get_applicable_stages()[:1]
    env.cr.execute(
        """
        INSERT INTO helpdesk_ticket
               (number, name, description, company_id, partner_id, stage_id, active,
                is_complaint, complaint_number, complaint_state, complaint_round,
                complaint_received_at, complaint_department_id, create_uid, create_date)
        SELECT 'B' || n, 'Panes broke', 'Text', %s, %s, %s, true,
               true, 'CP/B/' || n, 'accepted', 1,
               now() AT TIME ZONE 'UTC' - interval '1 hour', %s, 2, now()
          FROM generate_series(1, %s) n
        """,
        [env.company.id, partner.id, stage.id, people.id, number // len(KINDS)],
    )
    for kind, counting, minutes, days in KINDS:
        env.cr.execute(
            """
            INSERT INTO aftersales_clock
                   (complaint_id, company_id, kind, state, user_id, department_id,
                    started_at, counting, minutes, days, warn_share, has_escalation,
                    escalate_after, is_pausable, create_uid, create_date)
            SELECT id, company_id, %s, 'running', 2, %s,
                   now() AT TIME ZONE 'UTC' - (id %% 60) * interval '1 minute',
                   %s, %s, %s, 0.75, true, 240, true, 2, now()
              FROM helpdesk_ticket WHERE number LIKE 'B%%'
            """,
            [kind, people.id, counting, minutes, days],
        )
    env["aftersales.clock"].invalidate_model()
    work_out(env)
    make_due(env, late)


def work_out(env) -> None:
    """A holiday far ahead: all open clocks are worked out again by the cron's code."""
    env["aftersales.clock.job"].create(
        {"company_id": env.company.id, "cause": "calendar"}
    )
    env["aftersales.clock.job"]._cron_recompute()


def make_due(env, number: int) -> None:
    """Of so many clocks the time is over now."""
    env.cr.execute(
        """
        UPDATE aftersales_clock
           SET due_at = now() AT TIME ZONE 'UTC' - interval '1 minute',
               escalate_at = now() AT TIME ZONE 'UTC' + interval '1 day',
               next_at = now() AT TIME ZONE 'UTC' - interval '1 minute'
         WHERE id IN (SELECT id FROM aftersales_clock
                       WHERE state = 'running' AND due_at > now() AT TIME ZONE 'UTC'
                       ORDER BY id LIMIT %s)
        """,
        [number],
    )
    env["aftersales.clock"].invalidate_model()
