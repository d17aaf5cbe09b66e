# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..rules import PROJECT_PERIOD, ProjectPeriodFacts
from .guarded_fields import check_follows, check_state, without_defaults
from .site_key import normalise, site_key

DUTY_MANAGER = "aftersales_rules.group_duty_manager"


class AftersalesProject(models.Model):
    """A project that a dealer registers, so that nobody else sells to it (O13).

    The states are written by the actions below and by nobody else. While a
    registration runs, orders of others are compared with it in
    ``aftersales_project_gate.py``.
    """

    _name = "aftersales.project"
    _description = "Project Registration"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    name = fields.Char("Project", required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Dealer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Who registers the project: nobody else should sell to it.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Dealer's Company",
        store=True,
        index=True,
    )
    end_customer = fields.Char(
        required=True, tracking=True, help="Who will use the goods."
    )
    street = fields.Char("Site: Street", required=True, tracking=True)
    zip = fields.Char("Site: Postcode")
    city = fields.Char("Site: City", required=True, tracking=True)
    country_id = fields.Many2one(
        "res.country",
        "Site: Country",
        ondelete="restrict",
        help="Empty: the country of your company.",
    )
    site_key = fields.Char(
        compute="_compute_keys", store=True, index=True, groups="base.group_user"
    )
    name_key = fields.Char(
        compute="_compute_keys", store=True, index=True, groups="base.group_user"
    )
    line_ids = fields.One2many(
        "aftersales.project.line", "project_id", "Products", copy=True
    )
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date("To", required=True, tracking=True, help="The last day.")
    note = fields.Text(help="What else the duty manager should know.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Of the dealer; is warned before the registration expires.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("filed", "Filed"),
            ("running", "Running"),
            ("refused", "Refused"),
            ("expired", "Expired"),
            ("closed", "Closed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    filed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    filed_at = fields.Datetime("Filed on", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, copy=False, groups="base.group_user"
    )
    decided_at = fields.Datetime("Decided on", readonly=True, copy=False)
    refusal_reason = fields.Text(
        readonly=True, copy=False, help="The dealer reads it, too."
    )
    # for colleagues: the dealer reads the new day, and who is there for them
    extended_by_id = fields.Many2one(
        "res.users", "Extended by", readonly=True, copy=False, groups="base.group_user"
    )
    extension_reason = fields.Text(readonly=True, copy=False, groups="base.group_user")
    warned_for = fields.Date(readonly=True, copy=False, groups="base.group_user")
    conflict_ids = fields.One2many(
        "aftersales.project.conflict",
        "project_id",
        "Conflicts",
        readonly=True,
        groups="base.group_user",
    )
    claim_conflict_ids = fields.One2many(
        "aftersales.project.conflict",
        "claim_id",
        "Competes With",
        readonly=True,
        groups="base.group_user",
    )
    order_ids = fields.One2many(
        "sale.order",
        "aftersales_project_id",
        "Orders",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
    order_count = fields.Integer(
        compute="_compute_order_count", groups="sales_team.group_sale_salesman"
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE number <> '/'",
        "There is a registration with this number already.",
    )
    _running_idx = models.Index("(company_id, date_to) WHERE state = 'running'")

    # ------------------------------------------------------------------- fields

    @api.depends("number", "name")
    def _compute_display_name(self):
        for project in self:
            project.display_name = " ".join(
                part for part in (project.number, project.name) if part and part != "/"
            )

    @api.depends("partner_id")
    def _compute_user_id(self):
        for project in self:
            partner = project.partner_id
            project.user_id = (
                partner.user_id or partner.commercial_partner_id.user_id
            ) or project.user_id

    @api.depends("name", "street", "zip", "city", "country_id", "company_id")
    def _compute_keys(self):
        for project in self:
            project.name_key = normalise(project.name) or False
            project.site_key = site_key(
                project.street,
                project.city,
                project.zip,
                project._get_site_country_id,
            )

    def _get_site_country_id(self):
        # sudo: a country, whichever companies the user may open
        return (self.country_id or self.company_id.sudo().country_id).id

    @api.depends("order_ids")
    def _compute_order_count(self):
        counts = self.env["sale.order"]._read_group(
            [("aftersales_project_id", "in", self.ids)],
            ["aftersales_project_id"],
            ["__count"],
        )
        counts = {project.id: count for project, count in counts}
        for project in self:
            project.order_count = counts.get(project.id, 0)

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for project in self:
            if project.date_to < project.date_from:
                raise ValidationError(
                    self.env._(
                        "%(project)s: it ends on %(to)s, before it starts on "
                        "%(start)s.",
                        project=project.display_name,
                        to=project.date_to,
                        start=project.date_from,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        companies = self.env["res.company"]
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
            # A registration starts as a draft, whoever makes it. Said in words, as
            # what is left out would take a default from the caller's context.
            vals.update(_UNDECIDED)
            company = companies.browse(vals.get("company_id")) or self.env.company
            vals["number"] = self._next_number(company)
        projects = super(AftersalesProject, without_defaults(self, _FOLLOWS)).create(
            vals_list
        )
        return projects.with_env(self.env)

    @api.model
    def _next_number(self, company):
        # sudo: a dealer's or salesperson's registration gets its number
        sequences = self.env["ir.sequence"].sudo()
        domain = [("code", "=", self._name), ("company_id", "=", company.id)]
        sequence = sequences.search(domain, limit=1) or sequences.create(
            {
                "name": f"Project Registration ({company.name})",
                "code": self._name,
                "prefix": "PR/%(year)s/",
                "padding": 4,
                "company_id": company.id,
            }
        )
        return sequence.next_by_id()

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            check_follows(self, vals, _FOLLOWS)
            if _DECIDED_FIELDS & set(vals):
                raise UserError(
                    self.env._("Use File, Sign Off, Refuse, Extend or Close for that.")
                )
            if _TERMS & set(vals) and any(each.state != "draft" for each in self):
                raise UserError(
                    self.env._(
                        "What is registered changes in draft only; set it back to "
                        "draft, and file it again."
                    )
                )
        result = super().write(vals)
        if not {"state", "company_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # of _has_running
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if any(project.state != "draft" for project in self):
            # pylint: disable=no-raise-unlink
            raise UserError(
                self.env._("Only draft registrations can be deleted; close this one.")
            )
        return super().unlink()

    @api.model
    @tools.ormcache("company_id")
    def _has_running(self, company_id):
        """Whether any registration runs in a company; nearly always in the cache."""
        # sudo: asked for whoever confirms an order
        domain = [("company_id", "=", company_id), ("state", "=", "running")]
        return bool(self.sudo().search_count(domain, limit=1))

    # ------------------------------------------------------------------ its life

    def _check_chosen(self):
        """What a person of another company chose is not there for them."""
        if not self:
            raise UserError(self.env._("Nothing is to be decided here."))

    def _check_duty_manager(self):
        self.check_access("write")
        if not self.env.user.has_group(DUTY_MANAGER):
            raise UserError(
                self.env._("Only a duty manager decides on a project registration.")
            )

    def action_file(self):
        """Hand the registration to the duty managers."""
        self.check_access("write")
        self._file()

    def _file(self):
        check_state(self, "draft")
        for project in self:
            if not project.line_ids:
                raise UserError(
                    self.env._(
                        "%(name)s: name at least one product and its quantity.",
                        name=project.display_name,
                    )
                )
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                "state": "filed",
                "filed_by_id": self.env.uid,
                "filed_at": fields.Datetime.now(),
                "refusal_reason": False,
            }
        )
        for project in self:
            project._schedule_activities(
                self._get_duty_managers(project.company_id),
                note=self.env._("Sign off or refuse this registration."),
            )
        self.env["aftersales.project.gate"]._judge_claims(self)

    def action_sign_off(self):
        """Let the registration run: from now on others compete with it."""
        check_state(self, "filed")
        self._check_duty_manager()
        for project in self:
            if project.date_to < project.company_id._aftersales_now().date():
                raise UserError(
                    self.env._(
                        "%(name)s ended on %(day)s; correct the period first.",
                        name=project.display_name,
                        day=project.date_to,
                    )
                )
        self._decide("running")
        for project in self:
            project._tell_dealer(
                lambda env, project=project: env._(
                    "Your project registration %(number)s is accepted; it runs until "
                    "%(day)s.",
                    number=project.number,
                    day=format_date(env, project.date_to),
                )
            )

    def _refuse(self, reason):
        self._check_chosen()
        check_state(self, "filed")
        self._check_duty_manager()
        reason = self._check_reason(reason)
        self._decide("refused", refusal_reason=reason)
        self._end_conflicts(self.sudo().claim_conflict_ids)
        for project in self:
            project._tell_dealer(
                lambda env, project=project: env._(
                    "Your project registration %(number)s is not accepted: %(reason)s",
                    number=project.number,
                    reason=reason,
                )
            )

    def _extend(self, date_to, reason):
        """Let a registration run longer, from a running or an expired one."""
        self._check_chosen()
        check_state(self, "running", "expired")
        self._check_duty_manager()
        reason = self._check_reason(reason)
        for project in self:
            today = project.company_id._aftersales_now().date()
            if not date_to or date_to <= project.date_to or date_to < today:
                raise UserError(
                    self.env._(
                        "%(name)s runs until %(day)s: extend it to a later day, not "
                        "before today.",
                        name=project.display_name,
                        day=project.date_to,
                    )
                )
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                "state": "running",
                "date_to": date_to,
                "extended_by_id": self.env.uid,
                "extension_reason": reason,
            }
        )
        self.sudo().activity_unlink([_ACTIVITY])
        for project in self:
            project._message_log(
                body=self.env._(
                    "Extended to %(day)s: %(reason)s",
                    day=format_date(self.env, date_to),
                    reason=reason,
                )
            )

    def action_draft(self):
        """Take a registration back to correct it."""
        check_state(self, "filed", "refused")
        self.check_access("write")
        self._end_conflicts(self.sudo().claim_conflict_ids)
        # sudo: the state is written by these actions only
        self.sudo().write({"state": "draft"})
        self.sudo().activity_unlink([_ACTIVITY])

    def action_close(self):
        """End a registration that is not needed any more."""
        check_state(self, "filed", "running", "expired")
        self.check_access("write")
        self._end("closed")

    def action_refuse(self):
        return self._open_answer("refuse", self.env._("Refuse"))

    def action_extend(self):
        return self._open_answer("extend", self.env._("Extend"))

    def _open_answer(self, answer, title):
        self._check_duty_manager()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "aftersales.project.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_project_ids": self.ids, "default_answer": answer},
        }

    def action_view_orders(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(project)s", project=self.display_name),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("aftersales_project_id", "=", self.id)],
        }

    def _check_reason(self, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        return reason

    def _decide(self, state, **values):
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                **values,
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink([_ACTIVITY])

    def _end(self, state):
        # sudo: the state is written by these actions only
        self.sudo().write({"state": state})
        self.sudo().activity_unlink([_ACTIVITY])
        self._end_conflicts(self.sudo().conflict_ids | self.sudo().claim_conflict_ids)

    def _end_conflicts(self, conflicts):
        conflicts.filtered(lambda conflict: conflict.state == "open")._end()

    # ------------------------------------------------------------------- telling

    @api.model
    def _get_duty_managers(self, company):
        # sudo: who decides is no secret, the list of users may be
        group = self.env.ref(DUTY_MANAGER).sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )

    def _schedule_activities(self, users, note, **values):
        self.ensure_one()
        # sudo: whoever files need not be allowed to assign activities
        project = self.sudo().with_context(mail_activity_quick_update=True)
        for user in users:
            project.activity_schedule(_ACTIVITY, user_id=user.id, note=note, **values)

    def _tell_dealer(self, get_body):
        """Write to whoever filed it, if that was the dealer, else to the dealer."""
        self.ensure_one()
        # sudo: dealers are written to whatever the user may read of them
        project = self.sudo()
        filer = project.filed_by_id
        partner = filer.partner_id if filer.share else project.partner_id
        lang = partner.lang or self.env.lang
        project.message_post(
            body=get_body(project.with_context(lang=lang).env),
            author_id=self.env.user.partner_id.id,
            partner_ids=partner.ids,
            subtype_xmlid="mail.mt_comment",
        )

    # ---------------------------------------------------------------------- cron

    @api.model
    def _cron_period(self, batch=200):
        """Expire what is over and warn before it, on the day of each company."""
        # sudo: a cron looks at all companies
        running = self.sudo().search([("state", "=", "running")], order="date_to, id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(running))
        for start in range(0, len(running), batch):
            projects = running[start : start + batch].exists()
            for company, same in projects.grouped("company_id").items():
                same.filtered(lambda p: p.state == "running")._judge_period(company)
            if not progress(len(projects)):
                break

    def _judge_period(self, company):
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        today = company._aftersales_now().date()
        news = []
        for project in self:
            facts = self.env["aftersales.extension"]._complete_one(
                PROJECT_PERIOD.name,
                project,
                ProjectPeriodFacts.of(days_left=(project.date_to - today).days),
            )
            decision = compiled.decide(PROJECT_PERIOD.name, facts, on=today)
            action = (decision.outcome or {}).get("action")
            if action == "expire" or (
                action == "warn" and project.warned_for != project.date_to
            ):
                news.append((project, action, decision))
        self.env["aftersales.decision"]._record(
            [
                {
                    "decision": decision,
                    "company": company,
                    "res_model": self._name,
                    "res_id": project.id,
                    "event": "cron",
                    "mode": "enforce",
                    "result": action,
                    "partner": project.partner_id,
                }
                for project, action, decision in news
            ]
        )
        for project, action, decision in news:
            user = project.user_id
            users = user or self._get_duty_managers(company)
            lang = user.lang or company.partner_id.lang
            env = project.with_context(lang=lang).env if lang else project.env
            reason = env["aftersales.text"]._reason(company, decision)
            if action == "expire":
                project._end("expired")
                project._message_log(body=env._("Expired: %(reason)s", reason=reason))
            else:
                project.warned_for = project.date_to
                project._schedule_activities(
                    users, note=reason, date_deadline=project.date_to
                )


_ACTIVITY = "aftersales_rules.mail_activity_project"
_UNDECIDED = {
    "state": "draft",
    "filed_by_id": False,
    "filed_at": False,
    "decided_by_id": False,
    "decided_at": False,
    "refusal_reason": False,
    "extended_by_id": False,
    "extension_reason": False,
    "warned_for": False,
}
_DECIDED_FIELDS = {
    "number",
    "conflict_ids",
    "claim_conflict_ids",
    "order_ids",
    *_UNDECIDED,
}
_FOLLOWS = {"commercial_partner_id", "site_key", "name_key"}
"""Stored, and computed from the terms: a client could write them as well."""
_TERMS = {
    "name",
    "partner_id",
    "end_customer",
    "street",
    "zip",
    "city",
    "country_id",
    "line_ids",
    "date_from",
    "date_to",
    "company_id",
}
