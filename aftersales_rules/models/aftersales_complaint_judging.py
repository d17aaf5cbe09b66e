# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

_QUEUE = "aftersales_rules.complaint_queue"


class AftersalesComplaint(models.AbstractModel):
    """When the rules on complaints are asked (C2).

    What happens once (made, registered, reopened) is judged at once; changes are
    queued and judged once, before the commit or before the form is shown again.

    This file is imported after all other topics of the mixin, so that its
    ``_complaint_happened`` is the outermost: whatever happens, clocks and the like have
    seen it before the rules say what follows from it.
    """

    _inherit = "aftersales.complaint"

    def _complaint_happened(self, event, at=None):
        result = super()._complaint_happened(event, at)
        if event == "changed":
            self._complaint_queue()
        elif event in ("made", "registered", "reopened"):
            self._complaint_judge(event, at)
        return result

    def _complaint_queue(self):
        """Judge these once more, before the commit at the latest."""
        precommit = self.env.cr.precommit
        key = f"{_QUEUE}.{self._name}"
        if key not in precommit.data:
            precommit.data[key] = set()
            precommit.add(self.env(context={})[self._name]._run_complaint_queue)
        precommit.data[key].update(self.ids)

    @api.model
    def _run_complaint_queue(self):
        ids = self.env.cr.precommit.data.pop(f"{_QUEUE}.{self._name}", None)
        if ids:
            self.browse(sorted(ids)).sudo().exists()._complaint_judge("changed")

    def web_read(self, specification):
        # EXTENDS 'web': a form that has just been saved shows what follows from it
        self._run_complaint_queue()
        return super().web_read(specification)

    def _forget_complaint_queued(self):
        """These are being judged now."""
        queued = self.env.cr.precommit.data.get(f"{_QUEUE}.{self._name}")
        if queued:
            queued.difference_update(self.ids)
