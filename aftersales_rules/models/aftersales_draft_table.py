# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A decision table of a draft as its editor sees it (R1, R2, U9).

The editor speaks JSON: rules as in a pack, but with operands as people write them
(``50 %``, ``10,000.00``, ``15:30``) and with texts in the language of the user. What
comes back is read here, checked by the core, and each fault is given its row and cell.
"""

import json
import re
import unicodedata

from odoo import fields, models
from odoo.exceptions import ValidationError

from ..rules import (
    PackError,
    RulesError,
    compile_pack,
    find_problems,
    finding_text,
    load_pack,
    parse_value,
)
from ..rules.language import (
    LIST_OPERATORS,
    ORDER_OPERATORS,
    SET_OPERATORS,
    Operator,
)
from ..rules.values import ORDERED_TYPES
from .aftersales_text import threshold_names
from .aftersales_threshold import _human, _parse_human
from .aftersales_version import is_within_bounds
from .threshold_values import read_values, to_text

_RULE = re.compile(r"rules\[(\d+)\](.*)")
_CONDITION = re.compile(r"\.conditions\[(\d+)\](?:\.any(?:_of)?\[(\d+)\])?")
TEXTS = ("label", "reason", "remedy")


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    def get_table(self, decision=None):
        """A table of published rules, to be read by whoever may see rules.

        :param str decision: technical name
        :return: what `aftersales.draft.get_table` gives, read only
        """
        self.ensure_one()
        self.check_access("read")
        shown = self.env["aftersales.draft"].new(
            {
                "company_id": self.company_id.id,
                "state": "published",
                "content": self.pack,
                "threshold_values": self.thresholds,
            }
        )
        return shown._get_table(decision)


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    table_changes = fields.Json(
        compute="_compute_table_changes",
        inverse="_inverse_table_changes",
        help="What was changed in the table editor and is saved with the form.",
    )

    def _compute_table_changes(self):
        self.table_changes = False

    def _inverse_table_changes(self):
        """The form's own save keeps what stands in the editor, by its one door."""
        for draft in self:
            changes = draft.table_changes
            if not changes:
                continue
            if not isinstance(changes, dict):
                raise ValidationError(self.env._("This is no decision table."))
            draft.save_table(
                changes.get("decision"),
                changes.get("rules") or [],
                changes.get("thresholds") or [],
                changes.get("revision"),
            )
        self.invalidate_recordset(["table_changes"], flush=False)

    # -------------------------------------------------------------- for reading

    def get_table(self, decision=None):
        """Everything that the editor shows of one decision table.

        :param str decision: technical name; without it the one the draft is about
        :return: dict of JSON values
        :raise ValidationError: if there is no such decision
        """
        self.ensure_one()
        self.check_access("read")
        return self._get_table(decision)

    def _get_table(self, decision):
        content = json.loads(self.content)
        tables = self._get_tables(content)
        known = [table["name"] for table in tables]
        if not decision:  # the one that it is about, unless its addon is gone
            decision = self.decision if self.decision in known else known[0]
        spec = self._get_decision_spec(decision)
        rules = [rule for rule in content["rules"] if rule["decision"] == decision]
        rules.sort(key=lambda rule: rule.get("sequence", 10))
        table = {
            "revision": self.revision,
            "readonly": self._is_table_readonly(),
            "decision": decision,
            "tables": tables,
            "label": self.env["aftersales.text"]._term(spec.label),
            "help": self.env["aftersales.text"]._term(spec.help),
            "hit_policy": spec.hit_policy,
            # sudo: a currency code
            "currency": self.sudo().company_id.currency_id.name,
            "facts": [self._describe(each) for each in spec.fact_fields.values()],
            "outcomes": [self._describe(each) for each in spec.outcome_fields.values()],
            "thresholds": self._describe_thresholds(content, self._get_raw_values()),
            "rules": [self._show_rule(spec, rule) for rule in rules],
            "base": self._get_base_table(spec),
        }
        return table | self._judge_table(decision, content, self._get_raw_values())

    def check_table(self, decision, rules, thresholds):
        """Say what is wrong with a table as it stands in the editor; stores nothing.

        :param list rules: as `get_table` gives them
        :param list thresholds: name, value and, of new ones, label, type and bounds
        :return: faults by row and cell, what each rule says in words, findings
        """
        self.ensure_one()
        self.check_access("read")
        content, values, faults = self._read_table(decision, rules, thresholds)
        return self._judge_table(decision, content, values, faults)

    def save_table(self, decision, rules, thresholds, revision):
        """Keep a table, also one that is not right yet.

        :return: what `get_table` says of it now
        :raise UserError: if somebody else has saved in between
        :raise ValidationError: if a value cannot be read at all
        """
        self.ensure_one()
        self._check_author()
        content, values, faults = self._read_table(decision, rules, thresholds)
        if faults:
            raise ValidationError(
                "\n".join(
                    fault["text"]
                    if fault["row"] < 0
                    else self.env._(
                        "Row %(row)s: %(text)s",
                        row=fault["row"] + 1,
                        text=fault["text"],
                    )
                    for fault in faults
                )
            )
        self._save(content, values, revision)
        return self.get_table(decision)

    def _get_base_table(self, spec):
        """The table as it was when the draft was started, to mark what changed."""
        version = self.sudo().base_version_id  # sudo: as every judged document does
        if not version:
            return None
        content = json.loads(version.pack)
        rules = [rule for rule in content["rules"] if rule["decision"] == spec.name]
        rules.sort(key=lambda rule: rule.get("sequence", 10))
        values = json.loads(version.thresholds)
        return {
            "label": version.name,
            "rules": [self._show_rule(spec, rule) for rule in rules],
            "thresholds": {
                each["name"]: each["value"]
                for each in self._describe_thresholds(content, values)
            },
        }

    def _is_table_readonly(self):
        return self.state not in ("draft", "checked") or not self.has_access("write")

    def _get_decision_spec(self, decision):
        try:
            return self.env["aftersales.extension"]._get_registry().get(decision)
        except RulesError as err:
            raise ValidationError(str(err)) from err

    def _get_raw_values(self):
        return json.loads(self.threshold_values or "{}")

    def _get_tables(self, content):
        """All decision tables with their number of rules, those with rules first."""
        labels = self.env["aftersales.text"]._get_decision_selection()
        counts = dict.fromkeys(dict(labels), 0)
        for rule in content["rules"]:
            counts[rule["decision"]] = counts.get(rule["decision"], 0) + 1
        return [
            {"name": name, "label": label, "rules": counts[name]}
            for name, label in sorted(labels, key=lambda each: not counts[each[0]])
        ]

    def _describe(self, field):
        """A fact or an outcome for the editor, with the operators that go with it."""
        words = self.env["aftersales.text"]._field(field)
        operators = [
            str(operator)
            for operator in Operator
            if operator not in ORDER_OPERATORS or field.type in ORDERED_TYPES
        ]
        return {
            "name": field.name,
            "label": words.label,
            "help": words.help or "",
            "type": str(field.type),
            "unit": words.unit or "",
            "unit_key": field.unit or "",
            "choices": list((words.choices or {}).items()),
            "operators": operators,
        }

    def _describe_thresholds(self, content, stored):
        described = []
        for raw in content["thresholds"]:
            try:
                spec = load_pack(_pack_of(thresholds=[raw])).thresholds[0]
                value = parse_value(spec, stored.get(spec.name, spec.default))
                low, high = (
                    parse_value(spec, bound) for bound in (spec.minimum, spec.maximum)
                )
            except (RulesError, ValueError):
                continue
            texts = self.env["aftersales.text"]
            described.append(
                {
                    "name": spec.name,
                    "label": spec.label_in(self.env.lang),
                    "help": texts._threshold_help(spec) or "",
                    "type": str(spec.type),
                    "unit": spec.unit or "",
                    "unit_label": texts._term(spec.unit),
                    "value": _human(spec, value),
                    "minimum": "" if low is None else _human(spec, low),
                    "maximum": "" if high is None else _human(spec, high),
                }
            )
        return described

    def _show_rule(self, spec, raw):
        """A rule of the pack as the editor shows it."""
        lang = self.env.lang
        texts = (raw.get("i18n") or {}).get(lang) or (raw.get("i18n") or {}).get(
            (lang or "").partition("_")[0]
        )
        shown = {name: (texts or {}).get(name) or raw.get(name) or "" for name in TEXTS}
        return {
            "name": raw["name"],
            "requirement": list(raw.get("requirement") or ()),
            "valid_from": raw.get("valid_from") or "",
            "valid_to": raw.get("valid_to") or "",
            "conditions": [
                {"any": [self._show_condition(spec, each) for each in _members(item)]}
                if _members(item) is not None
                else self._show_condition(spec, item)
                for item in raw.get("conditions") or ()
            ],
            "outcome": {
                name: self._show_operand(spec.outcome_fields.get(name), value)
                for name, value in raw.get("outcome", {}).items()
                if value is not None
            },
            **shown,
        }

    def _show_condition(self, spec, raw):
        operand = raw.get("operand")
        if operand is None:
            operands = []
        elif isinstance(operand, list):
            operands = operand
        else:
            operands = [operand]
        fact = spec.fact_fields.get(raw["fact"])
        return {
            "fact": raw["fact"],
            "op": raw["op"],
            "operands": [self._show_operand(fact, each) for each in operands],
        }

    def _show_operand(self, field, raw):
        if isinstance(raw, dict):
            return {**raw, "times": raw.get("times") or ""}
        if field is None:
            return {"text": str(raw)}
        try:
            return {"text": _human(field, parse_value(field, raw)), "raw": raw}
        except ValueError:
            return {"text": str(raw)}

    # -------------------------------------------------------------- for writing

    def _read_table(self, decision, rules, thresholds):
        """The whole pack with this table in it.

        :return: content, threshold values, faults of what could not be read
        """
        spec = self._get_decision_spec(decision)
        if not _is_table(rules, thresholds):
            raise ValidationError(self.env._("This is no decision table."))
        content = json.loads(self.content)
        values = self._get_raw_values()
        faults = []
        self._read_thresholds(content, values, thresholds, faults)
        old = {rule["name"]: rule for rule in content["rules"]}
        taken = {rule["name"] for rule in rules if rule.get("name")} | set(old)
        read = []
        for row, shown in enumerate(rules):
            raw = self._read_rule(spec, shown, old, row, faults)
            if not raw["name"]:
                raw["name"] = _new_name(decision, taken)
                taken.add(raw["name"])
            read.append(raw)
        _number(read)
        place = next(
            (
                index
                for index, rule in enumerate(content["rules"])
                if rule["decision"] == decision
            ),
            len(content["rules"]),
        )
        others = [rule for rule in content["rules"] if rule["decision"] != decision]
        before = sum(rule["decision"] != decision for rule in content["rules"][:place])
        content["rules"] = others[:before] + read + others[before:]
        self._drop_own_thresholds(content, values)
        return content, values, faults

    def _read_thresholds(self, content, values, thresholds, faults):
        known = {raw["name"]: raw for raw in content["thresholds"]}
        for shown in thresholds:
            raw = known.get(shown.get("name"))
            is_made_here = raw is None
            if is_made_here:
                raw = {
                    "name": shown.get("name") or "",
                    "label": shown.get("label") or "",
                    "type": shown.get("type") or "",
                    "unit": shown.get("unit") or None,
                    "default": shown.get("value") or "",
                }
                content["thresholds"].append(raw)
                known[raw["name"]] = raw
            try:
                spec = load_pack(_pack_of(thresholds=[{**raw, "default": "0"}]))
                spec = spec.thresholds[0]
            except PackError as err:
                faults.append(_fault(-1, "threshold", raw["name"], str(err)))
                continue
            if is_made_here and not self._read_bounds(raw, spec, shown, faults):
                continue
            spec = load_pack(_pack_of(thresholds=[{**raw, "default": "0"}]))
            spec = spec.thresholds[0]
            value = self._read_value(spec, shown.get("value"))
            is_new = raw["name"] not in values
            if value is None or not is_within_bounds(spec, value):
                faults.append(
                    _fault(
                        -1,
                        "threshold",
                        raw["name"],
                        self.env._(
                            "“%(value)s” cannot be used for “%(threshold)s”.",
                            value=shown.get("value") or "",
                            threshold=spec.label_in(self.env.lang),
                        ),
                    )
                )
                continue
            values[raw["name"]] = to_text(value)
            if is_new:
                raw["default"] = to_text(value)

    def _read_bounds(self, raw, spec, shown, faults):
        """The bounds of a new threshold; whether they could be read."""
        for bound in ("minimum", "maximum"):
            written = shown.get(bound)
            if not written:
                continue
            value = self._read_value(spec, written)
            if value is None:
                faults.append(
                    _fault(
                        -1,
                        "threshold",
                        raw["name"],
                        self.env._(
                            "“%(value)s” cannot be a bound of “%(threshold)s”.",
                            value=written,
                            threshold=spec.label_in(self.env.lang),
                        ),
                    )
                )
                return False
            raw[bound] = value if isinstance(value, int) else to_text(value)
        return True

    def _drop_own_thresholds(self, content, values):
        """Forget thresholds made in this draft that no rule uses any more."""
        # sudo: as every judged document does
        base = load_pack(self.sudo().base_version_id.pack)
        kept = {spec.name for spec in base.thresholds}
        try:
            pack = load_pack(content)
        except PackError:
            return
        used = set().union(*(threshold_names(rule) for rule in pack.rules))
        content["thresholds"] = [
            raw
            for raw in content["thresholds"]
            if raw["name"] in kept or raw["name"] in used
        ]
        names = {raw["name"] for raw in content["thresholds"]}
        for name in set(values) - names:
            del values[name]

    def _read_rule(self, spec, shown, old, row, faults):
        before = old.get(shown.get("name"), {})
        raw = {
            **before,
            "name": shown.get("name") or "",
            "decision": spec.name,
            "conditions": [
                {
                    "any": [
                        self._read_condition(spec, each, row, (index, inner), faults)
                        for inner, each in enumerate(item["any"])
                    ]
                }
                if "any" in item
                else self._read_condition(spec, item, row, (index, None), faults)
                for index, item in enumerate(shown.get("conditions") or ())
            ],
            "outcome": {
                name: self._read_operand(
                    spec.outcome_fields.get(name), value, row, "outcome", name, faults
                )
                for name, value in (shown.get("outcome") or {}).items()
                if value
            },
            "requirement": list(shown.get("requirement") or ()),
            "valid_from": shown.get("valid_from") or None,
            "valid_to": shown.get("valid_to") or None,
        }
        self._read_texts(raw, shown)
        return raw

    def _read_texts(self, raw, shown):
        """Texts go where the user's language has its place."""
        lang = self.env.lang or "en_US"
        texts = {name: (shown.get(name) or "").strip() for name in TEXTS}
        if lang.startswith("en") or not raw.get("reason"):
            raw |= texts
        if not lang.startswith("en"):
            i18n = dict(raw.get("i18n") or {})
            known = dict(i18n.get(lang) or {})
            i18n[lang] = known | {name: text or None for name, text in texts.items()}
            raw["i18n"] = i18n

    def _read_condition(self, spec, shown, row, place, faults):
        raw = {"fact": shown.get("fact") or "", "op": shown.get("op") or ""}
        if raw["op"] in {str(operator) for operator in SET_OPERATORS}:
            return raw
        field = spec.fact_fields.get(raw["fact"])
        operands = [
            self._read_operand(field, each, row, "condition", place, faults)
            for each in shown.get("operands") or ()
        ]
        many = {str(operator) for operator in LIST_OPERATORS} | {str(Operator.BETWEEN)}
        raw["operand"] = operands if raw["op"] in many else (operands or [None])[0]
        if raw["operand"] is None:
            del raw["operand"]
        return raw

    def _read_operand(self, field, shown, row, kind, place, faults):
        for key in ("threshold", "fact"):
            if shown.get(key):
                raw = {key: shown[key]}
                return raw | ({"times": shown["times"]} if shown.get("times") else {})
        text = shown.get("text")
        if field is None:
            return text
        value = self._read_value(field, text)
        if value is None:
            label = self.env["aftersales.text"]._term(field.label)
            faults.append(
                _fault(
                    row,
                    kind,
                    place,
                    self.env._(
                        "“%(value)s” is no value of “%(fact)s”.",
                        value=text or "",
                        fact=label,
                    ),
                )
            )
            return text or ""
        if self._show_operand(field, shown.get("raw")).get("text") == text:
            return shown["raw"]  # nobody touched it: in its own spelling
        return value if isinstance(value, bool | int) else to_text(value)

    def _read_value(self, spec, text):
        """The typed value of what a person wrote, or None."""
        written = unicodedata.normalize("NFKC", str(text or "")).strip()
        try:
            return _parse_human(spec, written) if written else None
        except ValueError:
            return None

    # ---------------------------------------------------------------- judging

    def _judge_table(self, decision, content, values, faults=()):
        """What is wrong with a table and what it says in words.

        :return: faults, words of each row, findings, whether it could be decided with
        """
        rows = [
            index
            for index, rule in enumerate(content["rules"])
            if rule["decision"] == decision
        ]
        rows.sort(key=lambda index: content["rules"][index].get("sequence", 10))
        found = list(faults)
        if not found:
            try:
                pack = load_pack(content)
                registry = self.env["aftersales.extension"]._get_registry()
                compiled = compile_pack(
                    pack, registry, thresholds=read_values(pack, values)
                )
            except RulesError as err:
                found += [_place(fault, rows) for fault in err.faults]
            except ValueError as err:
                found.append(_fault(-1, "threshold", "", str(err)))
        if found:
            return {"faults": found, "words": [], "findings": []}
        return {
            "faults": [],
            "words": [self._say(compiled, pack.rules[index]) for index in rows],
            "findings": self._find_in_table(compiled, decision, rows),
        }

    def _say(self, compiled, rule):
        text = self.env["aftersales.text"]
        # sudo: a currency code
        currency = self.sudo().company_id.currency_id.name
        return {
            "conditions": text._conditions(compiled, rule, currency),
            "outcome": text._outcome(compiled, rule, currency),
            "reason": text._template(compiled, rule, "reason", currency),
            "remedy": text._template(compiled, rule, "remedy", currency),
        }

    def _find_in_table(self, compiled, decision, rows):
        names = {compiled.pack.rules[index].name: row for row, index in enumerate(rows)}
        text = self.env["aftersales.text"]
        problems = find_problems(
            compiled, on=self._get_first_day(), decisions=[decision]
        )
        return [
            {
                "row": names.get(problem.rule, -1),
                "severity": problem.severity,
                "code": problem.code,
                "text": finding_text(compiled, problem, self.env.lang, text._term),
            }
            for problem in problems
        ]


