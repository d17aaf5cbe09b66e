# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def button_start(self, raise_on_invalid_state=False):
        # EXTENDS 'mrp'
        self.check_access("write")
        waiting = self.production_id._filter_waiting()
        if not waiting:
            return super().button_start(raise_on_invalid_state)
        free = self.filtered(lambda workorder: workorder.production_id not in waiting)
        if free:
            super(MrpWorkorder, free).button_start(raise_on_invalid_state)
        return waiting._get_waiting_notification()

    def set_state(self, state):
        # EXTENDS 'mrp'
        if state in ("progress", "done"):
            self.production_id._check_may_go_on()
        return super().set_state(state)

    def write(self, vals):
        # EXTENDS 'mrp'
        # The net: a work order is started or finished through its state.
        if vals.get("state") in ("progress", "done"):
            waiting = self.production_id._filter_waiting()
            if waiting:
                raise UserError(waiting._get_waiting_text())
        return super().write(vals)
