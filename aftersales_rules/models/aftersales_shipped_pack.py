# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, fields, models


class AftersalesShippedPack(models.Model):
    """Rules of the product as one release brought them.

    Kept so that the next release can tell what a company has changed of them.
    """

    _name = "aftersales.shipped.pack"
    _inherit = ["aftersales.immutable"]
    _description = "Rules of the Product"

    name = fields.Char(required=True, readonly=True)
    pack = fields.Text(required=True, readonly=True)
    pack_hash = fields.Char(size=64, required=True, readonly=True)

    _hash_unique = models.Constraint(
        "unique(pack_hash)", "The rules of a release are kept once."
    )

    @api.model
    def _keep(self, name, pack):
        """The record of a pack, made when it is met for the first time.

        :param str pack: its canonical JSON
        """
        digest = hashlib.sha256(pack.encode()).hexdigest()
        known = self.sudo().search([("pack_hash", "=", digest)])  # sudo: no secret
        return known or self._insert(
            [{"name": name, "pack": pack, "pack_hash": digest}]
        )
