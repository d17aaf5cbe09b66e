# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

_READER = "aftersales_rules.group_complaint_reader"


class AftersalesCostTrace(models.AbstractModel):
    """Documents that costs were pulled from: the way from there to them (L9)."""

    _name = "aftersales.cost.trace"
    _description = "Document with Service Costs"

    source_cost_count = fields.Integer(
        "Number of Service Costs",
        compute="_compute_source_cost_count",
        compute_sudo=True,
        groups=_READER,
    )

    @api.depends_context("allowed_company_ids")
    def _compute_source_cost_count(self):
        costs = self._get_source_costs()
        for document in self:
            document.source_cost_count = len(costs.get(document, ()))

    def _get_traced_sources(self):
        """The sources of costs that each document shows.

        :rtype: dict[Model, Model]
        """
        raise NotImplementedError

    def _get_source_costs(self):
        """:return: `aftersales.cost` by document, with sudo"""
        # sudo: the parts of a document that one may read
        traced = self.sudo()._get_traced_sources()
        pulled = self.env["aftersales.cost"]._get_pulled(
            [source for sources in traced.values() for source in sources if source.id]
        )
        none = self.env["aftersales.cost"].sudo()
        return {
            document.with_env(self.env): none.concat(
                *(pulled[source] for source in sources if source in pulled)
            )
            for document, sources in traced.items()
        }

    def action_view_source_costs(self):
        """Open the service costs that were pulled from this document."""
        self.ensure_one()
        self.check_access("read")
        self.env["aftersales.cost"].check_access("read")
        costs = self._get_source_costs()[self]
        if not costs:
            raise UserError(
                self.env._(
                    "No service cost was pulled from %(document)s.",
                    document=self.display_name,
                )
            )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Costs of %(name)s", name=self.display_name),
            "res_model": "aftersales.cost",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", costs.ids)],
            "context": {"create": False},
        }
        if len(costs) == 1:
            action |= {"view_mode": "form", "res_id": costs.id}
        return action
