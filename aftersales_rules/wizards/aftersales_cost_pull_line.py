# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..rules.catalogue.liability import COST_TYPES


class AftersalesCostPullLine(models.TransientModel):
    _name = "aftersales.cost.pull.line"
    _description = "Pull Service Costs: Document"
    _order = "is_pulled, is_blocked, date desc, id"

    wizard_id = fields.Many2one(
        "aftersales.cost.pull", required=True, readonly=True, ondelete="cascade"
    )
    complaint_id = fields.Many2one("helpdesk.ticket", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", required=True, readonly=True
    )
    chosen = fields.Boolean("Pull")
    kind = fields.Char(readonly=True)
    name = fields.Char("Description", readonly=True)
    document = fields.Char(readonly=True)
    note = fields.Char("Remark", readonly=True)
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        "In Company Currency", currency_field="company_currency_id", readonly=True
    )
    cost_type = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(COST_TYPES),
        "Type",
        required=True,
    )
    is_blocked = fields.Boolean(readonly=True)
    is_pulled = fields.Boolean(readonly=True)
    cost_id = fields.Many2one(
        "aftersales.cost", "Pulled as", readonly=True, ondelete="cascade"
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The rows follow from the documents."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - {"chosen", "cost_type"}:
            raise AccessError(
                self.env._("Only what is pulled, and as what, is chosen here.")
            )
        return super().write(vals)

    def _get_source(self):
        self.ensure_one()
        line = self.sudo()  # sudo: which document, as the server wrote it down
        return self.env[line.source_model].browse(line.source_id)

    def action_open_cost(self):
        """Open what the document was pulled as."""
        self.ensure_one()
        self.check_access("read")
        self.cost_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.cost",
            "res_id": self.cost_id.id,
            "views": [(False, "form")],
        }
