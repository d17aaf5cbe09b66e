# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Questions of a complaint to the departments, and what the answers mean (C9, C10)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.investigation import JUDGEMENTS
from .aftersales_complaint import INTERNAL
from .aftersales_complaint_inquiry import CAUSE_CATEGORIES
from .aftersales_complaint_investigation import INQUIRIES

_EXAMINATION_FACTS = {
    "inspection": "stock_inspection",
    "photos": "preliminary_judgement",
    "test": "test_result",
    "joint": "joint_inspection",
}
"""The fact that each kind of examination is."""

CAUSE_DAYS = 2
"""Working days for cause and countermeasure where no rule says how many."""


class AftersalesComplaint(models.AbstractModel):
    """What the departments were asked, and what they found.

    The answers stay on the questions; here stands what is in force: the judgements of
    the latest examinations, the cause, who is responsible.
    """

    _inherit = "aftersales.complaint"

    complaint_inquiry_ids = fields.One2many(
        "aftersales.complaint.inquiry",
        "complaint_id",
        "Questions",
        readonly=True,
        copy=False,
        groups=INTERNAL,
    )
    complaint_inquiry_open_count = fields.Integer(
        "Open Questions",
        compute="_compute_complaint_inquiry_open_count",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_preliminary_judgement = fields.Selection(
        lambda self: self._complaint_selection(JUDGEMENTS),
        "Preliminary Judgement",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="From the photos.",
        prefetch="complaint",
    )
    complaint_final_judgement = fields.Selection(
        lambda self: self._complaint_selection(JUDGEMENTS),
        "Final Judgement",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="From the joint inspection, or else from the test of the piece.",
        prefetch="complaint",
    )
    complaint_cause_category = fields.Selection(
        CAUSE_CATEGORIES,
        "Cause",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="As the latest answer says.",
        prefetch="complaint",
    )
    complaint_cause = fields.Text(
        "Cause Analysis",
        compute="_compute_complaint_cause",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_countermeasure = fields.Text(
        "Countermeasures",
        compute="_compute_complaint_cause",
        compute_sudo=True,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_inquiry_ids",
            "complaint_preliminary_judgement",
            "complaint_final_judgement",
            "complaint_cause_category",
        }

    # -------------------------------------------------------------------- computed

    @api.depends("complaint_inquiry_ids.state")
    def _compute_complaint_inquiry_open_count(self):
        for complaint in self:
            complaint.complaint_inquiry_open_count = len(
                complaint.complaint_inquiry_ids.filtered(lambda i: i.state == "asked")
            )

    @api.depends("complaint_inquiry_ids.state")
    def _compute_complaint_cause(self):
        """What the departments wrote, each with its name."""
        for complaint in self:
            answered = complaint.complaint_inquiry_ids.filtered(
                lambda inquiry: inquiry.state == "answered"
            ).sorted("answered_at")
            for name, target in (
                ("cause", "complaint_cause"),
                ("countermeasure", "complaint_countermeasure"),
            ):
                complaint[target] = "\n".join(
                    f"{inquiry.department_id.name}: {inquiry[name]}"
                    for inquiry in answered
                    if inquiry[name]
                )

    def _complaint_get_examinations(self):
        """What the newest examination of each kind says, as facts."""
        self.ensure_one()
        facts = {}
        for inquiry in self.complaint_inquiry_ids.sorted("id"):
            name = _EXAMINATION_FACTS.get(inquiry.kind)
            if name and inquiry.state != "withdrawn":
                facts[name] = (
                    "asked" if inquiry.state == "asked" else inquiry._get_judgement()
                )
        return facts

    # ---------------------------------------------------------------------- asking

    def action_complaint_ask(self):
        """Ask a department something (C9, C10)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask a Department"),
            "res_model": "aftersales.complaint.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def action_complaint_ask_cause(self):
        """Ask production and technical for cause and countermeasure (C10)."""
        self.ensure_one()
        self._complaint_check_investigable()
        if not self._complaint_ask_cause():
            raise UserError(
                self.env._(
                    "Production and technical are asked already, or there is no such "
                    "department. Departments are kept under Configuration."
                )
            )
        return True

    def _complaint_ask_cause(self, days=None, by_rule=False):
        """Ask those of production and technical that were not asked yet."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: the caller has checked, or the rules ask
        asked = complaint.complaint_inquiry_ids.filtered(
            lambda inquiry: inquiry.kind == "cause" and inquiry.state != "withdrawn"
        ).department_id
        found = complaint._get_complaint_department("production")
        found |= complaint._get_complaint_department("technical")
        days = CAUSE_DAYS if days is None else days
        text = self.env._(
            "What is the cause of the fault, and what is done so that it does not "
            "happen again?"
        )
        for department in found - asked:
            self._complaint_ask("cause", department, text, days=days, by_rule=by_rule)
        return found - asked

    def _complaint_ask_step(self, outcome, by_rule=False):
        """Ask the department that the rules name to take the next step."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: as above
        kind = outcome.get("department") or "quality"
        department = complaint._get_complaint_department(kind)
        if not department:
            if by_rule:
                return self.env["aftersales.complaint.inquiry"]
            raise UserError(
                self.env._(
                    "There is no department for this yet (%(kind)s). A complaint "
                    "manager adds it under Configuration → Departments.",
                    kind=kind,
                )
            )
        step = outcome["step"]
        return self._complaint_ask(
            INQUIRIES[step],
            department,
            self._complaint_get_question(step),
            days=outcome.get("due_days") or 0,
            by_rule=by_rule,
        )

    def _complaint_get_question(self, step):
        self.ensure_one()
        complaint = self.sudo()  # sudo: names of the goods
        words = {
            "lot": complaint.aftersales_lot_id.name or "",
            "product": complaint.aftersales_product_id.display_name
            or self.env._("the product"),
        }
        if step == "inspect_stock":
            return self.env._(
                "Please inspect the stock of lot %(lot)s of %(product)s: does it show "
                "the same fault?",
                **words,
            )
        if step == "judge_photos":
            return self.env._(
                "Please judge the photos: do they show a fault of %(product)s?", **words
            )
        if step == "test_piece":
            return self.env._(
                "The faulty piece of %(product)s has arrived. Please test it: is there "
                "a fault, and where does it come from?",
                **words,
            )
        return self.env._(
            "%(product)s is installed and shows no clear fault. Please inspect it "
            "together with the customer.",
            **words,
        )

    def _complaint_ask(
        self,
        kind,
        department,
        question,
        *,
        user=None,
        due_at=None,
        days=0,
        files=None,
        previous=None,
        by_rule=False,
    ):
        """Ask a department; the caller has checked that it may be asked.

        :param due_at: naive in UTC; else after so many working ``days``
        :param files: `ir.attachment` to go with the question; the photos if left out
        """
        self.ensure_one()
        # sudo: questions are made here only; who asks need not read quants
        complaint = self.sudo()
        if files is None:
            files = complaint._complaint_get_photos()
        inquiry = (
            self.env["aftersales.complaint.inquiry"]
            .sudo()
            .create(
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "kind": kind,
                    "department_id": department.id,
                    "user_id": user.id if user else False,
                    "question": question,
                    "due_at": due_at or self._complaint_get_due(days),
                    "asked_by_id": False if by_rule else self.env.uid,
                    "by_rule": by_rule,
                    "asked_at": fields.Datetime.now(),
                    "previous_id": previous.id if previous else False,
                    "lot_id": complaint.aftersales_lot_id.id,
                    "stock_note": kind == "inspection"
                    and self._complaint_get_stock_note(),
                }
            )
        )
        # copies, as who answers may read their question and nothing else
        copies = self.env["ir.attachment"].sudo()
        for file in files.sudo():
            copies |= file.copy({"res_model": inquiry._name, "res_id": inquiry.id})
        inquiry.question_file_ids = copies
        inquiry._tell_department()
        self._complaint_start_investigation()
        self._complaint_happened("inquiry_asked")
        return inquiry

    # ------------------------------------------------------------------- answering

    def _complaint_take_answers(self, inquiries):
        """Answers came in: what they say of the complaint is in force from now on."""
        for inquiry in inquiries.sorted("id"):
            complaint = inquiry.complaint_id
            values = {}
            judgement = inquiry._get_judgement()
            if inquiry.kind == "photos" and judgement:
                values["complaint_preliminary_judgement"] = judgement
            elif inquiry.kind in ("test", "joint") and judgement:
                values["complaint_final_judgement"] = judgement
            if inquiry.cause_category:
                values["complaint_cause_category"] = inquiry.cause_category
            values |= complaint._complaint_get_named(inquiry)
            if values:
                complaint.write(values)
            complaint._complaint_log_answer(inquiry)
            if inquiry.responsible_department_id:
                complaint._complaint_ask_confirmation()
        inquiries.complaint_id._complaint_happened("inquiry_answered")

    def _complaint_log_answer(self, inquiry):
        labels = inquiry._fields["fault_found"]._description_selection(self.env)
        complaint = self.sudo()  # sudo: who answers need not read the complaint
        env = self.env["aftersales.gate"]._in_staff_language(complaint).env
        complaint._message_log(
            body=env._(
                "%(inquiry)s answered by %(user)s (%(department)s). Fault found: "
                "%(found)s. %(answer)s",
                inquiry=inquiry._get_html_link(),
                user=inquiry.answered_by_id.name,
                department=inquiry.department_id.name,
                found=dict(labels).get(inquiry.fault_found, "–"),
                answer=inquiry.answer,
            )
        )
        told = (complaint.user_id | inquiry.asked_by_id) - inquiry.answered_by_id
        told = told.filtered(lambda user: user.active and not user.share)
        if told:
            complaint.message_notify(
                subject=env._("Answered: %(name)s", name=inquiry.display_name),
                body=inquiry.answer,
                partner_ids=told.partner_id.ids,
            )

    def _complaint_withdraw_inquiries(self, inquiries):
        """Questions were taken back; nothing is known from them."""
        for inquiry in inquiries:
            inquiry.complaint_id._message_log(
                body=self.env._("%(inquiry)s taken back.", inquiry=inquiry.display_name)
            )
        inquiries.complaint_id._complaint_happened("changed")

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        for inquiry in self.sudo().complaint_inquiry_ids:
            if inquiry.state == "asked":
                missing.append(
                    (
                        "inquiry",
                        self.env._(
                            "%(inquiry)s is not answered by %(department)s. Wait for "
                            "the answer, or take the question back.",
                            inquiry=inquiry.display_name,
                            department=inquiry.department_id.name,
                        ),
                    )
                )
        return missing
