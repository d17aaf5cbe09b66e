# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

TESTS = [
    ("between", "Between two limits"),
    ("at_least", "At least"),
    ("at_most", "At most"),
    ("look", "OK or not OK"),
]
ASKED = ("name", "test", "unit", "lower", "upper")
"""What is asked; on an inspection it is as the product says."""


class AftersalesInspectionLimits(models.AbstractModel):
    """What is asked of one characteristic: on the product, and as it was then."""

    _name = "aftersales.inspection.limits"
    _description = "Limits of a Characteristic"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char("Characteristic", required=True)
    test = fields.Selection(TESTS, "Passes If", required=True, default="between")
    unit = fields.Char(help="Unit of the measured value, e.g. mm.")
    lower = fields.Float("Lower Limit", digits=(16, 6))
    upper = fields.Float("Upper Limit", digits=(16, 6))
    limits = fields.Char("Required", compute="_compute_limits")

    @api.depends("test", "lower", "upper", "unit")
    @api.depends_context("lang")
    def _compute_limits(self):
        for record in self:
            lower, upper = (
                formatLang(self.env, value, digits=6).rstrip("0").rstrip(".,")
                for value in (record.lower, record.upper)
            )
            words = {
                "between": f"{lower or 0} – {upper or 0}",
                "at_least": f"≥ {lower or 0}",
                "at_most": f"≤ {upper or 0}",
                "look": self.env._("OK"),
            }
            unit = record.unit if record.test != "look" else ""
            record.limits = f"{words[record.test]} {unit or ''}".strip()

    def _is_within(self, value):
        self.ensure_one()
        return not (
            self.test in ("between", "at_least")
            and value < self.lower
            or self.test in ("between", "at_most")
            and value > self.upper
        )


class AftersalesInspectionCharacteristic(models.Model):
    _name = "aftersales.inspection.characteristic"
    _description = "Characteristic to Inspect"
    _inherit = ["aftersales.inspection.limits"]

    product_tmpl_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade"
    )

    @api.constrains("test", "lower", "upper")
    def _check_limits(self):
        for record in self:
            if record.test == "between" and record.lower > record.upper:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the lower limit is above the upper one.",
                        name=record.name,
                    )
                )

    def _prepare_line_vals(self):
        return [
            {
                "characteristic_id": record.id,
                "sequence": record.sequence,
                **{name: record[name] for name in ASKED},
            }
            for record in self
        ]
