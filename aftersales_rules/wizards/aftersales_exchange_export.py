# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules as a file: for another company, another database, or a table modeller (R8)."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.aftersales_exchange import FILE_URL, SCHEMA_URL
from ..rules import RulesError, dmn_faults


class AftersalesExchangeExport(models.TransientModel):
    """Choose what of a version or a draft goes into a file, and which kind of file."""

    _name = "aftersales.exchange.export"
    _description = "Export Rules"

    version_id = fields.Many2one("aftersales.version", readonly=True)
    draft_id = fields.Many2one("aftersales.draft", readonly=True)
    kind = fields.Selection(
        [
            ("json", "Rule pack (JSON), for another company or database"),
            ("dmn", "Decision tables (DMN 1.3), for a decision table modeller"),
        ],
        "Kind of File",
        default="json",
        required=True,
    )
    scope = fields.Selection(
        [("all", "All"), ("some", "Only some")],
        "Decision Tables",
        default="all",
        required=True,
    )
    table_ids = fields.One2many("aftersales.exchange.export.table", "wizard_id")
    file_name = fields.Char("File", compute="_compute_file_name")
    problems_html = fields.Html(compute="_compute_problems", sanitize=False)
    is_ready = fields.Boolean(compute="_compute_problems")

    @api.model
    def _open(self, source):
        """The dialog for a version or a draft.

        :raise UserError: if its rules cannot be used as they are
        """
        source.ensure_one()
        source.check_access("read")
        try:
            compiled = source._get_compiled()
        except RulesError as err:
            raise UserError(
                self.env._(
                    "“%(rules)s” has errors and cannot be exported yet. See its page "
                    "Checks.",
                    rules=source.display_name,
                )
            ) from err
        names = [rule.decision for rule in compiled.pack.rules]
        is_draft = source._name == "aftersales.draft"
        wizard = self.create(
            {
                "draft_id" if is_draft else "version_id": source.id,
                "table_ids": [
                    fields.Command.create(
                        {
                            "decision": spec.name,
                            "rule_count": names.count(spec.name),
                            "is_chosen": is_draft and source.decision == spec.name,
                        }
                    )
                    for spec in self.env["aftersales.extension"]._get_registry()
                    if spec.name in names
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export Rules"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_source(self):
        """What is exported, if the user may read it."""
        source = self.draft_id or self.version_id
        source.check_access("read")
        return source

    def _get_decisions(self):
        """The tables that were chosen; None for all."""
        if self.scope == "all":
            return None
        return self.table_ids.filtered("is_chosen").mapped("decision")

    @api.depends("kind", "version_id", "draft_id")
    def _compute_file_name(self):
        exchange = self.env["aftersales.exchange"]
        for wizard in self:
            source = wizard._get_source()
            wizard.file_name = exchange._get_file_name(source, wizard.kind)

    @api.depends("kind", "scope", "table_ids.is_chosen")
    def _compute_problems(self):
        for wizard in self:
            decisions = wizard._get_decisions()
            faults = []
            if wizard.kind == "dmn" and decisions != []:
                compiled = wizard._get_source()._get_compiled()
                faults = [str(fault) for fault in dmn_faults(compiled, decisions)]
            wizard.is_ready = decisions != [] and not faults
            wizard.problems_html = self.env["ir.qweb"]._render(
                "aftersales_rules.exchange_export_problems",
                {"kind": wizard.kind, "is_empty": decisions == [], "faults": faults},
            )

    def action_download(self):
        """Hand out the file; the dialog stays."""
        self.ensure_one()
        if not self.is_ready:
            raise ValidationError(
                self.env._("Choose tables that can be written to this kind of file.")
            )
        source = self._get_source()
        name = "draft" if self.draft_id else "version"
        url = f"{FILE_URL}/{name}/{source.id}/{self.kind}"
        decisions = self._get_decisions()
        if decisions is not None:
            url += f"?tables={','.join(decisions)}"
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def action_download_schema(self):
        """Hand out the schema that editors check such files by."""
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": SCHEMA_URL, "target": "self"}


class AftersalesExchangeExportTable(models.TransientModel):
    """A decision table that may go into the file."""

    _name = "aftersales.exchange.export.table"
    _description = "Table to Export"
    _order = "id"

    wizard_id = fields.Many2one(
        "aftersales.exchange.export", required=True, ondelete="cascade"
    )
    decision = fields.Selection("_selection_decision", "Table", required=True)
    rule_count = fields.Integer("Rules", readonly=True)
    is_chosen = fields.Boolean("Export")

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()
