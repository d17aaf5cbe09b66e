# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Finance reviews each cost: who bears it, which department carries it (L8)."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .aftersales_cost import LIABILITY_FIELDS, UNPOSTED
from .aftersales_cost_share_split import CHARGED
from .client_actions import RELOAD, notification

_SETTLING = object()
"""In the context while proposals and shares are written: they change nothing else."""
_SHOWN = 5
"""So many costs that were not reviewed are named in a notice."""
_LOOKED_AT = LIABILITY_FIELDS | {
    "analytic_distribution",
    "bearer",
    "department_id",
    "document",
    "expense_account_id",
    "is_split",
    "name",
    "product_id",
    "share_ids",
    "source_company_amount",
    "treatment",
}
"""What a review has looked at: once it changes, it is reviewed again."""


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    block_text = fields.Text(
        "To Be Done First",
        compute="_compute_block_text",
        compute_sudo=True,
        help="What keeps it from being reviewed or posted, and who can change that.",
    )
    is_blocked = fields.Boolean(
        "Blocked",
        compute="_compute_block_text",
        compute_sudo=True,
        search="_search_is_blocked",
    )

    # ------------------------------------------------------------ what follows

    def _cost_changed(self, names):
        result = super()._cost_changed(names)
        if self.env.context.get("aftersales_settling") is _SETTLING:
            return result
        if not names & (_LOOKED_AT | {"created", "state"}):
            return result
        by_hand = "share_ids" in names and not self.env.su
        if by_hand:
            # sudo: what an accountant has entered is checked as a whole
            self.sudo()._cost_settling()._cost_split_by_hand()
        if names & _LOOKED_AT:
            # sudo: the state follows, whoever changes it
            self.sudo()._cost_put_back()
        # sudo: proposals and shares follow, whoever changes it
        self.sudo()._cost_settle(is_new="created" in names)
        if by_hand:
            # sudo: the trail of who has split it, and how
            self.sudo()._cost_log_split()
        return result

    def _cost_settling(self):
        return self.with_context(aftersales_settling=_SETTLING)

    def _cost_settle(self, is_new=False):
        """Bring department, analytic distribution and shares to what they are today.

        :param bool is_new: what these costs have was entered with them
        """
        costs = self._cost_settling()
        if is_new:
            costs._cost_mark_own()
            costs.filtered("share_ids").write({"is_split": True})
        costs._cost_propose_books()
        costs._cost_share_out()

    def _cost_put_back(self):
        """Who has reviewed it has not seen what it is now."""
        self.filtered(lambda cost: cost.state == "reviewed").write(_UNREVIEWED)

    # ------------------------------------------------------------ what blocks

    @api.depends_context("lang")
    @api.depends(
        "state",
        "bearer",
        "treatment",
        "amount",
        "company_amount",
        "department_id",
        "analytic_distribution",
        "share_ids.bearer",
        "share_ids.treatment",
        "share_ids.partner_id",
        "share_ids.department_id",
        "share_ids.analytic_distribution",
        "share_ids.amount",
        "complaint_id.complaint_negotiated_amount",
    )
    def _compute_block_text(self):
        unposted = self.filtered(lambda cost: cost.state in UNPOSTED and cost.ids)
        blocks = unposted._cost_blocks()
        for cost in self:
            texts = [text for _key, text in blocks.get(cost, ())]
            cost.block_text = "\n".join(texts) or False
            cost.is_blocked = bool(texts)

    @api.model
    def _search_is_blocked(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        # sudo: as computed; which of them are found is a matter of the rules of access
        unposted = self.sudo().search(
            [
                ("state", "in", UNPOSTED),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        # what nobody bears is blocked whatever else is right: no need to look further
        undecided = unposted.filtered(lambda cost: cost.bearer in (False, "undecided"))
        blocks = (unposted - undecided)._cost_blocks()
        ids = [*undecided.ids, *(cost.id for cost, found in blocks.items() if found)]
        wants = (True in value) == (operator == "in")
        if (True in value) == (False in value):
            return fields.Domain.TRUE if wants else fields.Domain.FALSE
        return [("id", "in" if wants else "not in", ids)]

    def _cost_blocks(self):
        blocks = super()._cost_blocks()
        plans = {}
        for cost in self:
            if cost.state not in UNPOSTED:
                continue
            found = blocks[cost]
            bearers = set(cost.share_ids.mapped("bearer"))
            if cost.bearer in (False, "undecided") or "undecided" in bearers:
                found.append(("bearer", cost._cost_undecided_text()))
                continue
            found += cost._cost_share_blocks()
            found += [
                ("analytic", text) for text in cost._cost_analytic_problems(plans)
            ]
        return blocks

    def _cost_undecided_text(self):
        """Why nobody bears it yet, and who can change that (extend)."""
        return self.env._("Nobody bears it yet.")

    def _cost_share_blocks(self):
        """What is missing in the shares of one cost."""
        self.ensure_one()
        found = []
        if not self._cost_adds_up():
            problem = self.split_problem or self.env._(
                "The shares do not add up to the cost. Enter them again, or undo the "
                "split."
            )
            found.append(("split", problem))
        for share in self.share_ids:
            if share.treatment in CHARGED and not share.partner_id:
                found.append(
                    (
                        "partner",
                        self.env._(
                            "The %(bearer)s bears it, but nobody is named. Enter who "
                            "it is on the cost or its complaint; after-sales can.",
                            bearer=share._get_bearer_label().lower(),
                        ),
                    )
                )
            if share.bearer == "company" and not share.department_id:
                found.append(
                    (
                        "department",
                        self.env._(
                            "No department carries what the company bears. Choose one "
                            "on the cost; an administrator sets departments up under "
                            "Configuration."
                        ),
                    )
                )
        return found

    @api.constrains("state")
    def _check_adds_up(self):
        """What is reviewed or posted is complete, to the last cent."""
        for cost in self:
            if cost.state in ("reviewed", "posted") and not cost._cost_adds_up():
                raise ValidationError(
                    self.env._(
                        "The shares of “%(cost)s” do not add up to its amount.",
                        cost=cost.display_name,
                    )
                )

    # ---------------------------------------------------------------- actions

    def action_review(self):
        """Finance has looked at these costs: they can be posted.

        Of many, those that nothing blocks are reviewed, and a notice names the others.
        """
        self._check_cost_accountant()
        drafts = self.filtered(lambda cost: cost.state == "draft")
        # sudo: rules look at the complaint; what is reviewed is what they say now
        drafts.sudo()._cost_judge("review")
        # two that were entered at once did not see each other's part of an agreement
        sharing = drafts.sudo()._cost_sharing_agreement()
        sharing._cost_settling()._cost_share_out()
        refused = self._cost_not_reviewable()
        ready = drafts - self.browse(cost.id for cost in refused)
        if refused and not ready:
            raise UserError(self._cost_list_refused(refused, limit=None))
        # sudo: state and reviewer follow from this button
        ready.sudo().write(
            {
                "state": "reviewed",
                "reviewed_by_id": self.env.uid,
                "reviewed_at": fields.Datetime.now(),
            }
        )
        if len(self) == 1:
            return True
        message = self.env._("%(count)s costs are reviewed.", count=len(ready))
        if refused:
            message += "\n" + self._cost_list_refused(refused, limit=_SHOWN)
        return notification(
            message,
            kind="warning" if refused else "success",
            title=self.env._("Review"),
            sticky=bool(refused),
            then=RELOAD,
        )

    def _cost_not_reviewable(self):
        """Which of these costs cannot be reviewed, and why.

        :return: dict cost → text
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        # sudo: what is missing is told to whoever reviews
        blocks = self.sudo()._cost_blocks()
        refused = {}
        for cost in self:
            if cost.state in ("posted", "cancelled"):
                refused[cost] = self.env._(
                    "It is %(state)s already.", state=labels[cost.state]
                )
            elif cost.state == "draft" and blocks[cost]:
                refused[cost] = " ".join(text for _key, text in blocks[cost])
        return refused

    def _cost_list_refused(self, refused, limit):
        """One line for each cost that was not reviewed."""
        lines = [f"{cost.display_name}: {text}" for cost, text in refused.items()]
        if limit and len(lines) > limit:
            more = self.env._("… and %(count)s more.", count=len(lines) - limit)
            lines = [*lines[:limit], more]
        return "\n".join(lines)

    def action_unreview(self):
        """Look at these costs once more."""
        self._check_cost_accountant()
        posted = self.filtered(lambda cost: cost.state == "posted")
        if posted:
            raise UserError(
                self.env._(
                    "“%(cost)s” is in the books. Reverse its posting first.",
                    cost=posted[0].display_name,
                )
            )
        self.sudo()._cost_put_back()  # sudo: the state follows from this button
        return True


_UNREVIEWED = {"state": "draft", "reviewed_by_id": False, "reviewed_at": False}
