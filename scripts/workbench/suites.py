"""What `make test` runs: the rules core alone, the addon inside Odoo, the system from outside.

Every suite is one job or several, each a pytest run with its own database, port and log. A queue
does as many at once as there are cores; the core's tests begin while Odoo's template databases
are being made, for they need no Odoo. The addon's own tests are one job, whose workers share its
classes out among themselves. At the end the counts are added up: one line per suite.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from . import browser, console, jobs, pythons, settings
from .databases import Workshop

NAMES = ("rules", "odoo", "system", "browser")
RULES_FILES = ("rules.txt", "engine.txt")
RESULTS = settings.ROOT / "test-results"
JOB_SECONDS = 45 * 60
FEWER_CASES = "100"
"""Random cases per property on the Pythons beside the main one."""
CORES = os.cpu_count() or 1
SCRIPTS = str(settings.ROOT / "scripts")
_browsers = threading.Lock()


@dataclass
class Result:
    """Counts of one job; ``broken`` says why it could not be counted."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: str = ""

    @property
    def good(self) -> bool:
        return not self.failed and not self.broken and self.passed > 0

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed + bool(self.broken)} failed{skipped}"

    def __add__(self, other: Result) -> Result:
        return Result(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.broken or other.broken,
        )


@dataclass
class Part:
    """A suite, or a part of it: one pytest run, with its log and report in test-results."""

    suite: str
    part: str = ""
    run: Callable[[Part], Result] = field(kw_only=True)
    result: Result | None = None

    @property
    def name(self) -> str:
        return f"{self.suite}-{self.part}" if self.part else self.suite

    @property
    def log(self) -> Path:
        return RESULTS / f"{self.name}.log"

    def do(self) -> bool:
        console.say(f"  --> tests: {self.name}")
        start = time.monotonic()
        try:
            self.result = self.run(self)
        except Exception as error:  # the other jobs go on
            told = f"{error} {getattr(error, 'advice', '')}".strip()
            self.result = Result(broken=told or repr(error))
        mark = "ok " if self.result.good else "!!!"
        console.say(f"  {mark} {self.name}: {self.result}, {time.monotonic() - start:.0f} s")
        return self.result.good

    def pytest(
        self, python: Path, path: str, arguments: Sequence[str], env: Mapping[str, str]
    ) -> Result:
        report = RESULTS / f"{self.name}.xml"
        command = [python, "-m", "pytest", path, "--color=no", f"--junitxml={report}"]
        with self.log.open("w", encoding="utf-8") as sink:
            code = jobs.call(
                [str(part) for part in (*command, *arguments)],
                JOB_SECONDS,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=settings.ROOT,
            )
        result = _counted(report)
        if code is None:
            result.broken = f"no end after {JOB_SECONDS} s"
        elif code and not result.failed:
            result.broken = result.broken or f"pytest ended with code {code}"
        return result


def _counted(report: Path) -> Result:
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return Result(broken="pytest wrote no report")
    result = Result()
    for suite in suites:
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        result += Result(int(suite.get("tests", 0)) - bad - skipped, bad, skipped)
    return result


def rules_parts() -> Iterator[Part]:
    """The core on the main Python, and with fewer random cases on every other one."""
    main = pythons.version_of(pythons.Environment("", ()).base)
    for version, python in sorted(pythons.others().items(), key=lambda item: item[0] != main):
        suite = "rules" if version == main else f"rules_py{version[0]}{version[1]}"
        yield Part(suite, run=partial(_rules, python=python, full=version == main))


def _rules(part: Part, python: Path, full: bool) -> Result:
    environment = pythons.Environment(part.suite, RULES_FILES, python).ensure()
    # Nothing of Odoo, and nothing of another environment, may leak into these runs.
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "PG", "ODOO")) or key in settings.BYTECODE
    }
    if not full:
        env.setdefault("AFTERSALES_PROPERTY_CASES", FEWER_CASES)
    return part.pytest(environment.python, "tests/rules", ["-q", "-p", "no:cacheprovider"], env)


def odoo_parts(shop: Workshop, chosen: set[str]) -> Iterator[Part]:
    """Whatever needs Odoo."""
    if "odoo" in chosen:
        yield Part("odoo", run=partial(_odoo, shop=shop))
        if settings.BRIDGES:
            yield Part("odoo", "bridges", run=partial(_bridges, shop=shop))
    for suite in ("system", "browser"):
        files = sorted((settings.ROOT / "tests" / suite).rglob("test_*.py"))
        if suite in chosen:
            for file in files:
                run = partial(_outside, shop=shop, file=file)
                yield Part(suite, file.stem.removeprefix("test_"), run=run)


