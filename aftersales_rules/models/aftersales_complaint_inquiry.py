# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .guarded_fields import check_state, on_clean_context

INVESTIGATOR = "aftersales_rules.group_investigator"
INSPECTOR = "aftersales_rules.group_quality_inspector"

EXAMINATION_KINDS = ("inspection", "photos", "test", "joint")
"""Kinds that say whether there is a fault."""

CAUSE_CATEGORIES = [
    ("material", "Raw material"),
    ("production", "Production"),
    ("design", "Design"),
    ("packaging", "Packaging"),
    ("storage", "Storage"),
    ("transport", "Transport"),
    ("installation", "Installation"),
    ("customer", "Misuse or damage by the customer"),
    ("other", "Other"),
]

_RESPONSIBLE_FIELDS = {"responsible_department_id", "responsible_user_id"}

_ANSWER_FIELDS = {
    "answer",
    "fault_found",
    "inspected_quantity",
    "faulty_quantity",
    "cause",
    "cause_category",
    "countermeasure",
    "answer_file_ids",
} | _RESPONSIBLE_FIELDS
"""What the department that was asked fills in; nothing else can be edited (U6)."""

_MAIL_FIELDS = {
    "message_follower_ids",
    "message_ids",
    "activity_ids",
    "message_main_attachment_id",
}
"""What anybody who reads a thread may cause to be written."""


