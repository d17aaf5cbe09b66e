"""One Odoo on one database that does what it is asked over a pipe and says how long it took.

The bench starts two, on clones of the same database with and without the addon, and asks
them in turn. A request is a line of JSON ``{"do": name, ...}``, so is the answer. Every
request runs in a transaction of its own, as a web request would, with the garbage collector
held back while the clock runs.

    python bench/worker.py DATABASE
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

LAYOUT = "bench.layout"


class Worker:
    """Answers requests; each public method is one."""

    def __init__(self, database: str) -> None:
        from odoo import api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        config.parse_config(["--log-level=error"])
        self.api = api
        self.registry = Registry(database)
        self.user_id = api.SUPERUSER_ID

    def _env(self, cr, user_id=None):
        user_id = user_id or self.api.SUPERUSER_ID
        env = self.api.Environment(cr, user_id, {})
        context = {"lang": "en_US", "allowed_company_ids": env.user.company_ids.ids}
        return self.api.Environment(cr, user_id, context)

    @contextmanager
    def _transaction(self, user_id=None):
        with self.registry.cursor() as cr:
            yield self._env(cr, user_id)

    @contextmanager
    def _clock(self, cr, answer):
        """Time and queries of what is done inside, up to and with the commit."""
        # fsync is off in the embedded server; on any other, waiting for the disk
        # would drown what is measured
        cr.execute("SET LOCAL synchronous_commit TO off")
        gc.collect()
        gc.freeze()  # what is there stays there, so that the next time is quick
        gc.disable()
        queries = cr.sql_log_count
        cpu, start = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            answer["ms"] = (time.perf_counter() - start) * 1000
            answer["cpu_ms"] = (time.process_time() - cpu) * 1000
            answer["queries"] = cr.sql_log_count - queries
            gc.enable()

    # ------------------------------------------------------------------ set-up

    def populate(self, sizes):
        """Fill an empty database and remember where things are."""
        from populate import populate

        with self._transaction() as env:
            layout = populate(env, sizes)
            env["ir.config_parameter"].set_param(LAYOUT, json.dumps(layout))
        return layout

    def layout(self):
        with self._transaction() as env:
            layout = json.loads(env["ir.config_parameter"].get_param(LAYOUT))
        self.user_id = layout["user_id"]
        return layout

    def mode(self, mode):
        """Set all gates of the addon to off, observe or enforce."""
        with self._transaction() as env:
            names = [
                name
                for name in env["res.company"]._fields
                if name.startswith("aftersales_mode_")
            ]
            env.company.write(dict.fromkeys(names, mode))
        return names

    def vacuum(self):
        """Settle the tables, as a database that is in use has been long ago."""
        connection = self.registry.cursor()._cnx
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
        connection.close()

    # ----------------------------------------------------------------- confirm

    def confirm(self, ids, rollback=False, profile=None, trace=None):
        """Confirm quotations as the salesperson, commit; time and queries."""
        answer = {}
        with self._transaction(self.user_id) as env:
            orders = env["sale.order"].browse(ids)
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                orders.action_confirm()
                if rollback:
                    env.cr.flush()
                else:
                    env.cr.commit()
            if rollback:
                env.cr.rollback()
        with self._transaction() as env:
            orders = env["sale.order"].browse(ids)
            answer["states"] = sorted(set(orders.mapped("state")))
            if "hold_state" in orders._fields:
                answer["held"] = len(orders.filtered("hold_state"))
                answer["decisions"] = len(orders.decision_ids)
            answer["pickings"] = len(orders.picking_ids)
        return answer

    def take_part(self, addon):
        """Let an addon look at each order, as a company that uses it would."""
        if addon == "aftersales_rules":
            self.fill()
            self.mode("enforce")
            return
        from peers_in_use import USE

        with self._transaction() as env:
            USE[addon](env)

    # -------------------------------------------------------------- production

    def bills(self):
        """Products with three-level bills."""
        from bills import make_products

        with self._transaction() as env:
            return make_products(env)

    def bill_quotations(self, products, number):
        """Quotations of all these products."""
        from bills import make_quotations

        with self._transaction() as env:
            return make_quotations(env, products, number)

    def wait(self, products, number):
        """Engineering orders without a deposit: what is made for them waits."""
        from bills import make_quotations

        by_hand = {"order_kind_manual": "engineering", "order_kind_reason": "Bench"}
        with self._transaction() as env:
            ids = make_quotations(env, products, number, **by_hand)
            env["sale.order"].browse(ids).action_confirm()
        return ids

    def deposit(self, orders):
        """Half of these orders is paid; what waited is confirmed before the commit."""
        from bills import pay_deposits

        answer, inside = {}, {}
        with self._transaction() as env:
            waiting = env["mrp.production"].search([("deposit_order_id", "in", orders)])
            answer["waiting"] = len(waiting)
            pay_deposits(env, env["sale.order"].browse(orders))
            env.flush_all()
            env.invalidate_all()
            with (
                self._inside(env, "mrp.production", "_confirm_safely", inside),
                self._clock(env.cr, answer),
            ):
                env.cr.commit()
            states = set(waiting.mapped("state"))
        if states != {"confirmed"}:
            raise AssertionError(f"not confirmed: {states}")
        answer.update({f"confirm_{name}": value for name, value in inside.items()})
        return answer

    @contextmanager
    def _inside(self, env, model, name, answer):
        """Time and queries of a method, the outermost call of it."""
        answer.update(ms=0.0, queries=0)
        owner = env.registry[model]
        real = getattr(owner, name)
        depth = []

        def timed(records, *args, **kwargs):
            if depth:
                return real(records, *args, **kwargs)
            depth.append(True)
            queries, start = records.env.cr.sql_log_count, time.perf_counter()
            try:
                return real(records, *args, **kwargs)
            finally:
                depth.pop()
                answer["ms"] += (time.perf_counter() - start) * 1000
                answer["queries"] += records.env.cr.sql_log_count - queries

        setattr(owner, name, timed)
        try:
            yield
        finally:
            delattr(owner, name)

    # -------------------------------------------------------------- complaints

    def tickets(self, number, is_complaint=False, profile=None, trace=None):
        """Make tickets, and complaints of them, as the administrator."""
        from tickets import make_tickets

        answer = {}
        with self._transaction(2) as env:
            env.user.has_group("base.group_user")
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                answer["ids"] = make_tickets(env, number, is_complaint)
                env.cr.commit()
        return answer

    def clocks(self, number):
        """Fill the database with open clocks; how many there are."""
        from tickets import fill_clocks

        with self._transaction() as env:
            fill_clocks(env, number, 0)
        with self._transaction() as env:
            return env["aftersales.clock"].search_count([("state", "=", "running")])

    def tell(self, due, profile=None, trace=None):
        """The cron that warns and escalates, while so many clocks are overdue."""
        from tickets import make_due

        answer = {}
        with self._transaction() as env:
            make_due(env, due)
            env.cr.commit()
        with self._transaction() as env:
            notices = env["aftersales.clock.notice"]
            before = notices.search_count([])
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                env["aftersales.clock"]._cron_tell()
                env.cr.commit()
            answer["told"] = notices.search_count([]) - before
        return answer

    def work_out(self, profile=None, trace=None):
        """Working hours changed: the cron works all open clocks out again."""
        from tickets import work_out

        answer = {}
        with self._transaction() as env:
            # so that each due time really moves
            line = env.company.resource_calendar_id.attendance_ids[0]
            line.hour_from = 8.5 if line.hour_from == 8 else 8
            env.cr.commit()
            env.cr.execute("DELETE FROM aftersales_clock_job")
            env.cr.commit()
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                work_out(env)
                env.cr.commit()
        return answer

    # ----------------------------------------------------------- service costs

    def cost_world(self):
        """What postings need: a chart of accounts and departments."""
        from costs import make_world

        with self._transaction(2) as env:
            make_world(env)
            env.cr.commit()

    def post_costs(self, number, grouping, profile=None, trace=None):
        """Preview and post costs; then make the same documents plainly."""
        from costs import make_costs, prepare_plain

        answer = {"preview": {}, "post": {}, "plain": {}}
        with self._transaction(2) as env:
            env.company.aftersales_cost_grouping = grouping
            costs = make_costs(env, number).ids
            env.cr.commit()
        self.vacuum()
        with self._transaction(2) as env:
            with self._clock(env.cr, answer["preview"]):
                action = env["aftersales.cost"].browse(costs).action_post()
                env.cr.commit()
        with self._transaction(2) as env:
            posting = env["aftersales.cost.posting"].browse(action["res_id"])
            with (
                self._clock(env.cr, answer["post"]),
                _profiled(profile),
                _traced(trace),
            ):
                posting.action_post()
                env.cr.commit()
            answer["documents"] = len(posting.move_ids)
            values = prepare_plain(posting.move_ids)
        with self._transaction(2) as env:
            with self._clock(env.cr, answer["plain"]):
                env["account.move"].create(values)._post(soft=False)
                env.cr.commit()
        return answer

    def unposted(self, number):
        """Fill the database with unposted service costs; how many there are."""
        from unposted import fill_costs

        with self._transaction() as env:
            fill_costs(env, number)
        with self._transaction() as env:
            return env["aftersales.cost"].search_count([("state", "=", "draft")])

    def judge_costs(self, fresh, profile=None, trace=None):
        """The cron that asks who bears all unposted costs."""
        from unposted import forget

        answer = {}
        with self._transaction() as env:
            if fresh:
                forget(env)
                env.cr.commit()
            decisions = env["aftersales.decision"]
            asked = [("res_model", "=", "aftersales.cost")]
            before = decisions.search_count(asked)
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                env["aftersales.cost"]._cron_cost_liability()
                env.cr.commit()
            answer["judged"] = decisions.search_count(asked) - before
        return answer

    # ---------------------------------------------------------------- re-check

    def fill(self):
        """What the cron does once after the installation on old orders."""
        answer = {}
        with self._transaction() as env:
            with self._clock(env.cr, answer):
                env["sale.order"]._cron_fill_amount_uninvoiced()
                env.cr.commit()
        return answer

    def hold(self, number):
        """Put confirmed orders on hold, as if confirmed now: no credit for anybody."""
        with self._transaction() as env:
            layout = json.loads(env["ir.config_parameter"].get_param(LAYOUT))
            customers = env["res.partner"].search([("name", "like", "Customer ")])
            customers -= customers.browse(layout["large"])
            customers.write({"credit_limit": 0.01})
            orders = env["sale.order"].search(
                [("partner_id", "in", customers.ids), ("state", "=", "sale")],
                limit=number,
            )
            ids = orders.ids
            env.cr.commit()
        for start in range(0, len(ids), 500):
            with self._transaction() as env:
                orders = env["sale.order"].browse(ids[start : start + 500])
                env["aftersales.gate"]._judge_credit(orders, "confirm")
                env.cr.commit()
        self.vacuum()
        # the first one still corrects reasons: while the orders of a customer were held
        # one batch after the other, the exposure of the earlier ones was larger
        self.recheck()
        self.vacuum()
        return self._count_held()

    def _count_held(self):
        with self._transaction() as env:
            return env["sale.order"].search_count([("hold_state", "!=", False)])

    def recheck(self, profile=None, trace=None):
        """The cron over all held orders."""
        answer = {}
        with self._transaction() as env:
            before = env["aftersales.decision"].search_count([])
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                env["aftersales.gate"]._cron_recheck()
                env.cr.commit()
            after = env["aftersales.decision"].search_count([])
        answer["new_decisions"] = after - before
        answer["held"] = self._count_held()
        return answer

    # -------------------------------------------------------- rules in the making

    def hold_anew(self, number):
        """Judge so many orders, as if confirmed now; how long that takes."""
        from drafts import orders_to_judge

        answer = {"ms": 0.0, "orders": 0}
        with self._transaction() as env:
            ids = orders_to_judge(env, number)
            env.cr.commit()
        for start in range(0, len(ids), 500):
            part = {}
            with self._transaction() as env:
                orders = env["sale.order"].browse(ids[start : start + 500])
                with self._clock(env.cr, part):
                    env["aftersales.gate"]._judge_credit(orders, "confirm")
                    env.cr.commit()
            answer["ms"] += part["ms"]
            answer["orders"] += len(orders)
        self.vacuum()
        return answer

    def trial_run(self, kind, profile=None, trace=None):
        """The cron that tries a draft on the last decisions of orders."""
        from drafts import make_trial

        answer = {}
        with self._transaction(2) as env:
            trial_id = make_trial(env, kind).id
            env.cr.commit()
        with self._transaction() as env:
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                env["aftersales.trial"]._cron_run_trials()
                env.cr.commit()
            trial = env["aftersales.trial"].browse(trial_id)
            answer.update(
                total=trial.total, state=trial.state, changes=len(trial.change_ids)
            )
        return answer

    def audit(self, profile=None, trace=None):
        """The nightly cron that looks at seals and repeats decisions."""
        answer = {}
        with self._transaction() as env:
            before = env["aftersales.audit"].search([], limit=1)
            with self._clock(env.cr, answer), _profiled(profile), _traced(trace):
                env["aftersales.audit"]._cron_audit()
                env.cr.commit()
            found = env["aftersales.audit"].search([("id", ">", before.id or 0)])
            answer["differences"] = sum(found.mapped("differences"))
            replay = found.filtered(lambda audit: audit.kind == "replay")
            answer["repeated"] = sum(replay.mapped("checked"))
            answer["decisions"] = env["aftersales.decision"].search_count([])
        return answer


@contextmanager
def _profiled(path):
    if not path:
        yield
        return
    import cProfile

    profiler = cProfile.Profile()
    profiler.enable()
    yield
    profiler.disable()
    profiler.dump_stats(path)


@contextmanager
def _traced(path):
    """Write every query with its place in the code, for whoever optimises."""
    if not path:
        yield
        return
    from odoo.sql_db import Cursor

    real = Cursor.execute
    with open(path, "w") as out:

        def execute(cr, query, params=None, log_exceptions=True):
            start = time.perf_counter()
            result = real(cr, query, params, log_exceptions)
            took = (time.perf_counter() - start) * 1000
            stack = [
                f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}"
                for frame in traceback.extract_stack()[:-1]
                if "aftersales_rules/models/" in frame.filename
            ]
            text = " ".join(str(getattr(query, "code", query)).split())
            out.write(f"{took:6.2f} {stack[-3:]} {text[:260]}\n")
            return result

        Cursor.execute = execute
        try:
            yield
        finally:
            Cursor.execute = real


def main(database: str) -> None:
    # whatever Odoo prints must not get between the answers
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(database)
    out.write(json.dumps({"ready": database}) + "\n")
    out.flush()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": getattr(worker, request.pop("do"))(**request)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1])
