# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from psycopg2 import errors

from odoo import Command
from odoo.tests import tagged

from .common import AftersalesCase

PARAMETER = "aftersales_rules.recheck_after_partner_id"


@tagged("post_install", "-at_install")
class TestRecheck(AftersalesCase):
    """The net under the events: held orders are judged again by a cron."""

    def new_held(self, count):
        """Orders of as many customers, held, and free once the threshold is raised."""
        orders = self.env["sale.order"]
        for number in range(count):
            partner = self.new_customer(f"Dealer {number}", credit_limit=1000.0)
            orders |= self.new_confirmed(1500.0, partner=partner)
        self.run_queue()
        self.assertEqual(set(orders.mapped("hold_state")), {"procurement"})
        return orders

    def relax(self):
        """No event tells the orders of it."""
        self.set_threshold("limit_usage_max", "200 %")

    def test_recheck_lets_go_on_what_the_rules_no_longer_hold(self):
        orders = self.new_held(3)
        self.relax()
        self.assertEqual(set(orders.mapped("hold_state")), {"procurement"})
        self.run_cron("ir_cron_recheck")
        self.assertFalse(any(orders.mapped("hold_state")))
        self.assertTrue(all(order.picking_ids for order in orders))

    def test_running_twice_changes_nothing_more(self):
        orders = self.new_held(2)
        self.run_cron("ir_cron_recheck")
        before = orders.decision_ids, orders.message_ids, orders.hold_ids
        self.run_cron("ir_cron_recheck")
        after = orders.decision_ids, orders.message_ids, orders.hold_ids
        self.assertEqual(before, after)

    def test_interrupted_recheck_goes_on_with_the_next_customer(self):
        """Time is up after the first batch; the next run starts behind it."""
        orders = self.new_held(3)
        others = self.env["aftersales.hold"].search(
            [("state", "=", "open"), ("order_id", "not in", orders.ids)]
        )
        self.assertFalse(others)
        self.relax()
        gate = self.env["aftersales.gate"]
        cron = self.env.registry["ir.cron"]
        with patch.object(cron, "_commit_progress", return_value=0):
            gate._cron_recheck(batch=1)
            self.assertEqual(
                orders.mapped("hold_state"), [False, "procurement", "procurement"]
            )
            gate._cron_recheck(batch=1)
            self.assertEqual(orders.mapped("hold_state"), [False, False, "procurement"])
            gate._cron_recheck(batch=1)
        self.assertFalse(any(orders.mapped("hold_state")))
        self.assertEqual(self.env["ir.config_parameter"].get_param(PARAMETER), "0")

    def test_order_that_cannot_go_on_keeps_nobody_waiting(self):
        """A product without a route: named in the log, the others go on."""
        orders = self.new_held(3)
        self.relax()
        launch = self.env.registry["sale.order"]._launch_released

        def fail(order, *args, **kwargs):
            if orders[1] in order:
                raise ValueError("no rule has been found")
            return launch(order, *args, **kwargs)

        with (
            patch.object(self.env.registry["sale.order"], "_launch_released", fail),
            self.assertLogs("odoo.addons.aftersales_rules", "ERROR") as logs,
        ):
            self.run_cron("ir_cron_recheck")
        self.assertEqual(orders.mapped("hold_state"), [False, "procurement", False])
        self.assertIn(orders[1].name, logs.output[0])
        self.run_cron("ir_cron_recheck")
        self.assertFalse(any(orders.mapped("hold_state")))

    def test_recheck_runs_again_when_a_confirmation_came_between(self):
        orders = self.new_held(1)
        self.relax()
        gate = self.env.registry["aftersales.gate"]
        recheck, calls = gate._recheck, []

        def collide(self, *args, **kwargs):
            calls.append(args)
            if len(calls) == 1:
                raise errors.SerializationFailure("someone else was first")
            return recheck(self, *args, **kwargs)

        with (
            patch.object(gate, "_recheck", collide),
            patch.object(self.env.cr, "rollback"),
            patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=1
            ),
        ):
            self.env["aftersales.gate"]._cron_recheck()
        self.assertEqual(len(calls), 2)
        self.assertFalse(orders.hold_state)

    def test_gate_that_no_longer_enforces_lets_go(self):
        for mode in ("off", "observe"):
            with self.subTest(mode=mode):
                self.set_mode("enforce")
                order = self.new_held(1)
                self.set_mode(mode, "credit_hold")
                self.run_cron("ir_cron_recheck")
                self.assertFalse(order._get_open_holds("procurement"))
                self.assertEqual(order.hold_ids[-1:].close_kind, "gate_off")
                self.assertTrue(order.picking_ids)

    def test_held_in_one_company_only(self):
        """Each company has its own mode; the cron looks at all of them."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += other
        self.set_mode("off", *self.all_gates(), company=other)
        order = self.new_held(1)
        self.assertEqual(order.company_id, self.company)
        quotation = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.service.id,
                                "price_unit": 99999.0,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        quotation.action_confirm()
        self.assertFalse(quotation.hold_ids)
        self.assertFalse(quotation.decision_ids)
