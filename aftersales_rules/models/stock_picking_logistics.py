# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Who carries the goods, on which way, and what went wrong (O12)."""

    _inherit = "stock.picking"

    aftersales_carrier_id = fields.Many2one(
        "res.partner",
        "Carrier Company",
        copy=False,
        index="btree_not_null",
        help="Who takes the goods to the customer.",
        prefetch="aftersales",
    )
    aftersales_route = fields.Char(
        "Transport Route",
        copy=False,
        help="How the goods travel, e.g. “Ningbo – Hamburg by sea, then by truck”.",
        prefetch="aftersales",
    )
    aftersales_vehicle = fields.Char("Vehicle Plate", copy=False, prefetch="aftersales")
    aftersales_driver_phone = fields.Char(
        "Driver's Phone", copy=False, prefetch="aftersales"
    )
    aftersales_tracking_ref = fields.Char(
        "Tracking Number", copy=False, prefetch="aftersales"
    )
    aftersales_has_carriers = fields.Boolean(
        compute="_compute_aftersales_has_carriers",
        help="Odoo's own carriers are installed and keep the tracking number.",
    )
    logistics_exception_ids = fields.One2many(
        "aftersales.logistics.exception",
        "picking_id",
        "Delivery Problems",
        groups="base.group_user",
    )
    logistics_exception_count = fields.Integer(
        compute="_compute_logistics_exception_count", groups="base.group_user"
    )
    may_report_problem = fields.Boolean(
        compute="_compute_may_report_problem", groups="base.group_user"
    )

    @api.depends_context("uid")
    def _compute_aftersales_has_carriers(self):
        self.aftersales_has_carriers = "carrier_tracking_ref" in self._fields

    @api.depends("logistics_exception_ids")
    def _compute_logistics_exception_count(self):
        for picking in self:
            picking.logistics_exception_count = len(picking.logistics_exception_ids)

    @api.depends("state", "move_ids.location_dest_id", "move_ids.sale_line_id")
    def _compute_may_report_problem(self):
        for picking in self:
            picking.may_report_problem = picking.state != "cancel" and bool(
                picking._get_delivered_orders()
            )

    def _get_delivered_orders(self):
        """Orders whose goods these transfers take to the customer, done or not."""
        # sudo: warehouse staff need not be able to read orders
        moves = self.sudo().move_ids.filtered(
            lambda move: move.state != "cancel"
            and move.location_dest_id._is_with_customer()
            and not move.location_id._is_with_customer()
        )
        return moves._get_sold_orders()

    # Fields of other addons, read only where they are there: this addon does not
    # depend on Odoo's carriers.

    def _get_carrier_name(self):
        self.ensure_one()
        picking = self.sudo()  # sudo: a name on a transfer that the user may read
        carrier = picking.aftersales_carrier_id
        if not carrier and "carrier_id" in picking._fields:
            carrier = picking.carrier_id
        return carrier.display_name or False

    def _get_tracking_number(self):
        self.ensure_one()
        if "carrier_tracking_ref" in self._fields and self.carrier_tracking_ref:
            return self.carrier_tracking_ref
        return self.aftersales_tracking_ref

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock'
        pickings = super().create(vals_list)
        if "carrier_id" in self._fields:
            pickings._fill_carrier()
        return pickings

    def write(self, vals):
        # EXTENDS 'stock'
        result = super().write(vals)
        if "carrier_id" in vals:
            self._fill_carrier()
        return result

    def _fill_carrier(self):
        """The company behind a delivery method, where an addon names it."""
        for picking in self:
            if picking.aftersales_carrier_id or not picking.carrier_id:
                continue
            method = picking.carrier_id
            if "partner_id" in method._fields and method.partner_id:
                picking.aftersales_carrier_id = method.partner_id

    # -------------------------------------------------------------------- actions

    def action_report_problem(self):
        """Report that something went wrong on the way, from a phone as well."""
        self.ensure_one()
        if not self.may_report_problem:
            raise UserError(
                self.env._(
                    "%(transfer)s delivers nothing that was sold.", transfer=self.name
                )
            )
        view = self.env.ref("aftersales_rules.aftersales_logistics_exception_report")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Report a Problem: %(transfer)s", transfer=self.name),
            "res_model": "aftersales.logistics.exception",
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"default_picking_id": self.id},
        }

    def action_view_logistics_exceptions(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_logistics_exception_action"
        )
        action["domain"] = [("picking_id", "=", self.id)]
        action["context"] = {}
        return action
