# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

_SITE_FIELDS = {
    "partner_id",
    "partner_shipping_id",
    "aftersales_project_name",
    "client_order_ref",
    "commitment_date",
}
INTERNAL = "base.group_user"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    aftersales_dealer_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity of the Customer",
        groups=INTERNAL,
    )
    aftersales_project_id = fields.Many2one(
        "aftersales.project",
        "Project Registration",
        copy=False,
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', aftersales_dealer_id), "
        "('company_id', '=', company_id), ('state', 'in', ('filed', 'running'))]",
        help="The customer's own registration of the project. Filled in when the "
        "quotation is sent or confirmed, if exactly one fits.",
        groups=INTERNAL,
    )
    aftersales_project_name = fields.Char(
        "Project or Site Name",
        copy=False,
        help="What the customer calls the project. Compared with registered projects, "
        "as are the customer's reference and the delivery address.",
        groups=INTERNAL,
    )
    project_conflict_ids = fields.One2many(
        "aftersales.project.conflict",
        "order_id",
        "Project Conflicts",
        readonly=True,
        groups=INTERNAL,
    )
    project_conflict_notice = fields.Html(
        compute="_compute_project_conflict_notice", groups=INTERNAL
    )
    has_open_project_conflict = fields.Boolean(
        compute="_compute_project_conflict_notice",
        search="_search_has_open_project_conflict",
        groups=INTERNAL,
    )

    @api.depends_context("lang")
    @api.depends("state", "project_conflict_ids.state", "project_conflict_ids.kind")
    def _compute_project_conflict_notice(self):
        """What people read on an order that competes with a registration (O13)."""
        for order in self:
            # sudo: everybody who may read the order may read what it competes with
            conflicts = order.sudo().project_conflict_ids.filtered(
                lambda conflict: conflict.state in ("open", "precedence")
            )
            if order.state == "cancel":
                conflicts = conflicts.browse()
            order.has_open_project_conflict = "open" in conflicts.mapped("state")
            order.project_conflict_notice = bool(conflicts) and self.env[
                "ir.qweb"
            ]._render(
                "aftersales_rules.project_conflict_notice",
                {
                    "conflicts": conflicts.with_context(lang=self.env.lang),
                    "managers": ", ".join(
                        self.env["aftersales.project"]
                        ._get_duty_managers(order.company_id)
                        .mapped("name")
                    ),
                },
            )

    @api.model
    def _search_has_open_project_conflict(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain(
            "project_conflict_ids", "any", [("state", "=", "open")]
        ) & fields.Domain("state", "!=", "cancel")
        return domain if True in value else ~domain

    @api.constrains("aftersales_project_id", "partner_id", "company_id")
    def _check_aftersales_project(self):
        for order in self:
            # sudo: a dealer's name, whatever the user may read
            project = order.sudo().aftersales_project_id
            if not project:
                continue
            own = order.partner_id.commercial_partner_id
            if project.commercial_partner_id != own:
                raise ValidationError(
                    self.env._(
                        "%(project)s is a registration of %(dealer)s, not of "
                        "%(customer)s.",
                        project=project.display_name,
                        dealer=project.commercial_partner_id.display_name,
                        customer=own.display_name,
                    )
                )
            if project.company_id != order.company_id:
                raise ValidationError(
                    self.env._(
                        "%(project)s is a registration of another company.",
                        project=project.display_name,
                    )
                )

    def _has_registered_project(self) -> bool:
        """Whether this order belongs to a running registration of its own dealer."""
        self.ensure_one()
        order = self.sudo()  # sudo: asked by rules, for whoever confirms
        project = order.aftersales_project_id
        if project:
            return project.state == "running"
        return bool(self.env["aftersales.project.gate"]._get_own(order))

    # -------------------------------------------------------------------- events

    def _action_confirm(self):
        # EXTENDS 'sale'
        self.env["aftersales.project.gate"]._judge_orders(self, "confirm")
        return super()._action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        for vals in vals_list:
            self._check_conflict_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'sale'
        self._check_conflict_fields(vals)
        result = super().write(vals)
        if vals.get("state") == "sale":
            self._queue_projects("confirm")
        elif vals.get("state") == "sent":
            self._queue_projects("send")
        elif not _SITE_FIELDS.isdisjoint(vals):
            self._queue_projects("change")
        return result

    def _queue_projects(self, event):
        self.env["aftersales.project.gate"]._queue(self, event)

    @api.model
    def _check_conflict_fields(self, vals):
        if "project_conflict_ids" in vals and not self.env.su:
            raise AccessError(
                self.env._("Conflicts are opened by the rules and decided by people.")
            )

    # ------------------------------------------------------------------- actions

    def action_resolve_project_conflict(self):
        """Open the dialog in which a duty manager decides."""
        self.ensure_one()
        self.check_access("read")
        # sudo: whoever decides sees them all
        conflicts = self.sudo().project_conflict_ids.filtered(
            lambda conflict: conflict.state == "open"
        )
        if not conflicts:
            raise UserError(self.env._("Nothing is to be decided here."))
        return conflicts.sudo(False).action_resolve()

    def action_view_project_conflicts(self):
        """Open what this order competes with, and what was decided."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Conflicts of %(order)s", order=self.name),
            "res_model": "aftersales.project.conflict",
            "view_mode": "list,kanban,form",
            "domain": [("order_id", "=", self.id)],
        }

    def action_why_project_conflict(self):
        """Open the decision that found the conflict (R4)."""
        self.ensure_one()
        self.check_access("read")
        conflict = self.project_conflict_ids[:1]
        if not conflict:
            raise UserError(self.env._("No registration competes with this order."))
        return conflict.action_why()
