# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where a fact comes from: the field or the records to look at (R4)."""

from odoo import api, models
from odoo.fields import Domain


class AftersalesFactOrigin(models.AbstractModel):
    """Says for the facts of a decision what is behind them.

    *How to use.* An addon that brings a decision, or facts of one, extends
    ``_fact_sources``: per decision and fact a path of fields from the document that
    was judged (``partner_id.credit_limit``), or the name of a method of this model
    that takes the decision and its document and gives an origin, made by ``_records``
    or ``_search``. What needs more extends ``_fact_origins``. ``_fact_documents`` says
    which documents they are written for, where a decision may be about others, too.

    Called with sudo: origins say where to look, and opening them is up to the rights
    of whoever wants to.
    """

    _name = "aftersales.fact.origin"
    _description = "Origin of Facts"

    @api.model
    def _fact_sources(self) -> dict[str, dict[str, str]]:
        """Paths of fields and names of methods, by decision and fact."""
        return {}

    @api.model
    def _fact_documents(self) -> dict[str, tuple[str, ...]]:
        """Models of the documents that the sources are written for, by decision.

        A decision may be about anything: another addon, or an import, asks for the
        credit of a customer without an order. Nothing is behind its facts then, rather
        than what a field of the same name happens to hold there.
        """
        return {}

    @api.model
    def _fact_origins(self, decision) -> dict[str, dict]:
        """Where the facts of a decision come from.

        :param decision: an `aftersales.decision`
        :return: by fact: text, model, and domain or ids
        """
        document = self._get_document(decision)
        if not document:
            return {}
        origins = {}
        for fact, source in self._fact_sources().get(decision.decision, {}).items():
            if source.startswith("_"):
                origin = getattr(self, source)(decision, document)
            elif not self._has_path(document, source):
                continue
            else:
                origin = self._field(document, source)
            if origin:
                origins[fact] = origin
        return origins

    def _get_document(self, decision):
        """What was judged, as it is now; empty if it is gone, or if the sources of the
        decision say nothing of such a document."""
        model, record_id = decision.res_model, decision.res_id
        if not model or model not in self.env:
            document = decision.order_id
        else:
            document = self.env[model].sudo().browse(record_id).exists()
        fitting = self._fact_documents().get(decision.decision)
        if fitting and document._name not in fitting:
            order = decision.order_id  # a transfer, or a request, of this order
            document = order if order._name in fitting else order.browse()
        return document.with_company(decision.company_id)

    def _has_path(self, document, path):
        """Whether fields of this document lead along a path."""
        model = document
        *way, name = path.split(".")
        for step in way:
            field = model._fields.get(step)
            if field is None or not field.relational:
                return False
            model = self.env[field.comodel_name]
        return name in model._fields

    # ------------------------------------------------------------- making origins

    def _field(self, document, path):
        """A field of the document, or of records that it leads to."""
        *way, name = path.split(".")
        records = document
        for step in way:
            if not records[step]:
                # nothing there: whoever wants to know why looks at where it would be
                name = step
                break
            records = records[step]
        label = records._fields[name]._description_string(self.env)
        if len(records) == 1:
            text = self.env._(
                "%(record)s: %(field)s", field=label, record=records.display_name
            )
        else:
            model = self.env["ir.model"]._get(records._name).sudo().name
            text = self.env._("%(model)s: %(field)s", field=label, model=model)
        return self._records(records, text)

    def _records(self, records, text):
        """These records, and no others."""
        return records and {"text": text, "model": records._name, "ids": records.ids}

    def _search(self, model, domain, text):
        """Whatever a search finds, when it is opened."""
        return {"text": text, "model": model, "domain": list(Domain(domain))}
