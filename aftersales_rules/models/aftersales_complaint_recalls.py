# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calling back what was delivered of a faulty lot (C9)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import INTERNAL


class AftersalesComplaint(models.AbstractModel):
    """A recall: return transfers of the deliveries of the lot, to whichever customer.

    Two workers who call back the same lot for one complaint both write the complaint:
    the second fails with a serialization error, runs again and finds nothing open.
    """

    _inherit = "aftersales.complaint"

    complaint_recall_ids = fields.One2many(
        "aftersales.complaint.recall",
        "complaint_id",
        "Recalled Deliveries",
        readonly=True,
        copy=False,
        groups=INTERNAL,
    )
    complaint_recalled_at = fields.Datetime(
        "Recall Decided",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )

    complaint_lot_stock = fields.Text(
        "Stock of the Lot",
        compute="_compute_complaint_lot_stock",
        compute_sudo=True,
        groups=INTERNAL,
        help="On hand now, in all internal locations of the company.",
    )
    complaint_lot_delivered = fields.Text(
        "With Customers",
        compute="_compute_complaint_lot_stock",
        compute_sudo=True,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_recall_ids",
            "complaint_recalled_at",
        }

    # ----------------------------------------------------------- where the lot is

    @api.depends("aftersales_lot_id", "complaint_recall_ids")
    @api.depends_context("lang")
    def _compute_complaint_lot_stock(self):
        self.complaint_lot_stock = False
        self.complaint_lot_delivered = False
        about = self.filtered(lambda c: c._origin.is_complaint and c.aftersales_lot_id)
        # as saved: a form that is being filled in may name any company
        by_company = about.grouped(lambda c: c._origin.company_id)
        for company, same in by_company.items():
            lots = same.aftersales_lot_id
            stock = lots._get_company_stock(company)
            deliveries = lots._get_lot_deliveries(company)
            for complaint in same:
                lot = complaint.aftersales_lot_id
                complaint.complaint_lot_stock = _stock_note(lot, stock[lot])
                complaint.complaint_lot_delivered = self._complaint_delivered_note(
                    lot, deliveries[lot]
                )

    def _complaint_delivered_note(self, lot, deliveries):
        out = [delivery for delivery in deliveries if delivery.with_customer]
        if not out:
            return False
        customers = {d.move.picking_id.partner_id.commercial_partner_id for d in out}
        return self.env._(
            "%(quantity)s %(unit)s with %(count)s customers, %(open)s of it not on its "
            "way back",
            quantity=f"{sum(d.with_customer for d in out):g}",
            unit=lot.product_uom_id.name,
            count=len(customers),
            open=f"{sum(d.open for d in out):g}",
        )

    def _complaint_get_stock_note(self):
        """Where stock of the lot is, a line for each location."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: where goods of the complaint's lot are
        lot = complaint.aftersales_lot_id
        return _stock_note(lot, lot._get_company_stock(complaint.company_id).get(lot))

    # --------------------------------------------------------------- calling back

    def action_complaint_recall(self):
        """Show every delivery of the lot, to choose what is called back."""
        self.ensure_one()
        self._complaint_check_investigable()
        lot = self.sudo().aftersales_lot_id  # sudo: the lot of one's complaint
        if not lot:
            raise UserError(
                self.env._("Say first which lot or serial number it is about.")
            )
        wizard = self.env["aftersales.complaint.recall.wizard"].create(
            {"complaint_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recall Lot %(lot)s", lot=lot.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _complaint_recall(self, quantities):
        """Create the return transfers of these moves, and keep who called them back.

        :param dict quantities: by `stock.move`, in the unit of the product
        :return: the `aftersales.complaint.recall` records
        """
        self.ensure_one()
        self._complaint_check_investigable()
        complaint = self.sudo()  # sudo: after-sales need not have rights on stock
        lot = complaint.aftersales_lot_id
        open_ = {
            delivery.move.id: delivery.open
            for delivery in lot._get_lot_deliveries(complaint.company_id)[lot]
        }
        self._complaint_check_recall(quantities, open_)
        complaint.complaint_recalled_at = fields.Datetime.now()
        values = []
        moves = complaint.env["stock.move"].concat(*quantities)
        for picking, same in moves.grouped("picking_id").items():
            returned = self._complaint_create_return(
                picking,
                {
                    move: move.product_id.uom_id._compute_quantity(
                        quantities[move], move.product_uom
                    )
                    for move in same
                },
                lot=lot,
            )
            values += [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "partner_id": picking.partner_id.commercial_partner_id.id,
                    "picking_id": picking.id,
                    "move_id": move.id,
                    "lot_id": lot.id,
                    "quantity": quantities[move],
                    "return_id": returned.id,
                    "recalled_by_id": self.env.uid,
                    "recalled_at": complaint.complaint_recalled_at,
                }
                for move in same
            ]
        recalls = complaint.env["aftersales.complaint.recall"].create(values)
        recalls._tell_salespersons()
        self._complaint_start_investigation()
        self._complaint_happened("changed")
        return recalls

    def _complaint_check_recall(self, quantities, open_):
        if not quantities:
            raise UserError(self.env._("Choose at least one delivery."))
        for move, quantity in quantities.items():
            if move.id not in open_:
                raise UserError(
                    self.env._(
                        "%(transfer)s delivered nothing of this lot.",
                        transfer=move.sudo().picking_id.name,
                    )
                )
            unit = move.sudo().product_id.uom_id
            if (
                unit.compare(quantity, 0) <= 0
                or unit.compare(quantity, open_[move.id]) > 0
            ):
                raise UserError(
                    self.env._(
                        "%(transfer)s: between 0 and %(left)s %(unit)s can be called "
                        "back; the rest came back or is on its way.",
                        transfer=move.sudo().picking_id.name,
                        left=f"{open_[move.id]:g}",
                        unit=unit.name,
                    )
                )


def _stock_note(lot, stock):
    return "\n".join(
        f"{location.complete_name}: {quantity:g} {lot.product_uom_id.name}"
        for location, quantity in stock or ()
    )
