# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two sets of rules side by side, in words: what differs, cell by cell (R3).

How it works: the core says what differs (`compare_packs`); here each cell is written in
the words that the rules have everywhere else, on both sides with the thresholds of that
side. Which rules moved is said once, by their places; that the others were numbered
anew is no change.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from types import SimpleNamespace

import babel
from babel.core import UnknownLocaleError
from markupsafe import Markup, escape

from odoo import api, models

from ..rules import (
    COLUMNS,
    CellChange,
    Pack,
    Registry,
    RuleChange,
    RulesError,
    Template,
    Threshold,
    ThresholdChange,
    compare_packs,
    parse_value,
    thresholds_of,
)

_SILENT = {"name", "sequence"}
"""Cells that nobody reads: the order is said as places."""
_SAID = {"label", "decision", "default"}
"""What a new or removed rule or threshold says above its cells."""
_TEMPLATES = {"reason", "remedy"}
_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|\w+|\s+|.", re.DOTALL)
"""A word, or one character of a script that has no spaces."""
_ALIKE = 0.5
"""Texts that share less than this are marked as a whole."""


class Side:
    """A set of rules with the values of its thresholds, and what it is called.

    It stands in for compiled rules where these are only written in words, so that a
    draft that cannot be used yet can be compared, too.
    """

    def __init__(
        self, label: str, pack: Pack, values: dict, currency: str, registry: Registry
    ):
        self.label = label
        self.registry = registry
        self.pack = pack
        self.thresholds = values
        self.currency = currency
        self.rules = {rule.name: rule for rule in pack.rules}
        self.limits = {spec.name: spec for spec in pack.thresholds}


