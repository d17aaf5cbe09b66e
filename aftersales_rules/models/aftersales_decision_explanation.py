# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why a decision was made, and what would change it, as its screen shows it (R4).

Everything here is read: the stored facts, the stored version of the rules. Whoever may
read a decision may see all of it, the figures of other departments too; what stands
behind a figure is opened with the reader's own rights (``open_fact``).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo import api, models
from odoo.tools import format_date, format_datetime, format_time

from ..rules import (
    CompiledPack,
    Decision,
    DecisionSpec,
    FactModel,
    FactType,
    RulesError,
    parse_value,
)
from .aftersales_text import threshold_names
from .aftersales_threshold import _human
from .aftersales_value_range import value_range

WAYS_UP_TO = 80
"""Ways through tables of more rules are asked for when the rest is on the screen."""


@dataclass(frozen=True)
class Scene:
    """A decision with all that is needed to make it again."""

    spec: DecisionSpec
    compiled: CompiledPack
    facts: FactModel
    on: date
    currency: str | None

    def decide(self) -> Decision:
        """What the rules say to the facts."""
        return self.compiled.decide(self.spec.name, self.facts, on=self.on)


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    def get_explanation(self):
        """Everything that the explanation screen shows of a decision.

        :return: dict of JSON values; exact numbers as people write them (``50 %``)
        """
        self.ensure_one()
        self.check_access("read")
        record = self.sudo()  # sudo: who may read a decision may read all of why
        shown = self._describe_record(record)
        try:
            scene = record._get_scene()
            decision = record._get_decision()
            shown |= {
                "failure": False,
                "lang_note": self._get_lang_note(scene),
                **self._describe_result(scene, record, decision.outcomes),
                "matches": self._describe_matches(scene, decision),
            }
            shown |= self._describe_trace(scene, self._describe_origins())
            shown["facts"] += self._describe_gone_facts(scene, decision)
        except RulesError as err:
            shown |= without_trace(str(err))
        return shown

    # ------------------------------------------------------------ the record

    def _get_scene(self) -> Scene:
        """The facts and rules of a decision; raises `RulesError` if they are gone."""
        stored = self._get_decision()
        compiled = self._get_compiled()
        compiled.require_whole(stored.decision)
        spec = compiled.registry.get(stored.decision)
        facts = compiled.facts_of(stored)
        currency = getattr(facts, "currency", None)
        return Scene(
            spec,
            compiled,
            facts,
            stored.on,
            currency or self.company_id.currency_id.name,
        )

    def _describe_record(self, record) -> dict:
        decision = dict(self._selection_decision())
        results = dict(self._selection_result())
        modes = dict(self._fields["mode"]._description_selection(self.env))
        version = record.version_id
        return {
            "id": record.id,
            "title": record.display_name,
            "subject": record.order_id.name
            or record.document_name
            or record.partner_id.display_name
            or "",
            "decision": record.decision,
            "decision_label": decision.get(record.decision, record.decision),
            "result": record.result,
            "result_label": results.get(record.result, record.result),
            "effect_level": "neutral",
            "event": record.event_display,
            "mode": record.mode,
            "mode_label": modes[record.mode],
            "decided_on": format_datetime(self.env, record.create_date),
            "decided_for": record.create_uid.name,
            "version": {
                "id": version.id,
                "name": version.name,
                "since": format_datetime(self.env, version.published_at),
            },
            "engine": record.engine,
            "document": self._describe_document(record),
            "recorded_reason": record.reason,
            "lang_note": False,
            "failure": False,
        }

    def _describe_document(self, record):
        """What was judged, to be opened by those who may read it."""
        if not record.res_model or record.res_model not in self.env:
            return False
        document = self.env[record.res_model].browse(record.res_id)
        if not document.sudo().exists():
            return False
        return {
            "model": record.res_model,
            "id": record.res_id,
            "name": record.document_name or document.sudo().display_name,
            "can_open": document.has_access("read"),
        }

    def _get_lang_note(self, scene: Scene):
        """Rules may be written in one language only; the reader is told."""
        lang = self.env.lang or "en_US"
        rules = scene.compiled.rules_for(scene.spec.name)
        if lang.startswith("en") or not rules:
            return False
        if any(
            lang in rule.i18n or lang.partition("_")[0] in rule.i18n for rule in rules
        ):
            return False
        return self.env._("These rules are written in English only.")

    def _describe_result(self, scene: Scene, record, outcomes) -> dict:
        """What was made of the answer: a person may have released it."""
        if record.result == "waived":
            level, said = "good", self._say_answer(scene.spec, "waived")
        elif record.result == "none":
            level = scene.spec.level(scene.spec.headline(outcomes))
            said = self._say_result(scene, outcomes)
        else:
            level = scene.spec.level(record.result)
            said = self._say_answer(scene.spec, record.result)
        return {"result_label": said, "effect_level": level}

    # -------------------------------------------------------------- the answer

    def _describe_matches(self, scene: Scene, decision) -> list[dict]:
        translate = self.env["aftersales.text"]._term
        rendered = scene.compiled.render(decision, self.env.lang, translate)
        known = {rule.name: rule for rule in scene.compiled.rules_for(scene.spec.name)}
        return [
            {
                "rule": match.rule,
                "label": texts.label,
                "reason": texts.reason,
                "remedy": texts.remedy,
                "outcome": self._say_outcome(scene, match.outcome),
                "requirement": ", ".join(
                    known[match.rule].requirement if match.rule in known else ()
                ),
            }
            for match, texts in zip(decision.matched, rendered, strict=True)
        ]

    def _say_outcome(self, scene: Scene, outcome) -> str:
        """An outcome in words: "Hold: Overdue debt"."""
        said, more = [], []
        for name, field in scene.spec.outcome_fields.items():
            raw = outcome.get(name)
            if raw is None or raw is False:
                continue
            label = self.env["aftersales.text"]._term(field.label)
            value = self._say(field, parse_value(field, raw), scene.currency)
            if field.choices:
                said.append(value)
            elif field.type is FactType.BOOLEAN:
                more.append(label)
            else:
                more.append(f"{label}: {value}")
        if not said and not more:
            return self.env._("Nothing is to be done.")
        rest = [*said[1:], *more]
        if not said:
            return ", ".join(rest)
        return f"{said[0]}: {', '.join(rest)}" if rest else said[0]

    def _say_result(self, scene: Scene, outcomes) -> str:
        """What a decision comes to, in a word or two."""
        answer = scene.spec.headline(outcomes)
        if answer is not None:
            return self._say_answer(scene.spec, answer)
        if outcomes:
            return self._say_outcome(scene, outcomes[0])
        return self._say_nothing(scene.spec)

    def _say_nothing(self, spec: DecisionSpec) -> str:
        """What it comes to when no rule matches."""
        if spec.level(None) == "good":
            return self.env._("Nothing stands against it")
        return self.env._("No rule matches")

    @api.model
    def _get_answer_text(self, decision: str, result: str) -> str:
        """A recorded result in the words of its decision."""
        registry = self.env["aftersales.extension"]._get_registry()
        if decision not in registry:
            return dict(self._selection_result()).get(result, result)
        spec = registry.get(decision)
        return (
            self._say_nothing(spec)
            if result == "none"
            else self._say_answer(spec, result)
        )

    def _say_answer(self, spec: DecisionSpec, answer: str) -> str:
        """The word of this decision: another one may say the same otherwise."""
        for field in spec.outcome_fields.values():
            if field.choices and answer in field.choices:
                return self.env["aftersales.text"]._term(field.choices[answer])
        return dict(self._selection_result()).get(answer, answer)

    def _say(self, spec: Any, value: object, currency: str | None = None) -> str:
        """A value as a person of this language reads it."""
        if isinstance(value, bool) or value is None:
            pass
        elif spec.type is FactType.DATE:
            return format_date(self.env, value)
        elif spec.type is FactType.TIME:
            return format_time(self.env, value, time_format="short")
        return self.env["aftersales.text"]._value(spec, value, currency)

    # ------------------------------------------------- facts, thresholds, rules

    def _describe_trace(self, scene: Scene, origins: dict) -> dict:
        """What was looked at, rule by rule."""
        is_large = len(scene.compiled.rules_for(scene.spec.name)) > WAYS_UP_TO
        return {
            "facts": self._describe_facts(scene, origins),
            "thresholds": self._describe_limits(scene),
            "ways": [] if is_large else self._describe_ways(scene),
            "ways_later": is_large,
            "rules": self._describe_rules(scene),
        }

    def _describe_facts(self, scene: Scene, origins: dict) -> list[dict]:
        used = _used_facts(scene)
        return [
            self._describe_value(scene, field, getattr(scene.facts, name))
            | {
                "is_set": getattr(scene.facts, name) is not None,
                "is_used": name in used,
                "can_try": name in used,
                "origin": origins.get(name, False),
            }
            for name, field in scene.spec.fact_fields.items()
        ]

    def _describe_gone_facts(self, scene: Scene, decision: Decision) -> list[dict]:
        """Facts of an addon that is gone, as they were recorded."""
        return [
            {
                "name": name,
                "label": name,
                "help": self.env._("Of an addon that is not installed any more."),
                "type": str(FactType.TEXT),
                "unit": "",
                "choices": False,
                "value": str(value),
                "text": str(value),
                "min": "",
                "max": "",
                "step": "",
                "is_set": True,
                "is_used": False,
                "can_try": False,
                "origin": False,
            }
            for name, value in decision.facts.items()
            if name not in scene.spec.fact_fields and value is not None
        ]

    def _describe_limits(self, scene: Scene) -> list[dict]:
        users = used_limits(scene)
        return [
            self._describe_value(scene, spec, scene.compiled.thresholds[spec.name])
            | {"rules": users[spec.name]}
            for spec in scene.compiled.pack.thresholds
            if spec.name in users
        ]

    def _describe_value(self, scene: Scene, spec: Any, value: Any) -> dict:
        """What facts and thresholds have in common: words, value, range."""
        words = self.env["aftersales.text"]._field(spec)
        unit = words.unit or ""
        if spec.type is FactType.MONEY:
            unit = scene.currency or ""
        elif spec.type is FactType.RATIO:
            unit = "%"
        low, high, step = value_range(scene, spec, value)
        return {
            "name": spec.name,
            "label": words.label,
            "help": words.help or "",
            "type": str(spec.type),
            "unit": unit,
            "choices": self._get_choices(words),
            "value": _human(spec, value),
            "text": self._say(spec, value, scene.currency),
            "min": _human(spec, low),
            "max": _human(spec, high),
            "step": step,
        }

    def _get_choices(self, words):
        if words.type is FactType.BOOLEAN:
            text = self.env["aftersales.text"]
            return [[raw, text._value(words, raw == "yes")] for raw in ("yes", "no")]
        return [list(each) for each in (words.choices or {}).items()] or False

    # ------------------------------------------------------------------- rules

    def _describe_rules(self, scene: Scene) -> list[dict]:
        explanation = scene.compiled.explain(
            scene.spec.name,
            scene.facts,
            on=scene.on,
            lang=self.env.lang,
            translate=self.env["aftersales.text"]._term,
            show=lambda spec, value, currency: self._say(spec, value, scene.currency),
        )
        typed = scene.compiled.typed_rules(scene.spec.name)
        return [
            self._describe_rule(scene, row, rule)
            for row, rule in zip(explanation.rules, typed, strict=True)
        ]

    def _describe_rule(self, scene: Scene, row, typed) -> dict:
        failed = row.failed
        return {
            "name": row.name,
            "label": row.label,
            "matched": row.matched,
            "decided": row.decided,
            "in_force": row.in_force,
            "outcome": self._say_outcome(scene, typed.outcome),
            "requirement": ", ".join(row.requirement),
            "conditions": [
                {
                    "text": each.text,
                    "holds": each.holds or (False if each in failed else None),
                    "seen": each.seen,
                    "needed": each.needed,
                    "operator": each.operator,
                    "distance": (not each.holds and each.distance) or "",
                    "any_of": False if each.group is None else each.group,
                }
                for each in row.conditions
            ],
            "first_failing": row.conditions.index(failed[0]) if failed else False,
            "valid": self._get_validity(typed.rule),
        }

    def _get_validity(self, rule):
        first, last = (
            day and format_date(self.env, day)
            for day in (rule.valid_from, rule.valid_to)
        )
        if first and last:
            return self.env._("%(first)s to %(last)s", first=first, last=last)
        if first:
            return self.env._("from %(day)s", day=first)
        if last:
            return self.env._("until %(day)s", day=last)
        return False


def used_limits(scene: Scene) -> dict[str, list[str]]:
    """Thresholds of the decision, with the rules that use them."""
    users: dict[str, list[str]] = {}
    for rule in scene.compiled.rules_for(scene.spec.name):
        for name in threshold_names(rule):
            users.setdefault(name, []).append(rule.name)
    return users


def _used_facts(scene: Scene) -> set[str]:
    """Facts that some rule of the decision looks at."""
    used = set()
    for rule in scene.compiled.typed_rules(scene.spec.name):
        for clause in rule.clauses:
            for comparison in clause.any_of:
                used.add(comparison.field.name)
                used |= {
                    term.field.name
                    for term in comparison.terms
                    if hasattr(term, "field")
                }
    return used


def without_trace(failure: str) -> dict:
    """What is left to show where the rules of a decision are not known any more."""
    return {
        "failure": failure,
        "matches": [],
        "facts": [],
        "thresholds": [],
        "ways": [],
        "ways_later": False,
        "rules": [],
    }
