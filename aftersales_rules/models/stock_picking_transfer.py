# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules import TRANSFER_RELEASE
from .guarded_fields import without_defaults


class StockPicking(models.Model):
    """What the transfer gate asks of a transfer; see ``aftersales_gate_transfer.py``.

    A feature extends ``_filter_transfer_concerned`` and ``_get_transfer_facts`` by
    super() and calls ``_judge_transfers`` when something changed.
    """

    _inherit = "stock.picking"

    hold_ids = fields.One2many(
        "aftersales.hold",
        "picking_id",
        string="Holds",
        readonly=True,
        groups="base.group_user",
    )
    transfer_held = fields.Boolean(
        # A flag on the row, not computed: two transactions that hold and validate one
        # transfer at the same moment collide on it, and the loser runs again.
        string="Held Alone",
        readonly=True,
        copy=False,
        help="This transfer is held for a cause of its own.",
        groups="base.group_user",
    )

    # -------------------------------------------------------- the hooks of features

    def _filter_transfer_concerned(self):
        """Those of these open outgoing transfers that a feature must look at.

        Called with sudo for every delivery: answer from stored fields of the transfer,
        its moves, products and orders, without a search.
        """
        # what is held may have to be let go
        return self.filtered("transfer_held")

    def _filter_sold_with(self, name):
        """Those of these transfers whose orders have this field set."""
        # all orders at once: they are read together
        orders = self.move_ids._get_sold_orders().filtered(name)
        if not orders:
            return self.browse()
        return self.filtered(
            lambda picking: picking.move_ids._get_sold_orders() & orders
        )

    def _get_transfer_facts(self):
        """Facts of ``TransferFacts`` for each of these transfers, as far as known.

        Called with sudo, for a batch: as many queries for thirty as for one.

        :rtype: dict[stock.picking, dict[str, object]]
        """
        return {picking: {} for picking in self}

    # ------------------------------------------------------------------ the gate

    def _judge_transfers(self, event):
        """Judge these transfers again, because something changed."""
        return self.env["aftersales.gate"]._judge_transfers(self, event)

    def _filter_transfer_judged(self):
        """Open last steps of deliveries that a feature concerns."""
        # the cheap question first; what leaves whom is asked of few
        concerned = self.filtered(
            lambda picking: picking.state not in ("done", "cancel")
            and picking.company_id._aftersales_mode(TRANSFER_RELEASE.name) != "off"
        )._filter_transfer_concerned()
        leaving = concerned.move_ids._filter_leaving_customer()
        orders = leaving._get_sold_orders()
        sold = orders.filtered(lambda order: order.state == "sale")
        return leaving.filtered(lambda m: m._get_sold_orders() & sold).picking_id

    def _get_transfer_holds(self, any_mode=False):
        """Open holds of these transfers alone, where the gate enforces.

        :param bool any_mode: also where it does not any more
        """
        # sudo: warehouse staff need not be able to read holds
        held = self.sudo().filtered("transfer_held")
        return held.hold_ids.filtered(
            lambda hold: hold.state == "open"
            and (
                any_mode
                or hold.company_id._aftersales_mode(TRANSFER_RELEASE.name) == "enforce"
            )
        )

    def _set_transfer_held(self, held):
        """Called when holds are opened and closed."""
        changed = self.filtered(lambda picking: picking.transfer_held != held)
        if changed:
            # sudo: follows from holds, nobody sets it
            changed.sudo().write({"transfer_held": held})

    # ----------------------------------------------------------------- integrity

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock'
        for vals in vals_list:
            self._check_transfer_fields(vals)
        pickings = super(
            StockPicking, without_defaults(self, self._get_transfer_guarded())
        ).create(vals_list)
        return pickings.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'stock'
        self._check_transfer_fields(vals)
        return super().write(vals)

    @api.model
    def _get_transfer_guarded(self):
        """Fields that follow from registered events and that nobody writes."""
        return {"transfer_held", "hold_ids"}

    @api.model
    def _check_transfer_fields(self, vals):
        if self.env.su:
            return
        forbidden = self._get_transfer_guarded() & set(vals)
        if forbidden:
            raise AccessError(
                self.env._(
                    "%(fields)s follows from registered events and cannot be set.",
                    fields=", ".join(sorted(forbidden)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        # sudo: the audit trail counts, whether the user may read it or not
        for picking in self.sudo():
            if picking.hold_ids:
                raise UserError(
                    self.env._(
                        "%(transfer)s was on hold, and its holds are kept. Leave it "
                        "cancelled instead of deleting it.",
                        transfer=picking.name,
                    )
                )
