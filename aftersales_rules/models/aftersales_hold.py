# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

GATES = [
    ("procurement", "Procurement"),
    ("production", "Production"),
    ("shipment", "Delivery"),
    ("transfer", "Transfer"),
]

_SETTLED_GATES = {"transfer"}
"""Gates whose causes nobody waives: each ends by its own checked action."""

_CLOSING_FIELDS = {
    "state",
    "closed_at",
    "closed_by_id",
    "close_kind",
    "closed_reason",
    "release_id",
}
_REFRESHED_FIELDS = {"amount", "reason", "remedy", "decision_id"}


class AftersalesHold(models.Model):
    """What stands between an order and its next step, and why (O1–O4, U2).

    One record per order, gate and cause while it is open; at the transfer gate one
    per transfer and cause. It is opened and closed by
    the gates only, never deleted, and never changed once it is closed (R10).
    """

    _name = "aftersales.hold"
    _description = "Hold"
    _order = "opened_at desc, id desc"
    _rec_name = "display_name"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The one transfer that is held; the others of the order are not.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Commercial entity of the invoice address, whose credit is judged.",
    )
    user_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    team_id = fields.Many2one(related="order_id.team_id")
    gate = fields.Selection(
        GATES,
        required=True,
        readonly=True,
        help="Procurement: nothing is picked, bought or made. "
        "Production: manufacturing orders wait. "
        "Delivery: goods do not leave. Transfer: one transfer does not leave.",
    )
    cause = fields.Selection("_selection_cause", required=True, readonly=True)
    state = fields.Selection(
        [("open", "On hold"), ("closed", "Cleared")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    is_growth = fields.Boolean(
        string="Change Only",
        readonly=True,
        help="The order had gone on before; what was added since is held.",
    )
    amount = fields.Monetary(
        string="Money Held",
        readonly=True,
        help="Amount of the order in company currency.",
    )
    reason = fields.Text(string="Reason (English)", readonly=True)
    remedy = fields.Text(string="What Releases It (English)", readonly=True)
    reason_display = fields.Text(string="Reason", compute="_compute_texts")
    remedy_display = fields.Text(string="What Releases It", compute="_compute_texts")
    decision_id = fields.Many2one(
        "aftersales.decision",
        string="Decision",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    opened_at = fields.Datetime(required=True, readonly=True)
    opened_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    opened_event = fields.Char(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    close_kind = fields.Selection(
        [
            ("cause_ended", "The cause ended"),
            ("released", "Released by a person"),
            ("cancelled", "Order or transfer cancelled"),
            ("gate_off", "Gate switched off"),
        ],
        string="Closed Because",
        readonly=True,
    )
    closed_reason = fields.Text(readonly=True)
    release_id = fields.Many2one(
        "aftersales.release", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    age_days = fields.Integer(
        string="Age (days)", compute="_compute_age_days", search="_search_age_days"
    )

    _one_open_per_cause = models.UniqueIndex(
        "(order_id, gate, cause, COALESCE(picking_id, 0)) WHERE state = 'open'",
        "There is already an open hold for this order, transfer, gate and cause.",
    )
    _open_partner_idx = models.Index("(partner_id, company_id) WHERE state = 'open'")

    @api.model
    def _selection_cause(self):
        """Causes of all decisions that may hold something."""
        text = self.env["aftersales.text"]
        causes = {}
        for spec in self.env["aftersales.extension"]._get_registry():
            if "cause" in spec.outcome_fields:
                causes.update(spec.outcome_fields["cause"].choices)
        return [(value, text._term(label)) for value, label in causes.items()]

    @api.depends("order_id", "picking_id", "cause")
    @api.depends_context("lang")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for hold in self:
            hold.display_name = f"{hold._get_held_name()}: {causes.get(hold.cause)}"

    def _get_held_name(self):
        """Name of what is held."""
        self.ensure_one()
        # sudo: the name only; sales need not be allowed to open transfers
        return (self.sudo().picking_id or self.order_id).display_name

    @api.depends("cause", "reason", "remedy", "decision_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for hold in self:
            texts = hold._get_texts()
            hold.reason_display = texts["reason"]
            hold.remedy_display = texts["remedy"]

    @api.depends("opened_at", "closed_at")
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for hold in self:
            until = hold.closed_at or now
            hold.age_days = (until - hold.opened_at).days if hold.opened_at else 0

    @api.model
    def _search_age_days(self, operator, value):
        if operator not in (">", ">=", "<", "<="):
            return NotImplemented
        turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}[operator]
        moment = fields.Datetime.subtract(fields.Datetime.now(), days=int(value))
        return [("state", "=", "open"), ("opened_at", turned, moment)]

    # ------------------------------------------------------------ immutability

    def write(self, vals):
        if not self.env.su:
            raise AccessError(
                self.env._("Holds are opened and closed by the rules, not edited.")
            )
        if not set(vals) <= _CLOSING_FIELDS | _REFRESHED_FIELDS:
            raise UserError(self.env._("What a hold was opened for never changes."))
        if any(hold.state == "closed" for hold in self):
            raise UserError(self.env._("A closed hold never changes."))
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Holds are an audit trail and are never deleted."))

    # ------------------------------------------------------- opening and closing

    @api.model
    def _open(self, vals_list):
        """Open holds; only gates call this."""
        # the same cause may have ended a moment ago, in this transaction
        self.flush_model(["state"])
        # sudo: whoever confirms an order may thereby put it on hold, nobody may
        # create a hold directly
        # what was closed a moment ago must be so in the database as well, for the index
        self.flush_model(["state"])
        ids = {vals["picking_id"] for vals in vals_list if vals.get("picking_id")}
        pickings = self.env["stock.picking"].sudo().browse(ids)
        pickings._set_transfer_held(True)
        # at once: whoever does the same at this moment runs again
        pickings.flush_recordset(["transfer_held"])
        return self.sudo().create(vals_list)

    def _close(self, kind, reason=False, release=False):
        """Close open holds for good.

        :param str kind: value of ``close_kind``
        :param str reason: shown in the list and on the order
        :param release: the `aftersales.release` that closes them, if a person did
        """
        holds = self.filtered(lambda hold: hold.state == "open")
        if holds:
            # sudo: closing follows from an event or from a checked release
            holds.sudo().write(
                {
                    "state": "closed",
                    "closed_at": fields.Datetime.now(),
                    "closed_by_id": self.env.uid,
                    "close_kind": kind,
                    "closed_reason": reason,
                    "release_id": release and release.id,
                }
            )
            # sudo: as above
            pickings = holds.sudo().picking_id
            pickings.filtered(
                lambda p: all(hold.state == "closed" for hold in p.hold_ids)
            )._set_transfer_held(False)
        return holds

    def _get_texts(self):
        """Cause, reason and remedy in the user's language.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        causes = dict(self._fields["cause"]._description_selection(self.env))
        match = self.decision_id._get_rendered(self.cause)
        return {
            "cause": causes.get(self.cause, self.cause),
            "reason": match.reason if match else self.reason,
            "remedy": match.remedy if match else self.remedy,
            # sudo: the name only
            "transfer": self.sudo().picking_id.name,
            "who": self._get_who_text(),
        }

    def _get_who_text(self):
        """Who can end a hold that nobody releases; empty if the remedy says it."""
        self.ensure_one()
        return ""

    def _filter_releasable(self):
        """Holds that a credit controller may release; the others are settled."""
        return self.filtered(lambda hold: hold.gate not in _SETTLED_GATES)

    def _get_fact(self, name):
        """A value that the decision behind this hold has seen; None if not set."""
        self.ensure_one()
        # sudo: who reads a hold may read why
        facts = json.loads(self.sudo().decision_id.facts or "{}")
        return facts.get(name)

    def _release(self, reason, valid_until=False, amount=0.0, include_shipment=False):
        """Release open holds on a person's authority, checked here (U2).

        :param str reason: required
        :param date valid_until: last day, or False for no end
        :param float amount: largest order it covers, in company currency; 0 for the
            present amount
        :param bool include_shipment: let the goods leave as well
        """
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is released."))
        holds = self.filtered(lambda hold: hold.state == "open")
        if not holds:
            raise UserError(self.env._("These holds are closed already."))
        holds._check_releasable()
        orders = holds.order_id
        authorities = self.env["aftersales.release.authority"]._check_may_release(
            orders
        )
        for order, authority in authorities.items():
            order._check_release_terms(authority, valid_until, amount)
        # what goes on now counts for an order confirmed at the same moment
        self.env["aftersales.credit.account"]._serialize(orders._get_credit_keys())
        releases = self.env["aftersales.release"]._insert(
            [
                vals
                for order, authority in authorities.items()
                for vals in order._prepare_release_vals(
                    holds.filtered(lambda hold, order=order: hold.order_id == order),
                    authority,
                    {
                        "reason": reason.strip(),
                        "valid_until": valid_until,
                        "amount": amount or order._get_amount_company_currency(),
                    },
                    include_shipment,
                )
            ]
        )
        for hold in holds:
            release = releases.filtered(
                lambda release, hold=hold: release.order_id == hold.order_id
                and release.gate == hold.gate
                and release.cause in (hold.cause, False)
            )[:1]
            self.env["aftersales.gate"]._close(
                {hold.order_id.sudo(): hold.sudo()},
                "released",
                reason=reason,
                release=release,
            )
        return releases

    def _check_releasable(self):
        """Refuse to waive what must be settled, and say how it is."""
        settled = self - self._filter_releasable()
        if settled:
            lines = [self.env._("This is not released but settled:")]
            for hold in settled:
                texts = hold._get_texts()
                settles = f"{texts['remedy']} {texts['who']}".strip()
                lines.append(f"• {hold.display_name}. {settles}")
            raise UserError("\n".join(lines))

    # -------------------------------------------------------------------- actions

    def action_why(self):
        """Open the decision that opened this hold (R4)."""
        self.ensure_one()
        self.check_access("read")
        return self.decision_id._action_explain()

    def action_release(self):
        """Ask for the reason and release; checked again when it is carried out."""
        self._check_releasable()
        self.env["aftersales.release.authority"]._check_may_release(self.order_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release"),
            "res_model": "aftersales.hold.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": [(6, 0, self.ids)]},
        }
