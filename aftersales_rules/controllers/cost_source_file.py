# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Papers of the documents that service costs were pulled from (L9)."""

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


class CostSourceFile(http.Controller):
    @http.route(
        "/aftersales/cost/<int:cost_id>/file/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def cost_source_file(self, cost_id, file_id):
        """One file, if it is among those that this user may open for this cost."""
        cost = request.env["aftersales.cost"].browse(cost_id).exists()
        try:
            cost.check_access("read")
        except (AccessError, MissingError):
            return request.not_found()
        found = cost and cost._get_source_files().filtered(
            lambda attachment: attachment.id == file_id
        )
        if not found:
            return request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(found)
        return stream.get_response(as_attachment=True)
