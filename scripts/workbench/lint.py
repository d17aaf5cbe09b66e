"""`make lint`: style, types, OCA's checks, and checks of this repository's own."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from . import console, pythons, settings

# Spelt in parts: this file must pass its own check.
_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("snapshot", "debian", "org"),
        ("nodesource", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
]
_HOST = re.compile("|".join(map(re.escape, _HOSTS)))
_MACHINE_PATH = re.compile(r"(?<![\w.~}\])])/(?:home|root|work|tmp)/")
_TEXT = set(".py .xml .csv .json .md .rst .txt .toml .cfg .ini .yaml .yml .js .scss .html".split())
_TEXT |= {".po", ".pot", ".sh", ""}


def own() -> int:
    """The checks that need no tools: what .pre-commit-config.yaml does not have elsewhere."""
    return 1 if _print(_xml()) + _print(_manifest()) + _print(_repository()) else 0


def run() -> int:
    """Run every check, whatever the others say; the number of those that complained decides."""
    tools = pythons.Environment("lint", ("lint.txt",)).ensure()
    path = f"{tools.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, "PATH": path}

    def command(*parts: str, cwd: Path = settings.ROOT) -> Callable[[], int]:
        return lambda: subprocess.call(parts, env=env, cwd=cwd, stdin=subprocess.DEVNULL)

    rules = f"--ignore-paths=.*{settings.ADDON_NAME}/rules/.*"
    addons = settings.ADDONS
    checks: dict[str, Callable[[], int]] = {
        "ruff": command("ruff", "check", "."),
        "ruff-format": command("ruff", "format", "--check", "."),
        "mypy": command(
            "mypy",
            "--strict",
            "--config-file",
            str(settings.ROOT / "mypy.ini"),
            "rules",
            cwd=settings.ADDON,
        ),
        "pylint": command("pylint", "--rcfile=.pylintrc-mandatory", rules, *addons),
        # The core knows no env, and no method that must return what super gave.
        "pylint-rules": command(
            "pylint",
            "--rcfile=.pylintrc-mandatory",
            "--disable=prefer-env-translation,missing-return",
            str(settings.ADDON / "rules"),
        ),
        "oca-checks": command(
            "oca-checks-odoo-module",
            "--config",
            str(settings.ROOT / ".oca_hooks.cfg"),
            *addons,
        ),
        "xml": lambda: _print(_xml()),
        "manifest": lambda: _print(_manifest()),
        "repository": lambda: _print(_repository()),
    }
    if not (settings.ADDON / "rules").is_dir():
        del checks["mypy"], checks["pylint-rules"]
    failed = []
    for name, check in checks.items():
        console.say(f"--- {name}")
        if check():
            failed.append(name)
    console.say(f"\nlint: {len(checks) - len(failed)} passed, {len(failed)} failed")
    if failed:
        console.say(f"Complaints of: {', '.join(failed)}. `make format` repairs what ruff can.")
    return 1 if failed else 0


def format_code() -> int:
    tools = pythons.Environment("lint", ("lint.txt",)).ensure()
    subprocess.call([tools.program("ruff"), "check", "--fix", "--quiet", "."], cwd=settings.ROOT)
    return subprocess.call([tools.program("ruff"), "format", "."], cwd=settings.ROOT)


def _print(findings: Iterator[str]) -> int:
    lines = list(findings)
    for line in lines:
        console.say(line)
    return len(lines)


def _files() -> list[Path]:
    """Files that git knows or would take."""
    listing = console.output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=settings.ROOT,
    )
    return [
        settings.ROOT / name for name in listing.splitlines() if (settings.ROOT / name).is_file()
    ]


def _xml() -> Iterator[str]:
    """Malformed XML, and record ids that one module defines twice."""
    seen: Counter[tuple[Path, str]] = Counter()
    for path in _files():
        if path.suffix != ".xml":
            continue
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            yield f"{path.relative_to(settings.ROOT)}: {error}"
            continue
        module = next(
            (parent for parent in path.parents if (parent / "__manifest__.py").is_file()),
            None,
        )
        if module and "demo" not in path.parts:
            seen.update(
                (module, node.get("id", ""))
                for node in root.iter()
                if node.tag in ("record", "template", "menuitem")
            )
    for (module, name), count in seen.items():
        if name and count > 1:
            yield f"{module.name}: id {name} is defined {count} times"


def _manifest() -> Iterator[str]:
    """Files that a manifest names and that are not there, and the other way round."""
    for addon in settings.ADDONS:
        yield from (f"{addon}: {finding}" for finding in _manifest_of(addon))


def _manifest_of(addon: str) -> Iterator[str]:
    manifest, root = settings.manifest(addon), settings.ROOT / addon
    if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest.get("version", "")):
        yield f"version {manifest.get('version')!r} is not 19.0.x.y.z"
    named = [*manifest.get("data", ()), *manifest.get("demo", ())]
    for name, count in Counter(named).items():
        if count > 1:
            yield f"{name} is named {count} times"
        if not (root / name).is_file():
            yield f"{name} is named but not there"
    for folder in ("security", "data", "views", "wizards", "report", "reports", "demo"):
        for path in sorted((root / folder).glob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix in (".xml", ".csv") and name not in named:
                yield f"{name} is there but not named"
        for path in sorted((root / folder).rglob("*.csv")):
            name = path.relative_to(root).as_posix()
            rows = [row[0] for row in csv.reader(path.open(encoding="utf-8")) if row]
            yield from (
                f"{name}: {key} stands {n} times" for key, n in Counter(rows).items() if n > 1
            )


def _repository() -> Iterator[str]:
    """Hosts of package registries, paths of a machine, unfinished business, large files."""
    for path in _files():
        name = path.relative_to(settings.ROOT)
        if path.stat().st_size > 2_000_000:
            yield f"{name}: {path.stat().st_size} bytes"
        if path.suffix not in _TEXT:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            yield f"{name}: not UTF-8"
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if _HOST.search(line):
                yield f"{name}:{number}: names the host of a package registry"
            if _MACHINE_PATH.search(line):
                yield f"{name}:{number}: names a path of one machine"
            if line.startswith(("<<<<<<< ", ">>>>>>> ")):
                yield f"{name}:{number}: a merge was left half-way"
