# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules as files to download, for whoever may read them (R8)."""

import json

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from ..models.aftersales_exchange import FILE_URL, MIMETYPES, SCHEMA_URL
from ..rules import RulesError, exchange_json_schema
from ..rules.exchange import SCHEMA_FILE

_MODELS = {"version": "aftersales.version", "draft": "aftersales.draft"}


class RuleExchange(http.Controller):
    @http.route(
        f"{FILE_URL}/<string:source>/<int:record_id>/<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def rule_file(self, source, record_id, kind, tables=None):
        """A version or a draft as JSON or DMN.

        :param str tables: decision tables, with commas between; all by default
        """
        if source not in _MODELS or kind not in MIMETYPES:
            return request.not_found()
        decisions = None if tables is None else tables.split(",")
        known = request.env["aftersales.extension"]._get_registry()
        if decisions and any(name not in known for name in decisions):
            return request.not_found()
        record = request.env[_MODELS[source]].browse(record_id)
        try:
            name, content = request.env["aftersales.exchange"]._get_file(
                record, kind, decisions
            )
        except (AccessError, MissingError):
            return request.not_found()
        except RulesError as err:
            plain = [("Content-Type", "text/plain; charset=utf-8")]
            return request.make_response(str(err), plain, status=409)
        return _download(content, name, MIMETYPES[kind])

    @http.route(SCHEMA_URL, type="http", auth="user", methods=["GET"], readonly=True)
    def rule_schema(self):
        """The JSON schema of packs, with the decisions and facts of this database."""
        if not request.env["aftersales.version"].has_access("read"):
            return request.not_found()
        known = request.env["aftersales.extension"]._get_registry()
        schema = json.dumps(exchange_json_schema(known), ensure_ascii=False, indent=2)
        return _download(schema.encode(), SCHEMA_FILE, "application/schema+json")


def _download(content, name, mimetype):
    headers = [
        ("Content-Type", mimetype),
        ("Content-Length", str(len(content))),
        ("Content-Disposition", content_disposition(name)),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return request.make_response(content, headers)
