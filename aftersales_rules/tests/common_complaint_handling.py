# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Complaints on their way: registered, at night, by day, with mails to look at."""

from datetime import datetime
from unittest.mock import patch

from odoo import Command, fields

from .common_complaint import ComplaintCase

NOON = datetime(2026, 11, 23, 12, 0)
NIGHT = datetime(2026, 11, 23, 22, 0)
"""A Monday, when the company works from eight to five, in UTC."""


class HandlingCase(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Eight to five",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 17,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.now = NOON
        cls.startClassPatcher(
            patch.object(fields.Datetime, "now", lambda *args: cls.now)
        )
        cls.company.email = "office@example.com"

    @classmethod
    def set_clock(cls, moment):
        """What time it is from now on in this test."""
        cls.now = moment

    @classmethod
    def keywords(cls, topic, *words):
        model = cls.env["aftersales.keyword"]
        for word in words:
            known = model.search([("topic", "=", topic), ("name", "=", word)])
            if not known:
                model.create({"topic": topic, "name": word})

    def setUp(self):
        super().setUp()
        self.addCleanup(self.set_clock, NOON)

    @classmethod
    def new_complaint(cls, **values):
        values.setdefault("complaint_received_at", cls.now)
        values.setdefault("name", "About our order")
        values.setdefault("description", "<p>Please call us.</p>")
        return super().new_complaint(**values)

    def register(self, complaint):
        """Register it, whatever the intake asks for."""
        complaint._complaint_register()
        return complaint

    def new_registered(self, **values):
        return self.register(self.new_complaint(**values))

    def decisions(self, complaint, name):
        return self.env["aftersales.decision"].search(
            [
                ("res_model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("decision", "=", name),
            ]
        )

    def tasks(self, complaint, user, kind):
        return complaint.activity_ids.filtered(
            lambda activity: activity.user_id == user
            and activity.activity_type_id
            == self.env.ref(f"aftersales_rules.mail_activity_complaint_{kind}")
        )

    def mails(self, record, user=None):
        mails = self.env["mail.mail"].search(
            [("model", "=", record._name), ("res_id", "in", record.ids)]
        )
        if user:
            mails = mails.filtered(lambda m: user.partner_id in m.recipient_ids)
        return mails

    def notes(self, complaint):
        return "\n".join(complaint.message_ids.mapped("body"))
