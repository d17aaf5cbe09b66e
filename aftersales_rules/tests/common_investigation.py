# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Goods in lots, delivered and in stock, and complaints about them."""

import base64
import io

from PIL import Image

from odoo import Command

from .common_complaint import ComplaintCase


def new_photo(colour=(200, 30, 30), size=400):
    """A picture as a phone makes them: noisy, and not tiny."""
    picture = Image.effect_noise((size, size), 90).convert("RGB")
    picture.paste(colour, (0, 0, 50, 50))
    stream = io.BytesIO()
    picture.save(stream, "JPEG")
    return stream.getvalue()


class InvestigationCase(ComplaintCase):
    """Accepted quality complaints about a lot; only the path is asked of the rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", *cls.all_gates())
        cls.set_mode("enforce", "investigation_path")
        cls.pane = cls.new_product("Insulating pane", is_storable=True, tracking="lot")
        cls.lot = cls.new_lot("L-0815")

    @classmethod
    def new_lot(cls, name, product=None):
        return cls.env["stock.lot"].create(
            {
                "name": name,
                "product_id": (product or cls.pane).id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def put(cls, quantity, lot=None, location=None):
        """Stock of a lot."""
        lot = lot or cls.lot
        cls.env["stock.quant"]._update_available_quantity(
            lot.product_id, location or cls.warehouse.lot_stock_id, quantity, lot_id=lot
        )

    @classmethod
    def deliver(cls, quantity, lot=None, partner=None):
        """A delivered order of one lot.

        :return: the transfer
        """
        lot = lot or cls.lot
        cls.put(quantity, lot)
        order = cls.new_order(partner=partner or cls.customer, product=lot.product_id)
        order.order_line.product_uom_qty = quantity
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        move = picking.move_ids
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": move.product_id.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                    "picking_id": picking.id,
                    "picked": True,
                }
            )
        ]
        picking.button_validate()
        assert picking.state == "done", picking.state
        return picking

    @classmethod
    def new_accepted(cls, lot=True, quality="yes", **values):
        """An accepted complaint; the rules have been asked."""
        values.setdefault("aftersales_product_id", cls.pane.id)
        if lot:
            values.setdefault("aftersales_lot_id", cls.lot.id)
        complaint = cls.new_complaint(user_id=cls.agent.id, **values)
        for state in ("registered", "forwarded", "accepted"):
            complaint._complaint_set_state(state)
        complaint.complaint_quality_related = quality
        complaint._complaint_happened("classified")
        cls.run_queue()
        return complaint

    @classmethod
    def attach(cls, record, content=None, name="pane.jpg"):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "datas": base64.b64encode(content or new_photo()),
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    @classmethod
    def answer(cls, inquiry, found="yes", user=None, **values):
        """The department answers."""
        inquiry = inquiry.with_user(user or inquiry.department_id.manager_id)
        inquiry.write({"answer": "We looked at it.", "fault_found": found, **values})
        inquiry.action_answer()
        cls.run_queue()

    def asked(self, complaint, kind=None):
        """Open questions of a complaint."""
        return complaint.complaint_inquiry_ids.filtered(
            lambda inquiry: inquiry.state == "asked"
            and (not kind or inquiry.kind == kind)
        )

    def assertNotified(self, record, user):
        """Somebody got a notification about a record."""
        messages = self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )
        self.assertTrue(messages, f"{user.name} was not told")
