# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .aftersales_inspection import INSPECTOR


class AftersalesHold(models.Model):
    _inherit = "aftersales.hold"

    def _get_who_text(self):
        # EXTENDS aftersales_rules
        if self.cause != "inspection":
            return super()._get_who_text()
        # sudo: names of colleagues
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(INSPECTOR).ids),
                    ("company_ids", "in", self.sudo().company_id.ids),
                    ("share", "=", False),
                ],
                limit=5,
                order="name",
            )
        )
        if not users:
            return self.env._("Nobody is a quality inspector of this company yet.")
        return self.env._(
            "Can record it: %(names)s.", names=", ".join(users.mapped("name"))
        )
