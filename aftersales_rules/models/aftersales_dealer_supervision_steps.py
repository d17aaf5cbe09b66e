# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a dealer is asked, reminded and judged (L3)."""

import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_MANAGER, COMPLAINT_USER
from .aftersales_dealer_supervision import FAILED, check_result

_logger = logging.getLogger(__name__)

_ACTIVITY = "aftersales_rules.mail_activity_dealer_supervision"
BATCH = 100


class AftersalesDealerSupervision(models.Model):
    _inherit = "aftersales.dealer.supervision"

    def _start(self):
        """The dealer was asked: it is on the asker's list until it is judged."""
        for supervision in self:
            supervision.with_context(
                lang=supervision.asked_by_id.lang or self.env.lang
            ).activity_schedule(
                _ACTIVITY,
                date_deadline=supervision.deadline,
                user_id=supervision.asked_by_id.id,
            )
            supervision._log_on_complaint()
        self._tell_liability()

    def _log_on_complaint(self):
        """The complaint says what its dealer was asked, or how it was judged."""
        complaint = self.complaint_id.sudo()  # sudo: a note only
        lang = complaint.user_id.lang or complaint.company_id.partner_id.lang
        own = self.with_context(lang=lang or self.env.lang)
        labels = dict(own._fields["result"]._description_selection(own.env))
        complaint._message_log(
            body=own.env._(
                "%(supervision)s, until %(deadline)s: %(result)s. %(note)s",
                supervision=own._get_html_link(),
                deadline=fields.Date.to_string(own.deadline),
                result=labels[own.result],
                note=(own.result_note if own.result != "open" else own.task) or "",
            )
        )

    # ----------------------------------------------------------------- to the dealer

    def action_send(self):
        """Write to the dealer what is to be done until when."""
        self._check_step("open")
        for supervision in self:
            supervision._check_address()
        for supervision in self:
            supervision._send("mail_template_dealer_supervision")
        # sudo: written by this button only, which was checked
        self.sudo().write({"mailed_at": fields.Datetime.now()})
        return True

    def _check_address(self):
        dealer = self.dealer_id
        if not dealer.email:
            raise UserError(
                self.env._(
                    "%(dealer)s has no e-mail address. Enter it on the contact, or "
                    "call; what was said stands on the request.",
                    dealer=dealer.display_name,
                )
            )

    def _send(self, template):
        # sudo: the mail names the complaint and its goods, for the dealer to read
        supervision = self.sudo()
        lang = supervision.dealer_id.lang or self.env.lang
        supervision.with_context(lang=lang).message_post_with_source(
            self.env.ref(f"aftersales_rules.{template}"),
            email_layout_xmlid="mail.mail_notification_light",
            subtype_xmlid="mail.mt_note",
        )

    # ------------------------------------------------------------------- judging

    def _check_step(self, *results, group=COMPLAINT_USER):
        """Public methods call this first: they can be called over the network.

        :param results: what these may have been judged as so far
        """
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "Only “%(group)s” may do this with dealers under supervision.",
                    group=self.env.ref(group).sudo().full_name,  # sudo: its name
                )
            )
        self.check_access("read")
        check_result(self, *results)
        self.check_access("write")

    def action_handled(self):
        """The dealer has put it right."""
        return self._judge("handled")

    def action_badly_handled(self):
        """The dealer has done it badly: all costs are the dealer's."""
        return self._judge("badly_handled")

    def action_not_handled(self):
        """The dealer has not done it: all costs are the dealer's."""
        return self._judge("not_handled")

    def _judge(self, result):
        self._check_step("open")
        days = self._get_company_days()
        for supervision in self:
            note = (supervision.result_note or "").strip()
            if result in FAILED and not note:
                raise UserError(
                    self.env._(
                        "%(name)s: write what the dealer made of it. The dealer is "
                        "charged with all costs, and will ask why.",
                        name=supervision.display_name,
                    )
                )
            today = days[supervision.company_id]
            done = supervision.handled_on or today
            if done > today:
                raise UserError(
                    self.env._(
                        "%(name)s: the dealer cannot have been done on a day that is "
                        "still to come.",
                        name=supervision.display_name,
                    )
                )
            if result == "not_handled":
                done = today
            # sudo: these fields are written by the buttons only, which were checked
            supervision.sudo().write(
                {
                    "result": result,
                    "handled_on": False if result == "not_handled" else done,
                    "days_late": max(0, (done - supervision.deadline).days),
                    "judged_by_id": self.env.uid,
                    "judged_at": fields.Datetime.now(),
                }
            )
            supervision._log_on_complaint()
        self._finish()
        return True

    def action_withdraw(self):
        """The dealer was asked by mistake; nothing is held against it."""
        self._check_step("open")
        # sudo: as above
        self.sudo().write(
            {
                "result": "withdrawn",
                "judged_by_id": self.env.uid,
                "judged_at": fields.Datetime.now(),
            }
        )
        self._finish()
        for supervision in self:
            supervision._log_on_complaint()
        return True

    def action_reopen(self):
        """A complaint manager takes a judgement back."""
        self._check_step("handled", *FAILED, "withdrawn", group=COMPLAINT_MANAGER)
        # sudo: as above
        self.sudo().write(
            {
                "result": "open",
                "days_late": 0,
                "judged_by_id": False,
                "judged_at": False,
            }
        )
        for supervision in self:
            supervision._log_on_complaint()
            supervision.activity_schedule(
                _ACTIVITY,
                date_deadline=supervision.deadline,
                user_id=supervision.asked_by_id.id,
            )
        return True

    def _finish(self):
        """Nothing is left to do about these."""
        # sudo: the list of the one who asked
        self.sudo().activity_unlink([_ACTIVITY])

    def action_view_complaint(self):
        self.ensure_one()
        self.check_access("read")
        return self.complaint_id._get_records_action(name=self.env._("Complaint"))

    # ------------------------------------------------------------------ reminding

    @api.model
    def _cron_remind(self, batch=BATCH):
        """Remind dealers that are late, once; then ask the rules again (L3).

        Each batch is committed. Two workers do not remind twice: both write the same
        row, and the second one fails to serialize.
        """
        # sudo: a cron works for all companies; no company's day is further on than that
        model = self.sudo()
        tomorrow = fields.Date.today() + timedelta(days=1)
        late = model.search(
            [
                ("result", "=", "open"),
                ("deadline", "<", tomorrow),
                ("reminded_at", "=", False),
            ],
            order="id",
        ).filtered("is_overdue")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(late))
        for start in range(0, len(late), batch):
            part = model.browse(late[start : start + batch].ids).exists()
            for supervision in part:
                supervision._remind_safely()
            if not progress(len(part)):
                break

    def _remind_safely(self):
        try:
            with self.env.cr.savepoint():
                self._remind()
        except OperationalError:
            raise
        except Exception:
            # one dealer must not keep the others from being reminded
            _logger.exception("Dealer supervision %s: nobody was reminded", self.id)

    def _remind(self):
        """Write to the dealer, and tell who asked."""
        self.write({"reminded_at": fields.Datetime.now()})
        self.flush_recordset()
        asker = self.asked_by_id
        env = self.with_context(lang=asker.lang or self.env.lang).env
        if self.dealer_id.email:
            self._send("mail_template_dealer_reminder")
            body = env._(
                "%(dealer)s is late and was reminded by e-mail. Judge what it makes "
                "of it.",
                dealer=self.dealer_id.display_name,
            )
        else:
            body = env._(
                "%(dealer)s is late and has no e-mail address: please call.",
                dealer=self.dealer_id.display_name,
            )
        if asker.active and not asker.share:
            self.message_notify(
                subject=env._("Dealer late: %(name)s", name=self.display_name),
                body=body,
                partner_ids=asker.partner_id.ids,
            )
        self._message_log(body=body)
        self._tell_liability()
