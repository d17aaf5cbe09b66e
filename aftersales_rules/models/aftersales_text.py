# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import dataclasses
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from odoo import api, models
from odoo.tools.translate import code_translations

from ..rules import (
    AnyGroup,
    CompiledPack,
    Condition,
    Decision,
    DecisionSpec,
    FactOperand,
    Rule,
    Template,
    Threshold,
    ThresholdOperand,
    finding_text,
    format_value,
    parse_value,
)

_SEVERITIES = ("error", "warning", "note")


class AftersalesText(models.AbstractModel):
    """Rules in words: the one place where texts of the core meet a language.

    Rules and thresholds bring their translations along in the pack. Labels of
    facts, choices, units and decisions are Python texts of the addon that
    declares them, and are translated like all texts of an addon. What has no
    translation stays English.
    """

    _name = "aftersales.text"
    _description = "Rules in Words"

    @api.model
    def _term(self, source: str | None) -> str:
        """A text of the core in the user's language."""
        lang = self.env.lang
        if not source or not lang or lang == "en_US":
            return source or ""
        for addon in (
            "aftersales_rules",
            *self.env["aftersales.extension"]._get_addons(),
        ):
            terms = code_translations.get_python_translations(addon, lang)
            if source in terms:
                return terms[source]
        return source

    @api.model
    def _get_decision_selection(self) -> list[tuple[str, str]]:
        registry = self.env["aftersales.extension"]._get_registry()
        return [(spec.name, self._term(spec.label)) for spec in registry]

    @api.model
    def _group_findings(self, compiled: CompiledPack, found) -> list[dict]:
        """What does not fit together, in words, by decision; errors first, then news.

        :param found: each `Finding`, and whether it is not so in force already
        """
        decisions = dict(self._get_decision_selection())
        groups: dict[str, list[dict]] = {}
        for finding, is_new in found:
            label = decisions.get(finding.decision) or self.env._("Thresholds")
            groups.setdefault(label, []).append(
                {
                    "severity": finding.severity,
                    "is_new": is_new,
                    "decision": finding.decision or "",
                    "rule": finding.rule or "",
                    "text": finding_text(compiled, finding, self.env.lang, self._term),
                }
            )
        return [
            {
                "label": label,
                "findings": sorted(
                    findings,
                    key=lambda each: (
                        _SEVERITIES.index(each["severity"]),
                        not each["is_new"],
                    ),
                ),
            }
            for label, findings in groups.items()
        ]

    @api.model
    def _get_recorded_decision_selection(self) -> list[tuple[str, str]]:
        """The same for what was decided, with decisions of addons that are gone."""
        gone = self.env["aftersales.extension.part"]._get_words_of_gone("decisions")
        return list((gone | dict(self._get_decision_selection())).items())

    @api.model
    def _field(self, spec: Any) -> Any:
        """A declared field, or a threshold, with its texts translated."""
        if isinstance(spec, Threshold):
            return SimpleNamespace(
                name=spec.name,
                type=spec.type,
                label=spec.label_in(self.env.lang),
                help=self._threshold_help(spec),
                unit=self._term(spec.unit),
                choices=None,
            )
        choices = spec.choices and {
            value: self._term(label) for value, label in spec.choices.items()
        }
        return dataclasses.replace(
            spec,
            label=self._term(spec.label),
            help=self._term(spec.help),
            unit=self._term(spec.unit),
            choices=choices,
        )

    @api.model
    def _threshold_help(self, spec: Threshold) -> str:
        texts = _texts_in(spec.i18n, self.env.lang)
        return (texts and texts.help) or spec.help

    @api.model
    def _value(self, spec: Any, value: object, currency: str | None = None) -> str:
        """A typed value as people of this language read it, with its unit."""
        return format_value(spec, value, currency, self._term)

    @api.model
    def _reason(self, company, decision: Decision) -> str:
        """Why a decision just made was made, in the user's language."""
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        matches = compiled.render(decision, self.env.lang, self._term)
        return matches[0].reason if matches else self.env._("No rule matched.")

    # ------------------------------------------------------- conditions

    @api.model
    def _conditions(
        self, compiled: CompiledPack, rule: Rule, currency: str | None = None
    ) -> list[str]:
        """The conditions of a rule, each as a sentence."""
        sentences = []
        for item in rule.conditions:
            if isinstance(item, AnyGroup):
                options = [
                    self._condition(compiled, rule.decision, condition, currency)
                    for condition in item.any_of
                ]
                sentences.append(
                    self.env._("at least one of: %(list)s", list="; ".join(options))
                )
            else:
                sentences.append(
                    self._condition(compiled, rule.decision, item, currency)
                )
        return sentences

    @api.model
    def _condition(
        self,
        compiled: CompiledPack,
        decision: str,
        condition: Condition,
        currency: str | None,
    ) -> str:
        """One comparison: ``Days overdue > Longest overdue debt (3 days)``."""
        spec = compiled.registry.get(decision).fact_fields[condition.fact]
        words = {"fact": self._term(spec.label)}
        operator = str(condition.op)
        if operator == "is set":
            return self.env._("%(fact)s is set", **words)
        if operator == "is not set":
            return self.env._("%(fact)s is not set", **words)
        needed = self._needed(compiled, decision, condition, currency)
        if operator == "between":
            return self.env._("%(fact)s between %(needed)s", needed=needed, **words)
        if operator == "in":
            return self.env._("%(fact)s is one of: %(needed)s", needed=needed, **words)
        if operator == "not in":
            return self.env._("%(fact)s is none of: %(needed)s", needed=needed, **words)
        return f"{words['fact']} {operator} {needed}"

    @api.model
    def _needed(
        self,
        compiled: CompiledPack,
        decision: str,
        condition: Condition,
        currency: str | None,
    ) -> str:
        """What a fact is compared with."""
        if condition.operand is None:
            return ""
        operands = condition.operand
        if not isinstance(operands, tuple):
            operands = (operands,)
        texts = [
            self._operand(compiled, decision, condition.fact, operand, currency)
            for operand in operands
        ]
        if str(condition.op) == "between":
            return self.env._("%(low)s and %(high)s", low=texts[0], high=texts[1])
        return ", ".join(texts)

    @api.model
    def _operand(
        self,
        compiled: CompiledPack,
        decision: str,
        fact: str,
        operand: Any,
        currency: str | None,
    ) -> str:
        fields = compiled.registry.get(decision).fact_fields
        if isinstance(operand, ThresholdOperand):
            text = self._threshold(compiled, operand.threshold, currency)
        elif isinstance(operand, FactOperand):
            text = self._term(fields[operand.fact].label)
        else:
            value = parse_value(fields[fact], operand)
            return self._value(fields[fact], value, currency)
        if operand.times:
            text = f"{text} × {self._threshold(compiled, operand.times)}"
        return text

    @api.model
    def _threshold(
        self, compiled: CompiledPack, name: str, currency: str | None = None
    ) -> str:
        spec = next(spec for spec in compiled.pack.thresholds if spec.name == name)
        value = self._value(spec, compiled.thresholds[name], currency)
        return f"{spec.label_in(self.env.lang)} ({value})"

    # --------------------------------------------------- what a rule says

    @api.model
    def _outcome(
        self, compiled: CompiledPack, rule: Rule, currency: str | None = None
    ) -> str:
        """An outcome in words, without the fields that are left open."""
        words = []
        for field in compiled.registry.get(rule.decision).outcome_fields.values():
            value = rule.outcome.get(field.name)
            if value is None:
                continue
            said = self._outcome_value(compiled, field, value, currency)
            words.append(f"{self._term(field.label)}: {said}")
        return ", ".join(words) or self.env._("Nothing is to be done.")

    @api.model
    def _outcome_value(
        self, compiled: CompiledPack, field: Any, value: Any, currency: str | None
    ) -> str:
        """One field of an outcome in words."""
        if isinstance(value, ThresholdOperand):
            return self._threshold(compiled, value.threshold, currency)
        return self._value(field, parse_value(field, value), currency)

    @api.model
    def _template(
        self,
        compiled: CompiledPack,
        rule: Rule,
        name: str,
        currency: str | None = None,
    ) -> str:
        """A reason or remedy with the labels of facts where values will stand."""
        texts = _texts_in(rule.i18n, self.env.lang)
        source = (texts and getattr(texts, name)) or getattr(rule, name)
        fields = compiled.registry.get(rule.decision).fact_fields
        specs = {spec.name: spec for spec in compiled.pack.thresholds}
        words = []
        for kind, text in Template(source).parts:
            if kind == "fact":
                words.append(f"‹{self._term(fields[text].label)}›")
            elif kind == "threshold":
                value = compiled.thresholds[text]
                words.append(self._value(specs[text], value, currency))
            else:
                words.append(text)
        return "".join(words)


