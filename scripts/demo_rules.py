"""The part of the story in which the rules change: tried first, published, explained, undone."""

from __future__ import annotations

PATIENCE = "overdue_days_max"


class Rules:
    """What Ruth Adler, the rules administrator, does; part of the story in demo.py."""

    def rules_changed(self) -> None:
        self.title("The rules change: tried on real orders, published, explained, undone")
        before = self.company.aftersales_version_id
        draft = self._start_draft(before)
        self._try_draft(draft)
        draft.action_check()
        draft.action_publish()
        self.env.cr.commit()
        self.line("event", f"She publishes it: {draft.version_id.name} is in force.")
        order = self.confirm("dealer_costa", "product_insulator", 60)
        self.outcome(order, facts=False)
        self.explain_rule(self.decision(order), "order_overdue")
        print()
        self._go_back(before)
        order = self.confirm("dealer_costa", "product_insulator", 60)
        self.outcome(order, facts=False)
        self._take_up_demo_draft()

    def _start_draft(self, version):
        action = version.with_env(self.as_user("rules")).action_change_rules()
        draft = self.as_user("rules")["aftersales.draft"].browse(action["res_id"])
        draft.write({"name": "A month of patience", "note": "Sales and finance agreed on a month."})
        threshold = self.threshold(PATIENCE)
        self.line(
            "event",
            f"Ruth Adler (rules administrator) drafts a change of {version.name}: "
            f"“{threshold.label}”, {threshold.value} → 30 {threshold.unit}.",
        )
        draft._save_values({PATIENCE: "30"})
        return draft

    def _try_draft(self, draft) -> None:
        trials = self.as_user("rules")["aftersales.trial"]
        trial = self._run_trial(trials.create({"draft_id": draft.id}))
        self.line("trial", trial.summary)
        for change in trial.change_ids.filtered(lambda change: not change.is_same_answer):
            self.line(
                "  changes",
                f"{change.document_name}, {change.partner_id.name}: "
                f"{change.before_answer} → {change.after_answer}. "
                f"Now: {change.before_reason}",
            )

    def _run_trial(self, trial):
        """What the server does in the background."""
        trial.action_start()
        while trial.state in ("waiting", "running"):
            trial.sudo()._run_batch()
        if trial.state != "done":
            raise AssertionError(f"the trial should have run: {trial.failure}")
        return trial

    def _go_back(self, version) -> None:
        action = version.with_env(self.as_user("rules")).action_roll_back()
        draft = self.as_user("rules")["aftersales.draft"].browse(action["res_id"])
        draft.action_check()
        draft.action_publish()
        self.env.cr.commit()
        self.line(
            "event",
            f"She goes back to {version.name}, which is published again as "
            f"{draft.version_id.name}.",
        )

    def _take_up_demo_draft(self) -> None:
        """The draft that the demo company came with stays one to look at."""
        draft = self.ref("draft").with_env(self.as_user("rules"))
        if draft.is_behind and draft.state in ("draft", "checked"):
            draft.action_take_up()
            self._run_trial(self.ref("trial").with_env(self.as_user("rules")))
        self.env.cr.commit()

    def explain_rule(self, decision, name: str) -> None:
        """Why one rule did not hold it, with the value seen and the one needed."""
        explained = next(
            rule for rule in decision._prepare_explanation()["rules"] if rule.name == name
        )
        condition = explained.failed[0]
        self.line(
            "why",
            f"{explained.label}: {condition.text}; seen {condition.seen}, "
            f"off by {condition.distance}.",
        )
