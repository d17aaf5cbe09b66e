# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Conflicts with project registrations: event → facts → decide → record → apply.

How it works: an order that is sent, confirmed or changed, or a registration that is
filed, becomes a *claim*: whose, where, what, how much, when. One query finds the
running registrations that share a site or a product with any claim of the batch; the
rules say of each pair whether it is a conflict. Where no registration runs nothing is
asked at all. Nothing is ever stopped here.
"""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timezone
from decimal import Decimal

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..rules import PROJECT_CONFLICT, ProjectConflictFacts
from .site_key import normalise, site_key

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.project_queue"
_RATIO_DIGITS = Decimal("0.0001")
_RATIO_MAX = Decimal(1_000_000)


@dataclass
class Claim:
    """Whose, where, what, how much, when; of an order or a new registration."""

    record: models.BaseModel
    company: models.BaseModel
    party: models.BaseModel
    site: str | bool
    names: set[str]
    lines: list[tuple]
    """Product, category (as a path of ids), quantity, unit."""
    date_from: date
    date_to: date


class AftersalesProjectGate(models.AbstractModel):
    _name = "aftersales.project.gate"
    _description = "Conflicts with Project Registrations"

    # -------------------------------------------------------------------- events

    @api.model
    def _filter_concerned(self, records):
        """Records of companies that look, and have something to look at; no query."""
        projects = self.env["aftersales.project"]
        return records.filtered(
            lambda record: record.company_id._aftersales_mode(PROJECT_CONFLICT.name)
            != "off"
            and projects._has_running(record.company_id.id)
        )

    @api.model
    def _judge_orders(self, orders, event):
        """Judge orders that are confirmed now, sent, or changed.

        :param str event: confirm, send or change
        """
        # sudo: competing registrations are those of others
        orders = self._filter_concerned(orders.sudo())
        if event == "confirm":
            # core writes the state first, which has queued the order
            queue = self.env.cr.precommit.data.get(_QUEUE, {})
            for order in orders:
                queue.pop(order.id, None)
        if not orders:
            return
        claims = [self._claim_of_order(order, event) for order in orders]
        found = self._find(claims)
        if event != "change":
            self._suggest(found)
        self._judge(found, event)

    @api.model
    def _judge_claims(self, projects):
        """Judge registrations that are filed now."""
        projects = self._filter_concerned(projects.sudo())  # sudo: as above
        if projects:
            claims = [self._claim_of_project(project) for project in projects]
            self._judge(self._find(claims), "file")

    @api.model
    def _queue(self, orders, event):
        """Judge these orders once before the transaction commits."""
        data = self.env.cr.precommit.data
        orders = self._filter_concerned(
            orders.sudo().filtered(lambda order: order.state in ("sent", "sale"))
        )
        if not orders:
            return
        if _QUEUE not in data:
            data[_QUEUE] = {}
            self.env.cr.precommit.add(
                self.env(context={})["aftersales.project.gate"]._run_queue
            )
        for order in orders:
            if data[_QUEUE].get(order.id, "change") == "change":
                data[_QUEUE][order.id] = event

    def _run_queue(self):
        events = self.env.cr.precommit.data.pop(_QUEUE, None)
        if not events:
            return
        try:
            with self.env.cr.savepoint():
                orders = self.env["sale.order"].sudo().browse(events).exists()
                for event, same in orders.grouped(lambda o: events[o.id]).items():
                    self._judge_orders(same, event)
        except OperationalError:
            # two workers, one order: the request runs again
            raise
        except Exception:
            # A flag for people must not undo what they were doing.
            _logger.exception("Orders %s: project conflicts not judged", list(events))

    # -------------------------------------------------------------------- claims

    def _claim_of_order(self, order, event):
        company = order.company_id
        address = order.partner_shipping_id
        zone = company._aftersales_now().tzinfo
        day = company._aftersales_now().date()
        if order.state == "sale" and event != "confirm":
            day = _local_day(order.date_order, zone)
        until = order.commitment_date and _local_day(order.commitment_date, zone)
        names = (order.aftersales_project_name, order.client_order_ref, address.name)
        return Claim(
            record=order,
            company=company,
            party=order.partner_id.commercial_partner_id,
            site=_site_of(address, company),
            names={normalise(name) for name in names} - {""},
            lines=[
                (
                    line.product_id,
                    line.product_id.categ_id.parent_path or "",
                    line.product_uom_qty,
                    line.product_uom_id,
                )
                for line in order.order_line
                if line.product_id and not line.display_type
            ],
            date_from=day,
            date_to=max(until or day, day),
        )

    def _claim_of_project(self, project):
        return Claim(
            record=project,
            company=project.company_id,
            party=project.commercial_partner_id,
            site=project.site_key,
            names={project.name_key} - {False},
            lines=[
                (
                    line.product_id,
                    (line.product_id.categ_id or line.categ_id).parent_path or "",
                    line.quantity,
                    line.product_uom_id,
                )
                for line in project.line_ids
            ],
            date_from=project.date_from,
            date_to=project.date_to,
        )

    def _find(self, claims):
        """Running registrations that share a site or a product with a claim.

        :return: claim and registration, for each pair
        """
        sites = {claim.site for claim in claims} - {False}
        names = {name for claim in claims for name in claim.names}
        products, categories, wide = set(), set(), set()
        for claim in claims:
            for product, path, _quantity, _unit in claim.lines:
                products.add(product.id)
                categories.update(int(part) for part in path.split("/") if part)
                if not product and path:
                    wide.add(int(path.rstrip("/").rpartition("/")[2]))
        domain = fields.Domain("company_id", "in", {c.company.id for c in claims})
        domain &= fields.Domain("state", "=", "running")
        shared = [
            fields.Domain("site_key", "in", sites),
            fields.Domain("name_key", "in", names),
            fields.Domain("line_ids.product_id", "in", products - {False}),
            fields.Domain("line_ids.categ_id", "in", categories),
        ]
        if wide:
            inside = fields.Domain("categ_id", "child_of", list(wide))
            shared += [
                fields.Domain("line_ids.product_id", "any", inside),
                fields.Domain("line_ids.categ_id", "child_of", list(wide)),
            ]
        projects = (
            self.env["aftersales.project"]
            .sudo()
            .search_fetch(domain & fields.Domain.OR(shared), _PROJECT_FIELDS)
        )
        return {
            claim.record: (
                claim,
                projects.filtered(
                    lambda project, claim=claim: project.company_id == claim.company
                    and project != claim.record
                ),
            )
            for claim in claims
        }

    # --------------------------------------------------------------------- facts

    def _get_facts(self, claim, project):
        ratio, is_same = self._get_quantity_ratio(claim, project)
        first = max(claim.date_from, project.date_from)
        last = min(claim.date_to, project.date_to)
        return ProjectConflictFacts.of(
            project=project.display_name,
            dealer=project.partner_id.display_name,
            same_party=project.commercial_partner_id == claim.party,
            same_site=_is_same_site(claim, project),
            same_product=is_same,
            quantity_ratio=ratio,
            overlap_days=max((last - first).days + 1, 0),
        )

    def _get_quantity_ratio(self, claim, project):
        """Quantity of the claim to the registered one, and whether a product is shared.

        Of several registered products the ratio nearest to one counts.
        """
        ratios, is_same = [], False
        for registered in project.line_ids:
            matching = [
                (quantity, unit)
                for product, path, quantity, unit in claim.lines
                if _is_same(registered, product, path)
            ]
            is_same = is_same or bool(matching)
            total = sum(
                unit._compute_quantity(quantity, registered.product_uom_id, round=False)
                for quantity, unit in matching
                if unit._has_common_reference(registered.product_uom_id)
            )
            if total > 0:
                ratio = Decimal(str(total)) / Decimal(str(registered.quantity))
                ratios.append(min(ratio, _RATIO_MAX).quantize(_RATIO_DIGITS))
        return min(ratios, key=lambda ratio: abs(ratio - 1), default=None), is_same

    # ---------------------------------------------------------- decide and record

    def _judge(self, found, event):
        conflicts = []
        for claim, projects in found.values():
            company = claim.company
            _version_id, compiled = self.env["aftersales.version"]._get_current(company)
            today = company._aftersales_now().date()
            for project in projects:
                facts = self.env["aftersales.extension"]._complete_one(
                    PROJECT_CONFLICT.name, project, self._get_facts(claim, project)
                )
                decision = compiled.decide(PROJECT_CONFLICT.name, facts, on=today)
                if (decision.outcome or {}).get("effect") == "conflict":
                    conflicts.append((claim, project, decision))
        if conflicts or event == "change":
            self._apply(found, conflicts, event)

    def _record(self, conflicts, event):
        """Keep decisions that differ from what is known; all of them by pair."""
        decisions = self.env["aftersales.decision"].sudo()  # sudo: as they are made
        known = defaultdict(list)
        for claims in _by_model(conflicts).values():
            records = [claim.record for claim, _project, _decision in claims]
            domain = [
                ("decision", "=", PROJECT_CONFLICT.name),
                ("res_model", "=", records[0]._name),
                ("res_id", "in", [record.id for record in records]),
            ]
            for old in decisions.search(domain, order="id"):
                known[old.res_model, old.res_id, old.rule].append(old)
        kept, fresh = {}, {}
        for claim, project, decision in conflicts:
            record, pair = claim.record, (claim.record, project)
            same = [
                old
                for old in known[record._name, record.id, decision.rule]
                if json.loads(old.facts) == decision.facts
            ]
            if same:
                kept[pair] = same[-1]
            else:
                fresh[pair] = self._prepare_item(claim, decision, event)
        new = self.env["aftersales.decision"]._record(list(fresh.values()))
        return kept | dict(zip(fresh, new.sudo(), strict=True))

    def _prepare_item(self, claim, decision, event):
        record = claim.record
        return {
            "decision": decision,
            "company": claim.company,
            "order": record if record._name == "sale.order" else None,
            "res_model": record._name,
            "res_id": record.id,
            "event": event,
            "mode": claim.company._aftersales_mode(PROJECT_CONFLICT.name),
            "result": "conflict",
            "debtor_id": claim.party.id,
        }

    # --------------------------------------------------------------------- apply

    def _apply(self, found, conflicts, event):
        records = self._record(conflicts, event) if conflicts else {}
        conflict_model = self.env["aftersales.project.conflict"].sudo()
        present = defaultdict(conflict_model.browse)
        for record, (_claim, _projects) in found.items():
            for conflict in record[_CONFLICTS[record._name]]:
                present[record] |= conflict
        pairs = {(claim.record, project) for claim, project, _decision in conflicts}
        ended = conflict_model.concat(
            *(
                conflict
                for record, some in present.items()
                for conflict in some
                if conflict.state == "open"
                and (record, conflict.project_id) not in pairs
            )
        )
        if ended:
            ended._end()
        new = []
        for claim, project, decision in conflicts:
            if claim.company._aftersales_mode(PROJECT_CONFLICT.name) != "enforce":
                continue
            kind = decision.outcome["kind"]
            same = present[claim.record].filtered(
                lambda conflict, project=project: conflict.project_id == project
            )
            record = records[claim.record, project]
            is_open = same.filtered(lambda conflict: conflict.state == "open")
            if is_open:
                if is_open.decision_id != record:
                    is_open.write({"kind": kind, "decision_id": record.id})
            elif not any(c.state != "ended" and c.kind == kind for c in same):
                # what was decided stays decided, until it is about something else
                new.append(self._prepare_conflict(claim, project, kind, record))
        if new:
            self._tell(conflict_model.create(new))

    def _prepare_conflict(self, claim, project, kind, decision):
        record = claim.record
        field = "order_id" if record._name == "sale.order" else "claim_id"
        return {
            field: record.id,
            "project_id": project.id,
            "partner_id": claim.party.id,
            "user_id": record.user_id.id,
            "company_id": claim.company.id,
            "kind": kind,
            "decision_id": decision.id,
        }

    def _tell(self, conflicts):
        """Put conflicts on the lists of duty managers and of the salesperson."""
        activity = "aftersales_rules.mail_activity_conflict"
        activity_type = self.env.ref(activity)
        for conflict in conflicts:
            rival = conflict.order_id or conflict.claim_id
            managers = self.env["aftersales.project"]._get_duty_managers(
                conflict.company_id
            )
            lang = rival.user_id.lang or conflict.company_id.partner_id.lang
            local = conflict.with_context(lang=lang or self.env.lang)
            body = local.env._(
                "Competes with %(project)s: %(reason)s",
                project=conflict.project_id.display_name,
                reason=local.reason_display,
            )
            rival._message_log(body=body)
            conflict.project_id._message_log(
                body=f"{rival.display_name}: {local.reason_display}"
            )
            told = rival.activity_ids.filtered(
                lambda activity: activity.activity_type_id == activity_type
            ).user_id
            rival = rival.with_context(mail_activity_quick_update=True)
            for user in (managers | conflict.user_id) - told:
                rival.activity_schedule(activity, user_id=user.id, note=body)

    # ------------------------------------------------------------------- suggest

    @api.model
    def _get_own(self, order):
        """The registration of an order's own dealer that fits, if there is one."""
        # sudo: rules look at registrations, whatever the user may read
        order = self._filter_concerned(order.sudo())
        if not order:
            return self.env["aftersales.project"]
        return self._pick_own(
            *self._find([self._claim_of_order(order, "confirm")])[order]
        )

    def _suggest(self, found):
        """Fill in the customer's own registration."""
        for order, (claim, projects) in found.items():
            if not order.aftersales_project_id:
                own = self._pick_own(claim, projects)
                if own:
                    order.aftersales_project_id = own

    def _pick_own(self, claim, projects):
        """The one registration of the customer that fits: by site, else by product."""
        own = projects.filtered(
            lambda project: project.commercial_partner_id == claim.party
            and project.date_from <= claim.date_to
            and project.date_to >= claim.date_from
        )
        at_site = own.filtered(lambda project: _is_same_site(claim, project))
        fitting = at_site or own
        return fitting if len(fitting) == 1 else fitting.browse()


