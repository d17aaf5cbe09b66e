"""Each guard of the durable_rules adapter, by what goes wrong without it.

Where the failure is an abort or a hang, the test runs in a child process.
"""

import gc
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
import types
from pathlib import Path

import pytest
from samples import (
    ON,
    REGISTRY,
    TEXTS,
    SampleFacts,
    compiled,
    condition,
    needs_durable,
    pack,
    rule,
    threshold,
)

import rules
from rules import durable

HERE = Path(__file__).resolve().parent
PRELUDE = """
import sys, threading
from decimal import Decimal
import rules
from samples import *
def decide(subject, **facts):
    facts = SampleFacts(**facts)
    found = subject._programs["holds"].decide_durable(facts, ON, fallback=False)
    return [match.rule for match in found.matched]
"""


def child(code, before="", timeout=120):
    """Run code in a process of its own; its output, or its failure."""
    path = os.pathsep.join([str(HERE.parents[1] / "aftersales_rules"), str(HERE)])
    done = subprocess.run(
        [sys.executable, "-c", before + PRELUDE + textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"child ended with {done.returncode}: {done.stderr}"
    return done.stdout.strip(), done.stderr


def engine_of(*conditions, **other):
    """The adapter of one rule."""
    subject = compiled(
        rule(conditions=conditions, decision="holds"), engine="durable", **other
    )
    return subject._programs["holds"]._engine


@needs_durable
def test_no_timer_threads_are_started():
    """After deciding there is one thread, the caller's."""
    out, _err = child("""
        subject = compiled(rule(decision="holds"), engine="durable")
        assert decide(subject) == ["r"]
        print(threading.active_count())
    """)
    assert out == "1"


@needs_durable
def test_facts_that_match_no_rule_leave_the_process_alive():
    """Deleting the state of a session without any match aborts the process."""
    out, _err = child("""
        subject = compiled(
            rule(conditions=[condition("days", ">", 5)], decision="holds"),
            engine="durable",
        )
        print({tuple(decide(subject, days=1)) for _ in range(2000)})
    """)
    assert out == "{()}"


@needs_durable
@pytest.mark.parametrize("count", [63, 64, 65, 200])
def test_all_of_many_rules_on_one_fact_match(count):
    """Beyond 64 siblings the extension fails; rulesets are split before that."""
    subject = compiled(
        *(
            rule(f"r{place}", [condition("days", "≠", place)], decision="holds")
            for place in range(count)
        ),
        engine="durable",
    )
    found = subject._programs["holds"]._engine.matched({"days": -1})
    assert found == set(range(count))


@needs_durable
def test_only_integers_under_plain_keys_are_handed_over():
    """Neither exponents nor escapes can reach the extension's parser."""
    engine = engine_of(
        condition("note", "=", TEXTS[3]),
        condition("amount", ">", "0.000001"),
        condition("paid", "<", {"fact": "agreed", "times": "half"}),
        condition("at", "≠", "15:30"),
        condition("due", "is set"),
        thresholds=[threshold("half", "ratio", "0.5")],
    )
    for text in TEXTS:
        facts = SampleFacts(
            note=text, amount="1e-6", paid="1e5", agreed=1, at="10:00", due=ON
        )
        pieces = engine.encoder.pieces(facts.__dict__)
        assert len(pieces) == 6
        for piece in pieces.values():
            assert re.fullmatch(r',"[fspg][0-9]+":-?[0-9]{1,19}', piece)


@needs_durable
def test_integers_compare_exactly_up_to_the_limit():
    """Neighbours at 10**18 differ, as they do not in floating point."""
    for number in (10**18, -(10**18), 2**53 + 1):
        step = -1 if number > 0 else 1
        engine = engine_of(condition("visits", "=", number))
        assert engine.matched({"visits": number}) == {0}
        assert engine.matched({"visits": number + step}) == set()
        engine = engine_of(condition("days", "=", {"fact": "grace"}))
        assert engine.matched({"days": number, "grace": number}) == {0}
        assert engine.matched({"days": number, "grace": number + step}) == set()


@needs_durable
def test_presence_is_asked_before_two_facts_are_compared():
    """With the second fact missing the extension reads memory nobody wrote."""
    engine = engine_of(condition("days", "<", {"fact": "grace"}))
    (path,) = engine.encoder.paths
    assert path.conditions[0] == {"$ex": {"f1": 1}}
    assert engine.matched({"days": 1, "grace": None}) == set()
    assert engine.matched({"days": 1, "grace": 2}) == {0}


@needs_durable
def test_a_rule_of_only_is_not_set_returns():
    """``$nex`` alone never returns; a flag is compared instead."""
    out, _err = child(
        """
        subject = compiled(
            rule(conditions=[condition("days", "is not set")], decision="holds"),
            engine="durable",
        )
        print(decide(subject), decide(subject, days=1))
        """,
        timeout=30,
    )
    assert out == "['r'] []"


@needs_durable
def test_many_groups_do_not_multiply_what_fires():
    """Twelve groups of two would fire 4,096 times."""
    groups = [
        {"any": [condition("days", ">", place), condition("grace", ">", place)]}
        for place in range(12)
    ]
    engine = engine_of(*groups)
    assert len(engine.encoder.paths) <= 16
    assert engine.matched({"days": 50, "grace": 50}) == {0}
    assert engine.matched({"days": 50, "grace": None}) == {0}
    assert engine.matched({"days": 11, "grace": 11}) == set()


@needs_durable
def test_facts_are_not_used_up_by_the_first_rule():
    """An event would match one rule only."""
    subject = compiled(
        *(rule(f"r{place}", decision="holds") for place in range(5)), engine="durable"
    )
    found = subject.decide("holds", SampleFacts(), on=ON)
    assert [match.rule for match in found.matched] == ["r0", "r1", "r2", "r3", "r4"]


@needs_durable
def test_actions_are_never_run():
    """Their exceptions would be swallowed; ours raises, and nothing is missing."""
    with pytest.raises(AssertionError, match="actions are never run"):
        durable._not_run(None)
    assert engine_of(condition("days", ">", 1)).matched({"days": 2}) == {0}


@needs_durable
def test_the_state_of_a_decision_is_deleted():
    """A session leaves nothing behind."""
    engine = engine_of(condition("days", ">", 1))
    engine.matched({"days": 2})
    (handle,) = engine._loaded.handles
    extension = engine._loaded._extension
    session = str(next(durable._sessions) - 1)
    with pytest.raises(Exception, match="Could not get state"):
        extension.get_state(handle, session)


@needs_durable
def test_the_definition_survives_being_handed_over():
    """The host changes what it is given; a second host gets the same."""
    engine = engine_of(condition("days", ">", 1))
    before = engine._chunks
    assert engine.matched({"days": 2}) == {0}
    engine._loaded = None
    assert engine.matched({"days": 2}) == {0}
    assert engine._chunks == before


@needs_durable
def test_threads_share_a_compiled_pack():
    """Eight threads decide at once and all are right."""
    out, _err = child("""
        subject = compiled(
            rule("late", [condition("days", ">", 5)], decision="holds"),
            rule("big", [condition("amount", ">", 100)], decision="holds"),
            engine="durable",
        )
        wrong = []
        def work(seed):
            for turn in range(500):
                days, amount = (turn * seed) % 11, (turn + seed) * 7 % 200
                wanted = ["late"] * (days > 5) + ["big"] * (amount > 100)
                if decide(subject, days=days, amount=amount) != wanted:
                    wrong.append((days, amount))
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(wrong))
    """)
    assert out == "0"


@needs_durable
def test_one_thread_at_a_time_is_in_the_extension():
    """From the first call of a decision to its last, nobody else comes in."""

    class Watched:
        """The extension, letting other threads run whenever it is called."""

        def __init__(self, extension):
            self._extension = extension
            self.inside = set()
            self.together = 0

        def __getattr__(self, name):
            call = getattr(self._extension, name)

            def watched(*arguments):
                self.inside.add(threading.get_ident())
                time.sleep(0.0005)  # whoever may come in does so now
                self.together = max(self.together, len(self.inside))
                answer = call(*arguments)
                if name == "delete_state":  # the last one of a decision
                    self.inside.discard(threading.get_ident())
                return answer

            return watched

    engine = engine_of(condition("days", ">", 1))
    engine.matched({"days": 2})
    watched = engine._loaded._extension = Watched(engine._loaded._extension)
    threads = [
        threading.Thread(target=lambda: [engine.matched({"days": 2}) for _ in "abc"])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watched.together == 1


@needs_durable
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_builds_its_own_engine():
    """State is not shared over a fork, nor a lock that was held at it."""
    out, _err = child("""
        import os
        subject = compiled(rule(decision="holds"), engine="durable")
        engine = subject._programs["holds"]._engine
        assert decide(subject) == ["r"]
        before = engine._loaded
        engine._lock.acquire()
        pid = os.fork()
        if not pid:
            right = decide(subject) == ["r"] and engine._loaded is not before
            os._exit(0 if right else 1)
        engine._lock.release()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), decide(subject))
    """)
    assert out == "0 ['r']"


@needs_durable
def test_rulesets_go_with_their_pack(monkeypatch):
    """A pack that nobody holds any more leaves no ruleset in the extension."""
    engine_module, extension = durable._modules()
    deleted = []
    counting = types.SimpleNamespace(
        assert_fact=extension.assert_fact,
        start_action_for_state=extension.start_action_for_state,
        complete_and_start_action=extension.complete_and_start_action,
        delete_state=extension.delete_state,
        delete_ruleset=deleted.append,
    )
    monkeypatch.setattr(durable, "_modules", lambda: (engine_module, counting))
    engine = engine_of(condition("days", ">", 1))
    engine.matched({"days": 2})
    handles = engine._loaded.handles
    del engine
    gc.collect()
    assert tuple(deleted) == handles


@needs_durable
def test_an_incomplete_answer_is_an_error_and_the_plain_evaluator_decides(caplog):
    """When the sentinel does not fire last, something was lost."""
    subject = compiled(rule(decision="holds"), engine="durable")
    engine = subject._programs["holds"]._engine
    engine.matched({})
    extension = engine._loaded._extension
    engine._loaded._extension = types.SimpleNamespace(
        assert_fact=extension.assert_fact,
        start_action_for_state=extension.start_action_for_state,
        complete_and_start_action=lambda handle, state: None,
    )
    broken = engine._loaded
    with pytest.raises(rules.EngineError) as caught:
        engine.matched({})
    assert str(caught.value) == ("durable_rules failed: the sentinel did not fire last")
    engine._loaded, engine._pid = broken, os.getpid()
    assert subject.decide("holds", SampleFacts(), on=ON).rule == "r"
    assert "the plain evaluator decides" in caplog.text


def test_without_the_extension_the_plain_evaluator_decides_and_says_so_once():
    """A server without a compiler works, and its log tells which engine it has."""
    out, err = child(
        """
        import logging
        logging.basicConfig(format="%(levelname)s %(message)s")
        for _ in range(3):
            subject = compiled(rule(conditions=[condition("days", ">", 1)]))
        print(subject.engine, subject.decide("gate", SampleFacts(days=2), on=ON).rule)
        print(rules.engine_status().name)
        try:
            compiled(rule(), engine="durable")
        except rules.EngineError as refusal:
            print(refusal)
        """,
        before="import sys\nsys.modules['durable'] = None\n",
    )
    assert out.splitlines() == [
        "plain r",
        "plain",
        "engine: durable_rules cannot be loaded",
    ]
    assert err.count("durable_rules cannot be loaded") == 1
    assert err.count("the plain evaluator decides") == 1


@needs_durable
def test_ten_thousand_rules_are_right():
    """As many rules as a pack may have, over many rulesets."""
    subject = rules.compile_pack(
        pack(
            *(
                rule(f"r{place}", [condition("visits", "=", place)], decision="holds")
                for place in range(10_000)
            )
        ),
        REGISTRY,
        engine="durable",
    )
    engine = subject._programs["holds"]._engine
    for visits in (0, 59, 60, 9_999, 10_000):
        wanted = {visits} if visits < 10_000 else set()
        assert engine.matched({"visits": visits}) == wanted
