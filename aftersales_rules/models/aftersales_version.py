# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from collections.abc import Mapping

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.lru import LRU

from ..rules import (
    CompiledPack,
    Pack,
    PackError,
    Registry,
    Threshold,
    check_pack,
    compile_pack,
    load_pack,
    parse_value,
)
from .threshold_values import to_text

_COMPILED: LRU[tuple[str, Registry], CompiledPack] = LRU(64)
"""Compiled packs of this process by hash and by the decisions that the database knows;
a hash never changes its meaning, so nothing here is ever stale, not even across
databases and rollbacks."""


class AftersalesVersion(models.Model):
    """A published snapshot of rules and thresholds (R3).

    *How it works.* The company points at its current version; who decides asks
    ``_get_current(company)``. There is no cache of "the current version" to
    invalidate: the pointer is a field of the company, read in the transaction's
    own snapshot, so after a change of a threshold every transaction sees the
    old or the new version as a whole.
    """

    _name = "aftersales.version"
    _inherit = ["aftersales.immutable"]
    _description = "Published Rules"
    _order = "company_id, number desc"

    # Deleting a company takes its versions along (unless decisions point at
    # them): in the database, not through the ORM.
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    number = fields.Integer(required=True, readonly=True)
    name = fields.Char(compute="_compute_name")
    is_current = fields.Boolean(
        "In Force", compute="_compute_is_current", search="_search_is_current"
    )
    pack = fields.Text(required=True, readonly=True)
    pack_name = fields.Char("Rule Pack", required=True, readonly=True)
    thresholds = fields.Text("Threshold Values", required=True, readonly=True)
    version_hash = fields.Char("Fingerprint", size=64, required=True, readonly=True)
    published_at = fields.Datetime("Published on", required=True, readonly=True)
    published_by_id = fields.Many2one(
        "res.users", "Published by", required=True, readonly=True, ondelete="restrict"
    )
    note = fields.Text("What Changed", required=True, readonly=True)
    effective_from = fields.Date(
        "Meant to Count from",
        readonly=True,
        help="The day that its author chose; empty where it counted at once.",
    )
    author_id = fields.Many2one(
        "res.users", "Author", readonly=True, ondelete="restrict"
    )
    approved_by_id = fields.Many2one(
        "res.users", "Second Person", readonly=True, ondelete="restrict"
    )
    shipped_id = fields.Many2one(
        "aftersales.shipped.pack",
        "Made from",
        readonly=True,
        ondelete="restrict",
        help="The rules of the product that these were made from. Empty: these are "
        "rules of the product themselves.",
    )
    rule_ids = fields.One2many("aftersales.rule", "version_id", "Rules", readonly=True)
    threshold_html = fields.Html(
        "Thresholds", compute="_compute_threshold_html", sanitize=False
    )

    _number_unique = models.Constraint(
        "unique(company_id, number)", "A company numbers its versions once."
    )
    _hash_idx = models.Index("(version_hash)")

    @api.depends("number")
    @api.depends_context("lang")
    def _compute_name(self):
        for version in self:
            version.name = self.env._("Version %(number)s", number=version.number)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = version.name

    @api.model
    def _search_display_name(self, operator, value):
        digits = "".join(filter(str.isdigit, value)) if isinstance(value, str) else ""
        if operator in ("ilike", "=ilike", "like", "=like", "=") and digits:
            return Domain("number", "=", int(digits[:9]))
        return Domain("note", operator, value)

    @api.depends("company_id.aftersales_version_id")
    def _compute_is_current(self):
        for version in self:
            current = version.sudo().company_id.aftersales_version_id
            version.is_current = version == current

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: which version is in force is no secret of the company form.
        companies = self.env["res.company"].sudo()._search_all()
        return Domain("id", "in", companies.aftersales_version_id.ids)

    @api.depends("pack", "thresholds")
    @api.depends_context("lang")
    def _compute_threshold_html(self):
        text = self.env["aftersales.text"]
        for version in self:
            pack = load_pack(version.pack)
            values = version._get_threshold_values(pack)
            currency = version.company_id.sudo().currency_id.name  # sudo: a code
            version.threshold_html = self.env["ir.qweb"]._render(
                "aftersales_rules.version_thresholds",
                {
                    "rows": [
                        {
                            "label": text._field(spec).label,
                            "value": text._value(spec, values[spec.name], currency),
                            "help": text._threshold_help(spec),
                        }
                        for spec in pack.thresholds
                    ]
                },
            )

    # ------------------------------------------------------------ using

    @api.model
    def _get_current(self, company) -> tuple[int, CompiledPack]:
        """The version in force and what decides with it.

        No query when the company is in the cache, as it nearly always is.
        """
        # sudo: everybody is judged by the rules, only some may read them.
        version = company.sudo().aftersales_version_id
        if not version:
            version = self._publish_default(company)
        return version.id, self._get_compiled_by_id(version.id)

    def _get_compiled(self) -> CompiledPack:
        """What this version decides with, also long after it was replaced."""
        self.ensure_one()
        return self._get_compiled_by_id(self.id)

    @api.model
    def _get_compiled_by_id(self, version_id: int) -> CompiledPack:
        registry = self.env["aftersales.extension"]._get_registry()
        key = (self._get_hash(version_id), registry)
        compiled = _COMPILED.get(key)
        if compiled is None:
            version = self.sudo().browse(version_id)  # sudo: as in _get_current
            pack = load_pack(version.pack)
            values = version._get_threshold_values(pack)
            compiled = compile_pack(pack, registry, thresholds=values, keep_going=True)
            _COMPILED[key] = compiled
        return compiled

    @tools.ormcache("version_id", cache="stable")
    def _get_hash(self, version_id: int) -> str:
        # Cached without invalidation: versions do not change.
        return self.sudo().browse(version_id).version_hash  # sudo: as in _get_current

    def _get_threshold_values(self, pack: Pack) -> dict[str, object]:
        """Threshold values of this version, typed."""
        self.ensure_one()
        stored = json.loads(self.thresholds)
        return {
            spec.name: parse_value(spec, stored[spec.name]) for spec in pack.thresholds
        }

    # ------------------------------------------------------- publishing

    @api.model
    def _publish(
        self,
        company,
        pack: Pack,
        threshold_values: Mapping[str, object],
        note: str,
        *,
        is_shipped: bool = False,
        compiled: CompiledPack | None = None,
        **about,
    ) -> "AftersalesVersion":
        """Make a pack with these threshold values the one in force.

        Checks the content, not the caller: that is done where a user comes in.

        :param compiled: of this pack and these values, where it is there already
        :param is_shipped: whether these are the rules of the product as they are
        :param about: who wrote and approved it, and for which day
        """
        registry = self.env["aftersales.extension"]._get_registry()
        if not compiled:
            try:
                compiled = compile_pack(
                    pack, registry, thresholds=threshold_values, keep_going=True
                )
            except PackError as err:
                raise ValidationError(str(err)) from err
        # One publisher per company at a time. Under REPEATABLE READ the second
        # one gets a serialization error here, which Odoo answers by trying the
        # request again, on top of what the first one published. Rows that only
        # refer to the company are not in the way.
        self.env.cr.execute(
            "SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE", [company.id]
        )
        last = self.sudo().search(  # sudo: as in _get_current
            [("company_id", "=", company.id)], order="number desc", limit=1
        )
        self._check_set_aside(last, compiled)
        descends = not is_shipped and pack.name == last.pack_name
        shipped = descends and last._keep_shipped()
        version = self._insert(
            [
                {
                    "company_id": company.id,
                    "number": last.number + 1,
                    "pack": pack.canonical,
                    "pack_name": pack.name,
                    "thresholds": _canonical_values(compiled),
                    "version_hash": compiled.version,
                    "published_at": fields.Datetime.now(),
                    "published_by_id": self.env.uid,
                    "note": note,
                    "shipped_id": shipped and shipped.id,
                    **about,
                }
            ]
        )
        self.env["aftersales.rule"]._insert_rules(version, compiled)
        # sudo: publishing is not a right on the company form.
        company.sudo()._set_aftersales_version(version)
        self.env["aftersales.threshold"]._synchronize(version, compiled)
        _COMPILED[compiled.version, registry] = compiled
        self._trigger_rechecks()
        return version.with_env(self.env)

    def _check_set_aside(self, last, compiled):
        """Refuse rules that cannot be read, but for those that are in force already.

        They are of an addon that is gone, or one that is loaded in a moment: while
        Odoo upgrades this addon, those that build on it are not there yet.
        """
        if not compiled.set_aside:
            return
        known = load_pack(last.pack).rules if last else ()
        strange = [
            rule
            for rule in compiled.pack.rules
            if rule.name in compiled.set_aside and rule not in known
        ]
        if strange:
            pack = compiled.pack.model_copy(update={"rules": tuple(strange)})
            faults = check_pack(pack, compiled.registry)
            raise ValidationError("\n".join(map(str, faults)))

    @api.model
    def _trigger_rechecks(self) -> None:
        """Have what the old rules held or rated judged by the new ones, soon."""
        for name in self._get_recheck_crons():
            cron = self.env.ref(name, raise_if_not_found=False)
            if cron:  # not while the addon is being installed
                # sudo: scheduled actions belong to the system, not to the publisher
                cron.sudo()._trigger()

    @api.model
    def _get_recheck_crons(self) -> list[str]:
        """External ids of the scheduled actions that judge anew; to be extended."""
        return [
            "aftersales_rules.ir_cron_recheck",
            "aftersales_rules.ir_cron_customer_tier",
            "aftersales_rules.ir_cron_cost_liability",
        ]

    @api.model
    def _publish_again(self, company, note: str, **changes) -> "AftersalesVersion":
        """Publish what is in force, with some threshold values changed."""
        version = company.sudo().aftersales_version_id  # sudo: as in _get_current
        if not version:
            version = self._publish_default(company)
        compiled = version._get_compiled()
        return self._publish(
            company,
            compiled.pack,
            {**compiled.thresholds, **changes},
            note,
            compiled=None if changes else compiled,
        )


def is_within_bounds(spec: Threshold, value: object) -> bool:
    """Whether a typed value is one that the threshold allows."""
    low, high = parse_value(spec, spec.minimum), parse_value(spec, spec.maximum)
    return (low is None or low <= value) and (high is None or value <= high)


def _canonical_values(compiled: CompiledPack) -> str:
    values = {name: to_text(value) for name, value in compiled.thresholds.items()}
    return json.dumps(values, sort_keys=True, separators=(",", ":"))
