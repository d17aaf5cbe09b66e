# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.liability import BEARERS, TREATMENTS, TREATMENTS_OF

_NAMED = {
    "dealer": "dealer_id",
    "carrier": "carrier_id",
    "sales_manager": "sales_manager_id",
}
"""Who can be charged, where a bearer needs a name."""


class AftersalesCostOverruleWizard(models.TransientModel):
    """Say who bears service costs, or let the rules decide again (L1).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.cost.overrule.wizard"
    _description = "Say Who Bears Service Costs"

    cost_ids = fields.Many2many(
        "aftersales.cost",
        "aftersales_cost_overrule_wizard_rel",
        "wizard_id",
        "cost_id",
        string="Service Costs",
    )
    company_id = fields.Many2one("res.company", compute="_compute_costs")
    cost_count = fields.Integer("Number of Costs", compute="_compute_costs")
    is_back = fields.Boolean(readonly=True)
    bearer = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(BEARERS)
    )
    treatment = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(
            {name: TREATMENTS[name] for name in TREATMENTS_OF["company"]}
        ),
        help="Repair, replacement, transport and packaging are usually manufacturing "
        "cost; everything else is service expense.",
    )
    dealer_id = fields.Many2one(
        "res.partner", "Dealer", help="Empty: the one whom cost or complaint names."
    )
    carrier_id = fields.Many2one(
        "res.partner", "Carrier", help="Empty: the one whom cost or complaint names."
    )
    sales_manager_id = fields.Many2one(
        "res.users",
        "Sales Manager",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: the one whom cost or complaint names.",
    )
    charged_name = fields.Char("Charged", compute="_compute_charged_name")
    said = fields.Text("The Rules Say", compute="_compute_costs")
    reason = fields.Text(required=True)

    def _get_readable_costs(self):
        """Nothing is shown of costs that one may not read."""
        # the ids come from the client
        costs = self.cost_ids._origin or self.cost_ids
        return costs if costs.has_access("read") else costs.browse()

    @api.depends("cost_ids")
    def _compute_costs(self):
        for wizard in self:
            costs = wizard._get_readable_costs()
            wizard.cost_count = len(costs)
            wizard.company_id = costs.company_id[:1]
            wizard.said = len(costs) == 1 and costs.liability_reason

    @api.depends("cost_ids", "bearer")
    def _compute_charged_name(self):
        for wizard in self:
            costs = wizard._get_readable_costs()
            partners = self.env["res.partner"].union(
                *(cost._cost_partner(wizard.bearer) for cost in costs)
            )
            # sudo: names of who is charged, of costs that one may read
            wizard.charged_name = ", ".join(partners.sudo().mapped("name"))

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': only the company has a choice of treatments
        values = super().default_get(fields_list)
        if values.get("treatment") not in TREATMENTS_OF["company"]:
            values.pop("treatment", None)
        return values

    def action_overrule(self):
        """Carry it out."""
        self.ensure_one()
        costs = self.cost_ids
        costs._check_may_overrule()
        if self.is_back:
            costs._take_back_bearer(self.reason)
            return {"type": "ir.actions.act_window_close"}
        if not self.bearer:
            raise UserError(self.env._("Say who bears it."))
        self._name_charged(costs)
        treatment = self.treatment if self.bearer == "company" else False
        costs._overrule_bearer(self.bearer, treatment, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _name_charged(self, costs):
        """Keep on the costs who is charged, where it was said here."""
        name = _NAMED.get(self.bearer)
        if name and self[name]:
            costs.write({name: self[name].id})
            return
        for cost in costs:
            if name and not cost._cost_partner(self.bearer):
                raise UserError(
                    self.env._(
                        "“%(cost)s”: say who is charged; neither the cost nor the "
                        "complaint names anybody.",
                        cost=cost.display_name,
                    )
                )
