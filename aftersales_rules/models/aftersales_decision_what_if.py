# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What if: a recorded decision made again with other values; nothing is stored (R4)."""

import dataclasses
import unicodedata
from typing import Any

from odoo import models

from ..rules import FactType, RulesError, compile_pack
from .aftersales_decision_explanation import Scene, without_trace
from .aftersales_threshold import _EXAMPLES, _parse_human
from .aftersales_version import is_within_bounds

SHOWN_MAX = 60
"""So many characters of a bad value are repeated."""


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    def try_values(self, facts=None, thresholds=None):
        """Decide again with other values, and say what comes of it.

        Whoever may read the decision may try; what is not given is as recorded. A value
        that cannot be used is named among the faults, and the recorded one counts.

        :param dict facts: values as people write them, by the name of the fact
        :param dict thresholds: the same for thresholds
        :return: dict of JSON values: faults, and what `get_explanation` says
        """
        self.ensure_one()
        self.check_access("read")
        record = self.sudo()  # sudo: who may read a decision may read all of why
        shown = {
            "faults": [],
            "changed": False,
            "result_label": self._describe_record(record)["result_label"],
            "effect_level": "neutral",
        }
        try:
            scene = record._get_scene()
            faults: list[dict] = []
            tried = self._change_scene(scene, facts, thresholds, faults)
            return shown | {"faults": faults} | self._describe_tried(record, tried)
        except RulesError as err:
            return shown | without_trace(str(err))

    def get_ways(self, facts=None, thresholds=None):
        """The nearest ways to other answers, where `ways_later` says to ask for them.

        :param dict facts: as for `try_values`
        :param dict thresholds: as for `try_values`
        :return: list of JSON values, as `ways` of `get_explanation`
        """
        self.ensure_one()
        self.check_access("read")
        record = self.sudo()  # sudo: who may read a decision may read all of why
        try:
            scene = record._get_scene()
            tried = self._change_scene(scene, facts, thresholds, [])
            return self._describe_ways(tried)
        except RulesError:
            return []

    def _describe_tried(self, record, tried: Scene) -> dict:
        decision = tried.decide()
        changed = decision.outcomes != record._get_decision().outcomes
        if changed:
            answer = {
                "result_label": self._say_result(tried, decision.outcomes),
                "effect_level": tried.spec.level(
                    tried.spec.headline(decision.outcomes)
                ),
            }
        else:
            answer = self._describe_result(tried, record, decision.outcomes)
        shown = {
            "failure": False,
            "changed": changed,
            "matches": self._describe_matches(tried, decision),
            **answer,
        }
        # values that are tried come from nowhere
        return shown | self._describe_trace(tried, {})

    # ----------------------------------------------------------------- reading

    def _change_scene(self, scene: Scene, facts, thresholds, faults) -> Scene:
        """The scene with the values that can be used; the others become faults."""
        seen = self._read_tried("fact", scene.spec.fact_fields, facts, faults)
        limits = {each.name: each for each in scene.compiled.pack.thresholds}
        wanted = self._read_tried("threshold", limits, thresholds, faults)
        model = scene.spec.facts.of(**{**scene.facts.__dict__, **seen})
        currency = getattr(model, "currency", None) or scene.currency
        tried = dataclasses.replace(scene, facts=model, currency=currency)
        if not wanted:
            return tried
        # Only this table, so that a slider can follow the hand; the engine of
        # closures gives the same answers (property tests) and needs no building.
        pack = scene.compiled.pack.model_copy(
            update={"rules": scene.compiled.rules_for(scene.spec.name)}
        )
        values = {**scene.compiled.thresholds, **wanted}
        try:
            compiled = compile_pack(
                pack, scene.compiled.registry, thresholds=values, engine="plain"
            )
        except RulesError as err:  # values that do not go together
            faults.append(_fault("threshold", next(iter(wanted)), str(err)))
            return tried
        return dataclasses.replace(tried, compiled=compiled)

    def _read_tried(self, kind, specs, values, faults) -> dict[str, Any]:
        """The typed values among those that somebody wants to try."""
        if values is None or values is False:
            return {}
        if not isinstance(values, dict):
            faults.append(_fault(kind, "", self.env._("These are no values.")))
            return {}
        read = {}
        for name, raw in values.items():
            spec = specs.get(name)
            if spec is None:
                text = self.env._("“%(name)s” is not known here.", name=_short(name))
                faults.append(_fault(kind, _short(name), text))
                continue
            try:
                value = _read(spec, raw)
            except ValueError:
                faults.append(_fault(kind, name, self._say_bad_value(spec, raw)))
                continue
            if kind == "threshold" and (
                value is None or not is_within_bounds(spec, value)
            ):
                faults.append(_fault(kind, name, self._say_bad_threshold(spec, raw)))
                continue
            read[name] = value
        return read

    def _say_bad_value(self, spec, raw) -> str:
        words = self.env["aftersales.text"]._field(spec)
        if words.choices:
            return self.env._(
                "“%(value)s” is no value of “%(fact)s”. Possible are: %(list)s.",
                value=_short(raw),
                fact=words.label,
                list=", ".join(words.choices.values()),
            )
        return self.env._(
            "“%(value)s” is no value of “%(fact)s”. Write it like this: %(example)s",
            value=_short(raw),
            fact=words.label,
            example=_EXAMPLES[spec.type],
        )

    def _say_bad_threshold(self, spec, raw) -> str:
        return self.env._(
            "“%(value)s” cannot be used for “%(threshold)s”. Allowed: %(bounds)s.",
            value=_short(raw),
            threshold=spec.label_in(self.env.lang),
            bounds=self.env["aftersales.threshold"]._get_bounds(spec),
        )


def _read(spec, raw):
    """A typed value; raises `ValueError`."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool):
        if spec.type is not FactType.BOOLEAN:
            raise ValueError(raw)
        return raw
    if not isinstance(raw, str | int | float):
        raise ValueError(raw)
    written = str(raw)
    if spec.type is not FactType.TEXT:
        written = unicodedata.normalize("NFKC", written).strip()
        if not written:
            return None
    return _parse_human(spec, written)


def _short(raw) -> str:
    text = str(raw)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def _fault(kind, name, text):
    return {"kind": kind, "name": name, "text": text}
