# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an import would do: worked out from file, rules in force and choices (R8).

Nothing here writes. The dry run shows a plan, and *Make a Draft* makes it again.
"""

from dataclasses import dataclass, field
from typing import Any

from ..models.aftersales_draft import finding_key
from ..models.aftersales_text import declaring_addons
from ..rules import (
    CompiledPack,
    Exchange,
    Pack,
    PackError,
    check_pack,
    compare_packs,
    compile_pack,
    diff_rows,
    find_problems,
    finding_text,
    part_of,
    take_tables,
    values_of,
)
from ..rules.compare import thresholds_of
from ..rules.exchange import below

LINES_MAX = 300
"""So many lines of a list are shown; how many more there are is said."""
CHECKED_MAX = 400
"""Tables with more rules are checked on the draft: nobody waits for that here."""
_UNKNOWN = ("unknown_decision", "unknown_fact", "unknown_outcome_field")


@dataclass
class Plan:
    """What would come in, in words, and what the draft would hold."""

    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    same_values: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)
    known_findings: int = 0
    compiled: CompiledPack | None = None
    changed_decisions: list[str] = field(default_factory=list)
    differs: bool = False
    hidden: dict[str, int] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether a draft can be made of it."""
        return self.compiled is not None and self.differs


def get_different_tables(base: CompiledPack, exchange: Exchange) -> set[str]:
    """The tables of a file that are not as they are in force, values aside."""
    names = [name for name in exchange.decisions if name in base.registry]
    taken = take_tables(base, exchange, names)
    return {name for name in names if part_of(base.pack, name) != part_of(taken, name)}


