# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules import REGISTRY, package_of
from .aftersales_extension import get_title


class AftersalesExtensionPart(models.Model):
    """What an addon brought, to tell later what a company has changed of it.

    It stays when the addon goes, with the words for what was decided by its rules.
    """

    _name = "aftersales.extension.part"
    _description = "Rules of Another Addon"

    addon = fields.Char(required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    pack = fields.Text(required=True, readonly=True)
    words = fields.Json(
        readonly=True, help="Decisions that the addon declares, and their answers."
    )
    is_joined = fields.Boolean(readonly=True)

    _addon_unique = models.Constraint("unique(addon)", "An addon is noted once.")

    @api.model
    def _find(self, addon):
        return self.sudo().search([("addon", "=", addon)])  # sudo: no secret

    def _note_joined(self, addon, part):
        registry = REGISTRY.within({addon})
        own = [spec for spec in registry if package_of(spec.facts) == addon]
        vals = {
            "addon": addon,
            "title": get_title(self.env, addon),
            "pack": part.canonical,
            "is_joined": True,
            "words": {
                "decisions": {spec.name: spec.label for spec in own},
                "answers": {
                    value: label
                    for spec in own
                    for field in spec.outcome_fields.values()
                    for value, label in (field.choices or {}).items()
                },
            },
        }
        if self:
            self.write(vals)
        else:
            self.sudo().create(vals)  # sudo: as above

    @api.model
    def _get_words_of_gone(self, kind: str) -> dict[str, str]:
        """What decisions, or answers, of addons that are gone were called."""
        words = {}
        for part in self.sudo().search([("is_joined", "=", False)]):  # sudo: as above
            words.update((part.words or {}).get(kind, {}))
        return words