def _texts_in(texts: Mapping[str, Any], lang: str | None) -> Any | None:
    """Texts for ``zh_CN``, else for ``zh``, as the core chooses them."""
    return texts.get(lang or "") or texts.get((lang or "").partition("_")[0])


def _comparisons(rule: Rule) -> Iterator[Condition]:
    """All comparisons of a rule, those in groups too."""
    for item in rule.conditions:
        if isinstance(item, AnyGroup):
            yield from item.any_of
        else:
            yield item


def threshold_names(rule: Rule) -> set[str]:
    """Thresholds that a rule compares with or answers with."""
    operands: list[Any] = list(rule.outcome.values())
    for condition in _comparisons(rule):
        several = isinstance(condition.operand, tuple)
        operands += condition.operand if several else [condition.operand]
    names = {
        getattr(operand, slot, None)
        for operand in operands
        for slot in ("threshold", "times")
    }
    return names - {None}


def declaring_addons(spec: DecisionSpec) -> list[str]:
    """The addons that declare a decision or a fact of it."""
    return sorted(set(_addons_of(spec)))


def _addons_of(spec: DecisionSpec) -> Iterator[str]:
    for model in spec.facts.__mro__ + spec.outcome.__mro__:
        parts = model.__module__.split(".")
        if parts[:2] == ["odoo", "addons"]:
            yield parts[2]
