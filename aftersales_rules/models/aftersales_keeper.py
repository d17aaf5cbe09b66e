# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who and what the audit trail names is not deleted, and the person reads why (R10).

How it works: foreign keys would stop most deletions, but with a message of the
database; others empty a link, to who made a decision among them, or take records of the
trail along, and their seals would not agree any more. So what is to be deleted is
looked for first, in every link of ours that has to stay.
"""

from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

SHOWN_MAX = 4
"""Kinds of records that one message names."""
_MADE_BY = ("create_uid", "write_uid")


class AftersalesKeeper(models.AbstractModel):
    _name = "aftersales.keeper"
    _description = "What the Audit Trail Names"

    @api.model
    def _check_kept(self, records, advice, but=()):
        """Refuse to delete what kept records name.

        Called in ``unlink`` and not ``@api.ondelete``, which is skipped for a context
        key.

        :param str advice: what to do instead, a sentence for the person
        :param but: models that are told of elsewhere
        :raise UserError: naming one of the records, and what names it
        """
        found = self._find_keepers(records)
        for record in records.sudo():  # sudo: the trail counts, readable or not
            names = sorted(found[record.id] - set(but))
            if not names:
                continue
            kinds = [self.env["ir.model"]._get(name).sudo().name for name in names]
            shown = ", ".join(kinds[:SHOWN_MAX])
            if len(kinds) > SHOWN_MAX:
                shown = self.env._(
                    "%(kinds)s and %(count)s more",
                    kinds=shown,
                    count=len(kinds) - SHOWN_MAX,
                )
            raise UserError(
                self.env._(
                    "“%(record)s” cannot be deleted: records that are kept, to tell "
                    "later who did what and why, refer to it (%(kinds)s).\n%(advice)s",
                    record=record.display_name,
                    kinds=shown,
                    advice=advice,
                )
            )

    @api.model
    def _find_keepers(self, records):
        """Models whose records keep others from being deleted.

        :return: names of models by the id of each record
        :rtype: defaultdict[int, set[str]]
        """
        found = defaultdict(set)
        if not records.ids:
            return found
        for model, field in self._get_links(records._name):
            linked = self._find_linked(model, field, records.ids)
            if not linked:
                continue
            if field.ondelete != "cascade" or self._is_trail(model):
                for record_id in linked:
                    found[record_id].add(model._name)
                continue
            # what would go along may itself be named
            rows = self.env.execute_query(
                SQL(
                    "SELECT id, %s FROM %s WHERE %s = ANY(%s)",
                    SQL.identifier(field.name),
                    SQL.identifier(model._table),
                    SQL.identifier(field.name),
                    linked,
                )
            )
            deeper = self._find_keepers(model.browse([row[0] for row in rows]))
            for child_id, record_id in rows:
                found[record_id] |= deeper[child_id]
        return found

    @api.model
    def _get_links(self, name):
        """Fields of ours that must not lose a record of a model.

        What else a record is linked with, a salesperson or a warehouse, may change.
        """
        links = []
        for model in self.env.values():
            if model._abstract or model._transient or not model._auto:
                continue
            for field in model._fields.values():
                if (
                    field.type != "many2one"
                    or not field.store
                    or field.comodel_name != name
                ):
                    continue
                if field.name in _MADE_BY:
                    stays = self._is_trail(model)
                elif "aftersales_rules" not in field._modules:
                    stays = False
                else:
                    # who said something is told by a field of that name
                    # (a stored related field says nothing of deletion: it is emptied)
                    stays = field.ondelete in ("restrict", "cascade") or (
                        name == "res.users" and field.name.endswith("_by_id")
                    )
                if stays:
                    links.append((model, field))
        return links

    @api.model
    def _is_trail(self, model):
        return issubclass(
            self.env.registry[model._name], self.env.registry["aftersales.immutable"]
        )

    @api.model
    def _find_linked(self, model, field, ids):
        model.flush_model([field.name])
        rows = self.env.execute_query(
            SQL(
                "SELECT r.id FROM unnest(%s) AS r (id) WHERE EXISTS ("
                "SELECT 1 FROM %s AS l WHERE l.%s = r.id%s)",
                list(ids),
                SQL.identifier(model._table),
                SQL.identifier(field.name),
                self._get_kept_condition(model, field),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _get_kept_condition(self, model, field):
        """Rules that a company got when it was made go with it until sealed."""
        if field.name != "company_id" or model._name not in (
            "aftersales.version",
            "aftersales.rule",
        ):
            return SQL()
        version = SQL("l.id" if model._name == "aftersales.version" else "l.version_id")
        return SQL(
            " AND %s <= (SELECT max(last_id) FROM aftersales_seal WHERE model = %s)",
            version,
            "aftersales.version",
        )


class ResUsers(models.Model):
    _inherit = "res.users"

    def unlink(self):
        advice = self.env._(
            "Archive the user instead: nobody can log in any more, and the name stays "
            "where it belongs."
        )
        self.env["aftersales.keeper"]._check_kept(self, advice)
        return super().unlink()


class ResCompany(models.Model):
    _inherit = "res.company"

    def unlink(self):
        advice = self.env._(
            "Archive the company instead, once its users work for another one."
        )
        self.env["aftersales.keeper"]._check_kept(self, advice)
        return super().unlink()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def unlink(self):
        advice = self.env._(
            "Archive the contact instead. One that was entered twice can be merged."
        )
        self.env["aftersales.keeper"]._check_kept(self, advice)
        return super().unlink()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def unlink(self):
        # EXTENDS 'sale': holds and changes of the order say so themselves
        told = ("aftersales.hold", "aftersales.release")
        told += ("aftersales.address.change", "aftersales.order.change")
        advice = self.env._("Leave it cancelled instead.")
        self.env["aftersales.keeper"]._check_kept(self, advice, but=told)
        return super().unlink()


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    def unlink(self):
        advice = self.env._("Archive it instead.")
        self.env["aftersales.keeper"]._check_kept(self, advice)
        return super().unlink()
