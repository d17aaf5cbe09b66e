# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import datetime, time, timedelta, timezone

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from ..rules import SHIPPING_DAY, ShippingDayFacts

_logger = logging.getLogger(__name__)


class AftersalesPaymentReminder(models.Model):
    """A salesperson's unpaid orders due today, before the daily cut-off (O5)."""

    _name = "aftersales.payment.reminder"
    _description = "Payment Reminder"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "day desc, id desc"

    day = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, ondelete="restrict"
    )
    line_ids = fields.One2many(
        "aftersales.payment.reminder.line", "reminder_id", readonly=True
    )
    order_count = fields.Integer(compute="_compute_counts")
    unsent_count = fields.Integer(compute="_compute_counts")

    _once_a_day = models.UniqueIndex(
        "(day, company_id, COALESCE(user_id, 0))",
        "A salesperson gets one list a day.",
    )

    @api.depends("day", "user_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reminder in self:
            reminder.display_name = self.env._(
                "Unpaid orders of %(day)s: %(user)s",
                day=reminder.day,
                user=reminder.user_id.name or self.env._("no salesperson"),
            )

    @api.depends("line_ids.sent_at")
    def _compute_counts(self):
        for reminder in self:
            reminder.order_count = len(reminder.line_ids)
            reminder.unsent_count = len(
                reminder.line_ids.filtered(lambda line: not line.sent_at)
            )

    def action_message_customers(self):
        """Ask the customers of this list for payment, each once."""
        self.check_access("read")
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Only sales staff write to customers here."))
        lines = self.line_ids.filtered(lambda line: not line.sent_at)
        if not lines:
            raise UserError(self.env._("Every customer has been written to."))
        lines._send()
        self.activity_feedback(["aftersales_rules.mail_activity_reminder"])
        return True

    # ---------------------------------------------------------------------- cron

    @api.model
    def _cron_cut_off(self):
        """Judge what is due for shipping today against the daily cut-off (O5).

        Once the reminder time has come, each salesperson gets one list; at the
        cut-off what is still unpaid moves to the next shipping day. Running it again
        changes nothing more.
        """
        companies = (
            self.env["res.company"]
            .sudo()
            ._search_all()
            .filtered(
                lambda company: company._aftersales_mode(SHIPPING_DAY.name) != "off"
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self.with_company(company)._judge_shipping_day(company)
            except OperationalError:
                raise
            except Exception:
                _logger.exception("Cut-off of %s failed", company.name)
            # Whatever time is left: the next run begins with the same company, and
            # the last one would never have its turn.
            progress(1)

    @api.model
    def _judge_shipping_day(self, company):
        now = company._aftersales_now()
        pickings = self._get_due_pickings(company, now)
        orders = pickings.sale_id
        if not orders:
            return
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        gathered = self._gather_shipping_facts(orders, pickings, now)
        completed = self.env["aftersales.extension"]._complete(
            SHIPPING_DAY.name, [(order, gathered[order]) for order in orders]
        )
        facts = dict(zip(orders, completed, strict=True))
        decisions = dict(
            zip(
                orders,
                compiled.decide_many(SHIPPING_DAY.name, completed, on=now.date()),
                strict=True,
            )
        )
        asked = {
            order: (decision.outcome or {}).get("action")
            for order, decision in decisions.items()
        }
        news = self._filter_news(orders, asked, now)
        mode = company._aftersales_mode(SHIPPING_DAY.name)
        self.env["aftersales.decision"]._record(
            [
                {
                    "decision": decisions[order],
                    "company": company,
                    "order": order,
                    "res_model": order._name,
                    "res_id": order.id,
                    "event": "cron",
                    "mode": mode,
                    "result": asked[order],
                    "partner": order.partner_invoice_id.commercial_partner_id,
                }
                for order in news
            ]
        )
        if mode != "enforce":
            return
        remind = news.filtered(lambda order: asked[order] == "remind")
        postpone = orders.filtered(lambda order: asked[order] == "postpone")
        self._remind(company, now.date(), remind, facts)
        pickings.filtered(lambda p: p.sale_id in postpone)._postpone_shipping(
            now, {order: decisions[order] for order in postpone}
        )

    @api.model
    def _get_due_pickings(self, company, now):
        day_end = datetime.combine(now.date(), time.max, now.tzinfo)
        return (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "in", ("confirmed", "waiting", "assigned")),
                    ("sale_id.state", "=", "sale"),
                    (
                        "scheduled_date",
                        "<=",
                        day_end.astimezone(timezone.utc).replace(tzinfo=None),
                    ),
                ]
            )
        )

    @api.model
    def _gather_shipping_facts(self, orders, pickings, now):
        credits = self.env["aftersales.credit.facts"]._gather(orders)
        due = {}
        for picking in pickings:
            scheduled = picking.scheduled_date.replace(tzinfo=timezone.utc)
            days = (scheduled.astimezone(now.tzinfo).date() - now.date()).days
            due[picking.sale_id] = min(days, due.get(picking.sale_id, days))
        facts = {}
        for order in orders:
            credit = credits[order.id]
            facts[order] = ShippingDayFacts.of(
                currency=credit.values["currency"],
                due_in_days=due[order],
                unpaid_amount=credit.values["unpaid_amount"],
                local_time=now.time().replace(second=0, microsecond=0),
                on_terms=credit.limit is not None
                or bool(order.guarantor_id and order.promised_payment_date),
            )
        return facts

    @api.model
    def _filter_news(self, orders, asked, now):
        """Orders whose reminder or postponement is not recorded yet today."""
        start = datetime.combine(now.date(), time.min, now.tzinfo)
        known = {
            (decision.order_id, decision.result)
            for decision in self.env["aftersales.decision"]
            .sudo()
            .search(
                [
                    ("order_id", "in", orders.ids),
                    ("decision", "=", SHIPPING_DAY.name),
                    (
                        "create_date",
                        ">=",
                        start.astimezone(timezone.utc).replace(tzinfo=None),
                    ),
                ]
            )
        }
        return orders.filtered(
            lambda order: asked[order] in ("remind", "postpone")
            and (order, asked[order]) not in known
        )

    @api.model
    def _remind(self, company, day, orders, facts):
        reminders = self.sudo().search(
            [("company_id", "=", company.id), ("day", "=", day)]
        )
        for user, same in orders.grouped("user_id").items():
            reminder = reminders.filtered(lambda r, user=user: r.user_id == user)
            is_new = not reminder
            if is_new:
                reminder = self.sudo().create(
                    {"company_id": company.id, "day": day, "user_id": user.id}
                )
            lines = (
                self.env["aftersales.payment.reminder.line"]
                .sudo()
                .create(
                    [
                        {
                            "reminder_id": reminder.id,
                            "order_id": order.id,
                            "amount": float(facts[order].unpaid_amount),
                        }
                        for order in same - reminder.line_ids.order_id
                    ]
                )
            )
            if is_new and user:
                reminder.activity_schedule(
                    "aftersales_rules.mail_activity_reminder",
                    user_id=user.id,
                    note=lines.with_context(
                        lang=user.lang or self.env.lang
                    )._get_list_html(),
                )
            if company.aftersales_remind_customers:
                lines._send()


