"""Service costs of complaints in bulk; runs inside Odoo, in a worker."""

from __future__ import annotations

LINES = 5
"""Costs of each complaint."""


def fill_costs(env, number: int) -> None:
    """Unposted costs, five to a complaint, of which no rule has heard.

    Written past the ORM, as the world of the other parts is; who bears them is worked
    out by the addon's own code afterwards. A third of the complaints is about
    construction, with a dealer under supervision.
    """
    manager = env["res.users"].browse(2)
    env["aftersales.department"].create(
        {"name": "Costs: sales", "kind": "sales", "manager_id": manager.id}
    )
    partners = env["res.partner"].search([("name", "like", "Customer ")], limit=2)
    stage = env["helpdesk.ticket.team"]._get_applicable_stages()[:1]
    env.cr.execute(
        """
        INSERT INTO helpdesk_ticket
               (number, name, description, company_id, partner_id,
                commercial_partner_id, stage_id, active, is_complaint,
                complaint_number, complaint_state, complaint_round,
                complaint_received_at, complaint_type, complaint_quality_related,
                complaint_severity, create_uid, create_date)
        SELECT 'K' || n, 'Panes broke', 'Text', %s, %s, %s, %s, true, true,
               'CP/K/' || n, 'accepted', 1, now() AT TIME ZONE 'UTC',
               (ARRAY['product_quality', 'construction', 'transport_damage'])[1 + n %% 3],
               CASE WHEN n %% 3 = 0 THEN 'yes' ELSE 'no' END, 'general', 2, now()
          FROM generate_series(1, %s) n
        """,
        [env.company.id, partners[0].id, partners[0].id, stage.id, number // LINES],
    )
    env.cr.execute(
        """
        INSERT INTO aftersales_dealer_supervision
               (name, complaint_id, company_id, dealer_id, commercial_partner_id, task,
                deadline, result, asked_by_id, create_uid, create_date)
        SELECT 'DS/' || number, id, company_id, %s, %s, 'Seal it', current_date,
               'not_handled', 2, 2, now()
          FROM helpdesk_ticket
         WHERE number LIKE 'K%%' AND complaint_type = 'construction'
        """,
        [partners[1].id, partners[1].id],
    )
    env.cr.execute(
        """
        INSERT INTO aftersales_cost
               (name, complaint_id, company_id, partner_id, cost_type, worked_by, date,
                currency_id, amount, company_amount, state, create_uid, create_date)
        SELECT 'Cost ' || n, id, company_id, partner_id,
               (ARRAY['repair', 'transport', 'travel', 'compensation', 'other'])[n],
               CASE WHEN n = 3 THEN 'sales_manager' ELSE 'company' END, current_date,
               %s, 100 + n, 100 + n, 'draft', 2, now()
          FROM helpdesk_ticket, generate_series(1, %s) n
         WHERE number LIKE 'K%%'
        """,
        [env.company.currency_id.id, LINES],
    )
    env.invalidate_all()


def forget(env) -> None:
    """Nobody has asked the rules about these costs yet."""
    env.cr.execute(
        """
        DELETE FROM aftersales_cost_share WHERE cost_id IN
               (SELECT id FROM aftersales_cost WHERE state = 'draft')
        """
    )
    env.cr.execute(
        """
        UPDATE aftersales_cost
           SET bearer = NULL, treatment = NULL, rule_bearer = NULL,
               rule_treatment = NULL, liability_decision_id = NULL
         WHERE state = 'draft'
        """
    )
    # decisions cannot be deleted; this database is thrown away afterwards
    env.cr.execute("ALTER TABLE aftersales_decision DISABLE TRIGGER USER")
    env.cr.execute(
        """
        DELETE FROM aftersales_decision
         WHERE res_model = 'aftersales.cost'
           AND res_id IN (SELECT id FROM aftersales_cost WHERE state = 'draft')
        """
    )
    env.cr.execute("ALTER TABLE aftersales_decision ENABLE TRIGGER USER")
    env.invalidate_all()
