# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .client_actions import RELOAD, notification
from .guarded_fields import without_defaults
from .mrp_production_deposit import LINKS

_GATE_FIELDS = {"deposit_state", "deposit_order_id", "confirm_on_deposit"}
_GOING_ON = ("confirmed", "progress", "to_close", "done")
_NAMED = 5
"""So many manufacturing orders are named in a message."""


class MrpProduction(models.Model):
    """Production of an engineering order waits for the deposit (O6, U3)."""

    _inherit = "mrp.production"

    deposit_state = fields.Selection(
        [("waiting", "Waits for deposit")],
        string="Deposit",
        readonly=True,
        copy=False,
        help="It is made for an engineering order whose deposit is missing. It is "
        "confirmed by itself when the deposit is there.",
    )
    deposit_order_id = fields.Many2one(
        "sale.order",
        string="Waits for Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The order whose deposit is missing; the first one if there are several.",
    )
    confirm_on_deposit = fields.Boolean(
        string="Confirm with the Deposit",
        readonly=True,
        copy=False,
        help="It would be confirmed already, were the deposit there.",
    )
    deposit_orders = fields.Char(
        string="Deposit of", compute="_compute_deposit", compute_sudo=True
    )
    deposit_missing = fields.Monetary(
        string="Missing Deposit",
        compute="_compute_deposit",
        compute_sudo=True,
        currency_field="deposit_currency_id",
        help="What is still to be paid until it may go on, in company currency.",
    )
    deposit_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    deposit_notice = fields.Html(compute="_compute_deposit_notice")
    may_release_deposit = fields.Boolean(compute="_compute_may_release_deposit")

    _deposit_state_idx = models.Index("(deposit_state) WHERE deposit_state IS NOT NULL")

    # ----------------------------------------------------------------- screens

    @api.depends("deposit_state", "deposit_order_id")
    def _compute_deposit(self):
        self.deposit_orders = False
        self.deposit_missing = 0.0
        waiting = self.filtered("deposit_state")
        for production, orders in waiting._get_engineering_orders().items():
            holds = orders["held"]._get_open_holds("production")
            production.deposit_orders = ", ".join(holds.order_id.mapped("name"))
            production.deposit_missing = sum(
                float(hold._get_fact("deposit_missing") or 0.0) for hold in holds
            )

    @api.depends_context("uid", "lang")
    @api.depends("deposit_state", "deposit_order_id", "state")
    def _compute_deposit_notice(self):
        """Why it waits, what lets it go on, who can; or that money is missing while
        production runs."""
        self.deposit_notice = False
        # sudo: who works in production reads neither orders nor holds
        links = self.sudo()._get_engineering_orders()
        for production in self:
            orders = links[production]
            warned = orders["free"].filtered("deposit_warning")
            held = orders["held"] if production.deposit_state else warned.browse()
            if not (held or warned) or production.state in ("done", "cancel"):
                continue
            production.deposit_notice = self.env["ir.qweb"]._render(
                "aftersales_rules.deposit_notice",
                {
                    "production": production,
                    "orders": [order._prepare_deposit_notice() for order in held],
                    "warnings": [order._get_deposit_warning() for order in warned],
                },
            )

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("deposit_state")
    def _compute_may_release_deposit(self):
        may = self.env.user.has_group("aftersales_rules.group_credit_controller")
        for production in self:
            production.may_release_deposit = may and bool(production.deposit_state)

    def _get_waiting_text(self):
        """Why these may not go on, what lets them, and who can, in plain text."""
        lines = []
        # sudo: who works in production reads neither orders nor holds
        links = self.sudo()._get_engineering_orders()
        for order in (
            self.env["sale.order"]
            .sudo()
            .concat(*(orders["held"] for orders in links.values()))
        ):
            names = [
                production.name
                for production, orders in links.items()
                if order in orders["held"]
            ]
            more = len(names) - _NAMED
            if more > 0:
                names[_NAMED:] = [self.env._("%(number)s more", number=more)]
            notice = order._prepare_deposit_notice()
            lines.append(
                self.env._(
                    "%(productions)s: waits for the deposit of %(order)s.",
                    productions=", ".join(names),
                    order=order.name,
                )
            )
            for text in notice["texts"]:
                lines.append(f"• {text['cause']}: {text['reason']}")
                if text["remedy"]:
                    lines.append(
                        self.env._(
                            "What releases it: %(remedy)s", remedy=text["remedy"]
                        )
                    )
            lines.append(notice["who"])
        return "\n".join(lines)

    def _get_waiting_notification(self):
        """What a button answers; not an error, as that would undo what goes with it."""
        return notification(
            self._get_waiting_text(),
            kind="warning",
            title=self.env._("Waits for deposit"),
            sticky=True,
            then=RELOAD,
        )

    def action_request_deposit_release(self):
        """Ask those who can release the order to do so."""
        self.check_access("write")
        # sudo: the planner may ask, and reads no orders
        orders = self.sudo()._get_engineering_orders().values()
        held = self.env["sale.order"].sudo().concat(*(each["held"] for each in orders))
        if not held:
            raise UserError(self.env._("Nothing is on hold here."))
        held._ask_for_release()
        return notification(
            self.env._(
                "Release asked for %(orders)s.",
                orders=", ".join(held.mapped("name")),
            ),
            kind="success",
        )

    def action_release_deposit(self):
        """Release what this waits for; checked again when it is carried out."""
        self.check_access("read")
        # sudo: the controller may not work in production; the holds are theirs
        orders = self.sudo()._get_engineering_orders().values()
        holds = self.env["aftersales.hold"].concat(
            *(each["held"]._get_open_holds("production") for each in orders)
        )
        if not holds:
            raise UserError(self.env._("Nothing is on hold here."))
        return holds.sudo(False).action_release()

    def action_deposit_why(self):
        """Open the decision that holds the production (R4)."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the planner reads no orders; the decision is checked when it is read
        orders = self.sudo()._get_engineering_orders()[self.sudo()]["held"]
        hold = orders._get_open_holds("production")[:1]
        if not hold:
            raise UserError(self.env._("Nothing is on hold here."))
        return hold.sudo(False).action_why()

    # -------------------------------------------------- following the orders

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mrp'
        for vals in vals_list:
            self._check_deposit_fields(vals)
        productions = super(MrpProduction, without_defaults(self, _GATE_FIELDS)).create(
            vals_list
        )
        productions = productions.with_env(self.env)
        productions._follow_orders()
        return productions

    def write(self, vals):
        # EXTENDS 'mrp'
        self._check_deposit_fields(vals)
        waiting = self.browse()
        if vals.get("state") in _GOING_ON or vals.get("qty_producing"):
            self._check_may_go_on(vals.get("state"))
        if not LINKS.isdisjoint(vals):
            waiting = self._filter_waiting()
        result = super().write(vals)
        if not LINKS.isdisjoint(vals):
            if not self.env.su and waiting != waiting._filter_waiting():
                raise UserError(
                    self.env._(
                        "It waits for the deposit of its order and cannot be taken "
                        "from it. Cancel it, or have the order released."
                    )
                )
            self._follow_orders()
        return result

    @api.model
    def _check_deposit_fields(self, vals):
        if not self.env.su and not _GATE_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._("Whether it waits for a deposit follows from its orders.")
            )

    def _check_may_go_on(self, state=None):
        """Refuse to go on before the deposit is there; the net under the buttons."""
        moving = self.filtered(lambda production: production.state != state)
        waiting = moving._filter_waiting()
        if waiting:
            raise UserError(waiting._get_waiting_text())

    def _action_cancel(self):
        # EXTENDS 'mrp'
        result = super()._action_cancel()
        # sudo: what is cancelled waits for nothing
        cancelled = self.sudo().filtered(
            lambda production: production.deposit_state and production.state == "cancel"
        )
        cancelled.write(dict.fromkeys(_GATE_FIELDS, False))
        return result

    # ----------------------------------------------------------------- buttons

    def _filter_told(self):
        """Those that wait, for whoever may work on them; nobody else is told why."""
        waiting = self._filter_waiting()
        waiting.check_access("write")
        return waiting

    def action_confirm(self):
        # EXTENDS 'mrp'
        waiting = self._filter_told()
        if not waiting:
            return super().action_confirm()
        # Never an error: reordering rules and payments come this way, too.
        waiting._remember_confirmation()
        free = self - waiting
        if free:
            super(MrpProduction, free).action_confirm()
        return waiting._get_waiting_notification()

    def button_plan(self):
        # EXTENDS 'mrp'
        waiting = self._filter_told()
        if not waiting:
            return super().button_plan()
        waiting._remember_confirmation()
        free = self - waiting
        if free:
            super(MrpProduction, free).button_plan()
        return waiting._get_waiting_notification()

    def action_plan_with_components_availability(self):
        # EXTENDS 'mrp'
        waiting = self._filter_told()
        if not waiting:
            return super().action_plan_with_components_availability()
        free = self - waiting
        if free:
            super(MrpProduction, free).action_plan_with_components_availability()
        return waiting._get_waiting_notification()

    def action_start(self):
        # EXTENDS 'mrp'
        if self._filter_told():
            return self._get_waiting_notification()
        return super().action_start()

    def button_mark_done(self):
        # EXTENDS 'mrp'
        waiting = self._filter_told()
        if not waiting:
            return super().button_mark_done()
        notification = waiting._get_waiting_notification()
        free = self - waiting
        if not free:
            return notification
        result = super(MrpProduction, free).button_mark_done()
        if result is True:
            return notification
        # a question about the others comes first; this is told beside it
        self.env.user._bus_send(
            "simple_notification",
            {
                key: notification["params"][key]
                for key in ("type", "sticky", "title", "message")
            },
        )
        return result

    def _pre_action_split_merge_hook(self, merge=False, split=False):
        # EXTENDS 'mrp'
        result = super()._pre_action_split_merge_hook(merge=merge, split=split)
        waiting = self._filter_waiting() if merge else self.browse()
        if waiting and waiting != self:
            # one order's missing deposit would stop what others are waiting for
            raise UserError(
                self.env._(
                    "What waits for a deposit cannot be merged with what may go on.\n"
                    "%(waiting)s",
                    waiting=waiting._get_waiting_text(),
                )
            )
        return result
