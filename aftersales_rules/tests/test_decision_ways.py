# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import random
import time as clock
from datetime import date, time
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from ..rules import REGISTRY, FactType

_logger = logging.getLogger(__name__)

DAY = date(2026, 3, 2)
SAMPLES = 12
"""So many random sets of facts of each decision are explained."""


def sample(field, dice):
    """A value of a fact; whether it makes sense together with others is no matter."""
    makers = {
        FactType.MONEY: lambda: Decimal(dice.randint(0, 20_000_000)) / 100,
        FactType.RATIO: lambda: Decimal(dice.randint(0, 150)) / 100,
        FactType.QUANTITY: lambda: Decimal(dice.randint(0, 1000)),
        FactType.INTEGER: lambda: dice.randint(-5, 60),
        FactType.DATE: lambda: date(2026, dice.randint(1, 6), dice.randint(1, 28)),
        FactType.TIME: lambda: time(dice.randint(0, 23), dice.randint(0, 59)),
        FactType.BOOLEAN: lambda: dice.random() < 0.5,
        FactType.CHOICE: lambda: dice.choice(list(field.choices)),
        FactType.TEXT: lambda: "words",
    }
    return "USD" if field.name == "currency" else makers[field.type]()


@tagged("post_install", "-at_install")
class TestDecisionWays(TransactionCase):
    """The rules that the product brings, with any facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Insulators"})
        cls.env.user.company_ids |= cls.company
        versions = cls.env["aftersales.version"]
        _version_id, cls.compiled = versions._get_current(cls.company)

    def record(self, name, **values):
        spec = REGISTRY.get(name)
        decision = self.compiled.decide(name, spec.facts(**values), on=DAY)
        return self.env["aftersales.decision"]._record(
            [
                {
                    "decision": decision,
                    "company": self.company,
                    "event": "manual",
                    "mode": "enforce",
                    "result": spec.headline(decision.outcomes) or "none",
                }
            ]
        )

    def samples(self, name):
        spec = REGISTRY.get(name)
        for seed in range(SAMPLES):
            dice = random.Random(f"{name} {seed}")
            yield {
                fact: sample(field, dice)
                for fact, field in spec.fact_fields.items()
                if dice.random() < 0.8
            }

    def texts(self, name, **values):
        shown = self.record(name, **values).get_explanation()
        return {way["goal"]: way["texts"] for way in shown["ways"]}

    def assertReached(self, goal, shown, tried):
        """A goal is an answer, or one that is added, or one that falls away."""
        now = {match["outcome"] for match in shown["matches"]}
        then = {match["outcome"] for match in tried["matches"]}
        self.assertTrue(tried["changed"])
        if tried["result_label"] == goal:
            self.assertNotEqual(shown["result_label"], goal)
        elif goal.startswith("No longer"):
            gone = goal.partition("“")[2].rstrip("”")
            self.assertTrue(any(each.startswith(gone) for each in now))
            self.assertFalse(any(each.startswith(gone) for each in then))
        else:
            self.assertFalse(any(each.startswith(goal) for each in now))
            self.assertTrue(any(each.startswith(goal) for each in then))

    def test_every_way_that_is_offered_gives_what_it_says(self):
        """Tried as the screen tries it, for each decision of the product."""
        offered = slowest = 0
        for spec in REGISTRY:
            count = 0
            for values in self.samples(spec.name):
                record = self.record(spec.name, **values)
                started = clock.perf_counter()
                shown = record.get_explanation()
                slowest = max(slowest, clock.perf_counter() - started)
                self.assertFalse(shown["failure"])
                for way in shown["ways"]:
                    self.assertEqual(
                        way["texts"], [option["text"] for option in way["options"]]
                    )
                    for option in way["options"]:
                        with self.subTest(spec.name, way=option, facts=values):
                            tried = record.try_values(
                                option["facts"], option["thresholds"]
                            )
                            self.assertEqual(tried["faults"], [])
                            self.assertReached(way["goal"], shown, tried)
                            self.assertEqual(tried["effect_level"], way["goal_level"])
                        offered += 1
                        count += 1
            _logger.info("%s: %d ways", spec.name, count)
        _logger.info("%d ways, slowest explanation %.0f ms", offered, slowest * 1000)
        self.assertGreater(offered, 300)

    def test_money_is_what_is_missing(self):
        """The words of the issue: "pay 1,240.00 more", "raise the limit to 52,000"."""
        ways = self.texts(
            "credit_hold",
            currency="USD",
            order_kind="standard",
            order_amount=Decimal(10000),
            unpaid_amount=Decimal(10000),
            paid_share=Decimal(0),
            exposure=Decimal(52000),
            credit_limit=Decimal(50760),
            has_guarantor=True,
        )
        texts = ways["Nothing stands against it"]
        self.assertIn("pay 1,240.00 USD more", texts)
        self.assertIn("raise the credit limit to 52,000.00 USD", texts)
        ways = self.texts(
            "production_release",
            currency="USD",
            order_kind="engineering",
            order_amount=Decimal("8000.01"),
            paid_share=Decimal("0.1"),
        )
        self.assertEqual(ways["Release"][0], "pay 3,200.01 USD more")

    def test_nobody_is_told_to_move_what_has_happened(self):
        """Dates that passed, kinds of documents, what a customer said."""
        for spec in REGISTRY:
            fixed = {
                name
                for name, field in spec.fact_fields.items()
                if field.advice is not None and not field.advice.moves
            }
            for values in self.samples(spec.name):
                shown = self.record(spec.name, **values).get_explanation()
                for way in shown["ways"]:
                    for option in way["options"]:
                        self.assertFalse(fixed & set(option["facts"]), option)

    def test_answers_are_in_the_words_of_their_decision(self):
        """“Wait” is an answer about fees and about investigations, not the same one."""
        shown = self.record(
            "investigation_path", quality_related=True, evidence_asked=True
        ).get_explanation()
        self.assertEqual(shown["result_label"], "Wait for an answer")
        shown = self.record(
            "mould_fee_refund", delivered_share=Decimal(1), fee_paid=False
        ).get_explanation()
        self.assertEqual(shown["result_label"], "Wait for the payment of the fee")
        self.assertEqual(shown["ways"][0]["goal"], "Prepare the credit note")
        self.assertEqual(shown["ways"][0]["texts"][0], "pay the fee")

    def test_no_day_is_proposed_that_has_passed(self):
        ways = self.texts(
            "shipment_release",
            order_kind="standard",
            unpaid_amount=Decimal(5000),
            has_guarantor=True,
            tier="key",
            promised_date=date(2026, 2, 20),
            promise_days=-10,
        )
        texts = [text for found in ways.values() for text in found]
        self.assertIn("agree on a payment date in 0 days", texts)
        self.assertFalse([text for text in texts if " -" in text])

    def test_wanted_answers_come_first(self):
        shown = self.record(
            "shipping_day",
            currency="USD",
            due_in_days=0,
            unpaid_amount=Decimal(5000),
            local_time=time(18, 0),
            on_terms=False,
        ).get_explanation()
        self.assertEqual(shown["effect_level"], "bad")
        self.assertEqual(shown["ways"][0]["goal_level"], "good")
        self.assertIn(
            "grant a credit limit, or agree on a guarantor and a payment date",
            shown["ways"][0]["texts"],
        )
