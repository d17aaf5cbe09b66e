# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What would give another answer, in words that a person acts on (R4)."""

from odoo import models

from ..rules import (
    DecisionSpec,
    movable_ranges,
    nearest_ways,
    way_advice,
    way_rank,
)
from .aftersales_decision_explanation import Scene, used_limits
from .aftersales_threshold import _human

WAYS_SHOWN = 4
"""So many ways to one answer are shown."""
PAIRS_UP_TO = 40
"""Tables of more rules are searched for one value at a time only."""
_LEVELS = ["good", "neutral", "warn", "bad"]
"""Answers in the order in which people want them."""


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    def _describe_ways(self, scene: Scene) -> list[dict]:
        """What gives another answer, in words that a person acts on."""
        now = scene.decide().outcomes
        goals: dict[str, dict] = {}
        for way, wanted in self._find_ways(scene):
            text = self._say_way(scene, way)
            if text is None or _makes_worse(scene, now, way, wanted):
                continue
            goal = self._name_goal(scene, now, way, wanted)
            found = goals.setdefault(
                goal,
                {
                    "goal": goal,
                    "goal_level": scene.spec.level(scene.spec.headline(way.outcomes)),
                    "texts": [],
                    "options": [],
                },
            )
            if text not in found["texts"] and len(found["texts"]) < WAYS_SHOWN:
                found["texts"].append(text)
                found["options"].append({"text": text, **_values_of(scene, way)})
        return sorted(
            goals.values(), key=lambda goal: _LEVELS.index(goal["goal_level"])
        )

    def _find_ways(self, scene: Scene):
        """All ways that somebody can go, the nearest first, with their goals."""
        movable, ranges = movable_ranges(scene.spec, scene.facts)
        few = len(scene.compiled.rules_for(scene.spec.name)) <= PAIRS_UP_TO
        found = nearest_ways(
            scene.compiled,
            scene.spec.name,
            scene.facts,
            on=scene.on,
            movable=movable,
            ranges=ranges,
            thresholds=used_limits(scene),
            fields=_goal_fields(scene.spec),
            pairs=few,
        )
        ways = [
            (way, alternative.goal)
            for alternative in found
            for way in alternative.ways
            if way.movable and _is_one_persons(way)
        ]
        return sorted(ways, key=lambda each: way_rank(each[0]))

    def _say_way(self, scene: Scene, way):
        return way_advice(
            scene.compiled,
            scene.spec.name,
            scene.facts,
            way,
            lang=self.env.lang,
            translate=self.env["aftersales.text"]._term,
            show=lambda spec, value, _currency: self._say(spec, value, scene.currency),
        )

    def _name_goal(self, scene: Scene, now, way, goal) -> str:
        """What a way comes to: another answer, or one cause less of the same."""
        before, after = (self._say_result(scene, each) for each in (now, way.outcomes))
        if before != after:
            return after
        said = self._say_outcome(scene, goal.outcome or {})
        if goal.kind == "without":
            return self.env._("No longer “%(answer)s”", answer=said)
        return said


def _goal_fields(spec: DecisionSpec) -> list[str] | None:
    """By what answers differ: under *first* by the word they come to."""
    choices = [name for name, field in spec.outcome_fields.items() if field.choices]
    if not choices:
        return None
    return choices if spec.hit_policy == "collect" else choices[:1]


def _is_one_persons(way) -> bool:
    """Whether it is about the case, or changes one rule for all of them; not both."""
    return len(way.changes) == 1 or all(each.kind == "fact" for each in way.changes)


def _makes_worse(scene: Scene, now, way, goal) -> bool:
    """Whether a way takes one answer away and brings another of the same kind."""
    if goal.kind != "without":
        return False
    headline = scene.spec.headline
    if headline(now) != headline(way.outcomes):
        return False
    return any(outcome not in now for outcome in map(dict, way.outcomes))


def _values_of(scene: Scene, way) -> dict:
    """The values of a way, as the screen writes and ``try_values`` reads them."""
    limits = {each.name: each for each in scene.compiled.pack.thresholds}
    values: dict[str, dict[str, str]] = {"facts": {}, "thresholds": {}}
    for change in way.changes:
        is_fact = change.kind == "fact"
        spec = (scene.spec.fact_fields if is_fact else limits)[change.name]
        values[f"{change.kind}s"][change.name] = _human(spec, change.after)
    return values