def _pack_of(**parts):
    return {"schema_version": 1, "name": "part", **parts}


def _is_table(rules, thresholds):
    """Whether this is built as the editor builds a table, whatever it says."""
    return (
        _are_dicts(rules)
        and _are_dicts(thresholds)
        and all(_are_texts(each, "name", "label") for each in thresholds)
        and all(_is_rule(each) for each in rules)
    )


def _is_rule(rule):
    items = rule.get("conditions") or []
    outcome = rule.get("outcome") or {}
    return (
        _are_texts(rule, "name", *TEXTS)
        and _are_dicts(items)
        and isinstance(outcome, dict)
        and _are_dicts([value for value in outcome.values() if value])
        and all(
            all(map(_is_condition, item["any"]))
            if "any" in item and _are_dicts(item["any"])
            else "any" not in item and _is_condition(item)
            for item in items
        )
    )


def _is_condition(condition):
    return _are_texts(condition, "fact", "op") and _are_dicts(
        condition.get("operands") or []
    )


def _are_dicts(values):
    return isinstance(values, list) and all(isinstance(each, dict) for each in values)


def _are_texts(values, *names):
    return all(isinstance(values.get(name), str | None) for name in names)


def _members(item):
    """The conditions of a group of alternatives, or None of a single condition."""
    return item.get("any", item.get("any_of"))


