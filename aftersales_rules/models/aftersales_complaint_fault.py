# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whose fault a complaint is, and who can be charged for it (L1–L3)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..rules.catalogue.liability import FAULT_PARTIES
from .aftersales_complaint import COMPLAINT_USER, INTERNAL
from .guarded_fields import without_defaults

FAULT_FIELDS = {
    "complaint_fault_party",
    "complaint_fault_reason",
    "complaint_dealer_id",
    "complaint_carrier_id",
    "complaint_sales_manager_id",
}
"""What after-sales has found out; it decides who pays."""


class AftersalesComplaint(models.AbstractModel):
    """What after-sales says stands in the fields; what is left empty is looked up.

    ``complaint_<party>_found_id`` is the one to use: what was said, or else what the
    order, the transfer and the supervision of dealers tell.
    """

    _inherit = "aftersales.complaint"

    complaint_fault_party = fields.Selection(
        lambda self: self._complaint_selection(FAULT_PARTIES),
        "Whose Fault",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="As after-sales has found out. Empty: nobody in particular; who usually "
        "bears the cost of such a complaint does. “Not known yet” keeps the costs from "
        "being posted.",
        prefetch="complaint",
    )
    complaint_fault_reason = fields.Text(
        "Why",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="What shows that it is their fault: the waybill, the photos, the report.",
        prefetch="complaint",
    )
    complaint_dealer_id = fields.Many2one(
        "res.partner",
        "Dealer",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Is charged for what the dealer bears. Empty: the dealer under "
        "supervision, or the one who ordered.",
        prefetch="complaint",
    )
    complaint_carrier_id = fields.Many2one(
        "res.partner",
        "Carrier",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        help="Is charged for what the carrier bears. Empty: the carrier company of "
        "the transfer.",
        prefetch="complaint",
    )
    complaint_sales_manager_id = fields.Many2one(
        "res.users",
        "Sales Manager",
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Bears travel, lodging and allowances of their own people. Empty: the "
        "leader of the order's sales team, or the manager of the sales department.",
        prefetch="complaint",
    )
    complaint_dealer_found_id = fields.Many2one(
        "res.partner",
        "Dealer Charged",
        compute="_compute_complaint_parties",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_carrier_found_id = fields.Many2one(
        "res.partner",
        "Carrier Charged",
        compute="_compute_complaint_parties",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_sales_manager_found_id = fields.Many2one(
        "res.users",
        "Sales Manager Charged",
        compute="_compute_complaint_parties",
        compute_sudo=True,
        groups=INTERNAL,
    )
    complaint_dealer_hint = fields.Char(
        compute="_compute_complaint_parties", compute_sudo=True, groups=INTERNAL
    )
    complaint_carrier_hint = fields.Char(
        compute="_compute_complaint_parties", compute_sudo=True, groups=INTERNAL
    )
    complaint_sales_manager_hint = fields.Char(
        compute="_compute_complaint_parties", compute_sudo=True, groups=INTERNAL
    )

    @api.depends(
        "complaint_dealer_id",
        "complaint_carrier_id",
        "complaint_sales_manager_id",
        "complaint_supervision_ids.result",
        "complaint_supervision_ids.dealer_id",
        "complaint_office_id",
        "aftersales_order_id",
        "aftersales_picking_id",
        "partner_id",
        "company_id",
    )
    def _compute_complaint_parties(self):
        departments = self._get_sales_departments()
        for complaint in self:
            dealer = complaint.complaint_dealer_id or complaint._guess_dealer()
            carrier = (
                complaint.complaint_carrier_id
                or complaint.aftersales_picking_id.aftersales_carrier_id
            )
            manager = (
                complaint.complaint_sales_manager_id
                or complaint._guess_sales_manager(departments)
            )
            complaint.complaint_dealer_found_id = dealer
            complaint.complaint_carrier_found_id = carrier
            complaint.complaint_sales_manager_found_id = manager
            complaint.complaint_dealer_hint = dealer.display_name
            complaint.complaint_carrier_hint = carrier.display_name
            complaint.complaint_sales_manager_hint = manager.name

    def _guess_dealer(self):
        """The dealer under supervision, or who ordered for somebody else."""
        supervised = self.complaint_supervision_ids._get_worst().dealer_id
        order = self.aftersales_order_id
        buyer = order.partner_id.commercial_partner_id
        is_dealer = order.aftersales_project_id or (
            self.partner_id and buyer != self.partner_id.commercial_partner_id
        )
        return supervised or (buyer if is_dealer else buyer.browse())

    def _guess_sales_manager(self, departments):
        leader = self.aftersales_order_id.team_id.user_id
        for office in (self.complaint_office_id, self.complaint_office_id.browse()):
            department = departments.get((self.company_id, office))
            if not leader and department:
                leader = department.manager_id
        works_here = self.company_id in leader.company_ids and not leader.share
        return leader if works_here else leader.browse()

    def _get_sales_departments(self):
        """The sales department of each company and office, in one query."""
        departments = self.env["aftersales.department"].search(
            [("company_id", "in", self.company_id.ids), ("kind", "=", "sales")]
        )
        found = {}
        for department in departments:
            found.setdefault((department.company_id, department.office_id), department)
        return found

    # ------------------------------------------------------------------ guarding

    @api.model_create_multi
    def create(self, vals_list):
        records = self
        if not self.env.su and not self.env.user.has_group(COMPLAINT_USER):
            if any(not FAULT_FIELDS.isdisjoint(vals) for vals in vals_list):
                self._check_may_say_fault()
            records = without_defaults(self, FAULT_FIELDS)
        made = super(AftersalesComplaint, records).create(vals_list)
        return made.with_env(self.env)

    def _complaint_check_easing(self, vals):
        # EXTENDS 'aftersales_rules'
        if not FAULT_FIELDS.isdisjoint(vals) and not self.env.su:
            self._check_may_say_fault()
        return super()._complaint_check_easing(vals)

    def _check_may_say_fault(self):
        """Whose fault it is decides who pays: after-sales says it, nobody else."""
        if not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Only after-sales says whose fault a complaint is.")
            )

    @api.constrains(
        "complaint_dealer_id",
        "complaint_carrier_id",
        "complaint_sales_manager_id",
        "company_id",
    )
    def _check_complaint_parties(self):
        """Nobody of another company is charged."""
        for complaint in self.sudo():  # sudo: partners that the user may not read
            company = complaint.company_id
            manager = complaint.complaint_sales_manager_id
            parties = complaint.complaint_dealer_id | complaint.complaint_carrier_id
            for partner in parties:
                if partner.company_id and partner.company_id != company:
                    raise ValidationError(
                        self.env._(
                            "%(complaint)s: %(partner)s belongs to another company.",
                            complaint=complaint.display_name,
                            partner=partner.display_name,
                        )
                    )
            if manager and company not in manager.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s: %(user)s does not work for %(company)s.",
                        complaint=complaint.display_name,
                        user=manager.name,
                        company=company.name,
                    )
                )
