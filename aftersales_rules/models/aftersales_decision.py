# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import Decision, FactType, RulesError
from .client_actions import notification

MODES = [("observe", "Observed"), ("enforce", "Enforced")]


class AftersalesDecision(models.Model):
    """A decision as it was made: facts, version, answer, reason (R3, R4, R10).

    *How to use.* Gates call ``_record`` with all decisions of an event at once:
    one INSERT for a hundred. Nothing else makes these records and nothing
    changes them. The texts are written when somebody reads, in the language of
    the reader, from the stored facts and the stored version.

    The model has no mail.thread and no stored computed field, so that recording
    stays cheap.
    """

    _name = "aftersales.decision"
    _inherit = ["aftersales.immutable"]
    _description = "Decision"
    _order = "id desc"

    decision = fields.Selection("_selection_decision", required=True, readonly=True)
    event = fields.Char(required=True, readonly=True)
    mode = fields.Selection(MODES, required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    order_id = fields.Many2one(
        "sale.order",
        "Order",
        readonly=True,
        index="btree_not_null",
        # A cancelled order that was only observed may be deleted, as without this
        # addon; the database empties the link, the name and the facts stay.
        ondelete="set null",
    )
    document_name = fields.Char("Document Name", readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The commercial entity whose credit was judged.",
    )
    version_id = fields.Many2one(
        "aftersales.version", "Rules", required=True, readonly=True, ondelete="restrict"
    )
    engine = fields.Char(required=True, readonly=True)
    facts = fields.Text(required=True, readonly=True)
    outcomes = fields.Text(required=True, readonly=True)
    payload = fields.Text(required=True, readonly=True)
    rule = fields.Char("Technical Name of the Rule", readonly=True)
    result = fields.Selection("_selection_result", required=True, readonly=True)
    reason = fields.Text("Reason (English)", required=True, readonly=True)

    event_display = fields.Char("Occasion", compute="_compute_event_display")
    rule_label = fields.Char("Deciding Rule", compute="_compute_texts")
    reason_display = fields.Text("Reason", compute="_compute_texts")
    explanation_html = fields.Html(
        "Explanation", compute="_compute_explanation_html", sanitize=False
    )

    _document_idx = models.Index("(res_model, res_id)")

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_recorded_decision_selection()

    @api.model
    def _selection_result(self):
        """What decisions can answer: the choices of all outcome models."""
        text = self.env["aftersales.text"]
        results = {
            "none": self.env._("No rule matched"),
            "waived": self.env._("Released by a person"),
        }
        for spec in self.env["aftersales.extension"]._get_registry():
            for field in spec.outcome_fields.values():
                for value, label in (field.choices or {}).items():
                    results.setdefault(value, text._term(label))
        gone = self.env["aftersales.extension.part"]._get_words_of_gone("answers")
        return list((gone | results).items())

    # -------------------------------------------------------- recording

    @api.model
    def _record(self, items: list[dict]) -> "AftersalesDecision":
        """Keep decisions that were just made; one INSERT for up to a hundred.

        Keys of an item: ``decision`` (of the core), ``company``, ``event``,
        ``mode``, ``result``; optional ``order``, ``res_model``, ``res_id``, ``name``,
        ``partner`` or, if it is known already, ``debtor_id``, its commercial partner.
        """
        return self._insert([self._prepare_vals(item) for item in items]).with_env(
            self.env
        )

    @api.model
    def _get_last(self, decision: str, records) -> dict:
        """The last decision of a name about each record, by its id; one query."""
        # sudo: as decisions are made
        decisions = self.sudo().search(
            [
                ("decision", "=", decision),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
            ],
            order="id",
        )
        return {decision.res_id: decision for decision in decisions}

    def _prepare_vals(self, item: dict) -> dict:
        decision: Decision = item["decision"]
        order, partner = item.get("order"), item.get("partner")
        debtor_id = item.get("debtor_id")
        if not debtor_id:
            # sudo: the customer's name only
            partner = partner or (order and order.sudo().partner_invoice_id)
            debtor_id = partner and partner.sudo().commercial_partner_id.id
        version_id, engine = self._find_version(item)
        return {
            "decision": decision.decision,
            "event": item["event"],
            "mode": item["mode"],
            "company_id": item["company"].id,
            "order_id": order.id if order else False,
            "document_name": item.get("name") or (order.name if order else False),
            "res_model": item.get("res_model") or (order and order._name) or False,
            "res_id": item.get("res_id") or (order and order.id) or False,
            "partner_id": debtor_id or False,
            "version_id": version_id,
            "engine": engine,
            "facts": _to_json(decision.facts),
            "outcomes": _to_json(decision.outcomes),
            "payload": decision.to_bytes().decode(),
            "rule": decision.rule or False,
            "result": item["result"],
            "reason": decision.reason,
        }

    def _find_version(self, item: dict) -> tuple[int, str]:
        """The version that made a decision: the current one, nearly always."""
        versions = self.env["aftersales.version"]
        wanted = item["decision"].version
        version_id, compiled = versions._get_current(item["company"])
        if compiled.version == wanted:
            return version_id, compiled.engine
        # sudo: deciding is not a user's right
        version = versions.sudo().search(
            [("company_id", "=", item["company"].id), ("version_hash", "=", wanted)],
            limit=1,
        )
        if not version:
            raise ValueError(f"{item['company']} never published {wanted!r}")
        return version.id, version._get_compiled().engine

    # ---------------------------------------------------------- reading

    @api.depends("event")
    @api.depends_context("lang")
    def _compute_event_display(self):
        words = {
            "confirm": self.env._("Confirmation"),
            "change": self.env._("Change of the order"),
            "payment": self.env._("Payment"),
            "recheck": self.env._("Re-check"),
            "cron": self.env._("Scheduled check"),
            "deliver": self.env._("Delivery"),
            "file": self.env._("Filing of a registration"),
            "send": self.env._("Sending of the quotation"),
            "release": self.env._("Release"),
            "report": self.env._("Report of a problem"),
            "manual": self.env._("Check by hand"),
            "intake": self.env._("Intake of a ticket"),
            "register": self.env._("Registration of a complaint"),
            "complaint": self.env._("Change of the complaint"),
            "contact": self.env._("Contact with a customer"),
            "repair": self.env._("End of a repair"),
            "cost": self.env._("Service cost entered or changed"),
            "review": self.env._("Review of a service cost"),
        }
        for record in self:
            record.event_display = words.get(record.event, record.event)

    @api.depends("decision", "document_name", "order_id", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._selection_decision())
        for record in self:
            # sudo: the name of a document whose decision the user may read
            document = record.order_id or record.partner_id
            subject = document.sudo().display_name
            if not record.order_id and record.document_name:
                subject = record.document_name  # the order is gone
            label = labels.get(record.decision, record.decision)
            record.display_name = f"{label}: {subject}" if subject else label

    @api.depends("payload", "version_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        text = self.env["aftersales.text"]
        for record in self:
            try:
                matches = record._get_compiled().render(
                    record._get_decision(), self.env.lang, text._term
                )
            except RulesError:  # rules of an addon that is gone: as recorded
                record.rule_label, record.reason_display = record.rule, record.reason
                continue
            record.rule_label = matches[0].label if matches else False
            record.reason_display = (
                "\n".join(match.reason for match in matches)
                if matches
                else self.env._("No rule matched.")
            )

    def _get_compiled(self):
        # sudo: a decision is explained to everyone who may read it.
        return self.sudo().version_id._get_compiled()

    def _get_rendered(self, cause: str):
        """Reason and remedy of the rule that held for a cause, in the user's language.

        :return: a RenderedMatch of the core, or None
        """
        self.ensure_one()
        record = self.sudo()  # sudo: who reads a hold may read why
        decision = record._get_decision()
        try:
            rendered = record._get_compiled().render(
                decision, self.env.lang, self.env["aftersales.text"]._term
            )
        except RulesError:  # rules of an addon that is gone
            return None
        for match, texts in zip(decision.matched, rendered, strict=True):
            if match.outcome.get("cause") == cause:
                return texts
        return None

    def _get_all_rendered(self) -> list:
        """Reasons and remedies of all rules that matched, in the user's language."""
        self.ensure_one()
        record = self.sudo()  # sudo: who reads the document may read why
        try:
            return record._get_compiled().render(
                record._get_decision(),
                self.env.lang,
                self.env["aftersales.text"]._term,
            )
        except RulesError:  # rules of an addon that is gone
            return []

    def _get_decision(self) -> Decision:
        """The decision of the core, as it was stored."""
        self.ensure_one()
        return Decision.from_bytes(self.payload)

    @api.depends("payload", "version_id")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for record in self:
            record.explanation_html = self.env["ir.qweb"]._render(
                "aftersales_rules.decision_explanation",
                record._prepare_explanation(),
            )

    def _prepare_explanation(self) -> dict:
        """Everything that the explanation shows, as texts."""
        self.ensure_one()
        results = dict(self._selection_result())
        values = {
            "result": results.get(self.result, self.result),
            "version": self.version_id.name,
            "engine": self.engine,
            "recorded_reason": self.reason,
        }
        try:
            return values | self._explain(self._get_compiled(), self._get_decision())
        except RulesError as err:
            return values | {"failure": str(err)}

    @api.model
    def _explain(self, compiled, decision: Decision) -> dict:
        """What a decision of the core looked at, rule by rule, as texts (R4)."""
        translate = self.env["aftersales.text"]._term
        spec = compiled.registry.get(decision.decision)
        facts = compiled.facts_of(decision)
        explanation = compiled.explain(
            decision.decision,
            facts,
            on=decision.on,
            lang=self.env.lang,
            translate=translate,
        )
        return {
            "matches": compiled.render(decision, self.env.lang, translate),
            "facts": self._prepare_facts(spec, facts)
            + [
                # of an addon that is gone: as it was recorded
                {
                    "label": name,
                    "help": "",
                    "value": str(value),
                    "is_set": True,
                    "is_number": False,
                }
                for name, value in decision.facts.items()
                if name not in spec.fact_fields and value is not None
            ],
            "rules": explanation.rules,
            "failure": False,
        }

    @api.model
    def _prepare_facts(self, spec, facts) -> list[dict]:
        text = self.env["aftersales.text"]
        currency = getattr(facts, "currency", None)
        rows = []
        for field in spec.fact_fields.values():
            words = text._field(field)
            value = getattr(facts, field.name)
            rows.append(
                {
                    "label": words.label,
                    "help": words.help,
                    "value": text._value(field, value, currency),
                    "is_set": value is not None,
                    "is_number": field.type not in (FactType.TEXT, FactType.CHOICE),
                }
            )
        return rows

    # ---------------------------------------------------------- actions

    def _action_explain(self, title: str | None = None) -> dict:
        """The one screen that says why; every *Why?* of the addon opens it (R4)."""
        return self._get_records_action(
            name=title or self.env._("Why?"),
            target="new",
            context={"dialog_size": "extra-large"},
        )

    def action_replay(self):
        """Decide again, from the stored facts with the stored rules (R3)."""
        self.ensure_one()
        self.check_access("read")
        stored = self._get_decision()
        try:
            again = self._get_compiled().repeat(stored)
        except RulesError as err:
            raise UserError(
                self.env._("This decision cannot be repeated: %(error)s", error=err)
            ) from err
        same = again.to_bytes() == stored.to_bytes()
        if same:
            message = self.env._("The same facts and rules give the same answer.")
        else:
            message = self.env._(
                "The answer differs. Recorded: %(before)s Now: %(after)s",
                before=stored.reason,
                after=again.reason,
            )
        return notification(
            message,
            kind="success" if same else "danger",
            title=self.env._("Decided again"),
            sticky=not same,
        )

    def action_open_document(self):
        """Open what was judged: the order, the transfer, the customer."""
        self.ensure_one()
        self.check_access("read")
        known = self.res_model and self.res_model in self.env
        if not known or not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("This decision is about no document."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }


def _to_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
