# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .guarded_fields import check_state

_KEPT_FIELDS = {"company_id", "state", "recorded_by_id", "recorded_at"}


class AftersalesComplaintGuidance(models.Model):
    """What was explained, repaired or trained at the customer's site (C14).

    A draft until it is recorded, and then kept as it is: it is what later shows that
    the operators were told.
    """

    _name = "aftersales.complaint.guidance"
    _description = "Guidance to a Customer"
    _inherit = ["aftersales.file.owner"]
    _order = "date desc, id desc"

    complaint_id = fields.Many2one(
        "helpdesk.ticket", "Complaint", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("explanation", "Explanation"),
            ("repair", "Repair"),
            ("training", "Training"),
        ],
        required=True,
        default="explanation",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users",
        "Given by",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    operators = fields.Text(
        help="Names of the people at the customer's who were told or trained."
    )
    notes = fields.Text("What Was Said or Done", required=True)
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_guidance_document_rel",
        "guidance_id",
        "attachment_id",
        string="Signed Document",
        copy=False,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("recorded", "Recorded")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    recorded_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    recorded_at = fields.Datetime("Recorded on", readonly=True, copy=False)

    @api.depends("kind", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for guidance in self:
            kind = labels.get(guidance.kind, "")
            guidance.display_name = f"{kind} {guidance.date or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        made = self.browse()
        for vals in vals_list:
            self._check_kept_fields(vals)
            complaint = self.env["helpdesk.ticket"].browse(
                vals.get("complaint_id") or self.env.context.get("default_complaint_id")
            )
            complaint._check_complaint()
            vals = {
                **vals,
                "complaint_id": complaint.id,
                "company_id": complaint.company_id.id,
                "state": "draft",
                "recorded_by_id": False,
                "recorded_at": False,
            }
            made |= super().create([vals])
        made._adopt("document_ids")
        return made

    def write(self, vals):
        if not self.env.su:
            self._check_kept_fields(vals)
            if "complaint_id" in vals:
                raise AccessError(self.env._("Guidance stays with its complaint."))
            check_state(self, "draft")
        result = super().write(vals)
        if "document_ids" in vals:
            self._adopt("document_ids")
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if any(guidance.state != "draft" for guidance in self):
            # pylint: disable=no-raise-unlink
            raise UserError(self.env._("What was recorded is kept."))
        return super().unlink()

    def _check_kept_fields(self, vals):
        kept = _KEPT_FIELDS & vals.keys()
        if kept and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(fields)s is written by Record only.",
                    fields=", ".join(sorted(kept)),
                )
            )

    def action_record(self):
        """It took place as written: kept from now on."""
        self.check_access("write")
        check_state(self, "draft")
        self.complaint_id._check_complaint()
        for guidance in self:
            if guidance.kind == "training" and not (guidance.operators or "").strip():
                raise UserError(self.env._("Who was trained? Name the operators."))
        # sudo: the state is written by this method only
        self.sudo().write(
            {
                "state": "recorded",
                "recorded_by_id": self.env.uid,
                "recorded_at": fields.Datetime.now(),
            }
        )
        self.complaint_id._complaint_happened("changed")
        return True
