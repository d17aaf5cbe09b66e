"""A pytest plugin: workers that take one test class after the other, the longest first.

A class stays with one worker, for its set-up is dear. What took longest the last time comes
first, and what is new before all, so that the workers end together, whatever is added.
"""

from __future__ import annotations

import gc
import json
from collections import defaultdict

import pytest
from xdist.scheduler import LoadScopeScheduling

from . import settings

DURATIONS = settings.CACHE / "durations-of-classes.json"
LONGEST_SECONDS = 120


class LongestFirst(LoadScopeScheduling):
    """Hands out the class that took longest among those that are left."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        try:
            self._took = json.loads(DURATIONS.read_text())
        except (OSError, ValueError):
            self._took = {}

    def _assign_work_unit(self, node: object) -> None:
        longest = max(self.workqueue, key=lambda name: self._took.get(name, float("inf")))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


class Clock:
    """Notes how long each class takes, set-up included."""

    def __init__(self) -> None:
        self._took: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if type(report) is pytest.TestReport:  # those of subtests are parts of it
            # A test that stops the clock while it is being watched took decades.
            seconds = min(max(report.duration, 0), LONGEST_SECONDS)
            self._took[report.nodeid.rsplit("::", 1)[0]] += seconds

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            DURATIONS.write_text(json.dumps(self._took, indent=1, sort_keys=True))


class QuietCollector:
    """Leaves what Odoo's registry consists of out of every garbage collection."""

    done = False

    def pytest_runtest_call(self) -> None:
        if not self.done:
            self.done = True
            gc.collect()
            gc.freeze()
            gc.set_threshold(20_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    config.pluginmanager.register(QuietCollector() if is_worker else Clock())


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LongestFirst:
    return LongestFirst(config, log)