def _odoo(part: Part, shop: Workshop) -> Result:
    """The tests that ship with the addon, by pytest-odoo, on copies of the installed template."""
    database = f"ar_run_{os.getpid()}"
    arguments = [
        "-q",
        "-ra",
        "--odoo-http",
        f"--odoo-database={database}",
        "--odoo-log-level=error",
        # pytest-odoo gives each worker a copy of the database, our plugin the next class.
        f"--numprocesses={CORES}",
        "-p",
        "workbench.odoo_workers",
    ]
    shop.create(database, template=shop.installed())
    try:
        return part.pytest(
            shop.environment.python,
            f"{settings.ADDON_NAME}/tests",
            arguments,
            {**shop.env, "PYTHONPATH": SCRIPTS},
        )
    finally:
        shop.drop(database)


def _bridges(part: Part, shop: Workshop) -> Result:
    """The tests of the bridges, where all that they join is installed."""
    database = f"ar_bridges_{os.getpid()}"
    shop.create(database, template=shop.bridged())
    folders = [f"{name}/tests" for name in settings.BRIDGES]
    arguments = ["-q", "-ra", "--odoo-http", f"--odoo-database={database}"]
    try:
        return part.pytest(
            shop.environment.python,
            folders[0],
            [*folders[1:], *arguments, "--odoo-log-level=error"],
            {**shop.env, "PYTHONPATH": SCRIPTS},
        )
    finally:
        shop.drop(database)


def _outside(part: Part, shop: Workshop, file: Path) -> Result:
    """A served Odoo seen from outside: over RPC, or in a browser."""
    if part.suite == "browser":
        with _browsers:
            found = browser.ensure("chromium", "wkhtmltopdf")
        if not found["chromium"]:
            return Result(broken=f"no Chromium: {browser.advice('chromium')}")
    path = f"{browser.binaries()}{os.pathsep}{shop.env['PATH']}"
    env = {**shop.env, "PATH": path, "PYTHONPATH": SCRIPTS}
    arguments = ["-v", "--durations=10", "--timeout=900"]
    return part.pytest(shop.environment.python, str(file), arguments, env)


def run_all(workshop: Callable[[], object], wanted: Sequence[str]) -> int:
    """Run the suites named in ``wanted`` (all by default) and print their closing lines."""
    if unknown := set(wanted) - set(NAMES):
        raise console.Stop(
            f"no such suite: {', '.join(sorted(unknown))}",
            f"choose from {', '.join(NAMES)}",
        )
    chosen = set(wanted or NAMES)
    RESULTS.mkdir(exist_ok=True)
    for suite in chosen:
        for old in (*RESULTS.glob(f"{suite}*.log"), *RESULTS.glob(f"{suite}*.xml")):
            old.unlink(missing_ok=True)
    parts: list[Part] = []
    trouble: console.Stop | None = None
    start = time.monotonic()
    with jobs.Queue(CORES) as queue:

        def add(some: Iterator[Part]) -> None:
            new = list(some)
            parts.extend(new)
            queue.add(jobs.Job(part.name, part.do) for part in new)

        if "rules" in chosen:
            add(rules_parts())
        try:
            if chosen - {"rules"}:
                with workshop() as shop:
                    os.environ["AFTERSALES_TEMPLATE"] = shop.installed()
                    add(odoo_parts(shop, chosen))
                    queue.wait()
        except console.Stop as error:
            trouble = error
    _report(parts, time.monotonic() - start)
    if trouble:
        console.complain(trouble)
    return 0 if all(part.result and part.result.good for part in parts) and not trouble else 1


def _report(parts: Sequence[Part], seconds: float) -> None:
    suites: dict[str, Result] = {}
    for part in parts:
        result = part.result or Result(broken="not run")
        suites[part.suite] = suites.get(part.suite, Result()) + result
        if not result.good:
            console.say(f"\n===== {part.name}: {result.broken or 'failures'}; log: {part.log}")
            console.say(console.tail(part.log, lines=120))
    console.say(f"\nAll suites ended after {seconds / 60:.1f} minutes.")
    for name, result in suites.items():
        console.say(f"{name}: {result}")
