# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from ast import literal_eval
from datetime import timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..rules import REGISTRY
from .common_rules import TODAY, RulesCase, tiny_pack

DECISIONS = "aftersales.decision"


@tagged("post_install", "-at_install")
class TestRuleHit(RulesCase):
    """How often each rule fired and was overruled, before and after the counting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hits = cls.env["aftersales.rule.hit"]
        cls.seals = cls.env["aftersales.seal"]
        cls.count_all()  # what other data there is in this database

    @classmethod
    def count_all(cls):
        while cls.seals._seal_batch(DECISIONS):
            pass
        cls.hits._count_sealed()

    @classmethod
    def sql(cls, query, *parameters):
        """Change the trail as the owner of the database can, to have old records."""
        cls.env.flush_all()
        cls.env.cr.execute("SET LOCAL session_replication_role = replica")
        cls.env.cr.execute(query, parameters)
        cls.env.cr.execute("SET LOCAL session_replication_role = origin")
        cls.env.invalidate_all()

    def judge(
        self, count=1, age=timedelta(hours=1), result="hold", order=None, **facts
    ):
        """Decisions that were made some time ago."""
        facts = facts or {"overdue_days": 5, "has_guarantor": True}
        records = self.record(
            self.decide(**facts), count=count, result=result, order=order
        )
        self.sql(
            "UPDATE aftersales_decision SET create_date = %s WHERE id = ANY(%s)",
            fields.Datetime.now() - age,
            records.ids,
        )
        return records

    def figures(self, version=None):
        """Fired, decided and overruled of each rule, as the screen has it."""
        rows = self.env["aftersales.rule.statistic"]._read_group(
            [("version_id", "=", (version or self.version).id)],
            ["rule"],
            ["hits:sum", "deciding:sum", "overruled:sum"],
        )
        return {row[0]: row[1:] for row in rows}

    def of(self, rule="hold_overdue", version=None):
        version = version or self.company.aftersales_version_id
        return version._get_rule_hits()[rule]

    # ------------------------------------------------------------- counting

    def test_what_is_not_counted_yet_is_in_the_figures(self):
        self.judge(3)
        self.assertFalse(self.hits.search([("version_id", "=", self.version.id)]))
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 0)})

    def test_counting_changes_no_figure(self):
        """Neither does what comes after it, nor counting once more."""
        self.judge(3)
        self.count_all()
        self.assertTrue(self.hits.search([("version_id", "=", self.version.id)]))
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 0)})
        self.judge(2)
        self.assertEqual(self.figures(), {"hold_overdue": (5, 5, 0)})
        self.count_all()
        self.count_all()
        self.assertEqual(self.figures(), {"hold_overdue": (5, 5, 0)})

    def test_a_seal_is_counted_once_whoever_comes_second(self):
        self.judge(3)
        while self.seals._seal_batch(DECISIONS):
            pass
        for seal in self.hits._get_uncounted():
            self.hits._count_seal(seal)
            self.hits._count_seal(seal)
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 0)})

    def test_who_commits_late_with_an_earlier_id_is_counted(self):
        """A decision that was not seen when later ones were counted is not lost."""
        late, seen = self.judge(), self.judge(2)
        self.sql(
            "UPDATE aftersales_decision SET create_date = %s WHERE id = %s",
            fields.Datetime.now(),
            late.id,
        )
        self.count_all()
        self.assertLess(late.id, min(seen.ids))
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 0)})
        self.sql(
            "UPDATE aftersales_decision SET create_date = %s WHERE id = %s",
            fields.Datetime.now() - timedelta(hours=1),
            late.id,
        )
        self.count_all()
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 0)})
        self.assertEqual(sum(self.counted().mapped("hits")), 3)

    def counted(self):
        return self.hits.search([("version_id", "=", self.version.id)])

    def test_what_was_counted_long_ago_is_not_looked_at_again(self):
        """The counted part is passed over by its ids, not decision by decision."""
        self.judge(3)
        self.count_all()
        self.sql(
            "UPDATE aftersales_seal SET sealed_at = %s WHERE model = %s",
            fields.Datetime.now() - timedelta(days=3),
            DECISIONS,
        )
        self.judge(1)
        self.assertEqual(self.figures(), {"hold_overdue": (4, 4, 0)})
        condition = self.env.cr.mogrify(self.hits._get_rest_condition()).decode()
        last = self.env[DECISIONS].search([], limit=1).id
        self.assertIn(str(last - 1), condition)
        self.assertIn("'{}'", condition)

    def test_the_figures_stay_when_decisions_are_archived(self):
        self.company.aftersales_keep_months = 12
        old = self.judge(3, age=timedelta(days=800))
        self.judge(2)
        self.env["aftersales.seal"]._seal_batch(DECISIONS)
        self.assertEqual(self.figures(), {"hold_overdue": (5, 5, 0)})
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_rules.ir_cron_archive").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(old.exists())
        self.assertEqual(self.figures(), {"hold_overdue": (5, 5, 0)})

    def test_the_scheduled_action_counts_all_seals(self):
        self.judge(3)
        self.seals._seal_batch(DECISIONS)
        self.judge(2)
        self.seals._seal_batch(DECISIONS)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_rules.ir_cron_count_hits").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.hits._get_uncounted())
        self.assertEqual(sum(self.counted().mapped("hits")), 5)

    def test_the_day_is_that_of_the_company(self):
        """In the evening in Shanghai's factory it is the next day already."""
        calendar = self.company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        records = self.judge()
        self.sql(
            "UPDATE aftersales_decision SET create_date = %s WHERE id = %s",
            "2026-03-02 17:00:00",
            records.id,
        )
        days = self.env["aftersales.rule.statistic"].search(
            [("version_id", "=", self.version.id)]
        )
        self.assertEqual(fields.Date.to_string(days.day), "2026-03-03")

    def test_the_first_of_several_matches_decides(self):
        """All that matched have fired; in a table that collects, each of them."""
        spec = REGISTRY.get("quotation_promise")
        self.assertEqual(spec.hit_policy, "collect")
        rules = [
            {
                "name": name,
                "decision": "quotation_promise",
                "sequence": at,
                "label": name,
                "outcome": {"promise": "needs_yes", "cause": cause},
                "reason": "So it is.",
            }
            for at, (name, cause) in enumerate(
                [("first_one", "price_low"), ("second_one", "date")]
            )
        ]
        version = self.versions._publish(
            self.company, tiny_pack(rules=rules, thresholds=[]), {}, "Both"
        )
        decision = version._get_compiled().decide(
            spec.name, spec.facts(currency="USD"), on=TODAY
        )
        self.record(decision, result="needs_yes")
        self.assertEqual(
            self.figures(version), {"first_one": (1, 1, 0), "second_one": (1, 0, 0)}
        )

    # ------------------------------------------------------------ overrides

    def make_order(self):
        order = self.env["sale.order"].with_company(self.company)
        return order.create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )

    def open_hold(self, decision, order, cause="overdue"):
        vals = {
            "order_id": order.id,
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "gate": "procurement",
            "cause": cause,
            "decision_id": decision.id,
            "opened_at": fields.Datetime.now(),
        }
        return self.env["aftersales.hold"]._open([vals])

    def release(self, order):
        """A release as a credit controller gives it."""
        authorities = self.env["aftersales.release.authority"]
        authority = authorities.search(
            [("user_id", "=", self.env.uid), ("company_id", "=", self.company.id)]
        ) or authorities.create(
            {
                "user_id": self.env.uid,
                "company_id": self.company.id,
                "ceiling": 100000.0,
            }
        )
        vals = {
            "order_id": order.id,
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "gate": "procurement",
            "cause": "overdue",
            "amount": 1000.0,
            "reason": "Known",
            "user_id": self.env.uid,
            "authority_id": authority.id,
        }
        return self.env["aftersales.release"]._insert([vals])

    def test_a_released_hold_is_an_override_of_the_rule_that_held(self):
        """Not of others that matched, and not when the cause ended by itself."""
        order, other = self.make_order(), self.make_order()
        decision, ended = self.judge(order=order), self.judge(order=other)
        hold = self.open_hold(decision, order)
        self.open_hold(ended, other)._close("cause_ended")
        self.assertEqual(self.figures(), {"hold_overdue": (2, 2, 0)})
        hold._close("released", "Known", self.release(order))
        self.assertEqual(self.figures(), {"hold_overdue": (2, 2, 1)})
        self.count_all()
        self.assertEqual(self.figures(), {"hold_overdue": (2, 2, 1)})

    def test_a_release_given_before_counts_once_for_its_order(self):
        """An order that goes on for it again and again is one; a held one none."""
        order, held = self.make_order(), self.make_order()
        self.judge(3, order=order, result="waived")
        self.assertEqual(self.figures(), {"hold_overdue": (3, 3, 1)})
        self.open_hold(self.judge(order=held), held)._close(
            "released", "Known", self.release(held)
        )
        self.judge(2, order=held, result="waived")
        self.assertEqual(self.figures(), {"hold_overdue": (6, 6, 2)})
        self.count_all()
        self.assertEqual(self.figures(), {"hold_overdue": (6, 6, 2)})

    def add_rule(self, decision, outcome):
        """A version with one more rule, of another decision table."""
        content = tiny_pack().model_dump(mode="json")
        rule = {
            "name": "another",
            "decision": decision,
            "label": "Another",
            "outcome": outcome,
            "reason": "So it is.",
        }
        content["rules"].append(rule)
        return self.versions._publish(self.company, tiny_pack(**content), {}, "More")

    def decide_other(self, version, decision):
        spec = REGISTRY.get(decision)
        return version._get_compiled().decide(decision, spec.facts(), on=TODAY)

    def ask(self, model, decision, result, state, **vals):
        """A request to a supervisor about such a decision, answered."""
        order = self.make_order()
        record = self.record(decision, result=result, order=order)
        return (
            self.env[model]
            .sudo()
            .create(
                {
                    "order_id": order.id,
                    "company_id": self.company.id,
                    "state": state,
                    "decision_id": record.id,
                    **vals,
                }
            )
        )

    def test_a_yes_to_a_promise_outside_of_the_rules_is_an_override(self):
        version = self.add_rule(
            "quotation_promise", {"promise": "needs_yes", "cause": "date"}
        )
        decision = self.decide_other(version, "quotation_promise")
        for state in ("approved", "refused", "withdrawn", "requested"):
            self.ask("aftersales.promise.request", decision, "needs_yes", state)
        self.assertEqual(self.figures(version), {"another": (4, 4, 1)})

    def test_urgency_that_a_person_gave_is_an_override(self):
        """Not what a rule approved by itself."""
        version = self.add_rule("order_urgency", {"approval": "supervisor"})
        decision = self.decide_other(version, "order_urgency")
        request = "aftersales.urgency.request"
        self.ask(request, decision, "supervisor", "approved")
        self.ask(request, decision, "supervisor", "refused")
        self.assertEqual(self.figures(version), {"another": (2, 2, 1)})
        easy = self.add_rule("order_urgency", {"approval": "automatic"})
        decision = self.decide_other(easy, "order_urgency")
        self.ask(request, decision, "automatic", "approved", is_by_rule=True)
        self.assertEqual(self.figures(easy), {"another": (1, 1, 0)})

    def test_another_rating_of_a_complaint_is_an_override_once(self):
        """However often it was changed; who confirms the rule overrules nothing."""
        version = self.add_rule("complaint_severity", {"severity": "major"})
        decision = self.decide_other(version, "complaint_severity")
        rated, confirmed = self.record(decision, count=2, result="major")
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Broken", "description": "Broken", "company_id": self.company.id}
        )
        common = {
            "complaint_id": ticket.id,
            "company_id": self.company.id,
            "subject": "severity",
            "rule": "another",
            "reason": "Seen",
            "user_id": self.env.uid,
            "done_at": fields.Datetime.now(),
        }
        self.env["aftersales.complaint.overrule"]._insert(
            [
                {**common, "kind": kind, "decision_id": about.id, "differs": differs}
                for kind, about, differs in (
                    ("overrule", rated, True),
                    ("overrule", rated, True),
                    ("back", rated, False),
                    ("overrule", confirmed, False),
                )
            ]
        )
        self.assertEqual(self.figures(version), {"another": (2, 2, 1)})

    def test_every_kind_of_override_of_the_product_is_a_query(self):
        """A new record that names a decision and a person's word is not forgotten."""
        known = {
            "aftersales.hold",
            "aftersales.promise.request",
            "aftersales.urgency.request",
            "aftersales.project.conflict",
            "aftersales.complaint.overrule",
            "aftersales.cost.overrule",
        }
        # who was asked as the rules want it, what was done by rule, what is measured
        others = {
            "aftersales.approval.request",
            "aftersales.complaint.approval",
            "aftersales.complaint.alert",
            "aftersales.complaint.solution",
            "aftersales.complaint.forwarding",
            "aftersales.clock",
            "aftersales.clock.change",
            "aftersales.care.plan",
            "aftersales.logistics.exception",
            "aftersales.trial",
            "aftersales.trial.change",
        }
        found = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("aftersales.")
            and "decision_id" in model._fields
            and model._fields["decision_id"].comodel_name == DECISIONS
            and model._module == "aftersales_rules"
        }
        self.assertEqual(found - others, known)
        queries = self.env["aftersales.rule.statistic"]._get_override_queries()
        text = " ".join(self.env.cr.mogrify(query).decode() for query in queries)
        for name in known:
            self.assertIn(self.env[name]._table, text)

    # ------------------------------------------------- how long it is as it is

    def test_a_rule_keeps_its_figures_while_it_decides_alike(self):
        """Over new words and places; not over a value of a threshold that it uses."""
        self.judge(3)
        self.versions._publish_again(
            self.company, "Another threshold", first_payment_min=Decimal("0.5")
        )
        self.judge(1)
        hits = self.of()
        self.assertEqual((hits["count"], hits["total"]), (4, 4))
        self.assertEqual(hits["since_version"], self.version.name)
        content = tiny_pack().model_dump(mode="json")
        content["rules"][0] |= {"reason": "Too old.", "sequence": 99, "label": "Old"}
        self.versions._publish(self.company, tiny_pack(**content), {}, "Words")
        self.assertEqual(self.of()["total"], 4)
        latest = self.versions._publish_again(
            self.company, "Its own threshold", overdue_days_max=4
        )
        hits = self.of()
        self.assertEqual(hits["total"], 0)
        self.assertTrue(hits["never"])
        self.assertEqual(hits["since_version"], latest.name)
        self.assertEqual(self.of(version=self.version)["total"], 3)

    def test_never_fired_is_said_since_when(self):
        self.judge()
        hits = self.version._get_rule_hits()
        self.assertFalse(hits["hold_overdue"]["never"])
        now = self.version.published_at.replace(tzinfo=timezone.utc)
        zone = ZoneInfo(self.company._get_aftersales_zone())
        day = now.astimezone(zone).date().isoformat()
        self.assertEqual(hits["hold_unsecured"]["since"], day)
        self.assertTrue(hits["hold_unsecured"]["never"])
        rules = self.env["aftersales.rule"].search(
            [("never_fired", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(rules.mapped("name"), ["hold_unsecured"])
        rules = self.env["aftersales.rule"].search(
            [("never_fired", "=", False), ("company_id", "=", self.company.id)]
        )
        self.assertIn("hold_overdue", rules.mapped("name"))
        self.assertNotIn("hold_unsecured", rules.filtered("is_current").mapped("name"))

    def test_a_rule_that_is_not_valid_yet_cannot_have_fired(self):
        content = tiny_pack().model_dump(mode="json")
        tomorrow = fields.Date.today() + timedelta(days=3)
        content["rules"][0]["valid_from"] = tomorrow.isoformat()
        self.versions._publish(self.company, tiny_pack(**content), {}, "Later")
        self.assertFalse(self.of()["never"])

    def test_recent_are_the_last_ninety_days(self):
        self.judge(2, age=timedelta(days=200))
        self.judge(1, age=timedelta(days=20))
        hits = self.of()
        self.assertEqual((hits["count"], hits["total"]), (1, 3))
        recent = fields.Date.today() - timedelta(days=22)
        self.assertGreaterEqual(hits["last"], recent.isoformat())

    # ------------------------------------------------------------- screens

    def test_the_table_has_the_figures_of_its_rules(self):
        """The draft those of the rules that it changes, the version its own."""
        self.judge(2)
        draft = self.env["aftersales.draft"].with_user(self.users["admin"])
        draft = draft.with_company(self.company).create({"note": "Later"})
        for table in (
            draft.get_table("credit_hold"),
            self.version.with_user(self.users["reader"]).get_table("credit_hold"),
        ):
            self.assertEqual(table["hits"]["hold_overdue"]["count"], 2)
            self.assertTrue(table["hits"]["hold_unsecured"]["never"])
            json.dumps(table)
        self.assertEqual(draft.get_table("transfer_release")["hits"], {})

    def test_what_the_editor_sends_back_is_taken_with_the_figures(self):
        self.judge(2)
        draft = self.env["aftersales.draft"].with_user(self.users["admin"])
        draft = draft.with_company(self.company).create({"note": "Later"})
        table = draft.get_table("credit_hold")
        saved = draft.save_table(
            "credit_hold", table["rules"], table["thresholds"], table["revision"]
        )
        self.assertEqual(saved["hits"], table["hits"])
        self.assertEqual(draft._get_pack(), tiny_pack())

    def test_a_list_of_rules_asks_once(self):
        """However many rules there are, and however many versions came before."""
        self.judge(2)
        many = self.env["res.company"].create({"name": "Many"})
        self.versions._publish_default(many)
        self.versions._publish_again(many, "Again", overdue_days_max=4)
        queries = []
        for company in (self.company, many):
            domain = [("company_id", "=", company.id), ("is_current", "=", True)]
            rules = self.env["aftersales.rule"].search(domain)
            rules.mapped("hit_count")  # what never changes is kept
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rules.mapped("hit_count")
            queries.append(self.env.cr.sql_log_count - before)
        self.assertEqual(queries[0], queries[1])
        self.assertLess(queries[0], 20)

    def test_who_may_see_rules_sees_the_figures_of_their_companies(self):
        self.judge(2)
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.versions._publish(other, tiny_pack(), {}, "Theirs")
        self.record(
            self.decide(other, overdue_days=5, has_guarantor=True), company=other
        )
        statistics = self.env["aftersales.rule.statistic"]
        mine = statistics.with_user(self.users["reader"]).search([])
        self.assertEqual(mine.company_id, self.company)
        self.assertEqual(self.figures(theirs), {"hold_overdue": (1, 1, 0)})
        with self.assertRaises(AccessError):
            statistics.with_user(self.users["employee"]).search([])
        with self.assertRaises(AccessError):
            self.version.with_user(self.users["employee"]).get_table("credit_hold")

    def test_nobody_writes_figures(self):
        """Not even an administrator of the rules."""
        self.judge(2)
        self.count_all()
        for user in ("admin", "system"):
            hits = self.counted().with_user(self.users[user])
            with self.assertRaises(AccessError):
                hits.write({"hits": 0})
            with self.assertRaises(AccessError):
                hits.unlink()

    def test_a_line_opens_its_rule(self):
        self.judge(2)
        line = self.env["aftersales.rule.statistic"].search(
            [("version_id", "=", self.version.id)]
        )
        action = line.with_user(self.users["admin"]).action_open_rule()
        rule = self.env["aftersales.rule"].browse(action["res_id"])
        self.assertEqual(rule.name, "hold_overdue")
        action = self.version.with_user(self.users["admin"]).action_view_statistics()
        self.assertEqual(action["domain"], [("version_id", "=", self.version.id)])

    def test_the_screen_opens_on_the_last_twelve_months(self):
        """So that it takes no longer after many years; everything is one click away."""
        self.judge(2)
        self.judge(3, age=timedelta(days=400))
        action = self.env.ref("aftersales_rules.aftersales_rule_statistic_action")
        self.assertIn("search_default_last_year", action.context)
        statistics = self.env["aftersales.rule.statistic"]
        arch = etree.fromstring(statistics.get_view(view_type="search")["arch"])
        domain = literal_eval(arch.find(".//filter[@name='last_year']").get("domain"))
        version = [("version_id", "=", self.version.id)]
        for wanted, fired in ((version, 5), (version + domain, 2)):
            found = statistics.search(wanted)
            self.assertEqual(sum(found.mapped("hits")), fired)
