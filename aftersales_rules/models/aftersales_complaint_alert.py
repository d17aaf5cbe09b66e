# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules.catalogue.complaint_routing import ALERTED
from .aftersales_complaint import COMPLAINT_MANAGER, GENERAL_MANAGER
from .guarded_fields import without_defaults


class AftersalesComplaintAlert(models.Model):
    """Somebody was told of a complaint at once and is to acknowledge it (C5, C6).

    One is open per complaint and kind. Two workers that alert at the same moment both
    write the ticket first, so that one of them runs its request again and finds it
    done; the unique index is the net under that.
    """

    _name = "aftersales.complaint.alert"
    _inherit = ["aftersales.staff.mail"]
    _description = "Alert of a Complaint"
    _order = "id desc"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(ALERTED),
        "Who",
        required=True,
        readonly=True,
    )
    user_ids = fields.Many2many(
        "res.users", "aftersales_complaint_alert_user_rel", string="Told", readonly=True
    )
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, ondelete="restrict"
    )
    reason_display = fields.Text("Why", compute="_compute_reason_display")
    told_at = fields.Datetime("Told on", required=True, readonly=True)
    due_at = fields.Datetime(
        "Acknowledge Until", readonly=True, help="Empty: as soon as possible."
    )
    acknowledged_at = fields.Datetime("Acknowledged", readonly=True)
    acknowledged_by_id = fields.Many2one(
        "res.users", "Acknowledged by", readonly=True, ondelete="restrict"
    )
    ended_at = fields.Datetime(
        "Not Needed Any More",
        readonly=True,
        help="When the reason for the alert ended before anybody acknowledged it.",
    )
    is_late = fields.Boolean("Late", compute="_compute_is_late")

    _open_uniq = models.UniqueIndex(
        "(complaint_id, kind) WHERE acknowledged_at IS NULL AND ended_at IS NULL",
        "They have been told of this complaint already.",
    )

    @api.depends("complaint_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for alert in self:
            # sudo: the name of a complaint whose alert the user may read
            name = alert.sudo().complaint_id.display_name
            alert.display_name = f"{name}: {kinds[alert.kind]}"

    @api.depends("decision_id")
    @api.depends_context("lang")
    def _compute_reason_display(self):
        for alert in self:
            # sudo: whoever reads the alert may read why
            decision = alert.sudo().decision_id
            reasons = [
                each.reason
                for match, each in zip(
                    decision and decision._get_decision().matched or (),
                    decision and decision._get_all_rendered() or (),
                    strict=False,
                )
                if match.outcome.get("alert") == alert.kind
            ]
            alert.reason_display = "\n".join(reasons)

    @api.depends("due_at", "acknowledged_at", "ended_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for alert in self:
            until = alert.acknowledged_at or alert.ended_at or now
            alert.is_late = bool(alert.due_at and until > alert.due_at)

    @api.model_create_multi
    def create(self, vals_list):
        # a caller's context must not acknowledge what nobody has seen
        return super(
            AftersalesComplaintAlert, without_defaults(self, set(self._fields))
        ).create(vals_list)

    # pylint: disable-next=method-required-super
    def unlink(self):
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Alerts are kept and cannot be deleted."))

    # ----------------------------------------------------------- acknowledging

    def _filter_open(self):
        return self.filtered(
            lambda alert: not alert.acknowledged_at and not alert.ended_at
        )

    def _may_acknowledge(self, user):
        """Whoever was told; a general manager, and for others a complaint manager."""
        self.ensure_one()
        alert = self.sudo()  # sudo: who was told
        if alert.company_id not in user.company_ids:
            return False
        group = GENERAL_MANAGER if alert.kind == "management" else COMPLAINT_MANAGER
        return user in alert.user_ids or user.has_group(group)

    def _acknowledge(self):
        """Whoever was told has seen it; checked here, whatever the screen offers."""
        for alert in self:
            if not alert._may_acknowledge(self.env.user):
                raise AccessError(
                    self.env._(
                        "%(names)s was told of %(name)s and acknowledges it.",
                        names=", ".join(alert.sudo().user_ids.mapped("name"))
                        or self.env._("Nobody"),
                        name=alert.sudo().complaint_id.display_name,
                    )
                )
        # sudo: written by this step only
        self.sudo().write(
            {
                "acknowledged_at": fields.Datetime.now(),
                "acknowledged_by_id": self.env.uid,
            }
        )
