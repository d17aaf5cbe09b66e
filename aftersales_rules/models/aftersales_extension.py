# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where other addons plug in: decisions, facts and rules of theirs (R9).

*How to use.* An addon declares its decisions in `REGISTRY` when it is imported, names
itself in ``_get_addons``, and calls ``_join`` from a data file, so that at installation
and at each upgrade its rules come to all companies. Nothing has to be called when it
goes: its rules are taken out of the rules in force and of open drafts then, and what
was decided stays readable as it was recorded. docs/extending.md has it step by step.
"""

import logging
from pathlib import Path

from odoo import api, models, tools

from ..rules import (
    REGISTRY,
    FactModel,
    Pack,
    PackError,
    Registry,
    Template,
    compile_pack,
    load_pack,
    load_pack_parts,
    merge_packs,
)
from .aftersales_draft import OPEN
from .aftersales_text import threshold_names

_logger = logging.getLogger(__name__)

EMPTY_PART = '{"schema_version": 1, "name": "part"}'
"""The whole pack that an addon's part is read into."""


class AftersalesExtension(models.AbstractModel):
    _name = "aftersales.extension"
    _description = "Rules of Other Addons"

    @api.model
    def _get_addons(self) -> dict[str, str | None]:
        """Addons that declare decisions or facts, each with the folder of its rules.

        To be extended: an addon adds its own name. Asked for each decision, so without
        queries; a class of a model is there in databases where its addon is installed,
        which is what makes this the list of this database.
        """
        return {}

    @api.model
    def _get_registry(self) -> Registry:
        """The decisions and facts that exist in this database."""
        return REGISTRY.within(self._get_addons())

    # ------------------------------------------------------ facts of others

    @api.model
    def _gather_facts(self, decision: str, records) -> dict[int, dict]:
        """Facts that other addons gave a decision, by id of what is judged.

        To be extended. Called once for all records of an event: what it reads should
        be read in batch. A fact that is left out is not set.
        """
        return {}

    @api.model
    def _complete(self, decision: str, asked: list[tuple]) -> list[FactModel]:
        """Facts, each with those that other addons gather of its record.

        :param list asked: (record, `FactModel`), as the decision's own addon knows
            them; a record may be asked about more than once
        :return: the facts completed, in their order; no query without other addons
        """
        if not asked:
            return []
        spec = self._get_registry().get(decision)
        records = asked[0][0].union(*(record for record, _facts in asked))
        more = self._gather_facts(decision, records)
        return [spec.complete(facts, more.get(record.id)) for record, facts in asked]

    @api.model
    def _complete_one(self, decision: str, record, facts: FactModel) -> FactModel:
        return self._complete(decision, [(record, facts)])[0]

    # --------------------------------------------------- coming and going

    @api.model
    def _join(self, addon: str) -> None:
        """Bring an addon's rules, or those of its new release, to all companies.

        What a company has changed of them stays as the company has it.
        """
        known = self.env["aftersales.extension.part"]._find(addon)
        part = _load_part(self._get_addons()[addon])
        before = load_pack(known.is_joined and known.pack or EMPTY_PART)
        for company in self._get_companies():
            self._merge_part(company, addon, before, part)
        known._note_joined(addon, part)

    @api.model
    def _join_all(self, company) -> None:
        """Bring the rules of all addons to a company that was just made."""
        for addon, folder in self._get_addons().items():
            if folder:
                self._merge_part(
                    company, addon, load_pack(EMPTY_PART), _load_part(folder)
                )

    @api.model
    def _leave(self, addon: str) -> None:
        """Take an addon's rules out of the rules in force and of open drafts.

        Called before it is uninstalled. Published versions stay as they are.
        """
        known = self.env["aftersales.extension.part"]._find(addon)
        registry = REGISTRY.within(set(self._get_addons()) - {addon})
        part = load_pack(known.pack or EMPTY_PART)
        # sudo: whoever uninstalls does it for everybody
        drafts = self.env["aftersales.draft"].sudo()
        for draft in drafts.search([("state", "in", OPEN)]):
            draft._leave_out(part, registry, get_title(self.env, addon))
        for company in self._get_companies():
            self._publish_without(company, addon, part, registry)
        known.is_joined = False

    @api.model
    def _get_companies(self):
        # sudo: addons come and go for all companies
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies._search_all()

    @api.model
    def _merge_part(self, company, addon: str, before: Pack, part: Pack) -> None:
        versions = self.env["aftersales.version"]
        version = company.aftersales_version_id or versions._publish_default(company)
        pack = load_pack(version.pack)
        merged = merge_packs((before, {}), (part, {}), (pack, {}))
        if merged.pack.canonical == pack.canonical:
            return
        note = self.env._("Rules of “%(addon)s”", addon=get_title(self.env, addon))
        if merged.conflicts:
            note += "\n" + self.env._(
                "Kept as you have them, though the new release changed them too: "
                "%(names)s",
                names=", ".join(conflict.name for conflict in merged.conflicts),
            )
        result = load_pack(merged.pack.canonical)
        kept, dropped = version._get_values_for(result)
        if dropped:
            note += "\n" + self.env._(
                "Returned to the default, as the value is no longer allowed: %(names)s",
                names=", ".join(dropped),
            )
        try:
            compile_pack(result, self._get_registry(), thresholds=kept)
        except PackError as err:
            _logger.warning(
                "The rules of %s stay as they are: those of %s do not fit in. %s",
                company.name,
                addon,
                err,
            )
            return
        versions._publish(company, result, kept, note)

    @api.model
    def _publish_without(self, company, addon, part, registry) -> None:
        version = company.aftersales_version_id
        if not version:
            return
        pack, gone = without_part(load_pack(version.pack), part, registry)
        if not gone:
            return
        note = self.env._(
            "“%(addon)s” was uninstalled. Its rules went with it: %(names)s",
            addon=get_title(self.env, addon),
            names=", ".join(gone),
        )
        kept, _dropped = version._get_values_for(pack)
        self.env["aftersales.version"]._publish(company, pack, kept, note)