class AftersalesComplaintInquiry(models.Model):
    """A question about a complaint to quality, production or the technical department.

    Asked by after-sales or by the rules, answered by the department (C9, C10, U6). Who
    answers needs no access to the complaint: what they need to know of it stands on the
    question. An answer never changes; whoever wants another one asks again.
    """

    _name = "aftersales.complaint.inquiry"
    _description = "Question on a Complaint"
    _inherit = ["mail.thread", "mail.activity.mixin", "aftersales.file.owner"]
    _order = "state, due_at, id desc"
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True, copy=False)
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("inspection", "Inspection of stock"),
            ("photos", "Judgement of photos"),
            ("test", "Test of the piece"),
            ("joint", "Joint inspection"),
            ("cause", "Cause and countermeasure"),
            ("responsibility", "Responsibility"),
            ("other", "Other question"),
        ],
        required=True,
        readonly=True,
        tracking=True,
    )
    department_id = fields.Many2one(
        "aftersales.department",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    department_kind = fields.Selection(
        related="department_id.kind", string="Kind of Department", related_sudo=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Person Asked",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Empty: anybody of the department answers.",
    )
    question = fields.Text(required=True, readonly=True)
    due_at = fields.Datetime("Due", required=True, readonly=True, index=True)
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    asked_by_id = fields.Many2one(
        "res.users", "Asked by", readonly=True, ondelete="restrict"
    )
    by_rule = fields.Boolean(
        "Asked by the Rules",
        readonly=True,
        help="Nobody pressed a button: the investigation path asked for it.",
    )
    asked_at = fields.Datetime("Asked", readonly=True)
    previous_id = fields.Many2one(
        "aftersales.complaint.inquiry",
        "Asks Again",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The earlier question whose answer was not enough.",
    )
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", readonly=True, ondelete="restrict"
    )
    stock_note = fields.Text(
        "Where It Is",
        readonly=True,
        help="Stock of the lot by location, when the question was asked.",
    )
    question_file_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_inquiry_question_rel",
        "inquiry_id",
        "attachment_id",
        string="Photos and Files",
        readonly=True,
        copy=False,
    )
    state = fields.Selection(
        [("asked", "To answer"), ("answered", "Answered"), ("withdrawn", "Withdrawn")],
        default="asked",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    # what is answered
    answer = fields.Text(copy=False)
    fault_found = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("unclear", "Unclear")],
        copy=False,
        help="Was the fault that the customer complains about found?",
    )
    inspected_quantity = fields.Float(digits="Product Unit", copy=False)
    faulty_quantity = fields.Float(digits="Product Unit", copy=False)
    cause = fields.Text(copy=False)
    cause_category = fields.Selection(CAUSE_CATEGORIES, copy=False)
    countermeasure = fields.Text(
        copy=False, help="What is done so that it does not happen again."
    )
    responsible_department_id = fields.Many2one(
        "aftersales.department",
        "Responsible Department",
        copy=False,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="Named by quality inspection, confirmed by the general manager.",
    )
    responsible_user_id = fields.Many2one(
        "res.users",
        "Responsible Person",
        copy=False,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    answer_file_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_inquiry_answer_rel",
        "inquiry_id",
        "attachment_id",
        string="Reports and Photos",
        copy=False,
    )
    answered_by_id = fields.Many2one(
        "res.users", "Answered by", readonly=True, copy=False, ondelete="restrict"
    )
    answered_at = fields.Datetime("Answered", readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one(
        "res.users", "Withdrawn by", readonly=True, copy=False, ondelete="restrict"
    )
    # what those who answer may know of the complaint
    complaint_number = fields.Char(compute="_compute_summary", compute_sudo=True)
    complaint_text = fields.Html(
        "What the Customer Says", compute="_compute_summary", compute_sudo=True
    )
    complaint_severity = fields.Selection(
        [("general", "General"), ("major", "Major")],
        "Severity",
        compute="_compute_summary",
        compute_sudo=True,
    )
    complaint_customer = fields.Char(
        "Customer", compute="_compute_summary", compute_sudo=True
    )
    complaint_order = fields.Char(
        "Order", compute="_compute_summary", compute_sudo=True
    )
    complaint_product = fields.Char(
        "Product", compute="_compute_summary", compute_sudo=True
    )
    complaint_quantity = fields.Float(
        "Affected Quantity",
        digits="Product Unit",
        compute="_compute_summary",
        compute_sudo=True,
    )
    complaint_installed = fields.Boolean(
        "Already Installed", compute="_compute_summary", compute_sudo=True
    )
    may_answer = fields.Boolean(compute="_compute_may_answer")

    # -------------------------------------------------------------------- computed

    @api.depends("name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for inquiry in self:
            kind = labels.get(inquiry.kind, "")
            inquiry.display_name = f"{inquiry.name}: {kind}" if inquiry.name else kind

    @api.depends("state", "due_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for inquiry in self:
            inquiry.is_overdue = (
                inquiry.state == "asked"
                and bool(inquiry.due_at)
                and inquiry.due_at < now
            )

    def _search_is_overdue(self, operator, value):
        if operator not in ("=", "!=", "in", "not in"):
            return NotImplemented
        wanted = value if operator in ("=", "!=") else True in value
        if operator in ("!=", "not in"):
            wanted = not wanted
        overdue = [("state", "=", "asked"), ("due_at", "<", fields.Datetime.now())]
        return overdue if wanted else ["!", "&", *overdue]

    @api.depends("complaint_id")
    def _compute_summary(self):
        """What is needed to answer: the goods and the fault, no phone, no money."""
        for inquiry in self:
            complaint = inquiry.complaint_id
            inquiry.complaint_number = complaint.complaint_number or complaint.number
            inquiry.complaint_text = complaint.description
            inquiry.complaint_severity = complaint.complaint_severity
            inquiry.complaint_customer = complaint.commercial_partner_id.name
            inquiry.complaint_order = complaint.aftersales_order_id.name
            inquiry.complaint_product = complaint.aftersales_product_id.display_name
            inquiry.complaint_quantity = complaint.complaint_quantity
            inquiry.complaint_installed = complaint.complaint_installed

    @api.depends_context("uid")
    @api.depends("state", "department_id", "user_id")
    def _compute_may_answer(self):
        for inquiry in self:
            inquiry.may_answer = inquiry.state == "asked" and inquiry._is_answerer(
                self.env.user
            )

    def _is_answerer(self, user):
        """Whether this person may answer: one of the department, or the one asked."""
        self.ensure_one()
        if self.company_id not in user.company_ids or not user.has_group(INVESTIGATOR):
            return False
        # sudo: who belongs to a department is no secret to itself
        department = self.department_id.sudo()
        return user in department.member_ids | department.manager_id | self.user_id

    # --------------------------------------------------------------- guarding

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Questions are asked on the complaint: use Ask there.")
            )
        sequence = self.env["ir.sequence"]
        for vals in vals_list:
            vals["name"] = (
                sequence.with_company(vals["company_id"]).next_by_code(self._name)
                or "/"
            )
        # who asks may send any context: its defaults fill in nothing
        records = on_clean_context(self)
        return (
            super(AftersalesComplaintInquiry, records)
            .create(vals_list)
            .with_env(self.env)
        )

    def write(self, vals):
        if not self.env.su:
            self._check_answer_fields(vals)
        result = super().write(vals)
        if "answer_file_ids" in vals:
            self._adopt("answer_file_ids")
        return result

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Questions and answers are kept."))

    def _check_answer_fields(self, vals):
        forbidden = vals.keys() - _ANSWER_FIELDS - _MAIL_FIELDS
        if forbidden:
            raise AccessError(
                self.env._(
                    "Only the answer can be filled in, not %(fields)s.",
                    fields=", ".join(sorted(forbidden)),
                )
            )
        if not _ANSWER_FIELDS.isdisjoint(vals):
            self._check_may_answer()
        if not _RESPONSIBLE_FIELDS.isdisjoint(vals):
            self._check_may_name()

    def _check_may_answer(self):
        self.check_access("read")
        check_state(self, "asked")
        for inquiry in self:
            if not inquiry._is_answerer(self.env.user):
                raise AccessError(
                    self.env._(
                        "%(name)s is answered by %(department)s.",
                        name=inquiry.name,
                        department=inquiry.department_id.sudo().name,
                    )
                )

    def _check_may_name(self):
        """Who is responsible is said by quality inspection (C10)."""
        for inquiry in self:
            if inquiry.department_id.sudo().kind != "quality" or not (
                self.env.user.has_group(INSPECTOR)
            ):
                raise AccessError(
                    self.env._(
                        "Quality inspection names the responsible department and "
                        "person."
                    )
                )