def _is_same_site(claim, project):
    return bool(
        (claim.site and claim.site == project.site_key)
        or project.name_key in claim.names
    )


def _local_day(moment, zone):
    return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()


def _site_of(address, company):
    road = " ".join(part for part in (address.street, address.street2) if part)

    def get_country_id():
        return (address.country_id or company.country_id).id

    return site_key(road, address.city, address.zip, get_country_id)


def _is_same(registered, product, path):
    """Whether a registered line is about what somebody else asks for."""
    if registered.product_id:
        if product:
            return registered.product_id == product
        inside = registered.product_id.categ_id.parent_path or ""
        return bool(path) and inside.startswith(path)
    wanted = registered.categ_id.parent_path or ""
    if product:
        return bool(wanted) and path.startswith(wanted)
    return bool(path and wanted) and (
        path.startswith(wanted) or wanted.startswith(path)
    )


def _by_model(conflicts):
    groups = defaultdict(list)
    for item in conflicts:
        groups[item[0].record._name].append(item)
    return groups


_CONFLICTS = {
    "sale.order": "project_conflict_ids",
    "aftersales.project": "claim_conflict_ids",
}
_PROJECT_FIELDS = [
    "number",
    "name",
    "company_id",
    "partner_id",
    "commercial_partner_id",
    "site_key",
    "name_key",
    "date_from",
    "date_to",
    "user_id",
]
