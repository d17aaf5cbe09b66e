# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Orders that are changed or cancelled after confirmation (O10)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_address_change import DETAILS_KEY, ChangeDetails
from .sale_order import INTERNAL


class SaleOrder(models.Model):
    _inherit = "sale.order"

    suspension_id = fields.Many2one(
        "aftersales.order.change",
        string="Suspended by",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="The registered change that keeps the goods from leaving until the order "
        "is resumed.",
        groups=INTERNAL,
    )
    order_change_ids = fields.One2many(
        "aftersales.order.change",
        "order_id",
        string="Changes",
        copy=False,
        readonly=True,
        groups=INTERNAL,
    )
    suspension_notice = fields.Html(
        compute="_compute_suspension_notice", groups=INTERNAL
    )

    is_change_enforced = fields.Boolean(compute="_compute_is_change_enforced")

    @api.depends("company_id")
    def _compute_is_change_enforced(self):
        for order in self:
            company = order.company_id
            order.is_change_enforced = (
                bool(company)
                and company._aftersales_mode("transfer_release") == "enforce"
            )

    @api.depends_context("lang", "tz")
    @api.depends("suspension_id")
    def _compute_suspension_notice(self):
        for order in self:
            change = order.sudo().suspension_id
            order.suspension_notice = bool(change) and self.env["ir.qweb"]._render(
                "aftersales_rules.order_change_message",
                {"change": change.with_env(self.env).sudo(), "is_notice": True},
            )

    @api.model
    def _check_gate_fields(self, vals):
        # EXTENDS 'aftersales_rules'
        result = super()._check_gate_fields(vals)
        forbidden = {"suspension_id", "order_change_ids"} & set(vals)
        if forbidden and not self.env.su:
            raise AccessError(
                self.env._("Orders are suspended by registering a change.")
            )
        return result

    def _is_suspended(self):
        """Whether a registered change keeps the goods back."""
        self.ensure_one()
        return bool(self.suspension_id) and self.suspension_id._is_enforced()

    def _get_open_moves(self):
        """Moves of the deliveries of these orders that are not done; no returns."""
        moves = self.order_line.move_ids | self.picking_ids.move_ids
        return moves.filtered(
            lambda move: move.state not in ("done", "cancel")
            and not move.location_id._is_with_customer()
        )

    def _register_change(self, details, what=""):
        """Register that a customer wants the confirmed order changed."""
        self.ensure_one()
        self._check_may_register(details)
        orders = self.sudo().with_context(**{DETAILS_KEY: details})
        # sudo: the rights were checked on the order; records are made by rules only
        return orders.env["aftersales.order.change"]._register_changes(
            orders, "change", what
        )

    def _register_cancellation(self, details):
        """Register that a customer cancels, and cancel as Odoo does."""
        self.ensure_one()
        self._check_may_register(details)
        return self.with_context(**{DETAILS_KEY: details}).action_cancel()

    def _check_may_register(self, details):
        # the warehouse may write on orders, too, for their deliveries
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(
                self.env._("Only sales registers what a customer wants changed.")
            )
        self.check_access("write")
        if self.state != "sale":
            raise UserError(
                self.env._(
                    "%(order)s is not confirmed; it is simply edited.", order=self.name
                )
            )
        if not details.reason.strip():
            raise UserError(self.env._("Say why the customer wants it."))

    def _action_cancel(self):
        # EXTENDS 'sale'
        # Everything that cancels comes through here: the wizard, the button, an API.
        # sudo: a customer may do it, too
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        told = isinstance(self.env.context.get(DETAILS_KEY), ChangeDetails)
        # a gate that only observes leaves a cancellation as it is without this addon
        orders = orders.filtered(
            lambda order: told or order.suspension_id or order.is_change_enforced
        )
        if orders:
            self.env["aftersales.order.change"]._register_changes(orders, "cancel")
        return super()._action_cancel()

    def action_resume(self):
        """Resume a suspended order; checked there."""
        self.ensure_one()
        self.check_access("read")
        if not self.suspension_id:
            raise UserError(self.env._("%(order)s is not suspended.", order=self.name))
        return self.suspension_id.action_resume()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_changed(self):
        # sudo: the record counts, whether the user may read it or not
        for order in self.sudo():
            if order.order_change_ids:
                raise UserError(
                    self.env._(
                        "A change of %(order)s was registered, which is kept. Leave "
                        "it cancelled instead of deleting it.",
                        order=order.name,
                    )
                )
