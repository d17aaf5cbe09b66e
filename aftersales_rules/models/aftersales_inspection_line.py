# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .aftersales_inspection_characteristic import ASKED


class AftersalesInspectionLine(models.Model):
    """One characteristic as it was measured."""

    _name = "aftersales.inspection.line"
    _description = "Measured Value"
    _inherit = ["aftersales.inspection.limits"]

    inspection_id = fields.Many2one(
        "aftersales.inspection", required=True, index=True, ondelete="cascade"
    )
    characteristic_id = fields.Many2one(
        "aftersales.inspection.characteristic",
        "Asked by the Product",
        readonly=True,
        ondelete="set null",
        help="Where the product asks for it; what it asks is not changed here.",
    )
    # Text, as an empty field is not a zero: what nobody measured must not pass.
    measured = fields.Char(help="The value that was measured, a number.")
    look = fields.Selection([("ok", "OK"), ("not_ok", "Not OK")], "Looked At")
    verdict = fields.Selection(
        [("ok", "OK"), ("not_ok", "Not OK")], compute="_compute_verdict"
    )

    @api.depends("test", "lower", "upper", "measured", "look")
    def _compute_verdict(self):
        for line in self:
            if line.test == "look":
                line.verdict = line.look
                continue
            value = line._get_number()
            line.verdict = (
                False if value is None else "ok" if line._is_within(value) else "not_ok"
            )

    def _get_number(self):
        """The measured value, with a point or a comma; None if there is none."""
        self.ensure_one()
        try:
            value = float((self.measured or "").strip().replace(",", "."))
        except ValueError:
            return None
        return value if isfinite(value) else None

    @api.constrains("measured", "test")
    def _check_measured(self):
        for line in self:
            if line.measured and line._get_number() is None:
                raise ValidationError(
                    self.env._(
                        "%(name)s: “%(value)s” is not a number.",
                        name=line.name,
                        value=line.measured,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # what the product asks for is taken from there, whatever a client says
        characteristics = self.env["aftersales.inspection.characteristic"].sudo()
        vals_list = [
            {
                **vals,
                **{
                    name: asked[name]
                    for asked in characteristics.browse(vals.get("characteristic_id"))
                    for name in ASKED
                },
            }
            for vals in vals_list
        ]
        lines = super().create(vals_list)
        lines.inspection_id._check_draft()
        return lines

    def write(self, vals):
        if "inspection_id" in vals:
            raise UserError(self.env._("A value stays with its inspection."))
        self.inspection_id._check_draft()
        if "characteristic_id" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "%(names)s: what is asked is set on the product.",
                    names=", ".join(self.mapped("name")),
                )
            )
        if not {*ASKED, "characteristic_id"}.isdisjoint(vals):
            self._check_own()
        return super().write(vals)

    def _check_own(self):
        if self.characteristic_id and not self.env.su:
            raise UserError(
                self.env._(
                    "%(names)s: what is asked is set on the product.",
                    names=", ".join(self.filtered("characteristic_id").mapped("name")),
                )
            )

    def unlink(self):
        self.inspection_id._check_draft()
        return super().unlink()
