# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesProjectResolve(models.TransientModel):
    """Decide between an order and the registration it competes with (O13).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.project.resolve"
    _description = "Decide a Project Conflict"

    conflict_ids = fields.Many2many("aftersales.project.conflict", required=True)
    resolution = fields.Selection(
        [
            ("accepted", "Accept the order"),
            ("precedence", "Give precedence to the registration"),
            ("shared", "Share: both go on"),
        ],
        string="Your Decision",
        required=True,
    )
    reason = fields.Text(
        required=True, help="Kept with your name; the salespersons read it."
    )

    def action_resolve(self):
        self.ensure_one()
        self.conflict_ids._resolve(self.resolution, self.reason)
        return {"type": "ir.actions.act_window_close"}
