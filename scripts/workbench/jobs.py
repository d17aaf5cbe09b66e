"""A queue of jobs for a few threads, and the processes that these jobs start.

What took longest the last time comes first, and what is new before all, so that the last jobs
end together. How long each took is kept in the cache.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from . import console, settings

DURATIONS = settings.CACHE / "durations.json"
HEARTBEAT_SECONDS = 20
END_SECONDS = 30
_processes: set[subprocess.Popen[bytes]] = set()


@dataclass
class Job:
    """Something to do; ``run`` says whether it went well."""

    name: str
    run: Callable[[], bool]


class Queue:
    """Does jobs until it is left; a context manager.

    Jobs may be added while it is open: those that need Odoo when its databases are there.
    """

    def __init__(self, threads: int) -> None:
        self._took = _read()
        self._waiting: list[Job] = []
        self._running: list[str] = []
        self._open = True
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def add(self, jobs: Iterable[Job]) -> None:
        with self._changed:
            self._waiting += jobs
            self._waiting.sort(key=lambda job: -self._took.get(job.name, float("inf")))
            self._changed.notify_all()

    def wait(self) -> None:
        """Until nothing is left to do."""
        try:
            with self._changed:
                while self._waiting or self._running:
                    self._changed.wait()
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Queue:
        for thread in self._threads:
            thread.start()
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the jobs; end them when somebody wants to stop, now or meanwhile."""
        try:
            if kind and not issubclass(kind, Exception):
                self._end()
            with self._changed:
                self._open = False
                self._changed.notify_all()
            for thread in self._threads:
                thread.join()
        except BaseException:
            self._end()
            raise
        DURATIONS.write_text(json.dumps(self._took, indent=1, sort_keys=True))

    def _end(self) -> None:
        with self._changed:
            self._waiting.clear()
        _stop(*_processes)

    def _work(self) -> None:
        while job := self._take():
            start = time.monotonic()
            good = False
            try:
                good = job.run()
            finally:
                with self._changed:
                    self._running.remove(job.name)
                    if good:
                        self._took[job.name] = round(time.monotonic() - start, 1)
                    self._changed.notify_all()

    def _take(self) -> Job | None:
        with self._changed:
            while self._open and not self._waiting:
                self._changed.wait()
            if not self._waiting:
                return None
            job = self._waiting.pop(0)
            self._running.append(job.name)
            return job

    def _beat(self) -> None:
        start = time.monotonic()
        while self._open or self._running:
            time.sleep(HEARTBEAT_SECONDS)
            if running := ", ".join(self._running):
                console.say(
                    f"  ... {time.monotonic() - start:.0f} s: {running};"
                    f" {len(self._waiting)} more to come"
                )


def call(command: Sequence[str], seconds: float, **options: object) -> int | None:
    """The exit code of a process that the end of the queue ends, too; none if it took too long."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        # A process group of its own: Ctrl-C in the terminal is ours to pass on, once.
        start_new_session=True,
        **options,
    )
    _processes.add(process)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        _stop(process)
        return None
    finally:
        _processes.discard(process)


def _stop(*processes: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does it: pytest then stops its servers and drops its databases."""
    end = time.monotonic() + END_SECONDS
    for process in processes:
        process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(max(0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _read() -> dict[str, float]:
    try:
        return json.loads(DURATIONS.read_text())
    except (OSError, ValueError):
        return {}