class Planner:
    """Makes a plan for one company and one file."""

    def __init__(self, env, version, exchange: Exchange, chosen, take_values: bool):
        self.env = env
        self.text = env["aftersales.text"]
        # sudo: the rules that everybody of the company is judged by
        self.company = version.sudo().company_id
        self.base: CompiledPack = version._get_compiled()
        self.exchange = exchange
        self.chosen = [
            name
            for name in exchange.decisions
            if name in set(chosen) and name in self.base.registry
        ]
        self.take_values = take_values
        self.labels = dict(self.text._get_decision_selection())
        self.plan = Plan()

    def make(self) -> Plan:
        """Everything that can be said of this import."""
        plan = self.plan
        self._tell_origin()
        faults = self._get_file_faults()
        if faults:
            self._tell_faults(self.exchange.pack, self.exchange.root, faults)
            return plan
        if not self.chosen:
            plan.faults.append(self.env._("No decision table is chosen."))
            return plan
        try:
            pack = take_tables(self.base, self.exchange, self.chosen)
            values = self._get_values(pack)
            plan.compiled = compile_pack(pack, self.base.registry, thresholds=values)
        except PackError as err:
            self._tell_faults(self.exchange.pack, None, err.faults)
            return plan
        self._tell_staying()
        self._tell_lost_thresholds(pack)
        self._tell_old_translations(pack)
        self._tell_changes(pack)
        self._tell_findings()
        plan.differs = plan.compiled.version != self.base.version
        self._cut()
        return plan

    # ------------------------------------------------------------- the file

    def _tell_origin(self) -> None:
        """Whether the file is what was exported, and what nobody here knows."""
        if self.exchange.is_intact is False:
            self.plan.remarks.append(
                self.env._(
                    "The file was changed after it was exported: its checksum is not "
                    "that of its content."
                )
            )
        for name in self.exchange.decisions:
            if name in self.base.registry:
                continue
            self.plan.remarks.append(
                self.env._(
                    "The table “%(table)s” is left out: this database does not know "
                    "the decision. %(addons)s",
                    table=name,
                    addons=self._get_missing(name),
                ).strip()
            )

    def _get_missing(self, decision: str) -> str:
        """Which addon would have to be installed, if the file says so."""
        known = self.base.registry
        own = declaring_addons(known.get(decision)) if decision in known else ()
        missing = [
            name
            for name in self.exchange.addons.get(decision, ())
            if name not in (*own, "aftersales_rules")
        ]
        if not missing:
            return ""
        return self.env._(
            "It comes with an addon that is not installed here: %(addons)s.",
            addons=", ".join(missing),
        )

    def _get_file_faults(self):
        """What is wrong with the tables that were chosen."""
        left_out = set(self.exchange.decisions) - set(self.chosen)
        return [
            fault
            for fault in check_pack(self.exchange.pack, self.base.registry)
            if self.exchange.decision_at(self.exchange.root + fault.path)
            not in left_out
        ]

    def _tell_faults(self, pack: Pack, root: str | None, faults) -> None:
        unknown: dict[str, None] = {}
        for fault in faults:
            decision = None
            text = str(fault)
            if root is not None:
                decision = self.exchange.decision_at(root + fault.path)
                text = str(below(root, fault)) if root else text
            if decision:
                place = int(fault.path.partition("[")[2].partition("]")[0])
                text = self.env._(
                    "%(table)s, rule “%(rule)s”: %(fault)s",
                    table=self.labels.get(decision, decision),
                    rule=pack.rules[place].label_in(self.env.lang),
                    fault=text,
                )
            self.plan.faults.append(text)
            if fault.code in _UNKNOWN and decision:
                unknown[decision] = None
        for decision in unknown:
            self.plan.remarks.append(
                self.env._(
                    "“%(table)s” speaks of facts or answers that this database does "
                    "not know. %(addons)s",
                    table=self.labels.get(decision, decision),
                    addons=self._get_missing(decision)
                    or self.env._(
                        "An addon that adds them may not be installed here, or be of "
                        "another release."
                    ),
                )
            )

    # ---------------------------------------------------------- thresholds

    def _get_values(self, pack: Pack) -> dict[str, Any]:
        """The values that will count, by what was chosen, and a line for each."""
        theirs = values_of(self.exchange, self.chosen)
        mine = self.base.thresholds
        old = {spec.name: spec for spec in self.base.pack.thresholds}
        foreign = {spec.name: spec for spec in self.exchange.pack.thresholds}
        currency = self.company.currency_id.name
        values = {}
        for spec in pack.thresholds:
            name = spec.name
            takes = name in theirs and (self.take_values or name not in mine)
            values[name] = theirs[name] if takes else mine[name]
            if name not in theirs:
                continue
            if name in mine and mine[name] == theirs[name]:
                self.plan.same_values += 1
                continue
            here = (
                self.text._value(old[name], mine[name], currency)
                if name in mine
                else ""
            )
            there = self.text._value(foreign[name], theirs[name], currency)
            self.plan.values.append(
                {
                    "label": spec.label_in(self.env.lang),
                    "is_new": name not in mine,
                    "here": here,
                    "file": there,
                    "takes": takes,
                }
            )
        return values

    def _tell_lost_thresholds(self, pack: Pack) -> None:
        """Numbers in the file where a threshold stood: it no longer moves the rule."""
        old = {rule.name: rule for rule in self.base.pack.rules}
        labels = {spec.name: spec.label_in(self.env.lang) for spec in pack.thresholds}
        for rule in pack.rules:
            if rule.decision not in self.chosen or rule.name not in old:
                continue
            lost = set(thresholds_of(old[rule.name])) - set(thresholds_of(rule))
            for name in sorted(lost):
                self.plan.remarks.append(
                    self.env._(
                        "%(table)s, rule “%(rule)s” no longer follows the threshold "
                        "“%(threshold)s”: the file has something else in its place.",
                        table=self.labels[rule.decision],
                        rule=rule.label_in(self.env.lang),
                        threshold=labels.get(name, name),
                    )
                )

    def _tell_old_translations(self, pack: Pack) -> None:
        """Texts that changed while their translations stayed."""
        old = {rule.name: rule for rule in self.base.pack.rules}
        found = []
        for rule in pack.rules:
            before = old.get(rule.name)
            if before is None or rule.decision not in self.chosen or not rule.i18n:
                continue
            changed = (rule.label, rule.reason, rule.remedy) != (
                before.label,
                before.reason,
                before.remedy,
            )
            if changed and rule.i18n == before.i18n:
                found.append(rule.label_in(self.env.lang))
        if found:
            self.plan.remarks.append(
                self.env._(
                    "Texts changed, but their translations did not: %(rules)s.",
                    rules=", ".join(found[:10]) + ("…" if found[10:] else ""),
                )
            )

    # ------------------------------------------------------ before and after

    def _tell_staying(self) -> None:
        """Tables in force that the file does not touch."""
        names = {rule.decision for rule in self.base.pack.rules} - set(self.chosen)
        self.plan.staying = [self.labels[spec] for spec in self.labels if spec in names]

    def _tell_changes(self, pack: Pack) -> None:
        before = self.base.pack
        diff = compare_packs(before, pack)
        rows = diff_rows(
            diff,
            before,
            pack,
            self.base.registry,
            lang=self.env.lang,
            translate=self.text._term,
        )
        kinds = {
            "added": self.env._("New"),
            "removed": self.env._("Removed"),
            "changed": self.env._("Changed"),
            "moved": self.env._("Moved"),
        }
        # the pack's own word for a default is that of its value
        value, default = self.text._term("Value"), self.env._("Default")
        groups: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            column = row.column
            if row.part == "threshold" and column == value:
                column = default
            groups.setdefault(row.decision, []).append(
                {
                    "kind": row.kind,
                    "kind_label": kinds[row.kind],
                    "label": row.label,
                    "column": column,
                    "before": row.before,
                    "after": row.after,
                }
            )
        self.plan.changes = [
            {
                "label": self.labels.get(name) or self.env._("Thresholds"),
                "rows": lines,
            }
            for name, lines in groups.items()
        ]
        different = get_different_tables(self.base, self.exchange)
        self.plan.changed_decisions = [
            name for name in self.chosen if name in different
        ]

    def _tell_findings(self) -> None:
        """What does not fit together in the tables that come, new things first."""
        today = self.company._aftersales_now().date()
        compiled = self.plan.compiled
        checked = []
        for name in self.chosen:
            if len(compiled.rules_for(name)) <= CHECKED_MAX:
                checked.append(name)
                continue
            self.plan.remarks.append(
                self.env._(
                    "“%(table)s” has more than %(count)s rules: whether they fit "
                    "together is told when the draft is checked.",
                    table=self.labels[name],
                    count=CHECKED_MAX,
                )
            )
        known = {
            finding_key(each)
            for each in find_problems(self.base, on=today, decisions=checked)
        }
        for each in find_problems(compiled, on=today, decisions=checked):
            if finding_key(each) in known:
                self.plan.known_findings += 1
                continue
            self.plan.findings.append(
                {
                    "severity": each.severity,
                    "table": self.labels[each.decision],
                    "text": finding_text(
                        compiled, each, self.env.lang, self.text._term
                    ),
                }
            )
        order = ["error", "warning", "note"]
        self.plan.findings.sort(key=lambda each: order.index(each["severity"]))

    def _cut(self) -> None:
        """Long lists are cut, and say so."""
        plan = self.plan
        for group in plan.changes:
            group["hidden"] = max(0, len(group["rows"]) - LINES_MAX)
            del group["rows"][LINES_MAX:]
        for name, lines in (("values", plan.values), ("findings", plan.findings)):
            plan.hidden[name] = max(0, len(lines) - LINES_MAX)
            del lines[LINES_MAX:]
