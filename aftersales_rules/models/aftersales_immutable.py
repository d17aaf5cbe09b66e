# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .guarded_fields import on_clean_context


class AftersalesImmutable(models.AbstractModel):
    """Records that are made once, by their own model, and stay as they are (R10).

    Nobody gets past this through the ORM: not a superuser, not a context key.
    The checks are plain overrides and not ``@api.ondelete``, because that one
    is skipped for a context key. Uninstalling drops the tables and does not
    come by here.

    Models with this mixin have no translated field (their translations could
    be changed without ``write``) and no stored computed field.
    """

    _name = "aftersales.immutable"
    _description = "Unchangeable Record"

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._(
                "Records of “%(model)s” are made by the rules only.",
                model=self._description,
            )
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be changed.",
                model=self._description,
            )
        )

    def unlink(self):  # pylint: disable=method-required-super
        # pylint: disable=no-raise-unlink
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be deleted.",
                model=self._description,
            )
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be copied.",
                model=self._description,
            )
        )

    @api.model
    def _insert(self, vals_list):
        """Create for real; the only way in, not reachable from outside."""
        # A caller's context must not put values into an audit record.
        # sudo: nobody has the right to create, deciding is not a user's right.
        records = on_clean_context(self).sudo()
        return super(AftersalesImmutable, records).create(vals_list)
