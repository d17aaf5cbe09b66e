# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .guarded_fields import check_state, on_clean_context


class AftersalesComplaintPhotoRequest(models.Model):
    """Photos and the faulty piece, asked from the customer (C9).

    Asked on the complaint, which mails a link to the upload page; ended by what comes
    in, or taken back. Several requests of one complaint follow one another.
    """

    _name = "aftersales.complaint.photo.request"
    _description = "Request for Photos"
    _order = "id desc"

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
    photos_wanted = fields.Boolean("Photos", default=True, readonly=True)
    piece_wanted = fields.Boolean("Faulty Piece", readonly=True)
    note = fields.Text(
        "What Is Asked", readonly=True, help="Read by the customer, beside the link."
    )
    due_date = fields.Date("Expected by", readonly=True)
    asked_by_id = fields.Many2one(
        "res.users", "Asked by", readonly=True, ondelete="restrict"
    )
    asked_at = fields.Datetime("Asked", readonly=True)
    asked_how = fields.Selection(
        [("email", "By e-mail"), ("other", "Otherwise")],
        "How",
        readonly=True,
        help="Otherwise: the customer has no e-mail address and was called.",
    )
    photos_received_at = fields.Datetime("Photos Received", readonly=True)
    piece_received_at = fields.Datetime("Piece Received", readonly=True)
    photo_count = fields.Integer("Photos Sent", readonly=True)
    state = fields.Selection(
        [("asked", "Waiting"), ("received", "Received"), ("withdrawn", "Taken Back")],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )

    _one_open = models.UniqueIndex(
        "(complaint_id) WHERE state = 'asked'",
        "The customer is being asked for photos at this moment. Try again.",
    )

    @api.depends("asked_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for request in self:
            request.display_name = self.env._(
                "Request of %(day)s",
                day=fields.Datetime.context_timestamp(request, request.asked_at).date()
                if request.asked_at
                else "",
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Photos are asked for on the complaint, with its button.")
            )
        # who asks may send any context: its defaults fill in nothing
        records = on_clean_context(self)
        return (
            super(AftersalesComplaintPhotoRequest, records)
            .create(vals_list)
            .with_env(self.env)
        )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("What was asked for does not change."))
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("What was asked from a customer is kept."))

    def _receive(self, photos=0, piece=False):
        """Something came in; what was asked for and is here ends the request."""
        now = fields.Datetime.now()
        for request in self:
            if photos:
                request.photo_count += photos
                request.photos_received_at = request.photos_received_at or now
            if piece:
                request.piece_received_at = now
            complete = (not request.photos_wanted or request.photo_count) and (
                not request.piece_wanted or request.piece_received_at
            )
            if complete:
                request.state = "received"

    def action_withdraw(self):
        """Nothing is expected from the customer any more."""
        self.check_access("read")
        self.complaint_id._check_complaint()
        check_state(self, "asked")
        # sudo: the state is written by the actions only
        self.sudo().write({"state": "withdrawn"})
        self.complaint_id._complaint_happened("resumed")
        return True
