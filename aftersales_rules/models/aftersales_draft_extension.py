# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What becomes of a draft when an addon goes whose rules it has (R9)."""

import json

from odoo import models

from ..rules import PackError, load_pack
from .aftersales_extension import without_part


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    def _leave_out(self, part, registry, title):
        """Take out what cannot be read once an addon is gone; says so in the log."""
        self.ensure_one()
        try:
            pack = load_pack(self.content)
            content, gone = without_part(pack, part, registry)
            content = content.canonical
        except PackError:  # not right yet: what is about a decision of the addon
            raw = json.loads(self.content)
            rules = raw.get("rules") or []
            raw["rules"] = [rule for rule in rules if rule.get("decision") in registry]
            gone = [rule.get("name") for rule in rules if rule not in raw["rules"]]
            content = json.dumps(raw)
        if not gone:
            return
        self.write(
            {
                "content": content,
                "revision": self.revision + 1,
                "decision": self.decision if self.decision in registry else False,
                "findings": False,
            }
        )
        self.message_post(
            body=self.env._(
                "“%(addon)s” was uninstalled. Its rules went with it: %(names)s",
                addon=title,
                names=", ".join(map(str, gone)),
            )
        )
