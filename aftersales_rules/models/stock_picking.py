# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .aftersales_gate import judged_within
from .aftersales_payment_reminder import next_shipping_day
from .client_actions import RELOAD, notification


class StockPicking(models.Model):
    _inherit = "stock.picking"

    hold_state = fields.Selection(
        [("held", "May not leave")],
        string="Hold",
        compute="_compute_hold_state",
        search="_search_hold_state",
        compute_sudo=True,
        groups="base.group_user",
    )
    hold_notice = fields.Html(compute="_compute_hold_notice", groups="base.group_user")
    has_hold_notice = fields.Boolean(
        compute="_compute_hold_notice", groups="base.group_user"
    )

    @api.depends(
        "state",
        "sale_id.hold_state",
        "move_ids.sale_line_id.order_id.hold_state",
        "move_ids.reference_ids.sale_ids.hold_state",
        "move_ids.location_dest_id",
        "transfer_held",
        "hold_ids.state",
    )
    def _compute_hold_state(self):
        for picking in self:
            picking.hold_state = "held" if picking._is_held() else False

    @api.model
    def _search_hold_state(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        held = [
            ("hold_ids", "any", [("gate", "=", "shipment"), ("state", "=", "open")])
        ]
        with_customer = self.env["stock.location"]._get_with_customer_domain()
        domain = fields.Domain(
            "move_ids",
            "any",
            fields.Domain("state", "not in", ("done", "cancel"))
            & fields.Domain("location_dest_id", "any", with_customer)
            & fields.Domain("location_id", "any", ~with_customer)
            & (
                fields.Domain("sale_line_id.order_id", "any", held)
                | fields.Domain("sale_line_id", "=", False)
                & (
                    fields.Domain("picking_id.sale_id", "any", held)
                    | fields.Domain("reference_ids.sale_ids", "any", held)
                )
            ),
        )
        domain |= fields.Domain("transfer_held", "=", True)
        return domain if ("held" in value) == (operator == "in") else ~domain

    @api.depends_context("uid", "lang")
    @api.depends("hold_state")
    def _compute_hold_notice(self):
        """What the warehouse reads: why it may not leave, and who can help (U4)."""
        self.hold_notice = False
        self.has_hold_notice = False
        for picking in self.filtered("hold_state"):
            # sudo: warehouse staff need not be able to open orders and holds
            orders = picking.sudo()._get_held_orders()
            # a new address is shown by itself, old and new
            holds = picking._get_transfer_holds().filtered(
                lambda hold: hold.cause != "address_change"
            )
            if not orders and not holds:
                continue
            picking.has_hold_notice = True
            picking.hold_notice = self.env["ir.qweb"]._render(
                "aftersales_rules.picking_hold_notice",
                {
                    "orders": [
                        {
                            "name": order.name,
                            "texts": [
                                hold._get_texts()
                                for hold in order._get_open_holds("shipment")
                            ],
                            "who": self.env[
                                "aftersales.release.authority"
                            ]._who_can_text(
                                order.company_id, order._get_amount_company_currency()
                            ),
                        }
                        for order in orders
                    ],
                    "transfer_texts": [hold._get_texts() for hold in holds],
                },
            )

    def _get_held_orders(self):
        """Orders of these transfers whose goods may not leave."""
        # sudo: warehouse staff need not be able to read orders
        leaving = self.sudo().move_ids._filter_leaving_customer()
        return leaving._get_sold_orders()._filter_held("shipment")

    def _is_held(self):
        """Whether an order, or this transfer alone, keeps the goods from leaving."""
        return bool(self._get_held_orders() or self._get_transfer_holds())

    def button_validate(self):
        # EXTENDS 'stock'
        with judged_within(self.env, **self.move_ids._judge_leaving()):
            return self._validate_free()

    def _validate_free(self):
        """Validate the transfers that may leave, and say which may not."""
        held = self.filtered(lambda picking: picking._is_held())
        if not held:
            return super().button_validate()
        # Not an error: that would undo the hold which has just been opened, and
        # nobody could release it.
        refusal = held.move_ids._get_refusal()
        free = self - held
        if free:
            result = super(StockPicking, free).button_validate()
            if result is not True:
                # a question about the others comes first; this is told beside it
                self.env.user._bus_send(
                    "simple_notification",
                    {
                        "type": "warning",
                        "sticky": True,
                        "title": self.env._("Not all transfers may leave"),
                        "message": refusal,
                    },
                )
                return result
        return notification(
            refusal,
            kind="warning",
            title=self.env._("Not all transfers may leave")
            if free
            else self.env._("On hold: the goods may not leave"),
            sticky=True,
            then=RELOAD,
        )

    def action_why(self):
        """Open the decision that keeps this transfer from leaving (R4)."""
        self.ensure_one()
        self.check_access("read")
        holds = self._get_transfer_holds()
        holds |= self._get_held_orders()._get_open_holds("shipment")
        hold = holds[:1]
        if not hold:
            raise UserError(self.env._("Nothing is on hold here."))
        return hold.sudo(False).action_why()

    def _postpone_shipping(self, now, decisions):
        """Move unpaid transfers to the next shipping day (O5).

        :param datetime now: in the company's time zone
        :param dict decisions: what was decided, by order
        """
        for picking in self:
            day = next_shipping_day(picking.company_id, now)
            scheduled = picking.scheduled_date.replace(tzinfo=timezone.utc)
            local = scheduled.astimezone(now.tzinfo)
            moved = datetime.combine(day, local.time(), now.tzinfo)
            picking.scheduled_date = moved.astimezone(timezone.utc).replace(tzinfo=None)
            order = picking.sale_id
            env = self.env["aftersales.gate"]._in_staff_language(order).env
            body = env._(
                "Moved to %(day)s: %(reason)s",
                day=format_date(env, day),
                reason=env["aftersales.text"]._reason(
                    order.company_id, decisions[order]
                ),
            )
            picking._message_log(body=body)
            order._message_log(body=f"{picking.name}: {body}")

    def _tell_to_pack(self):
        """The money has arrived: tell the warehouse to pack (O5)."""
        activity = "aftersales_rules.mail_activity_pack"
        for picking in self:
            if picking.state not in ("confirmed", "waiting", "assigned"):
                continue
            if picking.picking_type_code != "outgoing":
                continue
            user = picking.user_id or picking.picking_type_id.warehouse_id.pack_user_id
            picking._message_log(body=self.env._("Paid: pack and ship."))
            if user:
                env = self.with_context(lang=user.lang or self.env.lang).env
                picking.with_context(mail_activity_quick_update=True).activity_schedule(
                    activity, user_id=user.id, note=env._("Paid: pack and ship.")
                )
