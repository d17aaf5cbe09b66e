"""durable_rules behind a small adapter; the only module that imports it.

Place in event → facts → **decide** → record → apply: answers which rules of one
decision match some facts. Order, validity and hit policy are not its business.

*How it works.* Every value is handed over as an integer (``encode``), every fact
under a short key of ours, every condition as a comparison of such integers. The
rules of a decision become one or more rulesets of a host that is built on first
use, once per process: Odoo forks, and the extension's state must not be shared.

*Guards*, each with a test that fails without it (durable_rules 2.0.28):

- ``_QuietHost`` starts no timer threads;
- a sentinel rule matches always: deleting the state of a session that no rule
  matched aborts the process. It fires last, so its absence also tells that an
  answer is incomplete;
- at most ``PATHS_MAX`` rules per ruleset: the extension's stack has 64 places;
- integers and ASCII keys only: its JSON parser refuses exponents and compares
  strings undecoded;
- ``$ex`` before a comparison of two facts: with the second one missing it reads
  memory that nobody wrote;
- no ``$nex``: a rule of only that never returns. A flag says what is set;
- no ``$or``: several groups multiply what fires. Alternatives become several
  rules, many alternatives become a flag computed by the plain evaluator;
- facts are asserted, never posted as events: an event is used up by the first
  rule that takes it;
- actions are never run: durable_rules swallows their exceptions and forgets what
  came after ten seconds. The names of rules are read from the agenda instead,
  which is also several times faster;
- the state is deleted after each decision, a ruleset with its owner;
- one thread at a time.

>>> engine_status().name in ("durable_rules", "plain")
True
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from .encode import Encoder, Path
from .errors import EngineError, Fault
from .program import TypedRule

_logger = logging.getLogger(__name__)

PATHS_MAX = 60
"""Rules per ruleset, sentinel not counted; the extension fails at 64."""
KEYS_MAX = 200
"""Facts per message; the extension fails at 255."""
SENTINEL = "z"
_SENTINEL_PRIORITY = 1_000_000
_sessions = itertools.count(1)


class EngineStatus(NamedTuple):
    """Which engine decides in this process, and why."""

    name: str
    detail: str


@lru_cache(maxsize=1)
def engine_status() -> EngineStatus:
    """Whether the extension can be loaded here; said once in the log if not."""
    try:
        _modules()
    except Exception as err:  # a broken extension raises anything
        detail = f"durable_rules cannot be loaded: {type(err).__name__}: {err}"
        _logger.warning("%s; the plain evaluator decides", detail)
        return EngineStatus("plain", detail)
    return EngineStatus("durable_rules", "durable_rules is loaded")


def _modules() -> tuple[Any, Any]:
    return import_module("durable.engine"), import_module("durable_rules_engine")


class DurableRules:
    """The rules of one decision in durable_rules."""

    def __init__(self, rules: Sequence[TypedRule]) -> None:
        self.encoder = Encoder(rules)
        self._chunks = tuple(_chunks(self.encoder.paths))
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._pid = 0

    def matched(self, values: Mapping[str, Any]) -> set[int]:
        """The places of the rules that match."""
        pieces = self.encoder.pieces(values)
        if self._pid != os.getpid():
            # A lock taken by another thread at the fork would stay taken here.
            self._lock = threading.Lock()
            self._loaded, self._pid = None, os.getpid()
        with self._lock:
            loaded = self._loaded or self._load()
            try:
                return loaded.matched(pieces)
            except Exception as err:
                # Its sessions cannot be trusted any more, nor be deleted.
                self._loaded = None
                raise EngineError(
                    Fault("", "engine", f"durable_rules failed: {err}")
                ) from err

    def _load(self) -> _Loaded:
        engine, extension = _modules()
        self._loaded = _Loaded(engine, extension, self._chunks)
        weakref.finalize(
            self, _unload, os.getpid(), extension, self._loaded.handles
        ).atexit = False
        return self._loaded


def _unload(pid: int, extension: Any, handles: Iterable[int]) -> None:
    if pid == os.getpid():
        for handle in handles:
            extension.delete_ruleset(handle)


@dataclass(frozen=True)
class _Chunk:
    """What goes into one ruleset."""

    definition: str
    keys: tuple[str, ...]
    rules: Mapping[str, int]


def _chunks(paths: Iterable[Path]) -> Iterable[_Chunk]:
    taken: list[Path] = []
    keys: set[str] = set()
    for path in paths:
        if taken and (len(taken) == PATHS_MAX or len(keys | set(path.keys)) > KEYS_MAX):
            yield _chunk(taken, keys)
            taken, keys = [], set()
        taken.append(path)
        keys.update(path.keys)
    yield _chunk(taken, keys)


def _chunk(paths: Sequence[Path], keys: Iterable[str]) -> _Chunk:
    definition: dict[str, Any] = {
        f"r{place}": {"all": [{"m": path.expression(SENTINEL)}]}
        for place, path in enumerate(paths)
    }
    definition[SENTINEL] = {"all": [{"m": {SENTINEL: 1}}], "pri": _SENTINEL_PRIORITY}
    rules = {f"r{place}": path.rule for place, path in enumerate(paths)}
    return _Chunk(json.dumps(definition), tuple(sorted(keys)), rules)


class _Loaded:
    """The rulesets of a decision in the extension, in this process."""

    def __init__(self, engine: Any, extension: Any, chunks: Sequence[_Chunk]) -> None:
        self._extension = extension
        host = _quiet_host(engine)()
        self._parts = []
        for number, chunk in enumerate(chunks):
            name = f"c{number}"
            # Parsed anew: the host changes the definitions it is handed.
            definition = json.loads(chunk.definition)
            for rule in definition.values():
                rule["run"] = _not_run
            host.register_rulesets({name: definition})
            handle = host.get_ruleset(name)._handle
            self._parts.append((handle, chunk.keys, chunk.rules))
        self.handles = tuple(handle for handle, _keys, _rules in self._parts)

    def matched(self, pieces: Mapping[str, str]) -> set[int]:
        found: set[int] = set()
        single = len(self._parts) == 1
        for handle, keys, rules in self._parts:
            chosen = (
                pieces.values()
                if single
                else [pieces[key] for key in keys if key in pieces]
            )
            for name in self._fired(handle, chosen):
                found.add(rules[name])
        return found

    def _fired(self, handle: int, pieces: Iterable[str]) -> list[str]:
        """The names of the rules on the agenda for these facts, once through."""
        extension = self._extension
        session = str(next(_sessions))
        fact = "".join(
            [f'{{"id":"{session}","sid":"{session}","{SENTINEL}":1', *pieces, "}"]
        )
        code, state = extension.assert_fact(handle, fact)
        if code != 0:
            raise RuntimeError(f"fact was not taken, code {code}")
        names: list[str] = []
        started = extension.start_action_for_state(handle, state)
        message = started and started[1]
        while message:
            # {"rule":{"m":{...}}}: names are ours and need no decoding.
            names.append(message[2 : message.index('"', 2)])
            message = extension.complete_and_start_action(handle, state)
        if not names or names.pop() != SENTINEL:
            raise RuntimeError("the sentinel did not fire last")
        extension.delete_state(handle, session)
        return names


def _not_run(_context: Any) -> None:
    """Stands where durable_rules wants an action; we read the agenda instead."""
    raise AssertionError("actions are never run")


@lru_cache(maxsize=1)
def _quiet_host(engine: Any) -> Any:
    class _QuietHost(engine.Host):  # type: ignore[misc]
        def _run(self) -> None:
            """Start no timer threads: nothing here waits for a time."""

    return _QuietHost
