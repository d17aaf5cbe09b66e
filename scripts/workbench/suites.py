"""What `make test` runs: the rules core alone, the addon inside Odoo, the system from outside.

Every suite is a pytest run with its own log and its own line of counts at the end. The core's
tests need no Odoo, so they run while Odoo's template databases are being made.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from . import browser, console, pythons, settings
from .databases import Workshop

NAMES = ("rules", "odoo", "system", "browser")
RULES_FILES = ("rules.txt", "engine.txt")
RESULTS = settings.ROOT / "test-results"
SUITE_SECONDS = 45 * 60
FEWER_CASES = "100"
"""Random cases per property on the Pythons beside the main one."""


@dataclass
class Result:
    """Counts of one suite; ``broken`` says why it could not be counted."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    broken: str = ""
    log: Path | None = None

    @property
    def good(self) -> bool:
        return not self.failed and not self.broken and self.passed > 0

    def line(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return (
            f"{self.name}: {self.passed} passed, {self.failed + bool(self.broken)} failed{skipped}"
        )


@dataclass
class Suite:
    """One pytest run."""

    name: str
    python: Path
    paths: Sequence[str]
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def run(self) -> Result:
        RESULTS.mkdir(exist_ok=True)
        settings.LOGS.mkdir(parents=True, exist_ok=True)
        result = Result(self.name, log=RESULTS / f"{self.name}.log")
        report = RESULTS / f"{self.name}.xml"
        report.unlink(missing_ok=True)
        paths = [path for path in self.paths if any((settings.ROOT / path).rglob("test_*.py"))]
        if not paths:
            result.broken = f"no tests in {', '.join(self.paths)}"
            return result
        command = [
            self.python,
            "-m",
            "pytest",
            *paths,
            "--color=no",
            f"--junitxml={report}",
            *self.arguments,
        ]
        start = time.monotonic()
        with (
            console.step(f"tests: {self.name}"),
            result.log.open("w", encoding="utf-8") as sink,
        ):
            try:
                code = subprocess.run(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env=dict(self.env),
                    cwd=settings.ROOT,
                    timeout=SUITE_SECONDS,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                code = None
                result.broken = f"no end after {SUITE_SECONDS} s"
        result.seconds = time.monotonic() - start
        self._count(result, report)
        if code not in (0, None) and not result.failed:
            result.broken = f"pytest ended with code {code}"
        return result

    @staticmethod
    def _count(result: Result, report: Path) -> None:
        try:
            suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        except (OSError, ElementTree.ParseError):
            result.broken = result.broken or "pytest wrote no report"
            return
        for suite in suites:
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            result.failed += bad
            result.skipped += skipped
            result.passed += int(suite.get("tests", 0)) - bad - skipped


def rules_suites() -> list[Callable[[], Result]]:
    """The core on the main Python, and with fewer random cases on every other one."""
    main = pythons.version_of(pythons.Environment("", ()).base)
    runs = []
    for version, python in sorted(pythons.others().items(), key=lambda item: item[0] != main):
        label = "rules" if version == main else f"rules_py{version[0]}{version[1]}"
        runs.append(
            lambda label=label, python=python, version=version: _rules(
                label, python, version == main
            )
        )
    return runs


def _rules(label: str, python: Path, full: bool) -> Result:
    environment = pythons.Environment(label, RULES_FILES, python)
    try:
        environment.ensure()
    except console.Stop as error:
        return Result(label, broken=str(error))
    # Nothing of Odoo, and nothing of another environment, may leak into these runs.
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "PG", "ODOO"))
    }
    if not full:
        env.setdefault("AFTERSALES_PROPERTY_CASES", FEWER_CASES)
    return Suite(
        label,
        environment.python,
        ["tests/rules"],
        ["-q", "-p", "no:cacheprovider"],
        env,
    ).run()


def odoo_suite(shop: Workshop) -> Result:
    """The tests that ship with the addon, by pytest-odoo, on copies of the installed template."""
    database = f"ar_run_{os.getpid()}"
    shop.create(database, template=os.environ["AFTERSALES_TEMPLATE"])
    arguments = [
        "-q",
        "-ra",
        "--odoo-http",
        f"--odoo-database={database}",
        "--odoo-log-level=error",
    ]
    # pytest-odoo gives each worker a copy of the database; a file stays with one worker.
    arguments += ["-n", str(min(2, os.cpu_count() or 1)), "--dist", "loadfile"]
    try:
        return Suite(
            "odoo",
            shop.environment.python,
            [f"{settings.ADDON_NAME}/tests"],
            arguments,
            shop.env,
        ).run()
    finally:
        shop.drop(database)


def outside_suite(shop: Workshop, name: str) -> Result:
    """tests/system or tests/browser: a served Odoo seen from outside."""
    path = f"{browser.binaries()}{os.pathsep}{shop.env['PATH']}"
    env = {**shop.env, "PATH": path, "PYTHONPATH": str(settings.ROOT / "scripts")}
    return Suite(
        name, shop.environment.python, [f"tests/{name}"], ["-v", "--timeout=900"], env
    ).run()


def run_all(workshop: Callable[[], object], wanted: Sequence[str]) -> int:
    """Run the suites named in ``wanted`` (all by default) and print their closing lines."""
    if unknown := set(wanted) - set(NAMES):
        raise console.Stop(
            f"no such suite: {', '.join(sorted(unknown))}",
            f"choose from {', '.join(NAMES)}",
        )
    chosen = set(wanted or NAMES)
    results: list[Result] = []
    core = threading.Thread(target=lambda: results.extend(run() for run in rules_suites()))
    start = time.monotonic()
    if "rules" in chosen:
        core.start()
    trouble: console.Stop | None = None
    try:
        if chosen - {"rules"}:
            with workshop() as shop:
                results += _with_odoo(shop, chosen)
    except console.Stop as error:
        trouble = error
    if "rules" in chosen:
        core.join()
    _report(results, time.monotonic() - start)
    if trouble:
        console.complain(trouble)
    return 0 if results and all(result.good for result in results) and not trouble else 1


def _with_odoo(shop: Workshop, chosen: set[str]) -> list[Result]:
    results = []
    os.environ["AFTERSALES_TEMPLATE"] = shop.installed()
    if "odoo" in chosen:
        results.append(odoo_suite(shop))
    if "system" in chosen:
        results.append(outside_suite(shop, "system"))
    if "browser" in chosen:
        found = browser.ensure("chromium", "wkhtmltopdf")
        if found["chromium"]:
            results.append(outside_suite(shop, "browser"))
        else:
            results.append(Result("browser", broken=f"no Chromium: {browser.advice('chromium')}"))
    return results


def _report(results: Sequence[Result], seconds: float) -> None:
    for result in results:
        if not result.good:
            console.say(f"\n===== {result.name}: {result.broken or 'failures'}; log: {result.log}")
            if result.log:
                console.say(console.tail(result.log, lines=120))
    console.say(f"\nAll suites ended after {seconds / 60:.1f} minutes.")
    for result in results:
        console.say(result.line())
