# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules from a file, looked at before anything is kept (R8)."""

import base64
import binascii
import hashlib
import json
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.guarded_fields import on_clean_context
from ..models.threshold_values import to_text
from ..rules import PackError, load_exchange
from ..rules.exchange import FILE_MAX
from .aftersales_exchange_plan import LINES_MAX, Plan, Planner, get_different_tables

NAME_MAX = 120


class AftersalesExchangeImport(models.TransientModel):
    """A file, what it would change, and the draft that is made of it.

    Until *Make a Draft* nothing is kept but this dialog, which Odoo throws away.
    """

    _name = "aftersales.exchange.import"
    _description = "Import Rules"

    company_id = fields.Many2one(
        "res.company",
        "For",
        default=lambda self: self.env.company,
        required=True,
        readonly=True,
    )
    file = fields.Binary(
        "File",
        attachment=False,
        help="A rule pack (JSON) or decision tables (DMN), exported here, in another "
        "company, or edited in a decision table modeller.",
    )
    file_name = fields.Char()
    state = fields.Selection(
        [("choose", "Choose"), ("look", "Look")], default="choose", readonly=True
    )
    base_version_id = fields.Many2one("aftersales.version", readonly=True)
    table_ids = fields.One2many("aftersales.exchange.import.table", "wizard_id")
    values_from = fields.Selection(
        [
            ("here", "Keep those of this company"),
            ("file", "Take those of the file"),
        ],
        "Values of Thresholds",
        default="here",
        required=True,
        help="Thresholds that this company does not have yet always come with the "
        "value of the file.",
    )
    note = fields.Text("What Changes, and Why")
    origin = fields.Text("Comes from", compute="_compute_plan")
    report_html = fields.Html(compute="_compute_plan", sanitize=False)
    is_ready = fields.Boolean(compute="_compute_plan")

    @api.model_create_multi
    def create(self, vals_list):
        self.env["aftersales.draft"]._check_author()
        return super().create(vals_list)

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Import Rules")

    # -------------------------------------------------------------- the file

    def _get_content(self):
        """The bytes of the file.

        :raise UserError: if there is none, or it is far too large
        """
        data = self.with_context(bin_size=False).file or b""
        if not data:
            raise UserError(self.env._("Choose a file first."))
        if len(data) > FILE_MAX * 4 // 3 + 4:
            raise UserError(
                self.env._(
                    "This file is larger than %(size)s MB: it cannot be a file of "
                    "rules.",
                    size=FILE_MAX // 1024 // 1024,
                )
            )
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as err:
            raise UserError(self.env._("The file did not arrive whole.")) from err

    def _get_file_name(self):
        """The name that the file came with, as one line of text."""
        name = re.split(r"[\\/]", self.file_name or "")[-1]
        name = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e]", "", name).strip()
        return name[:NAME_MAX] or self.env._("unnamed")

    def _get_origin(self, content, exchange):
        """Where the rules come from, for the note of the draft and its log."""
        kind = self.env._("decision tables (DMN)")
        if exchange.kind == "json":
            kind = self.env._("rule pack (JSON)")
        lines = [
            self.env._(
                "From the file “%(name)s”, %(kind)s",
                name=self._get_file_name(),
                kind=kind,
            )
        ]
        about = exchange.about
        if about.get("company") or about.get("version"):
            lines.append(
                self.env._(
                    "By its own word: %(company)s, %(version)s, exported on %(day)s",
                    company=about.get("company", "?"),
                    version=about.get("version", "?"),
                    day=about.get("exported_on", "?"),
                )
            )
        checksum = hashlib.sha256(content).hexdigest()
        lines.append(self.env._("SHA-256 of the file: %(sum)s", sum=checksum))
        return "\n".join(lines)

    # ------------------------------------------------------------ the dry run

    def action_look(self):
        """Read the file and show what it would change; nothing is kept of it."""
        self.ensure_one()
        self._check_company()
        content = self._get_content()
        versions = self.env["aftersales.version"]
        version_id, compiled = versions._get_current(self.company_id)
        here = [rule.decision for rule in compiled.pack.rules]
        try:
            exchange = load_exchange(content, compiled.registry, base=compiled)
            names = [rule.decision for rule in exchange.pack.rules]
            different = get_different_tables(compiled, exchange)
        except PackError:  # the report says why
            names, different = [], set()
        self.write(
            {
                "state": "look",
                "base_version_id": version_id,
                "table_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "decision": spec.name,
                                "rule_count": names.count(spec.name),
                                "here_count": here.count(spec.name),
                                "is_different": spec.name in different,
                                "is_chosen": True,
                            }
                        )
                        for spec in self.env["aftersales.extension"]._get_registry()
                        if spec.name in names
                    ),
                ],
            }
        )
        return True

    def action_choose_again(self):
        """Put the file aside and choose another."""
        self.ensure_one()
        self._check_company()
        self.write(
            {
                "state": "choose",
                "file": False,
                "file_name": False,
                "table_ids": [fields.Command.clear()],
            }
        )
        return True

    def _check_company(self):
        """Rules are imported by administrators of the rules, for their companies."""
        self.env["aftersales.draft"]._check_author()
        # sudo: which company a version belongs to; both come from the client
        base = self.sudo().base_version_id
        if self.company_id not in self.env.companies or (
            base and base.company_id != self.sudo().company_id
        ):
            raise AccessError(
                self.env._(
                    "You do not work for %(company)s.",
                    company=(base or self.sudo()).company_id.name,
                )
            )

    def _make_plan(self):
        """What would come in, by the choices as they stand.

        :rtype: tuple[str, Plan]
        """
        content = self._get_content()
        try:
            base = self.base_version_id._get_compiled()
            exchange = load_exchange(content, base.registry, base=base)
        except PackError as err:
            faults = [str(fault) for fault in err.faults[:LINES_MAX]]
            return self._get_file_name(), Plan(faults=faults)
        planner = Planner(
            self.env,
            self.base_version_id,
            exchange,
            self.table_ids.filtered("is_chosen").mapped("decision"),
            self.values_from == "file",
        )
        return self._get_origin(content, exchange), planner.make()

    @api.depends("state", "file", "table_ids.is_chosen", "values_from")
    def _compute_plan(self):
        for wizard in self:
            wizard.update({"origin": False, "report_html": False, "is_ready": False})
            if wizard.state != "look" or not wizard.file:
                continue
            wizard._check_company()
            wizard.origin, plan = wizard._make_plan()
            wizard.is_ready = plan.is_ready
            wizard.report_html = self.env["ir.qweb"]._render(
                "aftersales_rules.exchange_import_report",
                {
                    "plan": plan,
                    "version": wizard.base_version_id,
                    "takes_values": wizard.values_from == "file",
                },
            )

    # -------------------------------------------------------------- the draft

    def action_make_draft(self):
        """Keep what was looked at as a draft; it counts when it is published.

        :raise UserError: if the file cannot be used, or the rules have moved on
        """
        self.ensure_one()
        self._check_company()
        company = self.company_id
        version = self.base_version_id
        # sudo: which version is in force
        if self.state != "look" or version != company.sudo().aftersales_version_id:
            raise UserError(
                self.env._(
                    "The rules in force have changed since you looked at the file. "
                    "Look at it again."
                )
            )
        origin, plan = self._make_plan()
        if not plan.is_ready:
            raise UserError(
                "\n".join(plan.faults)
                or self.env._("The file says what is in force already.")
            )
        values = plan.compiled.thresholds
        drafts = self.env["aftersales.draft"]
        # sudo: content follows from the file; author and company were checked
        draft = drafts.sudo().create(
            {
                "name": self.env._("Import of %(file)s", file=self._get_file_name()),
                "company_id": company.id,
                "base_version_id": version.id,
                "decision": (plan.changed_decisions or [False])[0],
                "content": plan.compiled.pack.canonical,
                "threshold_values": json.dumps(
                    {name: to_text(value) for name, value in values.items()}
                ),
                "note": "\n\n".join(filter(None, [self.note, origin])),
            }
        )
        draft._find_faults()
        on_clean_context(draft.with_env(self.env)).message_post(
            body=origin, attachments=[(self._get_file_name(), self._get_content())]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.draft",
            "res_id": draft.id,
            "views": [(False, "form")],
        }


class AftersalesExchangeImportTable(models.TransientModel):
    """A decision table of the file, to be taken or left."""

    _name = "aftersales.exchange.import.table"
    _description = "Table to Import"
    _order = "id"

    wizard_id = fields.Many2one(
        "aftersales.exchange.import", required=True, ondelete="cascade"
    )
    decision = fields.Selection(
        "_selection_decision", "Table", required=True, readonly=True
    )
    is_different = fields.Boolean("Differs", readonly=True)
    here_count = fields.Integer("Rules Here", readonly=True)
    rule_count = fields.Integer("Rules in the File", readonly=True)
    is_chosen = fields.Boolean("Take")

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()
