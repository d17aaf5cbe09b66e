# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AftersalesBreakageSource(models.AbstractModel):
    """What the breakage rate depends on and people enter; a change judges again (C19).

    *How to use.* Inherit, and queue in ``_queue_breakage`` whose complaints it
    concerns. A write queues before and after: the record may move to others.
    """

    _name = "aftersales.breakage.source"
    _description = "Figure of the Breakage Rate"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._queue_breakage()
        return records

    def write(self, vals):
        self._queue_breakage()
        result = super().write(vals)
        self._queue_breakage()
        return result

    def unlink(self):
        self._queue_breakage()
        return super().unlink()

    def _queue_breakage(self):
        """Complaints that this concerns are judged again before the commit."""
        raise NotImplementedError()
