# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .client_actions import RELOAD, notification


class AftersalesLogisticsException(models.Model):
    """Who is told of a delivery problem, and what becomes of it (O12)."""

    _inherit = "aftersales.logistics.exception"

    # ------------------------------------------------------------------- informing

    def _settle(self):
        """Informed, once nobody is left who should be."""
        for problem in self:
            outcome = problem.decision_id._get_decision().outcome or {}
            enforced = problem.decision_id.mode == "enforce"
            wanted = enforced and outcome.get("inform_customer")
            done = problem.customer_informed_at or (
                problem.salesperson_informed_at and not wanted
            )
            if problem.state == "open" and done:
                problem.sudo().state = "informed"

    def _inform_salesperson(self):
        """Tell the salesperson of the order, once."""
        self.ensure_one()
        problem = self.sudo()  # sudo: the mail names order and customer
        user = problem.user_id or problem.order_id.team_id.user_id
        if problem.salesperson_informed_at or not user:
            return
        problem.salesperson_informed_at = fields.Datetime.now()
        if user != self.env.user:
            problem._send("mail_template_logistics_salesperson", user.lang)
        problem.message_subscribe(user.partner_id.ids)

    def _inform_customer(self):
        """Write to the customer, once; without an e-mail address somebody calls."""
        self.ensure_one()
        problem = self.sudo()  # sudo: the mail names order and customer
        if problem.customer_informed_at:
            return
        partner = problem.partner_id
        lang = problem.order_id.user_id.lang or problem.company_id.partner_id.lang
        env = problem.with_context(lang=lang or self.env.lang).env
        if not partner.email:
            body = env._(
                "%(customer)s has no e-mail address: please call.",
                customer=partner.display_name,
            )
            problem._message_log(body=body)
            problem.order_id._message_log(body=f"{problem.name}: {body}")
            return
        problem.write(
            {
                "customer_informed_at": fields.Datetime.now(),
                "customer_informed_how": "email",
            }
        )
        problem._send("mail_template_logistics_customer", partner.lang)
        body = env._(
            "%(name)s: %(customer)s was informed by e-mail.",
            name=problem.name,
            customer=partner.display_name,
        )
        problem.picking_id._message_log(body=body)
        problem.order_id._message_log(body=body)

    def _send(self, template, lang):
        self.with_context(lang=lang or self.env.lang).message_post_with_source(
            self.env.ref(f"aftersales_rules.{template}"),
            email_layout_xmlid="mail.mail_notification_light",
            subtype_xmlid="mail.mt_note",
        )

    # --------------------------------------------------------------------- actions

    def action_report(self):
        """Say what became of it; saving has done the rest."""
        self.ensure_one()
        told = []
        if self.salesperson_informed_at:
            told.append(self.env._("The salesperson was informed."))
        if self.customer_informed_at:
            told.append(self.env._("The customer was informed."))
        return notification(
            " ".join(told) or self.env._("It is on the transfer now."),
            kind="success",
            title=self.env._("Reported: %(name)s", name=self.name),
            then=RELOAD,
        )

    def _check_may_inform(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(
            "sales_team.group_sale_salesman"
        ):
            raise AccessError(self.env._("Customers are informed by the salesperson."))
        self._check_open()
        for problem in self:
            if problem.customer_informed_at:
                raise UserError(
                    self.env._(
                        "%(customer)s has been informed of %(name)s already.",
                        customer=problem.sudo().partner_id.display_name,
                        name=problem.name,
                    )
                )

    def action_inform_customer(self):
        """The salesperson writes to the customer, whatever the rules say."""
        self._check_may_inform()
        for problem in self:
            if not problem.sudo().partner_id.email:
                raise UserError(
                    self.env._(
                        "%(customer)s has no e-mail address. Call, and then press "
                        "“Informed by Phone”.",
                        customer=problem.sudo().partner_id.display_name,
                    )
                )
            problem._inform_customer()
        self._settle()
        return True

    def action_informed_by_phone(self):
        """The salesperson has called the customer."""
        self._check_may_inform()
        # sudo: checked above; these fields are written by the buttons only
        self.sudo().write(
            {
                "customer_informed_at": fields.Datetime.now(),
                "customer_informed_how": "phone",
            }
        )
        self._settle()
        return True

    def action_close(self):
        """Nothing is left to do about it."""
        self.check_access("write")
        # sudo: these fields are written by the buttons only
        self.filtered(lambda problem: problem.state != "closed").sudo().write(
            {
                "state": "closed",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        return True

    def action_why(self):
        """Open the decision about this problem (R4)."""
        self.ensure_one()
        self.check_access("read")
        if not self.decision_id:
            raise UserError(self.env._("No rule has looked at %s yet.", self.name))
        return self.decision_id._action_explain()

    def action_make_complaint(self):
        """Hand it on as a complaint, with what is known; once."""
        self.ensure_one()
        self.check_access("write")
        if not self.ticket_id:
            # sudo: who reports a problem need not work with complaints
            problem = self.sudo()
            problem.ticket_id = (
                self.env["helpdesk.ticket"]
                .sudo()
                .create(problem._prepare_ticket_vals())
            )
            problem._tell_ticket()
            body = self.env._(
                "%(name)s became complaint %(ticket)s.",
                name=problem.name,
                ticket=problem.ticket_id._get_html_link(),
            )
            problem._message_log(body=body)
            problem.order_id._message_log(body=body)
        return self.action_view_ticket()

    def action_view_ticket(self):
        self.ensure_one()
        ticket = self.ticket_id
        if not ticket.with_user(self.env.user).has_access("read"):
            return notification(
                self.env._(
                    "Complaint %(number)s was handed on.",
                    number=ticket.sudo().number,
                ),
                kind="success",
                title=self.env._("Complaint"),
                then=RELOAD,
            )
        return ticket._get_records_action(name=self.env._("Complaint"))

    def _prepare_ticket_vals(self):
        self.ensure_one()
        order = self.order_id
        lang = order.user_id.lang or self.company_id.partner_id.lang
        problem = self.with_context(lang=lang or self.env.lang)
        first = self.line_ids[:1]
        return {
            "name": problem.env._(
                "%(kind)s: %(transfer)s of %(order)s",
                kind=problem._get_kind_label(),
                transfer=self.picking_id.name,
                order=order.name,
            ),
            "description": problem.env["ir.qweb"]._render(
                "aftersales_rules.logistics_ticket_description", {"problem": problem}
            ),
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_id.name,
            "partner_email": self.partner_id.email,
            # for those who work with complaints to take, not for who reported it
            "user_id": False,
            "priority": "2" if self.severity == "major" else "1",
            "aftersales_order_id": order.id,
            "aftersales_picking_id": self.picking_id.id,
            "aftersales_product_id": first.product_id.id
            or (self.product_ids.id if len(self.product_ids) == 1 else False),
            "aftersales_lot_id": first.lot_id.id,
        }

    def _tell_ticket(self):
        """What is for colleagues only: the customer reads the complaint on the portal.

        The photos are copies, readable for whoever reads the complaint.
        """
        order = self.order_id
        lang = order.user_id.lang or self.company_id.partner_id.lang
        problem = self.with_context(lang=lang or self.env.lang)
        photos = self.env["ir.attachment"]
        for photo in self.photo_ids:
            photos |= photo.copy(
                {"res_model": "helpdesk.ticket", "res_id": self.ticket_id.id}
            )
        self.ticket_id.message_post(
            body=problem.env["ir.qweb"]._render(
                "aftersales_rules.logistics_ticket_note", {"problem": problem}
            ),
            attachment_ids=photos.ids,
            subtype_xmlid="mail.mt_note",
        )
