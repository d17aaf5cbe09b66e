# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import api, models

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.inspected_transfers"


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        # before, as afterwards they no longer are about to leave
        flagged = self.filtered("product_id.inspection_required")
        leaving = flagged.sudo()._filter_leaving_customer() if flagged else flagged
        result = super()._action_done(cancel_backorder=cancel_backorder)
        done = leaving.exists().filtered(lambda move: move.state == "done")
        if done:
            # sudo: warehouse staff need not be able to read inspections
            done.picking_id.sudo()._keep_certificates(done)
        return result


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock'
        lines = super().create(vals_list)
        lines._queue_inspection()
        return lines

    def write(self, vals):
        # EXTENDS 'stock'
        result = super().write(vals)
        if not {"lot_id", "lot_name", "quantity", "picked"}.isdisjoint(vals):
            self._queue_inspection()
        return result

    def _queue_inspection(self):
        """Lots were set: judge their transfers before the commit, once."""
        pickings = self.filtered(
            lambda line: line.product_id.inspection_required
            and line.state not in ("done", "cancel")
            and line.location_dest_id._is_with_customer()
        ).picking_id
        if not pickings:
            return
        precommit = self.env.cr.precommit
        if _QUEUE not in precommit.data:
            precommit.data[_QUEUE] = set()
            precommit.add(self.env(context={})["stock.move.line"]._run_inspection_queue)
        precommit.data[_QUEUE].update(pickings.ids)

    @api.model
    def _run_inspection_queue(self):
        queue = self.env.cr.precommit.data.pop(_QUEUE, set())
        # sudo: lots are set by orders and crons as well
        pickings = self.env["stock.picking"].sudo().browse(queue).exists()
        try:
            with self.env.cr.savepoint():
                pickings._judge_transfers("change")
        except OperationalError:
            # two workers, one transfer: the request runs again
            raise
        except Exception:
            # What brought us here must not be lost; the transfer is judged again when
            # somebody validates it.
            _logger.exception("Judging the inspection of transfers failed")
