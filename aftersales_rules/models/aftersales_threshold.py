# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
import unicodedata
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..rules import CompiledPack, FactType, Threshold, parse_value
from .aftersales_text import threshold_names
from .aftersales_version import is_within_bounds
from .threshold_values import to_text

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_EXAMPLES = {
    FactType.MONEY: "10000.00",
    FactType.RATIO: "50 %",
    FactType.QUANTITY: "2.5",
    FactType.INTEGER: "3",
    FactType.DATE: "2026-01-31",
    FactType.TIME: "15:30",
    FactType.BOOLEAN: "yes",
    FactType.TEXT: "text",
}
"""A good value of each type, for the message about a bad one."""


_GUARDED = frozenset(
    {"company_id", "name", "active", "position", "changed_at", "changed_by_id"}
)
"""Fields that only a publication sets, whoever asks."""


class AftersalesThreshold(models.Model):
    """A number in the rules that an administrator may change (R2, U9).

    The truth is the published version; a record here is the handle by which a
    person changes one value of it. Writing ``value`` publishes a new version of
    the rules for the company. What the threshold means comes from the pack.
    """

    _name = "aftersales.threshold"
    _inherit = ["mail.thread"]
    _description = "Threshold"
    _order = "company_id, position, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    name = fields.Char("Technical Name", required=True, readonly=True)
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="A threshold that the rules no longer use is archived; its history stays.",
    )
    position = fields.Integer(required=True, readonly=True)
    value = fields.Char(
        required=True,
        tracking=True,
        help="Write a share with its percent sign (50 %), a time as 15:30, "
        "a day as 2026-01-31.",
    )
    changed_at = fields.Datetime("Last Change", readonly=True)
    changed_by_id = fields.Many2one(
        "res.users", "Changed by", readonly=True, ondelete="restrict"
    )

    label = fields.Text("Threshold", compute="_compute_words", search="_search_label")
    description = fields.Text("Explanation", compute="_compute_words")
    unit = fields.Char(compute="_compute_words")
    bounds = fields.Text("Allowed", compute="_compute_words")
    default_value = fields.Char("Default", compute="_compute_words")
    is_default = fields.Boolean("At its Default", compute="_compute_words")
    requirement = fields.Char("Requirements", compute="_compute_words")
    used_in = fields.Text("Used in", compute="_compute_words")

    _name_unique = models.Constraint(
        "unique(company_id, name)", "A company has each threshold once."
    )

    @api.depends("company_id.aftersales_version_id", "name", "value")
    @api.depends_context("lang")
    def _compute_words(self):
        text = self.env["aftersales.text"]
        decisions = dict(text._get_decision_selection())
        for threshold in self:
            compiled = threshold._get_compiled()
            spec = threshold._get_spec(compiled)
            if not spec:  # archived
                threshold.update(
                    {
                        "label": threshold.name,
                        "description": False,
                        "unit": False,
                        "bounds": False,
                        "default_value": False,
                        "is_default": False,
                        "requirement": False,
                        "used_in": False,
                    }
                )
                continue
            field = text._field(spec)
            default = parse_value(spec, spec.default)
            threshold.label = field.label
            threshold.description = field.help
            threshold.unit = threshold._get_unit(field)
            threshold.bounds = threshold._get_bounds(spec)
            threshold.default_value = _human(spec, default)
            threshold.is_default = compiled.thresholds[spec.name] == default
            threshold.requirement = ", ".join(spec.requirement)
            threshold.used_in = "\n".join(
                f"{decisions[rule.decision]}: {rule.label_in(self.env.lang)}"
                for rule in compiled.pack.rules
                if spec.name in threshold_names(rule)
            ) or self.env._("No rule; lists and reports may use it.")

    @api.depends("label")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for threshold in self:
            threshold.display_name = threshold.label

    @api.model
    def _search_label(self, operator, value):
        if operator not in ("ilike", "=", "in"):
            return NotImplemented
        # Few records, and the words are in no column.
        words = [value] if isinstance(value, str) else list(value)
        # pylint: disable=no-search-all
        found = self.with_context(active_test=False).search([])
        if operator == "ilike":
            found = found.filtered(
                lambda threshold: (value or "").lower() in threshold.label.lower()
            )
        else:
            found = found.filtered(lambda threshold: threshold.label in words)
        return Domain("id", "in", found.ids)

    @api.model
    def _search_display_name(self, operator, value):
        return Domain("label", operator, value)

    def _get_compiled(self) -> CompiledPack:
        _version_id, compiled = self.env["aftersales.version"]._get_current(
            self.company_id
        )
        return compiled

    def _get_spec(self, compiled: CompiledPack) -> Threshold | None:
        specs = compiled.pack.thresholds
        return next((spec for spec in specs if spec.name == self.name), None)

    def _get_unit(self, field) -> str:
        if field.type is FactType.MONEY:
            return self.company_id.sudo().currency_id.name  # sudo: a currency code
        if field.type is FactType.RATIO:
            return "%"
        return field.unit

    def _get_bounds(self, spec: Threshold) -> str:
        low, high = (
            bound is not None and _human(spec, parse_value(spec, bound))
            for bound in (spec.minimum, spec.maximum)
        )
        if low and high:
            return self.env._("%(low)s to %(high)s", low=low, high=high)
        if low:
            return self.env._("at least %(low)s", low=low)
        if high:
            return self.env._("at most %(high)s", high=high)
        return self.env._("any")

    # --------------------------------------------------------- changing

    def write(self, vals):
        if not _GUARDED.isdisjoint(vals):
            raise UserError(self.env._("Only the value of a threshold can be changed."))
        if "value" not in vals:  # chatter
            return super().write(vals)
        self.check_access("write")
        for company, thresholds in self.grouped("company_id").items():
            thresholds._change(company, vals["value"])
        return True

    def _change(self, company, raw: str) -> None:
        """Publish the company's rules with a new value of these thresholds."""
        compiled = self[:1]._get_compiled()
        changes, notes = {}, []
        for threshold in self:
            spec = threshold._get_spec(compiled)
            if not spec:
                raise UserError(
                    self.env._(
                        "The rules no longer use “%(name)s”.", name=threshold.name
                    )
                )
            value = threshold._read(spec, raw)
            if value != compiled.thresholds[spec.name]:
                changes[spec.name] = value
                notes.append(
                    self.env._(
                        "%(threshold)s: %(before)s → %(after)s",
                        threshold=threshold.label,
                        before=_human(spec, compiled.thresholds[spec.name]),
                        after=_human(spec, value),
                    )
                )
        if changes:
            self._publish_values(company, changes, "\n".join(notes))

    def _publish_values(self, company, changes, note: str) -> None:
        """Bring new values into force, by the way of every change of rules (R3).

        Where the company wants a second person, the values stay as they are until
        that person has approved; the history of each threshold says so.
        """
        drafts = self.env["aftersales.draft"].with_company(company)
        draft = drafts.create({"name": note.partition("\n")[0], "note": note})
        draft._save_values({name: to_text(value) for name, value in changes.items()})
        # A value within its bounds may put a rule out of work on purpose: a person is
        # told of it and not stopped.
        draft.action_check()
        draft._hand_in()
        for text in self._get_remarks(draft, note):
            for threshold in self:
                # sudo: written by whoever may change the value
                threshold.sudo().message_post(body=text)

    def _get_remarks(self, draft, note: str) -> list[str]:
        """What the history of a threshold should say beside its values."""
        remarks = [
            finding["text"]
            for group in draft._get_finding_groups()
            for finding in group["findings"]
            if finding["is_new"] and finding["severity"] == "error"
        ]
        if draft.state != "published":
            remarks.append(
                self.env._(
                    "%(note)s: waits for a second person to approve “%(draft)s”.",
                    note=note,
                    draft=draft.name,
                )
            )
        return remarks

    def _read(self, spec: Threshold, raw: str) -> object:
        """The typed value of what a person wrote, or an error that says what is
        wrong with it."""
        # Full-width digits and signs, as Chinese keyboards write them.
        written = unicodedata.normalize("NFKC", raw or "").strip()
        try:
            value = _parse_human(spec, written)
        except ValueError:
            value = None
        if value is None or not is_within_bounds(spec, value):
            raise ValidationError(
                self.env._(
                    "“%(value)s” cannot be used for “%(threshold)s”.\n"
                    "Allowed: %(bounds)s. Write it like this: %(example)s",
                    value=raw or "",
                    threshold=self.label,
                    bounds=self._get_bounds(spec),
                    example=_EXAMPLES[spec.type],
                )
            )
        return value

    @api.model
    def _synchronize(self, version, compiled: CompiledPack) -> None:
        """Bring the company's records to a version that was just published.

        Changed values go through ``mail.thread``, so the history of a threshold
        names whoever published.
        """
        # sudo: to publish is the right that counts, and it was checked.
        company = version.company_id
        known = {
            threshold.name: threshold
            for threshold in self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id)])
        }
        stamp = {
            "changed_at": fields.Datetime.now(),
            "changed_by_id": self.env.uid,
        }
        new = []
        for position, spec in enumerate(compiled.pack.thresholds):
            value = _human(spec, compiled.thresholds[spec.name])
            threshold = known.pop(spec.name, None)
            if threshold is None:
                new.append(
                    {
                        "company_id": company.id,
                        "name": spec.name,
                        "position": position,
                        "value": value,
                    }
                )
                continue
            vals = {"position": position, "active": True, "value": value}
            vals = {name: vals[name] for name in vals if threshold[name] != vals[name]}
            if "value" in vals:
                vals |= stamp
            if vals:
                threshold._write_values(vals)
        if new:
            self.sudo().with_context(tracking_disable=True).create(new)
        for threshold in known.values():
            if threshold.active:
                threshold._write_values({"active": False})

    def _write_values(self, vals):
        """What a publication changes here: past the door that would publish."""
        return super().write(vals)


def _human(spec: Threshold, value: object) -> str:
    """A value as it is written on the screen: exact, without its unit."""
    if value is None:
        return ""
    if spec.type is FactType.RATIO:
        return f"{to_text(Decimal(value) * 100)} %"
    if spec.type is FactType.BOOLEAN:
        return "yes" if value else "no"
    text = to_text(value)
    if spec.type is FactType.MONEY:
        whole, _dot, decimals = text.partition(".")
        return f"{whole}.{decimals.ljust(2, '0')}"
    return text


def _parse_human(spec: Threshold, written: str) -> object:
    """Read what a person wrote.

    A share needs its percent sign: a bare 2 could be 2 % or 200 %.
    """
    if spec.type is FactType.RATIO and not written.endswith("%"):
        raise ValueError(written)
    if spec.type is not FactType.TEXT and _THOUSANDS.fullmatch(written.rstrip(" %")):
        written = written.replace(",", "")
    return parse_value(spec, written)