class AftersalesComparison(models.AbstractModel):
    _name = "aftersales.comparison"
    _description = "Comparison of Rules"

    @api.model
    def _get_side(self, label, pack, stored, company) -> Side:
        """Rules to compare.

        :param Mapping stored: threshold values as they are stored; what cannot be read
            is shown as it was written
        """
        values = {}
        for spec in pack.thresholds:
            raw = stored.get(spec.name, spec.default)
            try:
                values[spec.name] = parse_value(spec, raw)
            except ValueError:
                values[spec.name] = raw
        # sudo: a currency code
        currency = company.sudo().currency_id.name
        registry = self.env["aftersales.extension"]._get_registry()
        return Side(label, pack, values, currency, registry)

    @api.model
    def _compare(self, before: Side, after: Side, decision=None) -> dict:
        """What differs, for a screen: JSON, all texts in the user's language.

        :param str decision: only the table of this decision, and its thresholds
        """
        diff = compare_packs(before.pack, after.pack)
        thresholds = self._get_threshold_items(diff, before, after, decision)
        groups = [{"label": self.env._("Thresholds"), "items": thresholds}]
        if not decision:
            cells = self._get_pack_cells(diff)
            name = [{"kind": "changed", "label": after.pack.label, "cells": cells}]
            groups.insert(
                0, {"label": self.env._("Rule Pack"), "items": name if cells else []}
            )
        for name, label in self.env["aftersales.text"]._get_decision_selection():
            if not decision or name == decision:
                items = self._get_rule_items(diff, before, after, name)
                groups.append({"label": label, "items": items})
        groups += self._get_foreign_groups(diff, before, after, decision)
        groups = [group for group in groups if group["items"]]
        items = [item for group in groups for item in group["items"]]
        return {
            "before": before.label,
            "after": after.label,
            "groups": groups,
            "counts": {
                kind: sum(item["kind"] == kind for item in items)
                for kind in ("added", "changed", "moved", "removed")
            },
        }

    @api.model
    def _render(self, comparison: dict) -> str:
        """A comparison as HTML."""
        return self.env["ir.qweb"]._render(
            "aftersales_rules.comparison",
            {
                "comparison": comparison,
                "kinds": self._get_kind_labels(),
                "marked": _marked,
            },
        )

    @api.model
    def _get_kind_labels(self):
        return {
            "added": self.env._("New"),
            "changed": self.env._("Changed"),
            "moved": self.env._("Moved"),
            "removed": self.env._("Removed"),
        }

    @api.model
    def _get_foreign_groups(self, diff, before, after, decision):
        """Rules of decisions that no installed addon has."""
        names = {
            self._get_rule(change, before, after).decision for change in diff.rules
        }
        registry = self.env["aftersales.extension"]._get_registry()
        gone = self.env["aftersales.extension.part"]._get_words_of_gone("decisions")
        return [
            {
                "label": gone.get(name, name),
                "items": self._get_rule_items(diff, before, after, name),
            }
            for name in sorted(names)
            if name not in registry and decision in (None, False, name)
        ]

    # ----------------------------------------------------------- thresholds

    @api.model
    def _get_threshold_items(self, diff, before, after, decision):
        users = _users(before, after, decision)
        changes = {change.name: change for change in diff.thresholds}
        items = []
        for name in {**after.limits, **before.limits}:
            if decision and name not in users:
                continue
            change = changes.get(name)
            cells = self._get_threshold_cells(name, change, before, after)
            if cells:
                spec = after.limits.get(name) or before.limits[name]
                items.append(
                    {
                        "kind": change.kind
                        if change and change.kind in ("added", "removed")
                        else "changed",
                        "label": spec.label_in(self.env.lang),
                        "note": self._get_users_note(users.get(name)),
                        "cells": cells,
                    }
                )
        return items

    @api.model
    def _get_users_note(self, rules):
        if not rules:
            return self.env._("No rule uses it.")
        labels = dict.fromkeys(rule.label_in(self.env.lang) for rule in rules)
        return self.env._("Used by: %(rules)s", rules=", ".join(labels))

    @api.model
    def _get_threshold_cells(
        self, name: str, change: ThresholdChange | None, before: Side, after: Side
    ) -> list[dict]:
        texts = [self._show_limit_value(side, name) for side in (before, after)]
        cells = []
        if texts[0] != texts[1]:
            cells.append(self._get_cell(self.env._("Value"), *texts))
        is_whole = change is not None and change.kind in ("added", "removed")
        for cell in change.every_cell if change else ():
            if cell.path[0] in _SILENT or (is_whole and cell.path[0] in _SAID):
                continue
            shown = [
                self._show_limit_cell(side, name, cell.path, value)
                for side, value in ((before, cell.before), (after, cell.after))
            ]
            self._append_cell(cells, self._get_limit_column(cell), shown, cell)
        return cells

    @api.model
    def _show_limit_value(self, side: Side, name: str) -> str:
        spec = side.limits.get(name)
        if not spec:
            return ""
        return self._show_value(spec, side.thresholds[name], side)

    @api.model
    def _show_limit_cell(self, side: Side, name: str, path, value) -> str:
        key, spec = path[0], side.limits.get(name)
        if not spec or value is None:
            return ""
        if key in ("default", "minimum", "maximum"):
            try:
                return self._show_value(spec, parse_value(spec, value), side)
            except ValueError:
                return str(value)
        if key == "type":
            return self._get_type_labels().get(str(value), str(value))
        if key == "unit":
            return self.env["aftersales.text"]._term(value)
        return _plain(value)

    @api.model
    def _show_value(self, spec: Threshold, value, side: Side) -> str:
        try:
            return self.env["aftersales.text"]._value(spec, value, side.currency)
        except (AttributeError, TypeError, ValueError):  # it could not be read
            return str(value)

    @api.model
    def _get_type_labels(self):
        return {
            "money": self.env._("Amount of money"),
            "ratio": self.env._("Share"),
            "quantity": self.env._("Quantity"),
            "integer": self.env._("Whole number"),
            "date": self.env._("Day"),
            "time": self.env._("Time of day"),
            "boolean": self.env._("Yes or no"),
            "choice": self.env._("Choice"),
            "text": self.env._("Text"),
        }

    @api.model
    def _get_limit_column(self, cell: CellChange) -> str:
        if cell.path == ("default",):
            return self.env._("Default")
        return self._get_column(cell.path)

    # ---------------------------------------------------------------- rules

    @api.model
    def _get_rule_items(self, diff, before, after, decision):
        """The rules of a decision that differ, in their order."""
        changes = [
            change
            for change in diff.rules
            if self._get_rule(change, before, after).decision == decision
        ]
        changes.sort(key=lambda each: each.place_after or each.place_before)
        items = []
        for change in changes:
            rule = self._get_rule(change, before, after)
            cells = self._get_rule_cells(change, before, after)
            if cells:
                is_moved = all(cell["column"] == self._place() for cell in cells)
                kind = change.kind
                if kind in ("changed", "moved"):
                    kind = "moved" if is_moved else "changed"
                items.append(
                    {
                        "kind": kind,
                        "label": rule.label_in(self.env.lang),
                        "note": "",
                        "cells": cells,
                    }
                )
        return items

    @api.model
    def _get_rule(self, change: RuleChange, before: Side, after: Side):
        return after.rules.get(change.name) or before.rules[change.name]

    @api.model
    def _place(self):
        return self.env["aftersales.text"]._term(COLUMNS["place"])

    @api.model
    def _get_rule_cells(self, change: RuleChange, before: Side, after: Side):
        """All cells of a rule that differ; of a new or removed one, all it has."""
        sides = [(before, before.rules.get(change.name))]
        sides.append((after, after.rules.get(change.name)))
        cells = []
        if change.moved or change.kind in ("added", "removed"):
            places = change.place_before, change.place_after
            texts = [str(place or "") for place in places]
            cells.append(self._get_cell(self._place(), *texts))
        column = self.env["aftersales.text"]._term(COLUMNS["condition"])
        for each in change.every_condition:
            places = each.place_before, each.place_after
            shown = [
                self._show_condition(side, rule, place)
                for (side, rule), place in zip(sides, places, strict=True)
            ]
            if each.kind == "moved":
                shown = [
                    self.env._("%(place)s: %(condition)s", place=at + 1, condition=text)
                    for at, text in zip(places, shown, strict=True)
                ]
            self._append_cell(cells, column, shown, each)
        is_whole = change.kind in ("added", "removed")
        for cell in change.every_cell:
            if cell.path[0] not in _SILENT | (_SAID if is_whole else set()):
                shown = [
                    self._show_rule_cell(side, rule, cell.path, value)
                    for (side, rule), value in zip(
                        sides, (cell.before, cell.after), strict=True
                    )
                ]
                label = self._get_rule_column(change, cell, before, after)
                self._append_cell(cells, label, shown, cell)
        return cells

    @api.model
    def _get_rule_column(self, change, cell, before, after):
        if cell.path[0] != "outcome":
            return self._get_column(cell.path)
        decision = self._get_rule(change, before, after).decision
        spec = _outcome_field(after.registry, decision, cell.path[1])
        return self.env["aftersales.text"]._term(spec.label) if spec else cell.path[1]

    @api.model
    def _show_condition(self, side: Side, rule, place) -> str:
        if rule is None or place is None:
            return ""
        item = rule.conditions[place]
        alone = SimpleNamespace(decision=rule.decision, conditions=(item,))
        try:
            [text] = self.env["aftersales.text"]._conditions(side, alone, side.currency)
        except (RulesError, LookupError, StopIteration, ValueError):
            # a fact that no installed addon has, or a value that is none of it
            text = _plain_condition(item)
        return text

    @api.model
    def _show_rule_cell(self, side: Side, rule, path, value) -> str:
        key = path[0]
        if rule is None or value is None:
            return ""
        if key == "outcome":
            return self._show_outcome(side, rule, path[1])
        if key == "decision":
            return dict(self.env["aftersales.text"]._get_decision_selection()).get(
                value, value
            )
        if path[-1] in _TEMPLATES:
            return self._show_template(side, rule, value)
        return _plain(value)

    @api.model
    def _show_outcome(self, side: Side, rule, name) -> str:
        value = rule.outcome.get(name)
        spec = _outcome_field(side.registry, rule.decision, name)
        try:
            return self.env["aftersales.text"]._outcome_value(
                side, spec, value, side.currency
            )
        except (AttributeError, LookupError, StopIteration, ValueError):
            return _plain(value)

    @api.model
    def _show_template(self, side: Side, rule, source) -> str:
        """A reason or remedy, with facts and thresholds by their labels."""
        text = self.env["aftersales.text"]
        registry = self.env["aftersales.extension"]._get_registry()
        known = rule.decision in registry
        fields = registry.get(rule.decision).fact_fields if known else {}
        words = []
        for kind, part in Template(source).parts:
            if kind == "fact" and part in fields:
                part = f"‹{text._term(fields[part].label)}›"
            elif kind == "threshold" and part in side.limits:
                part = f"‹{text._threshold(side, part, side.currency)}›"
            elif kind != "text":
                part = f"‹{part}›"
            words.append(part)
        return "".join(words)

    # ---------------------------------------------------------------- cells

    @api.model
    def _get_pack_cells(self, diff):
        cells = []
        for cell in diff.cells:
            shown = [_plain(cell.before), _plain(cell.after)]
            self._append_cell(cells, self._get_column(cell.path), shown, cell)
        return cells

    @api.model
    def _get_column(self, path) -> str:
        name = self.env["aftersales.text"]._term(COLUMNS.get(path[-1], path[-1]))
        if path[0] != "i18n":
            return name
        language = self._get_language(path[1])
        return self.env._("%(column)s (%(language)s)", column=name, language=language)

    @api.model
    def _get_language(self, code):
        # sudo: names of languages
        languages = self.env["res.lang"].sudo().with_context(active_test=False)
        known = languages.search([("code", "=", code)], limit=1)
        if known:
            return known.name
        try:
            return babel.Locale.parse(code).get_display_name(self.env.lang or "en_US")
        except (UnknownLocaleError, ValueError):
            return code

    @api.model
    def _append_cell(self, cells, column, shown, change):
        """Add what differs; what is only spelled differently is no change."""
        if shown[0] == shown[1]:
            if not (shown[0] and _differs(change)):
                return
            # two things of one label: only their names tell them apart
            shown = [f"{shown[0]} [{_raw(change.before)}]"]
            shown.append(f"{shown[0].rpartition(' [')[0]} [{_raw(change.after)}]")
        cells.append(self._get_cell(column, *shown))

    @api.model
    def _get_cell(self, column: str, before: str, after: str) -> dict:
        """A cell with the words in it that differ."""
        old, new = _mark(before, after)
        return {
            "column": column,
            "before": before,
            "after": after,
            "before_parts": old,
            "after_parts": new,
        }


