# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Versions and drafts as files: a pack for another company, or decision tables (R8)."""

import re

from odoo import api, fields, models

from ..rules import dump_dmn, dump_exchange
from .aftersales_text import declaring_addons

MIMETYPES = {"json": "application/json", "dmn": "application/xml"}
FILE_URL = "/aftersales/rules/file"
SCHEMA_URL = "/aftersales/rules/schema"


class AftersalesExchange(models.AbstractModel):
    """Files of rules: what the export dialog and its download have in common."""

    _name = "aftersales.exchange"
    _description = "Rules as a File"

    @api.model
    def _get_file(self, source, kind, decisions=None):
        """The file of a version or draft that the user may read.

        :param source: a record of `aftersales.version` or `aftersales.draft`
        :param str kind: json or dmn
        :param decisions: names of decision tables; all by default
        :return: name and content
        :rtype: tuple[str, bytes]
        :raise PackError: with what keeps it from being written
        """
        source.check_access("read")
        compiled = source._get_compiled()
        if kind == "dmn":
            return self._get_file_name(source, kind), dump_dmn(compiled, decisions)
        names = [rule.decision for rule in compiled.pack.rules]
        chosen = [
            spec
            for spec in self.env["aftersales.extension"]._get_registry()
            if spec.name in names and (decisions is None or spec.name in decisions)
        ]
        content = dump_exchange(
            compiled.pack,
            compiled.thresholds,
            decisions,
            about={
                "company": source.company_id.sudo().name,  # sudo: whose rules they are
                "version": source.display_name,
                "fingerprint": compiled.version,
                "exported_on": fields.Date.to_string(fields.Date.context_today(self)),
            },
            addons={spec.name: declaring_addons(spec) for spec in chosen},
        )
        return self._get_file_name(source, kind), content

    @api.model
    def _get_file_name(self, source, kind):
        """Company, version and day, as file systems take them."""
        parts = (
            source.company_id.sudo().name,  # sudo: whose rules they are
            source.display_name,
            fields.Date.to_string(fields.Date.context_today(self)),
        )
        words = (re.sub(r"[^\w.-]+", "-", part).strip("-.")[:60] for part in parts)
        return "_".join(filter(None, words)) + f".{kind}"


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    def action_export(self):
        """Choose what of these rules goes into a file."""
        return self.env["aftersales.exchange.export"]._open(self)


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    def action_export(self):
        """Choose what of these rules goes into a file."""
        return self.env["aftersales.exchange.export"]._open(self)
