# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

MODE_PREFIX = "aftersales_mode_"
"""A gate is a decision with a company field of this prefix and its own name; an
addon that brings a gate adds the field and nothing else (R9)."""


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_credit_hold = fields.Selection(
        "_selection_aftersales_mode", "Credit hold", default="observe", required=True
    )
    aftersales_mode_order_kind = fields.Selection(
        "_selection_aftersales_mode", "Order kind", default="observe", required=True
    )
    aftersales_mode_production_release = fields.Selection(
        "_selection_aftersales_mode",
        "Deposit before production",
        default="observe",
        required=True,
    )
    aftersales_mode_shipment_release = fields.Selection(
        "_selection_aftersales_mode",
        "Delivery on arrears",
        default="observe",
        required=True,
    )
    aftersales_mode_shipping_day = fields.Selection(
        "_selection_aftersales_mode", "Daily cut-off", default="observe", required=True
    )
    aftersales_mode_transfer_release = fields.Selection(
        "_selection_aftersales_mode",
        "Transfer release",
        default="observe",
        required=True,
    )
    aftersales_mode_logistics_exception = fields.Selection(
        "_selection_aftersales_mode",
        "Delivery problems",
        default="observe",
        required=True,
    )
    aftersales_remind_customers = fields.Boolean(
        "Write to Customers Automatically",
        help="Send the payment reminder to the customers as soon as the salesperson "
        "gets the list, instead of waiting for the salesperson to send it (O5).",
        prefetch="aftersales",
    )
    # No constraint between the two: the current version is always the newest,
    # set in one place, aftersales.version._publish.
    aftersales_version_id = fields.Many2one(
        "aftersales.version",
        "Rules in Force",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    @api.model
    def _selection_aftersales_mode(self):
        return [
            ("off", self.env._("Off")),
            ("observe", self.env._("Observe")),
            ("enforce", self.env._("Enforce")),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        companies = super().create(vals_list)
        for company in companies:
            self.env["aftersales.version"]._publish_default(company)
        return companies

    def write(self, vals):
        # EXTENDS 'base': who turned a gate on or off is kept with the rules (R10).
        if "aftersales_version_id" in vals:
            raise UserError(
                self.env._("The rules in force change by publishing a version only.")
            )
        if not {"resource_calendar_id", "partner_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # of the time zone
        names = [name for name in vals if name.startswith(MODE_PREFIX)]
        if not names:
            return super().write(vals)
        before = {company: {name: company[name] for name in names} for company in self}
        result = super().write(vals)
        for company, modes in before.items():
            company._log_aftersales_modes(modes)
        return result

    def _set_aftersales_version(self, version) -> None:
        """Put a version in force; called by its publication only."""
        # pylint: disable=missing-return
        super().write({"aftersales_version_id": version.id})

    def _log_aftersales_modes(self, before: dict[str, str]) -> None:
        """Publish the rules again, unchanged, with a note of the new modes."""
        self.ensure_one()
        labels = dict(self._selection_aftersales_mode())
        changes = [
            self.env._(
                "Gate “%(gate)s”: %(before)s → %(after)s",
                gate=self._fields[name].get_description(self.env)["string"],
                before=labels[mode],
                after=labels[self[name]],
            )
            for name, mode in before.items()
            if self[name] != mode
        ]
        if changes:
            self.env["aftersales.version"]._publish_again(self, "\n".join(changes))

    def _aftersales_mode(self, decision_name: str) -> str:
        """How strict a gate is here: ``off``, ``observe`` or ``enforce``.

        A decision that stops nothing has no mode and is only ever observed.
        """
        self.ensure_one()
        name = MODE_PREFIX + decision_name
        if name not in self._fields:
            return "observe"
        # sudo: also whoever may not read this company's form is judged by it.
        return self.sudo()[name]

    @api.model
    def _search_all(self):
        """Every company; there are few."""
        return self.search([])  # pylint: disable=no-search-all

    def _aftersales_now(self) -> datetime:
        """This moment in the company's time zone.

        The zone is that of the working hours, as shipping days and cut-offs follow
        them; else that of the company's address; else UTC.
        """
        self.ensure_one()
        zone = ZoneInfo(self._get_aftersales_zone())
        return fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(zone)

    @tools.ormcache("self.id")
    def _get_aftersales_zone(self) -> str:
        # Asked at every decision, changed next to never: the models it reads clear
        # the cache when they write what it depends on.
        company = self.sudo()  # sudo: a time zone, nothing of the company is shown
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"
