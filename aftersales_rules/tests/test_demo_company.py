# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file


@tagged("post_install", "-at_install")
class TestDemoCompany(TransactionCase):
    """The demo company is what the README and `make demo` say it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for path in Manifest.for_addon("aftersales_rules")["demo"]:
            convert_file(
                cls.env, "aftersales_rules", path, {}, mode="init", noupdate=True
            )

    def demo(self, name):
        return self.env.ref(f"aftersales_rules.demo_{name}")

    def test_customers_have_the_tier_that_their_year_gives_them(self):
        """Tiers of the dealers follow by rule from twelve months of invoices."""
        tiers = {
            name: self.demo(name).customer_tier
            for name in (
                "dealer_lindqvist",
                "dealer_brennan",
                "dealer_costa",
                "dealer_popup",
                "customer_hotel",
            )
        }
        self.assertEqual(
            tiers,
            {
                "dealer_lindqvist": "key",
                "dealer_brennan": "regular",
                "dealer_costa": "regular",
                "dealer_popup": "unstable",
                "customer_hotel": False,
            },
        )

    def test_confirmed_orders_are_held_for_their_reason(self):
        """Each confirmed demo order is where its story says."""
        holds = {
            name: [
                (hold.gate, hold.cause) for hold in self.demo(name)._get_open_holds()
            ]
            for name in (
                "order_overdue",
                "order_large",
                "order_no_arrears",
                "order_strings",
                "order_tower",
            )
        }
        self.assertEqual(
            {name: sorted(found) for name, found in holds.items()},
            {
                "order_overdue": [("procurement", "overdue")],
                "order_large": [("procurement", "no_guarantee")],
                "order_no_arrears": [
                    ("shipment", "no_arrears"),
                    ("shipment", "no_guarantee"),
                ],
                "order_strings": [],
                "order_tower": [("production", "deposit"), ("shipment", "balance")],
            },
        )

    def test_a_draft_half_done_shows_what_it_would_have_changed(self):
        """The first look at drafts and trial runs finds one of each (U9)."""
        draft, trial = self.demo("draft"), self.demo("trial")
        self.assertEqual((draft.state, draft.error_count), ("draft", 0))
        self.assertEqual(draft.author_id, self.demo("user_rules"))
        self.assertFalse(draft.is_behind)
        self.assertEqual((trial.state, trial.is_outdated), ("done", False))
        changed = trial.change_ids.filtered(lambda change: not change.is_same_answer)
        self.assertIn(self.demo("order_overdue").name, changed.mapped("document_name"))
        self.assertTrue(
            self.demo("user_approver").has_group("aftersales_rules.group_rules_admin")
        )

    def test_a_held_order_starts_no_production(self):
        """Strings are assembled for the order that goes on, not for the held one."""
        self.assertTrue(self.demo("order_strings").mrp_production_ids)
        self.assertFalse(self.demo("order_large").mrp_production_ids)

    def test_tower_sets_wait_for_their_deposit(self):
        """The planner sees what is missing; its strings are not made either."""
        production = self.demo("order_tower").mrp_production_ids
        self.assertEqual(production.product_id, self.demo("product_tower"))
        self.assertEqual(production.deposit_state, "waiting")
        self.assertEqual(production.deposit_missing, 36000.0)

    def test_applications_have_a_reference(self):
        """A credit limit application gets its number when it is filed."""
        for name in ("limit_lindqvist", "limit_brennan"):
            self.assertRegex(self.demo(name).name, r"^CL/\d{4}/\d{4}$")

    def test_each_password_is_the_login(self):
        """Everybody in the demo company logs in as the README says."""
        for role in (
            "sales",
            "controller",
            "finance",
            "substitute",
            "rules",
            "warehouse",
            "accountant",
            "planner",
            "dealer",
            "duty",
            "aftersales",
            "salesmanager",
            "gm",
            "marketing",
            "technical",
            "foreman",
        ):
            user = self.demo(f"user_{role}")
            user.with_user(user)._check_credentials(
                {"type": "password", "login": role, "password": role},
                {"interactive": True},
            )

    def test_the_demo_ticket_waits_for_its_click(self):
        """One click makes a complaint of it, with its type and deadlines."""
        ticket = self.demo("ticket_curtain")
        self.assertFalse(ticket.is_complaint)
        ticket.with_user(self.demo("user_aftersales")).action_make_complaint()
        self.assertTrue(ticket.complaint_type)
        self.assertEqual(ticket.complaint_severity, "general")
        self.assertTrue(ticket.complaint_clock_ids)

    def test_costs_show_each_bearer_and_how_far_finance_has_got(self):
        """One complaint for each kind of bearer; entries, a split, a reversal."""
        costs = self.env["aftersales.cost"].search(
            [("complaint_id", "in", self.demo("complaint_lobby").ids)]
        )
        self.assertEqual(set(costs.mapped("state")), {"posted"})
        self.assertEqual(costs.mapped("bearer"), ["dealer"] * 3)
        states = {
            name: (cost.bearer, cost.state)
            for name in (
                "new_insulators",
                "insulators_hotel",
                "crate_rolls",
                "scratches_panes",
                "hazy_lab",
            )
            for cost in [self.demo(f"cost_{name}")]
        }
        self.assertEqual(
            states,
            {
                "new_insulators": ("company", "posted"),
                "insulators_hotel": ("sales_manager", "posted"),
                "crate_rolls": ("carrier", "reviewed"),
                "scratches_panes": ("customer", "draft"),
                "hazy_lab": ("undecided", "draft"),
            },
        )
        self.assertEqual(self.demo("cost_crate_rolls").books_move_count, 2)
        split = self.demo("cost_short_rolls").share_ids
        self.assertEqual(split.mapped("company_amount"), [118.0, 118.0])
        self.assertEqual(self.demo("cost_short_freight").company_amount, 112.5)

    def test_the_dealers_invoice_is_paid_in_part(self):
        """1,000 of 2,150 and 15 % tax, so that something is left to recover."""
        rows = self.env["aftersales.cost.report"].search(
            [("complaint_id", "=", self.demo("complaint_lobby").id)]
        )
        self.assertEqual(sum(rows.mapped("recharged")), 2150.0)
        self.assertAlmostEqual(sum(rows.mapped("recovered")), 1000 / 1.15, 2)