def get_title(env, addon: str) -> str:
    # sudo: the name of an addon
    return env["ir.module.module"].sudo()._get(addon).shortdesc or addon


def _load_part(folder: str | None) -> Pack:
    sources = [EMPTY_PART]
    if folder:
        files = sorted(Path(tools.file_path(folder)).glob("*.json"))
        sources += [file.read_text("utf-8") for file in files]
    return load_pack_parts(sources)


def without_part(pack: Pack, part: Pack, registry: Registry) -> tuple[Pack, list[str]]:
    """A pack without what an addon brought and what cannot be read without it.

    Rules of the addon on decisions of others go too, unless somebody has changed
    them: those are somebody's own by now.

    :return: the pack, and the names of the rules that went
    """
    merged = merge_packs((part, {}), (load_pack(EMPTY_PART), {}), (pack, {})).pack
    rest = pack.model_copy(update={"rules": merged.rules})
    aside = compile_pack(rest, registry, keep_going=True).set_aside
    rules = [rule for rule in merged.rules if rule.name not in aside]
    left = {rule.name for rule in rules}
    gone = [rule for rule in pack.rules if rule.name not in left]
    used = {name for rule in rules for name in _thresholds_of(rule)}
    unused = {name for rule in gone for name in _thresholds_of(rule)} - used
    unused |= {threshold.name for threshold in part.thresholds} - used
    content = pack.model_dump(mode="json") | {
        "rules": [rule.model_dump(mode="json") for rule in rules],
        "thresholds": [
            threshold.model_dump(mode="json")
            for threshold in pack.thresholds
            if threshold.name not in unused
        ],
    }
    return load_pack(content), [rule.name for rule in gone]


def _thresholds_of(rule) -> set[str]:
    """Thresholds that a rule compares or answers with, or shows in its texts."""
    texts = [rule.reason, rule.remedy]
    for each in rule.i18n.values():
        texts += [each.reason or "", each.remedy or ""]
    named = (name for text in texts for name in Template(text).names("threshold"))
    return threshold_names(rule) | set(named)