def _new_name(decision, taken):
    number = 1
    while f"own_{decision[:40]}_{number}" in taken:
        number += 1
    return f"own_{decision[:40]}_{number}"


def _number(rules):
    """Give rules sequences in the order in which they stand, if they are not in it."""
    numbers = [rule.get("sequence") for rule in rules]
    is_in_order = None not in numbers and all(
        low <= high for low, high in zip(numbers, numbers[1:], strict=False)
    )
    if not is_in_order:
        for place, rule in enumerate(rules, start=1):
            rule["sequence"] = 10 * place


def _fault(row, kind, place, text):
    return {"row": row, "kind": kind, "place": place, "text": text}


def _place(fault, rows):
    """A fault of the core with the row and the cell that it is about."""
    match = _RULE.match(fault.path)
    if not match:
        return _fault(-1, "table", fault.path, str(fault))
    index, rest = int(match[1]), match[2]
    row = rows.index(index) if index in rows else -1
    text = str(fault).partition(": ")[2] or str(fault)
    condition = _CONDITION.match(rest)
    if condition:
        inner = condition[2]
        place = (int(condition[1]), int(inner) if inner is not None else None)
        return _fault(row, "condition", place, text)
    kind, _dot, place = rest.lstrip(".").partition(".")
    return _fault(row, kind or "rule", place, text)
