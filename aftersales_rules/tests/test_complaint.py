# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_complaint import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCase):
    """A ticket becomes a complaint, and only by its own step (C1)."""

    def test_one_click_makes_a_complaint(self):
        ticket = self.new_ticket()
        self.assertFalse(ticket.is_complaint)
        ticket.with_user(self.agent).action_make_complaint()
        self.assertTrue(ticket.is_complaint)
        self.assertEqual(ticket.complaint_state, "intake")
        self.assertEqual(ticket.complaint_round, 1)
        self.assertEqual(ticket.complaint_contact_phone, "+49 30 123456")
        self.assertEqual(ticket.complaint_received_at, ticket.create_date)

    def test_helpdesk_staff_of_others_make_none(self):
        other = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        ticket = self.new_ticket()
        with self.assertRaisesRegex(AccessError, "after-sales staff"):
            ticket.with_user(other).action_make_complaint()
        self.assertFalse(ticket.is_complaint)

    def test_what_follows_is_not_written(self):
        """Neither by write, nor at creation, nor by a default in the context."""
        complaint = self.new_complaint()
        for name, value in (
            ("complaint_state", "closed"),
            ("complaint_number", "X"),
            ("complaint_severity", "general"),
        ):
            with self.assertRaisesRegex(AccessError, name):
                complaint.with_user(self.agent).write({name: value})
        model = self.env["helpdesk.ticket"].with_user(self.agent)
        with self.assertRaisesRegex(AccessError, "is_complaint"):
            model.create({"name": "X", "description": "x", "is_complaint": True})
        ticket = model.with_context(default_complaint_state="closed").create(
            {"name": "X", "description": "x"}
        )
        self.assertFalse(ticket.complaint_state)

    def test_every_field_names_its_readers(self):
        """Customers read their tickets over the network; not what we note on them."""
        model = self.env["helpdesk.ticket"]
        names = [
            name
            for name, field in model._fields.items()
            if "aftersales_rules" in field._modules
        ]
        self.assertGreater(len(names), 30)
        for name in names:
            self.assertTrue(model._fields[name].groups, name)

    def test_unknown_steps_are_refused(self):
        complaint = self.new_complaint()
        with self.assertRaisesRegex(UserError, "“Intake” and cannot .* “Carrying Out”"):
            complaint._complaint_set_state("execution")
        with self.assertRaises(ValueError):
            complaint._complaint_happened("exploded")

    def test_copy_of_a_complaint_is_a_plain_ticket(self):
        self.assertFalse(self.new_complaint().copy().is_complaint)


@tagged("post_install", "-at_install")
class TestPlainTicket(ComplaintCase):
    """A helpdesk that has many other tickets does not pay for complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # other tests have nothing told
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.ticket = cls.new_ticket()

    def setUp(self):
        super().setUp()
        # as the next request finds it: written, and told in the chatter
        self.env.cr.flush()
        self.env.invalidate_all()

    def get_told(self):
        """Names of the fields whose change the chatter tells."""
        self.env.cr.flush()
        return set(self.ticket.message_ids.tracking_value_ids.field_id.mapped("name"))

    def test_reading_and_writing_reads_nothing_of_a_complaint(self):
        ticket = self.ticket.with_user(self.agent)
        self.assertTrue(ticket.name)
        ticket.write({"priority": "2"})
        self.env.cr.flush()
        read = {
            name
            for name in ticket._cache
            if "aftersales_rules" in ticket._fields[name]._modules
        }
        self.assertEqual(read, {"is_complaint"})

    def test_what_others_write_is_told_as_before(self):
        self.ticket.with_user(self.agent).write({"user_id": self.agent.id})
        self.assertEqual(self.get_told(), {"user_id"})

    def test_fields_of_a_complaint_are_told_also_before_it_is_one(self):
        self.ticket.with_user(self.agent).complaint_received_at = "2026-11-02 08:00:00"
        self.assertEqual(self.get_told(), {"complaint_received_at"})

    def test_becoming_a_complaint_is_told_in_full(self):
        ticket = self.ticket.with_user(self.agent)
        followed = [
            name
            for name in ticket._track_get_fields()
            if "aftersales_rules" in ticket._fields[name]._modules
        ]
        before = {name: ticket[name] for name in followed}
        self.env.invalidate_all()
        ticket.action_make_complaint()
        changed = {name for name in followed if ticket[name] != before[name]}
        self.assertGreater(len(changed), 3)
        self.assertEqual(self.get_told(), changed)


@tagged("post_install", "-at_install")
class TestDepartment(ComplaintCase):
    """Who deals with it, also when they are away (C4)."""

    def test_office_first_then_company(self):
        office = self.env["aftersales.office"].create({"name": "North"})
        north = self.departments["sales"].copy({"office_id": office.id})
        find = self.env["aftersales.department"]._find
        self.assertEqual(find(self.company, "sales", office), north)
        self.assertEqual(find(self.company, "sales"), self.departments["sales"])
        self.assertEqual(
            find(self.company, "quality", office), self.departments["quality"]
        )
        self.assertFalse(find(self.company, "finance"))

    def test_deputy_of_a_deputy_and_no_circle(self):
        absence = self.env["aftersales.absence"]
        day = date(2026, 11, 23)

        def away(user, deputy):
            absence.create(
                {
                    "user_id": user.id,
                    "deputy_id": deputy.id,
                    "date_from": day,
                    "date_to": day,
                }
            )

        away(self.gm, self.sales_manager)
        away(self.sales_manager, self.agent)
        acting = absence._stand_in(self.gm | self.marketing, day)
        self.assertEqual(acting[self.gm], self.agent)
        self.assertEqual(acting[self.marketing], self.marketing)
        away(self.agent, self.gm)
        self.assertEqual(absence._stand_in(self.gm, day)[self.gm], self.gm)
        self.assertEqual(
            absence._stand_in(self.gm, date(2026, 11, 24))[self.gm], self.gm
        )

    def test_one_enters_ones_own_days_only(self):
        absence = self.env["aftersales.absence"].with_user(self.agent)
        absence.create({"user_id": self.agent.id, "deputy_id": self.gm.id})
        with self.assertRaises(AccessError):
            absence.create({"user_id": self.gm.id, "deputy_id": self.agent.id})
