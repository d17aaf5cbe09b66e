# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_address_change import CHANNELS, ChangeDetails


class AftersalesOrderChange(models.Model):
    """A customer's wish to change or cancel a confirmed order (O10).

    Kept for good. While a change is open the deliveries of the order are suspended;
    what was picked or made for it waits in a storage location of its own, see
    ``aftersales_order_change_goods.py``. How it ended is written once.
    """

    _name = "aftersales.order.change"
    _description = "Order Change"
    _inherit = ["aftersales.immutable"]
    _settled_once = ("state", "settled_at", "settled_by_id", "write_uid", "write_date")
    _settled_when = "settled_at"
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    salesperson_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    kind = fields.Selection(
        [("change", "Change"), ("cancel", "Cancellation")], required=True, readonly=True
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    requested_by = fields.Char(
        "Asked for by", readonly=True, help="The person on the customer's side."
    )
    reason = fields.Text(readonly=True)
    what = fields.Text("What Changes", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Registered by", required=True, readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("suspended", "Suspended"),
            ("resumed", "Resumed"),
            ("replaced", "Replaced by a later one"),
            ("cancelled", "Order cancelled"),
        ],
        required=True,
        readonly=True,
    )
    settled_at = fields.Datetime("Settled on", readonly=True)
    settled_by_id = fields.Many2one(
        "res.users", "Settled by", readonly=True, ondelete="restrict"
    )
    picking_ids = fields.One2many(
        "stock.picking",
        "order_change_id",
        string="Transfers",
        readonly=True,
        help="Transfers to the storage of suspended orders and back.",
    )
    has_suspended_goods = fields.Boolean(compute="_compute_has_suspended_goods")

    @api.depends("order_id", "kind", "create_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            # sudo: the name only; the warehouse need not be able to read orders
            change.display_name = f"{change.sudo().order_id.name}: {kinds[change.kind]}"

    # --------------------------------------------------------------- registering

    @api.model
    def _register_changes(self, orders, kind, what=""):
        """Keep what a customer wants of these confirmed orders, and act on it at once.

        :param str kind: change or cancel
        """
        details = ChangeDetails.of(self.env)
        now = fields.Datetime.now()
        cancelled = kind == "cancel"
        orders.suspension_id._settle("cancelled" if cancelled else "replaced")
        changes = self._insert(
            [
                {
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "kind": kind,
                    "channel": details.channel,
                    "requested_by": details.requested_by or False,
                    "reason": details.reason or False,
                    "what": what or False,
                    "user_id": self.env.uid,
                    "state": "cancelled" if cancelled else "suspended",
                    "settled_at": cancelled and now,
                    "settled_by_id": cancelled and self.env.uid,
                }
                for order in orders
            ]
        )
        for change in changes:
            if not cancelled:
                change.order_id.suspension_id = change
            if change._is_enforced():
                change._suspend_goods()
            change._tell_salesperson()
            change._tell_production()
        if not cancelled:
            changes.order_id.picking_ids._judge_transfers("change")
        return changes

    def _is_enforced(self):
        """Whether goods are kept back, or changes only written down."""
        self.ensure_one()
        return self.company_id._aftersales_mode("transfer_release") == "enforce"

    def _tell_salesperson(self):
        self.ensure_one()
        order = self.order_id
        env = self.env["aftersales.gate"]._in_staff_language(order).env
        body = env["ir.qweb"]._render(
            "aftersales_rules.order_change_message", {"change": self.with_env(env)}
        )
        partner = order.user_id.partner_id
        # sudo: whoever registers it, a customer on the portal too
        order.sudo().message_post(
            body=body, partner_ids=partner.ids, subtype_xmlid="mail.mt_note"
        )
        if order.user_id:
            lang = order.user_id.lang or self.env.lang
            note = self.with_context(lang=lang).env._(
                "%(who)s: %(reason)s",
                who=self.requested_by or self.user_id.name,
                reason=self.reason or self.display_name,
            )
            order.sudo().with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "aftersales_rules.mail_activity_order_change",
                user_id=order.user_id.id,
                note=note,
            )

    def _tell_production(self):
        """Who makes goods for the order reads it there; whether to go on is theirs."""
        self.ensure_one()
        # sudo: whoever registers a change need not be allowed to read production
        productions = self.sudo().order_id.mrp_production_ids.filtered(
            lambda production: production.state not in ("done", "cancel")
        )
        if productions:
            env = self.env["aftersales.gate"]._in_staff_language(self.order_id).env
            body = env["ir.qweb"]._render(
                "aftersales_rules.order_change_message", {"change": self.with_env(env)}
            )
            productions._message_log_batch({p.id: body for p in productions})

    # ------------------------------------------------------------------ settling

    def _settle(self, state):
        """Write once how it ended; the only change that a record ever sees."""
        if any(change.state != "suspended" for change in self):
            raise UserError(self.env._("This change is settled already."))
        # sudo: checked by whoever calls; BaseModel.write: the mixin refuses all others
        models.BaseModel.write(
            self.sudo(),
            {
                "state": state,
                "settled_at": fields.Datetime.now(),
                "settled_by_id": self.env.uid,
            },
        )
        orders = self.sudo().order_id
        orders.suspension_id = False
        orders.activity_unlink(["aftersales_rules.mail_activity_order_change"])

    def _check_may_settle(self):
        """Whoever may change the order may resume it."""
        self.check_access("read")
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(
                self.env._(
                    "Only its salesperson or a sales supervisor resumes the order."
                )
            )
        self.order_id.check_access("write")

    def action_resume(self):
        """The change is made: goods come back, deliveries go on."""
        self._check_may_settle()
        for change in self:
            change._settle("resumed")
            # sudo: sales need not be allowed to move goods
            record = change.sudo()
            record._bring_back()
            order = record.order_id
            order.picking_ids._judge_transfers("change")
            order._get_open_moves()._action_assign()
            env = self.env["aftersales.gate"]._in_staff_language(order).env
            order._message_log(body=env._("The order is resumed: deliveries go on."))
        return True

    def action_return_to_stock(self):
        """Put goods of a cancelled order back on the shelf."""
        self.check_access("read")
        if not self.env.user.has_group("stock.group_stock_user"):
            self._check_may_settle()
        for change in self:
            if change.state == "suspended":
                raise UserError(
                    self.env._("Resume or cancel %(order)s.", order=change.display_name)
                )
            own = change.sudo()  # sudo: checked above
            if not own._bring_back(to_stock=True) and not own._get_goods():
                raise UserError(self.env._("Nothing of this order is set apart."))
        return True

    def action_open_transfers(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "stock.picking",
            "view_mode": "list,kanban,form",
            "domain": [("order_change_id.order_id", "=", self.order_id.id)],
            "context": {"create": False},
        }
