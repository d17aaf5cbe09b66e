# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Costs that are pulled from documents, each document once (L9)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import groupby

from .aftersales_complaint import COMPLAINT_USER
from .aftersales_cost import COST_ACCOUNTANT
from .guarded_fields import on_clean_context

SOURCE_FIELDS = {"amount", "currency_id", "date", "expense_account_id"}
"""What a pulled cost has from its source, and nobody changes."""


class AftersalesCost(models.Model):
    """What a cost knows of the document that it was pulled from.

    Concurrency: pulling writes the complaint first. Of two people who pull for one
    complaint at once the second fails to serialize, runs again, and is told who pulled
    what. The unique index on the source stands behind that.
    """

    _inherit = "aftersales.cost"

    source_analytic_distribution = fields.Json(
        readonly=True,
        copy=False,
        help="How the source was distributed when it was booked; posting takes the "
        "cost from there in analytic accounting, too.",
    )

    @api.model
    def _get_cost_follows(self):
        return super()._get_cost_follows() | {"source_analytic_distribution"}

    def _check_cost_editable(self, vals):
        result = super()._check_cost_editable(vals)
        if "expense_account_id" in vals:
            self._check_relieved_account_right()
        kept = SOURCE_FIELDS & vals.keys()
        pulled = self.filtered("source_model")[:1]
        if kept and pulled:
            labels = self.fields_get(kept, ["string"])
            raise UserError(
                self.env._(
                    "“%(cost)s” was pulled from %(document)s, and has its %(fields)s "
                    "from there. Correct the document, then take the new amount here.",
                    cost=pulled.display_name,
                    document=pulled.source_name,
                    fields=", ".join(
                        sorted(each["string"] for each in labels.values())
                    ),
                )
            )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            vals.get("expense_account_id") for vals in vals_list
        ):
            self._check_relieved_account_right()
        return super().create(vals_list)

    def action_reopen(self):
        """Take a cancelled cost up again, unless its document has another one now."""
        self._check_cost_staff()
        again = self.filtered(lambda cost: cost.source_model and cost._get_source())
        for source, other in self._get_pulled(
            [cost._get_source() for cost in again if cost.state == "cancelled"]
        ).items():
            raise UserError(self._get_pulled_text(source, other))
        return super().action_reopen()

    def _check_relieved_account_right(self):
        if not self.env.user.has_group(COST_ACCOUNTANT):
            raise AccessError(
                self.env._(
                    "Accountants for service costs say on which account a cost stands."
                )
            )

    # ------------------------------------------------------------------ the sources

    @api.model
    def _get_source_models(self):
        """Names of the models that costs are pulled from; bridges add theirs."""
        return ["account.move.line", "stock.move"]

    @api.model
    def _get_source_rows(self, complaints):
        """What may be pulled for complaints, or was already.

        :return: rows by source, with sudo; the latest first
        :rtype: dict[Model, SourceRow]
        """
        # sudo: after-sales staff need not have rights on bills and stock to say what a
        # complaint has cost; they see the amounts on its costs anyway
        complaints = complaints.sudo()
        rows = {}
        for name in self._get_source_models():
            rows |= complaints.env[name]._find_cost_sources(complaints)._get_cost_rows()
        return dict(
            sorted(
                rows.items(), key=lambda item: (item[1].date, item[0].id), reverse=True
            )
        )

    @api.model
    def _get_pulled(self, sources):
        """The costs that were pulled from documents.

        :param sources: an iterable of records of any models
        :return: `aftersales.cost` by source, with sudo
        """
        domain = fields.Domain.FALSE
        for name, same in groupby(sources, key=lambda source: source._name):
            domain |= fields.Domain("source_model", "=", name) & fields.Domain(
                "source_id", "in", [source.id for source in same]
            )
        # sudo: a document that is pulled for another complaint, or company, is taken
        costs = self.sudo().search(domain & fields.Domain("state", "!=", "cancelled"))
        found = {(cost.source_model, cost.source_id): cost for cost in costs}
        return {
            source: found[source._name, source.id]
            for source in sources
            if (source._name, source.id) in found
        }

    @api.model
    def _check_may_pull(self, complaints):
        """Raise unless the user may pull costs for these complaints."""
        if not self.env.su and not any(
            self.env.user.has_group(group)
            for group in (COMPLAINT_USER, COST_ACCOUNTANT)
        ):
            raise AccessError(
                self.env._(
                    "After-sales staff and accountants for service costs pull costs."
                )
            )
        self.check_access("create")
        complaints.check_access("read")
        plain = complaints.filtered(lambda ticket: not ticket.is_complaint)
        if plain:
            raise UserError(
                self.env._(
                    "%(ticket)s is not a complaint, so nothing is pulled for it.",
                    ticket=plain[0].display_name,
                )
            )

    @api.model
    def _pull(self, sources, types=None):
        """Make service costs of documents, each once.

        What a document says is read anew here; callers only name documents.

        :param sources: records of source models, of any rights
        :param dict types: cost type by source, where it is not the guessed one
        :return: `aftersales.cost`, in the order of the sources
        """
        types = types or {}
        sources = list(dict.fromkeys(sources))
        rows = {}
        for _name, same in groupby(sources, key=lambda source: source._name):
            # sudo: as in _get_source_rows
            records = self.env[_name].browse([each.id for each in same]).sudo()
            rows |= records.exists()._get_cost_rows()
        missing = [source for source in sources if source not in rows]
        if missing:
            raise UserError(
                self.env._(
                    "Some of these documents belong to no complaint any more. Open "
                    "“Pull Costs” again."
                )
            )
        complaints = self.env["helpdesk.ticket"].concat(
            *(row.complaint for row in rows.values())
        )
        complaints = complaints.sudo(self.env.su)
        self._check_may_pull(complaints)
        complaints._complaint_touch_costs()
        self._check_pullable(rows)
        # sudo: what follows from a document is written by this step only
        costs = on_clean_context(self.sudo()).create(
            [
                self._prepare_pulled(source, rows[source], types.get(source))
                for source in sources
            ]
        )
        readable = {source: source for source in rows}
        self._log_pulled(
            {readable[each]: cost for each, cost in zip(sources, costs, strict=True)}
        )
        return costs.sudo(self.env.su)

    def _check_pullable(self, rows):
        """Raise if a document cannot be pulled, or was."""
        faults = [row.blocked for row in rows.values() if row.blocked]
        faults += [
            self._get_pulled_text(source, cost)
            for source, cost in self._get_pulled(rows).items()
        ]
        if faults:
            raise UserError("\n".join(faults))

    def _get_pulled_text(self, source, cost):
        return self.env._(
            "%(document)s is a service cost already: %(cost)s, pulled by %(user)s on "
            "%(date)s.",
            document=cost.source_name or source.display_name,
            cost=cost.display_name,
            user=cost.create_uid.name,
            date=fields.Date.to_string(
                fields.Datetime.context_timestamp(cost, cost.create_date)
            ),
        )

    @api.model
    def _prepare_pulled(self, source, row, cost_type=None):
        return {
            "complaint_id": row.complaint.id,
            "name": row.name,
            "document": row.document,
            "cost_type": cost_type or row.cost_type,
            **row.values,
            **self._prepare_source(source, row),
        }

    @api.model
    def _prepare_source(self, source, row):
        """What a cost has from its source, now."""
        return {
            "source_model": source._name,
            "source_id": source.id,
            "source_name": f"{source._get_cost_kind()}: {row.document or row.name}",
            "date": row.date,
            "currency_id": row.currency.id,
            "amount": row.amount,
            "source_company_amount": row.company_amount,
            "source_move_line_id": row.move_line.id,
            "expense_account_id": row.account.id,
            "source_analytic_distribution": row.analytic or False,
        }

    def _log_pulled(self, costs):
        """Say on the documents what became of them.

        :param dict costs: by source, with sudo
        """
        by_document = {}
        for source, cost in costs.items():
            document = source._get_cost_document()
            if hasattr(document, "_message_log_batch"):
                by_document.setdefault(document, []).append(cost.display_name)
        for _name, pairs in groupby(by_document.items(), key=lambda it: it[0]._name):
            bodies = {
                document.id: self.env._(
                    "Pulled as service cost: %(costs)s.", costs="; ".join(names)
                )
                for document, names in pairs
            }
            self.env[_name].browse(bodies).sudo()._message_log_batch(bodies)

    # --------------------------------------------------------------------- the link

    def _get_source(self):
        """The document of one cost, with sudo; empty if there is none (any more)."""
        self.ensure_one()
        cost = self.sudo()  # sudo: whether it is there, also for who may not read it
        if cost.source_model not in self._get_source_models():
            # entered by hand, or the bridge to its documents was uninstalled
            return self.env["aftersales.cost"].sudo()
        return cost.env[cost.source_model].browse(cost.source_id).exists()

    def action_open_source(self):
        """Open the document that the cost was pulled from."""
        self.ensure_one()
        self.check_access("read")
        source = self._get_source()
        if not source:
            raise UserError(
                self.env._(
                    "%(document)s is not there any more.",
                    document=self.source_name or self.display_name,
                )
            )
        document = source._get_cost_document().sudo(False)
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }
