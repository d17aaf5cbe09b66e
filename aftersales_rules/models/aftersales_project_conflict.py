# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules.catalogue.project import CONFLICT_KINDS
from .aftersales_project import DUTY_MANAGER

RESOLUTIONS = ("accepted", "precedence", "shared")


class AftersalesProjectConflict(models.Model):
    """An order, or a new registration, that competes with a running one (O13).

    Opened and ended by ``aftersales.project.gate``, decided by a duty manager through
    ``_resolve``; nothing else writes it, and it is never deleted.
    """

    _name = "aftersales.project.conflict"
    _description = "Project Conflict"
    _order = "id desc"

    project_id = fields.Many2one(
        "aftersales.project",
        "Registration",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    dealer_id = fields.Many2one(related="project_id.partner_id", string="Dealer")
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    claim_id = fields.Many2one(
        "aftersales.project",
        "New Registration",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", "Competing Party", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection("_selection_kind", required=True, readonly=True)
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, ondelete="restrict"
    )
    reason_display = fields.Text("Why", compute="_compute_reason_display")
    state = fields.Selection(
        [
            ("open", "To decide"),
            ("accepted", "Order accepted"),
            ("precedence", "Registration has precedence"),
            ("shared", "Shared"),
            ("ended", "Ended by itself"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    resolved_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    resolved_at = fields.Datetime("Decided on", readonly=True)
    resolution_reason = fields.Text(readonly=True)

    _order_uniq = models.UniqueIndex(
        "(order_id, project_id) WHERE state = 'open' AND order_id IS NOT NULL"
    )
    _claim_uniq = models.UniqueIndex(
        "(claim_id, project_id) WHERE state = 'open' AND claim_id IS NOT NULL"
    )

    @api.model
    def _selection_kind(self):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in CONFLICT_KINDS.items()]

    @api.depends("order_id", "claim_id", "project_id")
    def _compute_display_name(self):
        for conflict in self:
            # sudo: names of documents whose conflict the user may read
            sudo = conflict.sudo()
            rival = sudo.order_id.display_name or sudo.claim_id.display_name
            conflict.display_name = f"{rival} ↔ {sudo.project_id.display_name}"

    @api.depends_context("lang")
    @api.depends("decision_id")
    def _compute_reason_display(self):
        for conflict in self:
            # sudo: who reads the conflict may read why there is one
            conflict.reason_display = conflict.sudo().decision_id.reason_display

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Conflicts are opened by the rules only."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("Use Decide for that."))
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Conflicts are kept and cannot be deleted."))

    def _end(self):
        """The cause ended: nothing is left to decide."""
        # sudo: whoever changes the order ends it
        self.sudo().write({"state": "ended"})
        self._forget_activities()

    def _resolve(self, resolution, reason):
        """A duty manager's word: who, when, why.

        :param resolution: accepted, precedence or shared
        """
        self._check_may_resolve()
        if not self:
            # of another company, so that the dialog found nothing
            raise UserError(self.env._("Nothing is to be decided here."))
        if resolution not in RESOLUTIONS:
            raise UserError(self.env._("Choose what is decided."))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        if any(conflict.state != "open" for conflict in self):
            raise UserError(self.env._("This conflict is decided already."))
        # sudo: written by this method only
        self.sudo().write(
            {
                "state": resolution,
                "resolved_by_id": self.env.uid,
                "resolved_at": fields.Datetime.now(),
                "resolution_reason": reason,
            }
        )
        self._forget_activities()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for conflict in self.sudo():
            body = self.env._(
                "%(conflict)s: %(resolution)s. %(reason)s",
                conflict=conflict.display_name,
                resolution=labels[resolution],
                reason=reason,
            )
            rival = conflict.order_id or conflict.claim_id
            conflict.project_id._message_log(body=body)
            rival._message_log(body=body)
            users = (conflict.user_id | conflict.project_id.user_id) - self.env.user
            if users:
                rival.message_notify(
                    body=body,
                    subject=self.env._("Decided: %(name)s", name=rival.display_name),
                    partner_ids=users.partner_id.ids,
                )

    def _check_may_resolve(self):
        self.check_access("read")
        if not self.env.user.has_group(DUTY_MANAGER):
            raise UserError(
                self.env._("Only a duty manager decides between competing parties.")
            )

    def _forget_activities(self):
        """Take the question off the lists, where nothing else is open."""
        self.env.flush_all()
        for field in ("order_id", "claim_id"):
            rivals = self.sudo()[field]
            still = self.sudo().search(
                [(field, "in", rivals.ids), ("state", "=", "open")]
            )
            done = rivals - still[field]
            if done:
                done.activity_unlink(["aftersales_rules.mail_activity_conflict"])

    def action_resolve(self):
        """Open the dialog in which a duty manager decides."""
        self._check_may_resolve()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "aftersales.project.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {"default_conflict_ids": self.ids},
        }

    def action_why(self):
        """Open the decision that found the conflict (R4)."""
        self.ensure_one()
        self.check_access("read")
        return self.sudo().decision_id._action_explain(
            self.env._("Why? %(conflict)s", conflict=self.display_name)
        )

    def action_open_rival(self):
        """Open the competing order or registration."""
        self.ensure_one()
        self.check_access("read")
        rival = self.order_id or self.claim_id
        return {
            "type": "ir.actions.act_window",
            "res_model": rival._name,
            "res_id": rival.id,
            "views": [(False, "form")],
        }
