# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_USER
from .guarded_fields import check_state

_KEPT_FIELDS = {
    "company_id",
    "state",
    "raised_by_id",
    "raised_at",
    "settled_by_id",
    "settled_at",
}


class AftersalesComplaintDispute(models.Model):
    """Who is responsible is disputed: who mediates, by which clause, how it ends (C10).

    Open until it is settled with an outcome, and unchangeable then.
    """

    _name = "aftersales.complaint.dispute"
    _description = "Dispute on a Complaint"
    _inherit = ["aftersales.file.owner"]
    _order = "id desc"
    _rec_name = "subject"

    complaint_id = fields.Many2one(
        "helpdesk.ticket", "Complaint", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    subject = fields.Char("What Is Disputed", required=True)
    party = fields.Selection(
        [
            ("department", "A department"),
            ("customer", "The customer"),
            ("dealer", "The dealer"),
            ("carrier", "The carrier"),
            ("supplier", "A supplier"),
        ],
        "Raised by",
        required=True,
        default="department",
    )
    department_id = fields.Many2one(
        "aftersales.department",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
    )
    coordinator_id = fields.Many2one(
        "res.users",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Who mediates between the parties.",
    )
    order_id = fields.Many2one(
        "sale.order",
        "Contract of Order",
        ondelete="restrict",
        index="btree_not_null",
        help="The order whose contract settles it.",
    )
    contract_clause = fields.Char(help="The clause that settles it, such as § 7.2.")
    contract_ids = fields.Many2many(
        "ir.attachment",
        compute="_compute_contract_ids",
        string="Signed Contracts",
        help="As attached to the order.",
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_dispute_document_rel",
        "dispute_id",
        "attachment_id",
        string="Documents",
        copy=False,
    )
    outcome = fields.Text(copy=False)
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")],
        default="open",
        required=True,
        readonly=True,
        index=True,
        copy=False,
    )
    raised_by_id = fields.Many2one(
        "res.users", "Recorded by", readonly=True, copy=False, ondelete="restrict"
    )
    raised_at = fields.Datetime("Recorded", readonly=True, copy=False)
    settled_by_id = fields.Many2one(
        "res.users", "Settled by", readonly=True, copy=False, ondelete="restrict"
    )
    settled_at = fields.Datetime("Settled", readonly=True, copy=False)
    may_write = fields.Boolean(compute="_compute_may_write")

    @api.depends("coordinator_id", "state")
    @api.depends_context("uid")
    def _compute_may_write(self):
        is_staff = self.env.su or self.env.user.has_group(COMPLAINT_USER)
        for dispute in self:
            dispute.may_write = dispute.state == "open" and (
                is_staff or dispute.coordinator_id == self.env.user
            )

    @api.depends("order_id")
    @api.depends_context("uid")
    def _compute_contract_ids(self):
        for dispute in self:
            order = dispute.order_id
            readable = order and order.has_access("read")
            dispute.contract_ids = order.contract_attachment_ids if readable else False

    @api.model_create_multi
    def create(self, vals_list):
        disputes = self.browse()
        for vals in vals_list:
            self._check_kept_fields(vals)
            complaint = self.env["helpdesk.ticket"].browse(
                vals.get("complaint_id") or self.env.context.get("default_complaint_id")
            )
            complaint._check_complaint()
            vals = {
                "order_id": complaint.aftersales_order_id.id,
                **vals,
                "complaint_id": complaint.id,
                "company_id": complaint.company_id.id,
                "raised_by_id": self.env.uid,
                "raised_at": fields.Datetime.now(),
                "state": "open",
                "settled_by_id": False,
                "settled_at": False,
            }
            disputes |= super().create([vals])
        disputes._adopt("document_ids")
        for dispute in disputes:
            dispute._tell_coordinator()
        return disputes

    def write(self, vals):
        if not self.env.su:
            self._check_kept_fields(vals)
            if "complaint_id" in vals:
                raise AccessError(self.env._("A dispute stays with its complaint."))
            check_state(self, "open")
            self._check_may_write()
        result = super().write(vals)
        if "document_ids" in vals:
            self._adopt("document_ids")
        if "coordinator_id" in vals:
            for dispute in self:
                dispute._tell_coordinator()
        return result

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Disputes are kept: settle it with its outcome."))

    def _check_kept_fields(self, vals):
        kept = _KEPT_FIELDS & vals.keys()
        if kept and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(fields)s is written by Settle only.",
                    fields=", ".join(sorted(kept)),
                )
            )

    def _check_may_write(self):
        for dispute in self:
            if self.env.user != dispute.coordinator_id:
                dispute.complaint_id._check_complaint()

    def _tell_coordinator(self):
        """Put it on the list of who mediates, who need not work with complaints."""
        self.ensure_one()
        user = self.coordinator_id
        if user == self.env.user:
            return
        # sudo: who records a dispute need not be a follower of the complaint
        self.sudo().complaint_id.message_notify(
            subject=self.env._("Dispute to mediate: %(subject)s", subject=self.subject),
            body=self.env._(
                "You coordinate a dispute on complaint %(complaint)s: %(subject)s",
                complaint=self.complaint_id.sudo().display_name,
                subject=self._get_html_link(title=self.subject),
            ),
            partner_ids=user.partner_id.ids,
        )

    def action_settle(self):
        """It is settled, with an outcome, for good."""
        self.check_access("write")
        check_state(self, "open")
        self._check_may_write()
        for dispute in self:
            if not (dispute.outcome or "").strip():
                raise UserError(self.env._("Write down how it was settled."))
        # sudo: the state is written by this method only
        self.sudo().write(
            {
                "state": "settled",
                "settled_by_id": self.env.uid,
                "settled_at": fields.Datetime.now(),
            }
        )
        for dispute in self.sudo():
            dispute.complaint_id._message_log(
                body=self.env._(
                    "Dispute settled: %(subject)s. %(outcome)s",
                    subject=dispute.subject,
                    outcome=dispute.outcome,
                )
            )
        return True
