# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models


class AftersalesSolutionAnswer(models.TransientModel):
    """What the customer says to a proposal (C11).

    What the client sends is a wish: whether it may be noted is checked by the solution.
    """

    _name = "aftersales.solution.answer"
    _description = "Customer's Answer to a Solution"

    solution_id = fields.Many2one(
        "aftersales.complaint.solution", required=True, readonly=True
    )
    proposal = fields.Text(related="solution_id.proposal", related_sudo=False)
    answer = fields.Selection(
        [
            ("accepted", "Accepts"),
            ("counter", "Asks for something else"),
            ("refused", "Refuses"),
        ],
        required=True,
    )
    answer_text = fields.Text("In the Customer's Words")
    answered_by = fields.Char(
        compute="_compute_answered_by",
        store=True,
        readonly=False,
        precompute=True,
        help="Who spoke for the customer.",
    )
    answered_at = fields.Datetime(
        "Answered on", required=True, default=fields.Datetime.now
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_solution_answer_document_rel",
        "wizard_id",
        "attachment_id",
        string="Agreement Documents",
    )

    def _compute_answered_by(self):
        for wizard in self:
            complaint = wizard.solution_id.complaint_id
            wizard.answered_by = (
                complaint.complaint_contact_name or complaint.partner_id.name
            )

    def action_note(self):
        self.ensure_one()
        self.solution_id._note_answer(
            self.answer, self.answer_text, self.answered_by, self.answered_at
        )
        if self.document_ids:
            self.solution_id.document_ids = [
                Command.link(document.id) for document in self.document_ids
            ]
        return {"type": "ir.actions.act_window_close"}
