# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules that the product brings, and what becomes of them at an upgrade (U10)."""

import json
import logging
from pathlib import Path

from odoo import api, models, tools

from ..rules import (
    Pack,
    PackError,
    compile_pack,
    load_pack,
    load_pack_parts,
    merge_packs,
    parse_value,
)
from .aftersales_version import is_within_bounds

_logger = logging.getLogger(__name__)

DEFAULT_PACKS = "aftersales_rules/data/packs"
"""Folder of the rules that the product brings, a file for each topic."""


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    @api.model
    def _publish_default(self, company) -> "AftersalesVersion":
        """Give a company that has no rules the ones that come with the product."""
        note = self.env._("Default rules")
        self._publish(company, _load_default_pack(), {}, note, is_shipped=True)
        self.env["aftersales.extension"]._join_all(company)
        return company.sudo().aftersales_version_id  # sudo: as in _get_current

    def _get_shipped_pack(self) -> str:
        """The rules of the product that this version was made from, as JSON."""
        return self.shipped_id.pack or self.pack

    def _keep_shipped(self):
        """The record of them, for a version that is made from this one."""
        if not self or self.shipped_id:
            return self.shipped_id
        return self.env["aftersales.shipped.pack"]._keep(self.pack_name, self.pack)

    @api.model
    def _publish_default_packs(self) -> None:
        """Bring companies that run the default rules to the shipped ones.

        Called when the addon is installed and at each upgrade. A threshold that
        the company set stays as it is; one that it never touched follows the
        default; one that no longer fits its bounds returns to the default.
        """
        shipped = _load_default_pack()
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        for company in companies._search_all():  # sudo: an upgrade is for all companies
            version = company.aftersales_version_id
            if not version:
                self._publish_default(company)
            elif version.pack_name != shipped.name:
                continue
            elif version.pack == version._get_shipped_pack():
                version._follow_shipped(shipped)
            else:
                version._take_up_shipped(shipped)

    def _follow_shipped(self, shipped: Pack) -> None:
        """Replace rules that nobody has changed by those of the new release."""
        if self.pack == shipped.canonical:
            return
        values, dropped = self._get_values_for(shipped)
        note = self.env._("Rules of the new release of the addon")
        if dropped:
            note += "\n" + self.env._(
                "Returned to the default, as the value is no longer allowed: %(names)s",
                names=", ".join(dropped),
            )
        self._publish(self.company_id, shipped, values, note, is_shipped=True)

    def _take_up_shipped(self, shipped: Pack) -> None:
        """Put what the new release changed into rules that the company has changed.

        What both changed stays as the company has it, and the note says so. Rules that
        no longer fit together stay as they are altogether, until a person looks.
        """
        before = self._get_shipped_pack()
        if before == shipped.canonical:
            return
        merged = merge_packs(
            (load_pack(before), {}),
            (shipped, {}),
            (load_pack(self.pack), {}),
        )
        note = self.env._(
            "Rules of the new release of the addon, with your own changes"
        )
        if merged.conflicts:
            note += "\n" + self.env._(
                "Kept as you have them, though the new release changed them too: "
                "%(names)s",
                names=", ".join(conflict.name for conflict in merged.conflicts),
            )
        values, dropped = self._get_values_for(merged.pack)
        if dropped:
            note += "\n" + self.env._(
                "Returned to the default, as the value is no longer allowed: %(names)s",
                names=", ".join(dropped),
            )
        try:
            pack = load_pack(merged.pack.canonical)
            # those of other addons are loaded after this one and stay as they are
            registry = self.env["aftersales.extension"]._get_registry()
            compile_pack(pack, registry, thresholds=values, keep_going=True)
        except PackError as err:
            _logger.warning(
                "The rules of %s stay as they are: with those of the new release they "
                "no longer fit together. %s",
                self.company_id.name,
                err,
            )
            return
        kept = self.env["aftersales.shipped.pack"]._keep(
            shipped.name, shipped.canonical
        )
        self._publish(self.company_id, pack, values, note, shipped_id=kept.id)

    def _get_values_for(self, pack: Pack) -> tuple[dict[str, object], list[str]]:
        """Values of this version that the company set and that ``pack`` allows."""
        own = load_pack(self.pack)
        values = self._get_threshold_values(own)
        set_names = self._get_set_names(own, values)
        changed = {
            spec.name: spec.type for spec in own.thresholds if spec.name in set_names
        }
        kept: dict[str, object] = {}
        dropped: list[str] = []
        for spec in pack.thresholds:
            if spec.name not in changed:
                continue
            value = values[spec.name]
            if changed[spec.name] == spec.type and is_within_bounds(spec, value):
                kept[spec.name] = value
            else:
                dropped.append(spec.name)
        return kept, dropped

    def _get_set_names(self, own: Pack, values: dict[str, object]) -> set[str]:
        """Thresholds whose value the company set.

        Also where it is the default by now: if the same value was none in an earlier
        version, a release has come to agree with the company, not the other way round.
        """
        names, followed = set(), {}
        for spec in own.thresholds:
            if values[spec.name] != parse_value(spec, spec.default):
                names.add(spec.name)
            else:
                followed[spec.name] = spec
        earlier = self.sudo().search(  # sudo: as in _get_current
            [("company_id", "=", self.company_id.id), ("number", "<", self.number)],
            order="number desc",
        )
        for version in earlier:
            stored = json.loads(version.thresholds)
            before = {
                each["name"]: each
                for each in json.loads(version.pack).get("thresholds", ())
            }
            for name, spec in list(followed.items()):
                old = before.get(name)
                if (
                    not old
                    or old["type"] != spec.type
                    or parse_value(spec, stored[name]) != values[name]
                ):
                    del followed[name]  # it came to this value later
                elif parse_value(spec, old.get("default")) != values[name]:
                    names.add(name)
                    del followed[name]
        return names


def _load_default_pack() -> Pack:
    parts = sorted(Path(tools.file_path(DEFAULT_PACKS)).glob("default*.json"))
    return load_pack_parts(part.read_bytes() for part in parts)
