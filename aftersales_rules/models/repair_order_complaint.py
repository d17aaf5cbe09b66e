# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "aftersales.complaint.link"]

    def action_repair_done(self):
        # EXTENDS 'repair'
        result = super().action_repair_done()
        # sudo: the workshop need not be able to read complaints
        repairs = self.sudo().filtered("complaint_id")
        repairs.complaint_id._message_log_batch(
            {
                complaint.id: self.env._(
                    "Repaired: %(repairs)s.", repairs=", ".join(same.mapped("name"))
                )
                for complaint, same in repairs.grouped("complaint_id").items()
            }
        )
        return result
