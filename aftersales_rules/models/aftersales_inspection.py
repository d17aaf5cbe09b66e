# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

_RECORDED_FIELDS = {
    "name",
    "company_id",
    "state",
    "inspector_id",
    "inspected_at",
    "superseded_by_id",
}
"""What the recording sets, and nobody else."""

INSPECTOR = "aftersales_rules.group_quality_inspector"


class AftersalesInspection(models.Model):
    """The final inspection of one lot, or of a quantity on a delivery (O16).

    A draft until it is recorded, and then unchangeable: whoever measures again records
    another one, which counts instead. Of each lot the newest counts.
    """

    _name = "aftersales.inspection"
    _description = "Final Inspection"
    _inherit = ["aftersales.file.owner"]
    _order = "inspected_at desc, id desc"

    name = fields.Char("Number", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="restrict"
    )
    tracking = fields.Selection(related="product_id.tracking")
    lot_id = fields.Many2one(
        "stock.lot",
        "Lot/Serial Number",
        domain="[('product_id', '=', product_id)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    picking_id = fields.Many2one(
        "stock.picking",
        "Delivery Order",
        index="btree_not_null",
        ondelete="restrict",
        help="Goods without a lot are inspected on the delivery that takes them away.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        help="How many were inspected; they may leave, or what is left of them later.",
    )
    product_uom_id = fields.Many2one(related="product_id.uom_id")
    production_id = fields.Many2one(
        "mrp.production",
        "Made in",
        compute="_compute_origin",
        store=True,
        readonly=False,
        ondelete="set null",
        help="Manufacturing order that the goods come from.",
    )
    receipt_id = fields.Many2one(
        "stock.picking",
        "Received with",
        compute="_compute_origin",
        store=True,
        readonly=False,
        ondelete="set null",
        help="Receipt that the goods come from, if they were bought.",
    )
    result = fields.Selection([("pass", "Pass"), ("fail", "Fail")])
    line_ids = fields.One2many(
        "aftersales.inspection.line", "inspection_id", "Measured Values"
    )
    note = fields.Text()
    certificate_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_inspection_certificate_rel",
        "inspection_id",
        "attachment_id",
        string="Certificates",
        copy=False,
        help="Certificates of a laboratory or a supplier. They are sent with the "
        "delivery slip.",
    )
    state = fields.Selection(
        [("draft", "To inspect"), ("recorded", "Recorded")],
        default="draft",
        required=True,
        readonly=True,
        index=True,
        copy=False,
    )
    inspector_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    inspected_at = fields.Datetime("Inspected", readonly=True, copy=False)
    superseded_by_id = fields.Many2one(
        "aftersales.inspection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="A newer inspection of the same goods, which counts instead.",
    )

    _one_current_per_lot = models.UniqueIndex(
        "(lot_id) WHERE state = 'recorded' AND superseded_by_id IS NULL "
        "AND lot_id IS NOT NULL",
        "Somebody records an inspection of this lot at the same moment. Try again.",
    )
    _one_current_per_delivery = models.UniqueIndex(
        "(picking_id, product_id) WHERE state = 'recorded' "
        "AND superseded_by_id IS NULL AND lot_id IS NULL",
        "Somebody records an inspection of these goods at the same moment. Try again.",
    )

    # -------------------------------------------------------------------- computed

    @api.depends("lot_id")
    def _compute_origin(self):
        """Where the lot came from: found, and free to be changed."""
        lots = self.lot_id
        # sudo: an inspector need not work with manufacturing or receipts
        productions = {}
        for production in (
            self.env["mrp.production"]
            .sudo()
            .search([("lot_producing_ids", "in", lots.ids)], order="id")
            if lots
            else ()
        ):
            productions.update(dict.fromkeys(production.lot_producing_ids, production))
        receipts = {}
        for line in (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", lots.ids),
                    ("picking_id.picking_type_code", "=", "incoming"),
                    ("location_id.usage", "=", "supplier"),
                ],
                order="id",
            )
            if lots
            else ()
        ):
            receipts[line.lot_id] = line.picking_id
        for inspection in self:
            lot = inspection.lot_id
            inspection.production_id = productions.get(lot, False)
            inspection.receipt_id = receipts.get(lot, False)

    @api.depends("name", "lot_id", "product_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for inspection in self:
            goods = inspection.lot_id.name or inspection.product_id.display_name
            name = inspection.name or self.env._("Inspection")
            inspection.display_name = f"{name}: {goods}" if goods else name

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.lot_id.product_id != self.product_id:
            self.lot_id = False
        self.line_ids = [Command.clear()] + [
            Command.create(vals) for vals in self._prepare_lines(self.product_id)
        ]

    @api.model
    def _prepare_lines(self, product):
        characteristics = product.product_tmpl_id.inspection_characteristic_ids
        # sudo: what is measured is no secret, whoever maintains it
        return characteristics.sudo()._prepare_line_vals()

    @api.constrains("product_id", "lot_id", "picking_id")
    def _check_goods(self):
        for inspection in self:
            lot, picking = inspection.lot_id, inspection.picking_id.sudo()
            if lot and lot.product_id != inspection.product_id:
                raise ValidationError(
                    self.env._(
                        "Lot %(lot)s is not one of %(product)s.",
                        lot=lot.name,
                        product=inspection.product_id.display_name,
                    )
                )
            for company in (lot.company_id, picking.company_id):
                if company and company != inspection.company_id:
                    raise ValidationError(
                        self.env._("These goods are of another company.")
                    )

    # ---------------------------------------------------------------- immutability

    @api.model_create_multi
    def create(self, vals_list):
        prepared = []
        for vals in vals_list:
            vals = {**self._get_context_defaults(), **vals}
            vals["company_id"] = self._find_company(vals).id
            self._check_recorded_fields(vals.keys() - {"company_id"})
            product = self.env["product.product"].browse(vals.get("product_id"))
            if product and "line_ids" not in vals:
                lines = self._prepare_lines(product)
                vals["line_ids"] = [Command.create(line) for line in lines]
            prepared.append(vals)
        # The context of a caller must not fill in what recording decides.
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_")
        }
        # pylint: disable=context-overridden
        creating = self.with_context(context)
        inspections = super(AftersalesInspection, creating).create(prepared)
        inspections = inspections.with_env(self.env)
        inspections._adopt("certificate_ids")
        return inspections

    @api.model
    def _get_context_defaults(self):
        names = ("product_id", "lot_id", "picking_id", "quantity")
        return {
            name: self.env.context[f"default_{name}"]
            for name in names
            if f"default_{name}" in self.env.context
        }

    @api.model
    def _find_company(self, vals):
        lot = self.env["stock.lot"].browse(vals.get("lot_id"))
        picking = self.env["stock.picking"].browse(vals.get("picking_id"))
        return lot.company_id or picking.company_id or self.env.company

    def write(self, vals):
        self._check_recorded_fields(vals)
        # whoever is newer says so on the older one, which is all that changes
        if set(vals) != {"superseded_by_id"}:
            self._check_draft()
        result = super().write(vals)
        if "certificate_ids" in vals:
            self._adopt("certificate_ids")
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        self._check_draft()
        return super().unlink()

    @api.model
    def _check_recorded_fields(self, names):
        if not self.env.su and not _RECORDED_FIELDS.isdisjoint(names):
            raise AccessError(
                self.env._(
                    "%(fields)s follows from recording the inspection.",
                    fields=", ".join(sorted(_RECORDED_FIELDS & set(names))),
                )
            )

    def _check_draft(self):
        for inspection in self:
            if inspection.state != "draft":
                raise UserError(
                    self.env._(
                        "%(name)s is recorded and never changes. Record another "
                        "inspection, which then counts instead.",
                        name=inspection.name,
                    )
                )

    # -------------------------------------------------------------------- recording

    def action_record(self):
        """Record these inspections for good (O16)."""
        self._check_may_record()
        self.check_access("write")
        for inspection in self:
            inspection._check_complete()
            inspection._record()
        # sudo: an inspector need not be allowed to read transfers
        self.sudo()._get_concerned_pickings()._judge_transfers("change")
        return True

    def _check_may_record(self):
        if not self.env.user.has_group(INSPECTOR):
            raise AccessError(
                self.env._("Only quality inspectors record final inspections.")
            )
        self.check_access("read")
        self._check_draft()

    def _check_complete(self):
        """Refuse what is not finished or says two things at once."""
        self.ensure_one()
        product = self.product_id
        if product.tracking != "none" and not self.lot_id:
            raise UserError(
                self.env._("Which lot of %(product)s is it?", product=product.name)
            )
        if product.tracking == "none" and not (self.picking_id and self.quantity > 0):
            raise UserError(
                self.env._(
                    "%(product)s has no lots: say on which delivery it is inspected, "
                    "and how many.",
                    product=product.name,
                )
            )
        if not self.result:
            raise UserError(self.env._("Pass or fail?"))
        # sudo: what is asked of a product is no secret
        wanted = product.product_tmpl_id.inspection_characteristic_ids.sudo()
        missing = wanted - self.line_ids.characteristic_id
        open_lines = self.line_ids.filtered(lambda line: not line.verdict)
        bad = self.line_ids.filtered(lambda line: line.verdict == "not_ok")
        names = [*missing.mapped("name"), *open_lines.mapped("name")]
        if self.result == "pass" and names:
            raise UserError(
                self.env._("Not measured yet: %(names)s.", names=", ".join(names))
            )
        if self.result == "pass" and bad:
            raise UserError(
                self.env._(
                    "This cannot pass: %(names)s is not OK.",
                    names=", ".join(bad.mapped("name")),
                )
            )
        if self.result == "fail" and not bad and not (self.note or "").strip():
            raise UserError(self.env._("Say in the note why it failed."))

    def _record(self):
        self.ensure_one()
        sequence = self.env["ir.sequence"].with_company(self.company_id)
        # sudo: recording is checked by the caller; older inspections of other
        # inspectors, or of a sister company that shares the lot, are superseded
        record = self.sudo()
        record._own_certificates()
        older = record._search_current()
        older.write({"superseded_by_id": record.id})
        older.flush_recordset()  # before there are two, for the unique index
        record.write(
            {
                "name": sequence.next_by_code("aftersales.inspection") or "/",
                "state": "recorded",
                "inspector_id": self.env.uid,
                "inspected_at": fields.Datetime.now(),
            }
        )

    def _own_certificates(self):
        """Copies of files of other documents, as those could be changed there."""
        foreign = self.certificate_ids.filtered(
            lambda file: (file.res_model, file.res_id) != (self._name, self.id)
        )
        copies = self.env["ir.attachment"]
        for file in foreign:
            copies |= file.copy({"res_model": self._name, "res_id": self.id})
        if foreign:
            self.certificate_ids = self.certificate_ids - foreign | copies

    def _search_current(self):
        """The recorded inspection of the same goods that counts so far."""
        domain = [("state", "=", "recorded"), ("superseded_by_id", "=", False)]
        if self.lot_id:
            domain += [("lot_id", "=", self.lot_id.id)]
        else:
            domain += [
                ("lot_id", "=", False),
                ("picking_id", "=", self.picking_id.id),
                ("product_id", "=", self.product_id.id),
            ]
        return self.search(domain)

    def _get_concerned_pickings(self):
        """Open deliveries that ship what was inspected."""
        lines = self.env["stock.move.line"].search(
            [
                ("lot_id", "in", self.lot_id.ids),
                ("state", "not in", ("done", "cancel")),
                ("picking_id", "!=", False),
            ]
        )
        pickings = lines.picking_id
        following = self.filtered(lambda record: not record.lot_id).picking_id
        while following:
            pickings |= following
            following = following.backorder_ids - pickings
        return pickings.filtered(lambda p: p.state not in ("done", "cancel"))

    # ---------------------------------------------------------------------- actions

    def action_pass(self):
        """Record a pass, in one tap."""
        self._check_may_record()
        self.write({"result": "pass"})
        return self.action_record()

    def action_fail(self):
        """Record a fail, in one tap."""
        self._check_may_record()
        self.write({"result": "fail"})
        return self.action_record()

    def action_inspect_again(self):
        """A new draft for the same goods; it counts instead once it is recorded."""
        self.ensure_one()
        again = self.create(
            {
                "product_id": self.product_id.id,
                "lot_id": self.lot_id.id,
                "picking_id": self.picking_id.id,
                "quantity": self.quantity,
            }
        )
        return again._get_records_action(name=self.env._("Final Inspection"))