def _users(before: Side, after: Side, decision) -> dict:
    """The rules that use each threshold, in the later of the two."""
    users = {}
    for side in (before, after):
        for rule in side.pack.rules:
            if decision and rule.decision != decision:
                continue
            for name in thresholds_of(rule):
                users.setdefault(name, {})[rule.name] = rule
    return {
        name: [rule for rule in rules.values() if rule.name in after.rules]
        or list(rules.values())
        for name, rules in users.items()
    }


def _outcome_field(registry, decision, name):
    if decision not in registry:
        return None
    return registry.get(decision).outcome_fields.get(name)


def _plain(value) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _plain_condition(item) -> str:
    texts = []
    for each in getattr(item, "any_of", (item,)):
        operand = each.model_dump(mode="json").get("operand")
        texts.append(f"{each.fact} {each.op} {_raw(operand)}".rstrip())
    return "; ".join(texts)


def _raw(value) -> str:
    if isinstance(value, dict):
        return " ".join(_raw(each) for each in value.values() if each)
    if isinstance(value, list | tuple):
        return ", ".join(_raw(each) for each in value)
    return _plain(value)


def _names(value) -> Iterator[str]:
    """Names of facts, thresholds and choices in a cell; numbers have spellings."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)
    elif isinstance(value, str) and re.search(r"[^\W\d]", value):
        yield value


def _differs(change) -> bool:
    """Whether a cell names other things, not only spells numbers differently."""
    return list(_names(change.before)) != list(_names(change.after))


def _mark(before: str, after: str) -> tuple[list, list]:
    """Both texts in parts, each with whether only this side has it."""
    if not before or not after:
        return [[before, False]], [[after, False]]
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:  # islands of what is alike by chance help nobody
        return [[before, True]], [[after, True]]
    parts = [], []
    for kind, low, high, start, end in matcher.get_opcodes():
        for side, text in zip(
            parts, ("".join(old[low:high]), "".join(new[start:end])), strict=True
        ):
            if text:
                side.append([text, kind != "equal"])
    return parts


def _marked(parts, tag):
    """The parts of a text as HTML, with what only this side has in a tag."""
    return Markup("").join(
        Markup("<%s>%s</%s>") % (tag, text, tag) if differs else escape(text)
        for text, differs in parts
    )
