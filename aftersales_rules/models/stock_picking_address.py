# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Transfers whose delivery address changed, and who acknowledged it (O11, U4)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    address_acknowledged_id = fields.Many2one(
        "aftersales.address.change",
        string="Last Acknowledged Address Change",
        copy=False,
        readonly=True,
        ondelete="restrict",
        groups="base.group_user",
        prefetch="aftersales",
    )
    address_acknowledgement_ids = fields.One2many(
        "aftersales.address.acknowledgement",
        "picking_id",
        string="Address Acknowledgements",
        readonly=True,
        groups="base.group_user",
    )
    address_change_id = fields.Many2one(
        "aftersales.address.change",
        string="New Address",
        compute="_compute_address_change",
        compute_sudo=True,
        search="_search_address_change_id",
        groups="base.group_user",
    )
    address_notice = fields.Html(
        compute="_compute_address_notice", groups="base.group_user"
    )

    @api.depends(
        "state",
        "address_acknowledged_id",
        "move_ids.location_dest_id",
        "move_ids.sale_line_id.order_id.address_change_id",
        "sale_id.address_change_id",
    )
    def _compute_address_change(self):
        for picking in self:
            picking.address_change_id = picking._get_pending_address_change()

    def _get_pending_address_change(self):
        """The change of address that nobody has acknowledged for this transfer."""
        self.ensure_one()
        # sudo: warehouse staff need not be able to read orders
        picking = self.sudo()
        if picking.state in ("done", "cancel"):
            return picking.env["aftersales.address.change"]
        leaving = picking.move_ids._filter_leaving_customer()
        pending = leaving._get_sold_orders().address_change_id
        # several orders in one transfer: the newest change is the one to look at
        return (pending - picking.address_acknowledged_id).sorted("id")[-1:]

    @api.model
    def _search_address_change_id(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        # sudo: as above; few orders have one
        orders = self.env["sale.order"].sudo()
        pending = orders.search([("address_change_id", "!=", False)])
        pickings = pending.picking_ids.filtered("address_change_id")
        wanted = set(value)
        found = pickings.filtered(
            lambda p: p.address_change_id.id in wanted or True in wanted
        )
        domain = fields.Domain("id", "in", found.ids)
        if False in wanted:
            domain |= fields.Domain("id", "not in", pickings.ids)
        return domain if operator == "in" else ~domain

    @api.depends_context("lang", "tz")
    @api.depends("address_change_id", "address_acknowledged_id")
    def _compute_address_notice(self):
        """Old and new address, in red until somebody acknowledges it."""
        for picking in self:
            change = picking.sudo().address_change_id
            done = picking.sudo().address_acknowledgement_ids[:1]
            picking.address_notice = bool(change or done) and self.env[
                "ir.qweb"
            ]._render(
                "aftersales_rules.picking_address_notice",
                {
                    "change": change or done.change_id,
                    "is_pending": bool(change),
                    "acknowledgement": done,
                },
            )

    # ------------------------------------------------------------------ the gate

    def _filter_transfer_concerned(self):
        # EXTENDS 'aftersales_rules'
        concerned = super()._filter_transfer_concerned()
        return concerned | self._filter_sold_with("address_change_id")

    def _get_transfer_facts(self):
        # EXTENDS 'aftersales_rules'
        facts = super()._get_transfer_facts()
        for picking in self:
            change = picking._get_pending_address_change()
            facts[picking]["address_change_open"] = bool(change)
            if change:
                facts[picking]["address_before"] = change.old_address
                facts[picking]["address_after"] = change.new_address
        return facts

    @api.model
    def _get_transfer_guarded(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_transfer_guarded() | {
            "address_acknowledged_id",
            "address_acknowledgement_ids",
        }

    # ---------------------------------------------------------------- acknowledging

    def action_acknowledge_address(self):
        """A warehouse user has checked label and papers against the new address.

        The button sends along the change that was on the screen: what was registered
        since is not acknowledged unseen.
        """
        self.check_access("write")
        if not self.env.user.has_group("stock.group_stock_user"):
            raise AccessError(
                self.env._("Only warehouse users acknowledge a new delivery address.")
            )
        for company in self.company_id:
            if company not in self.env.companies:
                raise AccessError(
                    self.env._(
                        "Switch to company %(company)s to work on its transfers.",
                        company=company.sudo().name,  # sudo: its name, to say which
                    )
                )
        seen = self.env.context.get("aftersales_seen_address_change")
        for picking in self:
            picking._acknowledge_address(seen if len(self) == 1 else None)
        self._judge_transfers("change")
        return True

    def _acknowledge_address(self, seen=None):
        self.ensure_one()
        change = self._get_pending_address_change()
        if not change:
            raise UserError(
                self.env._(
                    "%(transfer)s has no new address to acknowledge.",
                    transfer=self.name,
                )
            )
        if seen and seen != change.id:
            raise UserError(
                self.env._(
                    "The address has changed again, to “%(address)s”. Check it and "
                    "acknowledge it then.",
                    address=change.new_address,
                )
            )
        self.env["aftersales.address.acknowledgement"]._insert(
            [
                {
                    "change_id": change.id,
                    "picking_id": self.id,
                    "company_id": self.company_id.id,
                    "user_id": self.env.uid,
                    "at": fields.Datetime.now(),
                }
            ]
        )
        # sudo: checked above; the field follows from the acknowledgement
        self.sudo().address_acknowledged_id = change
        order = change.order_id
        env = self.env["aftersales.gate"]._in_staff_language(order).env
        body = env._(
            "%(user)s acknowledged the new delivery address “%(address)s”.",
            user=self.env.user.name,
            address=change.new_address,
        )
        self._message_log(body=body)
        order._message_log(body=f"{self.name}: {body}")
        if not any(
            picking._get_pending_address_change() == change
            for picking in order.picking_ids
        ):
            order.address_change_id = False

    def _create_backorder_picking(self):
        # EXTENDS 'stock'
        backorder = super()._create_backorder_picking()
        # what was acknowledged here was seen for the rest as well
        acknowledged = self.sudo().address_acknowledged_id
        if acknowledged:
            backorder.sudo().address_acknowledged_id = acknowledged
        return backorder

    @api.ondelete(at_uninstall=False)
    def _unlink_except_acknowledged(self):
        # sudo: the record counts, whether the user may read it or not
        for picking in self.sudo():
            if picking.address_acknowledgement_ids:
                raise UserError(
                    self.env._(
                        "The new address of %(transfer)s was acknowledged, which is "
                        "kept. Leave it cancelled instead of deleting it.",
                        transfer=picking.name,
                    )
                )
