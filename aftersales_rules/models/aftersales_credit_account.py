# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

_PARTNERS = SQL("res_partner")


class AftersalesCreditAccount(models.Model):
    """One row per commercial partner and company: what two workers contend for."""

    _name = "aftersales.credit.account"
    _description = "Credit Account"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    revision = fields.Integer(default=0, required=True)

    _partner_company_unique = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "There is one credit account per customer and company.",
    )

    def _serialize(self, keys):
        """Let only one transaction at a time judge the credit of these customers.

        PostgreSQL runs at REPEATABLE READ: a lock that merely waits would go on with
        the snapshot from before the wait, and two orders, each within the limit,
        would both pass. Writing the row makes the transaction that comes second fail
        with a serialization error, which Odoo answers by running the whole request
        again on a new snapshot; nobody sees an error.

        :param set[tuple[int, int]] keys: partner id, company id; of a contact, its
            commercial partner's turn is taken
        """
        if keys:
            self.env["res.partner"].flush_model(["commercial_partner_id"])
            self.env.cr.execute(self._turn_query(keys))

    def _turn_query(self, keys, partners=_PARTNERS):
        """The statement behind ``_serialize``, to be run along with another one.

        :param SQL partners: where the other one has the partners and their
            commercial partners already
        """
        partner_ids, company_ids = zip(*keys, strict=True)
        return SQL(
            """
            INSERT INTO aftersales_credit_account AS account
                        (partner_id, company_id, revision)
                 SELECT DISTINCT partner.commercial_partner_id, k.company_id, 1
                   FROM unnest(%s::int[], %s::int[]) AS k(partner_id, company_id)
                   JOIN %s partner ON partner.id = k.partner_id
                        -- two batches take the rows in the same order: no deadlock
                  ORDER BY 1, 2
            ON CONFLICT (partner_id, company_id)
              DO UPDATE SET revision = account.revision + 1
            """,
            list(partner_ids),
            list(company_ids),
            partners,
        )
