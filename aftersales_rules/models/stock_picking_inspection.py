# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The transfer gate asks: is everything inspected that needs it? (O16)

Only products with the flag are looked at; the flag is on the product that a transfer
reads anyway, so that other transfers cost nothing.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_inspection import INSPECTOR


class StockPicking(models.Model):
    _inherit = "stock.picking"

    inspection_ids = fields.Many2many(
        "aftersales.inspection",
        "aftersales_inspection_picking_rel",
        "picking_id",
        "inspection_id",
        string="Inspections Sent Along",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The passes with which the goods left.",
    )
    certificate_ids = fields.Many2many(
        "aftersales.inspection",
        compute="_compute_certificate_ids",
        string="Inspection Certificates",
        groups="base.group_user",
        help="Printed and sent with the delivery slip.",
    )
    needs_inspection = fields.Boolean(
        compute="_compute_needs_inspection", groups="base.group_user"
    )

    @api.depends("move_ids.product_id.inspection_required", "state")
    def _compute_needs_inspection(self):
        for picking in self:
            # sudo: whether a sold product needs it, an inspector may know
            moves = picking.sudo().move_ids._filter_leaving_customer()
            picking.needs_inspection = any(
                move.product_id.inspection_required for move in moves
            )

    @api.depends("inspection_ids", "move_line_ids.lot_id", "state")
    def _compute_certificate_ids(self):
        for picking in self:
            picking.certificate_ids = picking._get_certificates()

    # ----------------------------------------------------------- the transfer gate

    def _filter_transfer_concerned(self):
        # EXTENDS aftersales_rules: the flag of the product
        flagged = self.filtered(
            lambda picking: any(
                move.product_id.inspection_required for move in picking.move_ids
            )
        )
        return super()._filter_transfer_concerned() | flagged

    def _get_transfer_facts(self):
        # EXTENDS aftersales_rules
        facts = super()._get_transfer_facts()
        for picking, gaps in self._get_inspection_gaps().items():
            facts[picking].update(
                inspection_missing=bool(gaps),
                uninspected_lots=len(gaps),
                inspection_gaps="; ".join(gap["text"] for gap in gaps),
            )
        return facts

    def _get_inspection_gaps(self):
        """What these transfers ship without a pass; only those that need one.

        :return: for each transfer a list of dicts: product, lot, quantity, text
        :rtype: dict[stock.picking, list[dict]]
        """
        # sudo: the warehouse need not be able to read inspections
        moves = self.sudo().move_ids._filter_leaving_customer()
        moves = moves.filtered(lambda move: move.product_id.inspection_required)
        if not moves:
            return {}
        lines = moves.picking_id._filter_shipped_lines(moves.move_line_ids)
        passed = self._get_passed_lots(lines.lot_id)
        gaps = {picking: [] for picking in moves.picking_id.with_env(self.env)}
        without_lot = defaultdict(float)
        for line in lines:
            picking = line.picking_id.with_env(self.env)
            product = line.product_id
            if product.tracking == "none":
                without_lot[picking, product] += line.quantity_product_uom
                continue
            if line.lot_id in passed:
                continue
            uses_lots = picking.picking_type_id.sudo()
            if not (line.lot_id or line.lot_name) and (
                uses_lots.use_create_lots or uses_lots.use_existing_lots
            ):
                continue  # Odoo refuses to ship it before somebody says which lot
            gaps[picking].append(picking._prepare_gap(product, line))
        passed = self._get_quantity_passes(without_lot)
        for (picking, product), quantity in without_lot.items():
            covered = picking._get_left_of(passed[picking, product])
            if product.uom_id.compare(quantity, covered) > 0:
                gaps[picking].append(
                    picking._prepare_gap(product, quantity=quantity - covered)
                )
        for picking in gaps:
            unique = {gap["text"]: gap for gap in gaps[picking]}
            gaps[picking] = list(unique.values())
        return gaps

    def _create_backorder(self, backorder_moves=None):
        # EXTENDS 'stock'
        backorders = super()._create_backorder(backorder_moves)
        backorders.move_line_ids._queue_inspection()
        return backorders

    def _filter_shipped_lines(self, lines):
        """Lines that leave if the transfer is validated now, as Odoo sees it."""
        picked = {
            picking for picking in self if any(picking.move_line_ids.mapped("picked"))
        }
        return lines.filtered(
            lambda line: line.quantity
            and (line.picked or line.picking_id not in picked)
        )

    def _prepare_gap(self, product, line=None, quantity=0.0):
        # one language for all who read the record of the decision
        lang = self.sudo().company_id.partner_id.lang or "en_US"
        product = product.with_context(lang=lang)
        name = product.display_name
        gap = {"product": product, "lot": False, "quantity": quantity}
        if line is None:
            gap["text"] = f"{name}: {quantity:g} {product.uom_id.name}"
            return gap
        lot = line.lot_id
        return {
            **gap,
            "lot": lot,
            "quantity": line.quantity_product_uom,
            "text": f"{name}: {lot.name or line.lot_name or '?'}",
        }

    @api.model
    def _get_passed_lots(self, lots):
        """Lots whose newest inspection is a pass."""
        current = self.env["aftersales.inspection"].sudo()
        return (
            current.search(
                [
                    ("lot_id", "in", lots.ids),
                    ("state", "=", "recorded"),
                    ("superseded_by_id", "=", False),
                    ("result", "=", "pass"),
                ]
            ).lot_id
            if lots
            else lots
        )

    @api.model
    def _get_quantity_passes(self, wanted):
        """The newest inspection of products without lots, if it is a pass.

        :param wanted: pairs of transfer and product
        :rtype: dict[tuple, aftersales.inspection]
        """
        inspections = self.env["aftersales.inspection"].sudo()
        chains = {picking: picking._get_backorder_chain() for picking, _p in wanted}
        found = inspections
        if wanted:
            found = inspections.search(
                [
                    ("picking_id", "in", [p.id for c in chains.values() for p in c]),
                    ("product_id", "in", [product.id for _p, product in wanted]),
                    ("lot_id", "=", False),
                    ("state", "=", "recorded"),
                    ("superseded_by_id", "=", False),
                ],
                order="inspected_at desc, id desc",
            )
        return {
            (picking, product): found.filtered(
                lambda record, chain=chains[picking], product=product: (
                    record.product_id == product and record.picking_id in chain
                )
            )[:1].filtered(lambda record: record.result == "pass")
            for picking, product in wanted
        }

    def _get_left_of(self, inspection):
        """How many of an inspected quantity may leave with this transfer.

        An inspection of a delivery counts for what is left of it as well: its
        quantity, less what has left since.
        """
        self.ensure_one()
        left = inspection.quantity
        chain = self._get_backorder_chain()
        if inspection:
            for picking in chain[1 : chain.index(inspection.picking_id) + 1]:
                done = picking.move_ids.filtered(
                    lambda move: move.product_id == inspection.product_id
                    and move.state == "done"
                )
                left -= sum(done.move_line_ids.mapped("quantity_product_uom"))
        return max(left, 0.0)

    def _get_backorder_chain(self):
        """This transfer, the one that it is a backorder of, and so on."""
        chain, picking = [], self.sudo()
        while picking and picking not in chain:
            chain.append(picking)
            picking = picking.backorder_id
        return chain

    # ----------------------------------------------------------------- certificates

    def _get_certificates(self):
        """Passes of what the transfer ships, or has shipped."""
        # sudo: portal users get the certificate with their delivery slip
        picking = self.sudo()
        if picking.state == "done":
            return picking.inspection_ids.with_env(self.env)
        moves = picking.move_ids._filter_leaving_customer()
        return picking._find_certificates(moves).with_env(self.env)

    def _find_certificates(self, moves):
        self.ensure_one()
        moves = moves.filtered(lambda move: move.product_id.inspection_required)
        if not moves:
            return self.env["aftersales.inspection"]
        lines = moves.move_line_ids
        certificates = (
            self.env["aftersales.inspection"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", lines.lot_id.ids),
                    ("state", "=", "recorded"),
                    ("superseded_by_id", "=", False),
                    ("result", "=", "pass"),
                ]
            )
        )
        untracked = moves.product_id.filtered(lambda p: p.tracking == "none")
        passes = self._get_quantity_passes([(self, product) for product in untracked])
        return certificates.union(*passes.values())

    def _keep_certificates(self, moves):
        """Remember with which passes the goods left; later ones change nothing."""
        for picking in self:
            mine = moves.filtered(lambda m, picking=picking: m.picking_id == picking)
            picking.inspection_ids |= picking._find_certificates(mine)

    def _process_attachments_for_template_post(self, mail_template):
        # EXTENDS 'mail': certificates of others go along with the delivery slip, ours
        # are pages of it
        result = super()._process_attachments_for_template_post(mail_template)
        slip = self.env.ref("stock.action_report_delivery")
        if slip not in mail_template.report_template_ids:
            return result
        for picking in self:
            # sudo: who sends the slip need not be able to read inspections
            files = picking._get_certificates().sudo().certificate_ids
            if files:
                content = result.setdefault(picking.id, {})
                content["attachment_ids"] = [
                    *content.get("attachment_ids", []),
                    *files.ids,
                ]
        return result

    # ---------------------------------------------------------------------- actions

    def action_inspect(self):
        """Open a draft for everything on these transfers that has no pass."""
        if not self.env.user.has_group(INSPECTOR):
            raise AccessError(
                self.env._("Only quality inspectors record final inspections.")
            )
        self.check_access("read")
        inspections = self.env["aftersales.inspection"]
        gaps = [
            (picking, gap)
            for picking, found in self._get_inspection_gaps().items()
            for gap in found
        ]
        if not gaps:
            raise UserError(self.env._("Everything on it has passed."))
        drafts = inspections.search(
            [
                ("state", "=", "draft"),
                ("product_id", "in", [gap["product"].id for _p, gap in gaps]),
            ]
        )
        for picking, gap in gaps:
            lot = gap["lot"]
            same = drafts.filtered(
                lambda draft, gap=gap, lot=lot, picking=picking: (
                    draft.product_id == gap["product"]
                    and (
                        draft.lot_id == lot
                        if lot
                        else not draft.lot_id and draft.picking_id == picking
                    )
                )
            )
            inspections |= same[:1] or inspections.create(
                {
                    "product_id": gap["product"].id,
                    "lot_id": lot.id if lot else False,
                    "picking_id": picking.id,
                    "quantity": gap["quantity"],
                }
            )
        return inspections._get_records_action(name=self.env._("Final Inspection"))

    def action_print_certificates(self):
        self.ensure_one()
        self.check_access("read")
        if not self._get_certificates():
            raise UserError(self.env._("No inspection has been passed here."))
        report = self.env.ref("aftersales_rules.action_report_picking_certificates")
        return report.report_action(self, config=False)
