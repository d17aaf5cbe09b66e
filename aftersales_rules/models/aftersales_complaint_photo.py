# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Photos and the faulty piece: asked from the customer, and here (C9)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import ENDED, INTERNAL

PHOTO_DAYS = 5
"""Working days within which they are expected, where no rule says how many."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_photo_request_ids = fields.One2many(
        "aftersales.complaint.photo.request",
        "complaint_id",
        "Requests for Photos",
        readonly=True,
        copy=False,
        groups=INTERNAL,
    )
    complaint_photo_ids = fields.Many2many(
        "ir.attachment",
        compute="_compute_complaint_photo_ids",
        string="Photos",
        groups=INTERNAL,
        help="Pictures that came with the complaint, by mail or through the portal.",
    )
    complaint_photo_count = fields.Integer(
        "Number of Photos", compute="_compute_complaint_photo_ids", groups=INTERNAL
    )
    complaint_piece_received_at = fields.Datetime(
        "Faulty Piece Received",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_piece_received_by_id = fields.Many2one(
        "res.users",
        "Received by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_piece_unavailable = fields.Boolean(
        "Piece Cannot Be Had",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="The customer cannot send it: it is built in, or thrown away.",
        prefetch="complaint",
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_photo_request_ids",
            "complaint_piece_received_at",
            "complaint_piece_received_by_id",
        }

    @api.depends("message_ids", "complaint_photo_request_ids")
    def _compute_complaint_photo_ids(self):
        photos = self._complaint_get_photos().grouped("res_id")
        for complaint in self:
            complaint.complaint_photo_ids = photos.get(complaint._origin.id, False)
            complaint.complaint_photo_count = len(complaint.complaint_photo_ids)

    def _complaint_get_photos(self):
        """Pictures attached to these complaints."""
        # sudo: what belongs to a complaint that one may read
        attachments = self.env["ir.attachment"].sudo()
        return attachments.search(self._complaint_photo_domain(), order="id").sudo(
            self.env.su
        )

    def _complaint_find_pieces(self):
        """Ids of these complaints whose faulty piece is here."""
        here = self.filtered("complaint_piece_received_at")
        waiting = self - here
        # sudo: after-sales need not have rights on stock
        for picking in waiting.sudo().complaint_picking_ids:
            # what a recall brings back is not the piece of this customer
            recalled = picking.complaint_id.complaint_recall_ids.return_id
            if picking.state == "done" and picking not in recalled:
                here |= picking.complaint_id
        return set(here.ids)

    def _complaint_changed(self, names):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_changed(names)
        if "complaint_piece_unavailable" in names:
            self._complaint_happened("changed")
        return result

    # ---------------------------------------------------------------------- asking

    def action_complaint_ask_photos(self):
        """Ask the customer for photos and for the faulty piece (C9)."""
        self.ensure_one()
        self._complaint_check_investigable()
        return self._complaint_ask_evidence(PHOTO_DAYS)

    def _complaint_ask_evidence(self, days):
        """Mail the customer the link to the upload page; once at a time."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: requests are made here only, after the check
        open_ = complaint.complaint_photo_request_ids.filtered(
            lambda request: request.state == "asked"
        )
        if open_:
            raise UserError(
                self.env._(
                    "The customer was asked already on %(day)s. Take that request "
                    "back first, if something else is wanted.",
                    day=fields.Date.to_string(open_[0].asked_at),
                )
            )
        pieces = complaint._complaint_find_pieces()
        email = complaint.partner_id.email or complaint.partner_email
        # the unique index sees what was just taken back
        complaint.complaint_photo_request_ids.flush_recordset()
        complaint.env["aftersales.complaint.photo.request"].create(
            {
                "complaint_id": complaint.id,
                "company_id": complaint.company_id.id,
                "piece_wanted": complaint.id not in pieces
                and not complaint.complaint_piece_unavailable,
                "due_date": self._complaint_get_due(days or 0).date(),
                "asked_by_id": self.env.uid,
                "asked_at": fields.Datetime.now(),
                "asked_how": "email" if email else "other",
            }
        )
        self._complaint_start_investigation()
        complaint.complaint_waiting_for = self.env._("Photos and the faulty piece")
        self._complaint_happened("waiting")
        if not email:
            complaint._message_log(
                body=self.env._(
                    "Photos are wanted, but the customer has no e-mail address. "
                    "Upload page: %(url)s",
                    url=complaint._complaint_get_photo_url(),
                )
            )
            return self._complaint_say(
                self.env._(
                    "The customer has no e-mail address. Please call; the link to the "
                    "upload page stands in the messages."
                ),
                "warning",
            )
        template = self.env.ref("aftersales_rules.mail_template_complaint_photos")
        complaint.message_post_with_source(
            template,
            email_layout_xmlid="mail.mail_notification_light",
            subtype_xmlid="mail.mt_comment",
        )
        return self._complaint_say(self.env._("The customer was asked."), "success")

    def _complaint_get_photo_url(self):
        """The page on which the customer uploads photos, without a login."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: makes the token of the document once
        token = complaint._portal_ensure_token()
        base = complaint.get_base_url()
        return f"{base}/my/complaint/{complaint.id}/photos?access_token={token}"

    # ------------------------------------------------------------------- receiving

    def _complaint_receive_photos(self, photos, author=None):
        """Photos were uploaded; the caller has checked that they may be.

        :param photos: name, raw and mimetype of each
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: customers write nothing themselves
        attachments = complaint.env["ir.attachment"].create(
            [
                {**photo, "res_model": complaint._name, "res_id": complaint.id}
                for photo in photos
            ]
        )
        env = self.env["aftersales.gate"]._in_staff_language(complaint).env
        complaint.message_post(
            body=env._("%(count)s photos uploaded.", count=len(attachments)),
            attachment_ids=attachments.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **({"author_id": author.id} if author else {}),
        )
        images = attachments.filtered(lambda file: file.mimetype.startswith("image/"))
        complaint._complaint_receive(photos=len(images))
        return attachments

    def _complaint_receive(self, photos=0, piece=False):
        """Something that was asked for came in."""
        for complaint in self.sudo():  # sudo: as above
            requests = complaint.complaint_photo_request_ids.filtered(
                lambda request: request.state == "asked"
            )
            requests._receive(photos, piece)
            if requests and all(request.state != "asked" for request in requests):
                complaint._complaint_happened("resumed")
            else:
                complaint._complaint_happened("changed")

    def action_complaint_piece_received(self):
        """The faulty piece is here (C9)."""
        self._complaint_check_investigable()
        for complaint in self:
            if complaint.complaint_piece_received_at:
                raise UserError(self.env._("The piece is here already."))
        # sudo: these fields are written by this step only
        self.sudo().write(
            {
                "complaint_piece_received_at": fields.Datetime.now(),
                "complaint_piece_received_by_id": self.env.uid,
            }
        )
        self._complaint_receive(piece=True)
        return True

    def _complaint_may_upload(self):
        """Whether the customer may still add photos to this complaint."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: the customer does not read these fields
        return complaint.is_complaint and complaint.complaint_state not in ENDED