class AftersalesPaymentReminderLine(models.Model):
    _name = "aftersales.payment.reminder.line"
    _description = "Payment Reminder Line"

    reminder_id = fields.Many2one(
        "aftersales.payment.reminder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="reminder_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="order_id.partner_id")
    amount = fields.Monetary(string="Still to Pay")
    sent_at = fields.Datetime(string="Customer Written to")

    def _send(self):
        """Ask the customers for payment by e-mail."""
        template = self.env.ref("aftersales_rules.mail_template_payment_reminder")
        for line in self:
            line.order_id.with_context(
                lang=line.partner_id.lang or self.env.lang
            ).message_post_with_source(
                template,
                email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
                subtype_xmlid="mail.mt_comment",
            )
        # sudo: lines are written by these methods only
        self.sudo().sent_at = fields.Datetime.now()

    def _get_list_html(self):
        return self.env["ir.qweb"]._render(
            "aftersales_rules.payment_reminder_list",
            {
                "lines": [
                    {
                        "order": line.order_id,
                        "amount": format_amount(
                            self.env, line.amount, line.currency_id
                        ),
                    }
                    for line in self
                ]
            },
        )


def next_shipping_day(company, now):
    """The next working day after today in the company's working hours.

    :param datetime now: in the company's time zone
    :rtype: date
    """
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    calendar = company.resource_calendar_id
    moment = calendar and calendar.plan_hours(0.01, tomorrow, compute_leaves=True)
    return (moment or tomorrow).date()
