"""Command line of the workbench: ``scripts/run COMMAND``; the Makefile names the usual ones."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout

from . import console, databases, demo, lint, odoo, postgres, pythons, settings, suites

PASS_ON = ("odoo", "psql", "exec", "bench")
"""Commands whose arguments are someone else's."""
ODOO_FILES = ("odoo.txt", "rules.txt", "engine.txt", "addons.txt", "test.txt")


@contextmanager
def workshop() -> Iterator[databases.Workshop]:
    """Everything that running Odoo needs: sources, packages, a database server."""
    found = odoo.find()
    environment = pythons.Environment("venv", ODOO_FILES).ensure(found)
    with postgres.server() as pg:
        yield databases.Workshop(found, environment, pg)


def setup(_args: argparse.Namespace) -> int:
    with workshop() as shop:
        template = shop.base()
        console.say(
            f"Ready. Odoo {shop.odoo.version} in {shop.odoo.python_path}; base template {template}"
        )
    return 0


def up(_args: argparse.Namespace) -> int:
    with workshop() as shop:
        if postgres.external() is None:
            postgres.Cluster().kept.touch()
        console.say(
            f"PostgreSQL runs until `scripts/run down`: PGHOST={shop.pg.get('PGHOST')}"
            f" PGUSER={shop.pg.get('PGUSER')}"
        )
    return 0


def down(_args: argparse.Namespace) -> int:
    if postgres.external() is None:
        postgres.Cluster().stop()
    return 0


def environment(_args: argparse.Namespace) -> int:
    """Variables on stdout, for eval; progress elsewhere."""
    with redirect_stdout(sys.stderr), workshop() as shop, redirect_stdout(sys.__stdout__):
        for key in ("PGHOST", "PGPORT", "PGUSER", "PATH", "ODOO_RC", *settings.BYTECODE):
            print(f"export {key}={shop.env.get(key, '')!r}")
        print(f"export ODOO_SOURCE={str(shop.odoo.python_path)!r}")
    return 0


def copy(args: argparse.Namespace) -> int:
    with workshop() as shop:
        template = shop.installed() if args.installed else shop.base()
        shop.create(args.database, template=template)
        console.say(f"{args.database} is a copy of {template}")
    return 0


def run_odoo(args: argparse.Namespace) -> int:
    with workshop() as shop:
        return subprocess.call(shop.command(*args.rest), env=shop.env)


def psql(args: argparse.Namespace) -> int:
    with workshop() as shop:
        return subprocess.call(["psql", *args.rest], env=shop.env)


def execute(args: argparse.Namespace) -> int:
    """Any command in the environment of the workbench."""
    with workshop() as shop:
        return subprocess.call(args.rest, env=shop.env)


def run_demo(_args: argparse.Namespace) -> int:
    with workshop() as shop:
        return demo.run(shop)


def test(args: argparse.Namespace) -> int:
    return suites.run_all(workshop, args.suites)


def run_lint(args: argparse.Namespace) -> int:
    return lint.own() if args.own else lint.run()


def format_code(_args: argparse.Namespace) -> int:
    return lint.format_code()


def i18n(args: argparse.Namespace) -> int:
    """Terms exported from a database with the addons installed, against those in i18n/."""
    script = settings.ROOT / "scripts" / "i18n.py"
    check = ["--check"] if args.check else []
    failed = 0
    with workshop() as shop, tempfile.TemporaryDirectory() as folder:
        for addon in settings.ADDONS:
            template = shop.installed() if addon == settings.ADDON_NAME else shop.bridged()
            database = f"ar_i18n_{os.getpid()}"
            export = os.path.join(folder, f"{addon}.pot")
            shop.create(database, template=template)
            try:
                with console.step(f"exporting the terms of {addon}"):
                    options = ("-d", database, "-l", "pot", "-o", export, addon)
                    shop.odoo_run("i18n", "export", *options, log="i18n")
            finally:
                shop.drop(database)
            failed |= subprocess.call(
                [shop.environment.python, script, export, addon, *check], env=shop.env
            )
    return failed


def shell(args: argparse.Namespace) -> int:
    """Odoo's shell in the demo database, or in the one named."""
    with workshop() as shop:
        if args.database == demo.DATABASE:
            demo.ensure(shop)
        return subprocess.call(
            shop.command("shell", "-d", args.database, "--no-http"), env=shop.env
        )


def bench(args: argparse.Namespace) -> int:
    """bench/run with Odoo, the rules core and what it is measured against."""
    script = settings.ROOT / "bench" / "run"
    if not script.is_file():
        raise console.Stop("bench/run is not there")
    found = odoo.find()
    files = (*ODOO_FILES, "bench.txt", "peers.txt")
    tools = pythons.Environment("bench", files).ensure(found)
    with postgres.server() as pg:
        return subprocess.call(
            [str(script), *args.rest], env=databases.Workshop(found, tools, pg).env
        )


def clean(_args: argparse.Namespace) -> int:
    """Stop the embedded server and remove everything that the workbench made."""
    if postgres.external() is None and settings.CACHE.is_dir():
        cluster = postgres.Cluster()
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
    shutil.rmtree(settings.CACHE, ignore_errors=True)
    for folder in (
        "test-results",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
    ):
        shutil.rmtree(settings.ROOT / folder, ignore_errors=True)
    console.say(f"Removed {settings.CACHE} with its databases.")
    return 0


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "setup": (setup, "Odoo, packages, database server, base template"),
    "up": (up, "start the embedded PostgreSQL and keep it running"),
    "down": (down, "stop the embedded PostgreSQL"),
    "env": (environment, 'print the variables for a shell: eval "$(scripts/run env)"'),
    "copy": (copy, "DATABASE [--installed]: a fresh copy of the base template"),
    "odoo": (run_odoo, "Odoo's command line"),
    "psql": (psql, "psql on the server"),
    "exec": (execute, "a command in the environment"),
    "demo": (
        run_demo,
        "the demo company, a narrated run, the web client (SERVE=0: without)",
    ),
    "test": (test, "[rules] [odoo] [system] [browser]: all suites, or those named"),
    "lint": (run_lint, "style, types, OCA's checks"),
    "format": (format_code, "let ruff repair and format"),
    "i18n": (i18n, "[--check]: write the .pot and bring the .po files up to it, or compare"),
    "shell": (shell, "[DATABASE]: Odoo's shell, in the demo database by default"),
    "bench": (bench, "bench/run"),
    "clean": (clean, "remove caches and databases of the workbench"),
}


def _end(_number: int, _frame: object) -> None:
    """Leave through every ``with``, so that servers stop, when asked to end."""
    raise SystemExit(143)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_function, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, add_help=name not in PASS_ON)
        if name in PASS_ON:
            command.add_argument("rest", nargs=argparse.REMAINDER)
        if name == "test":
            command.add_argument("suites", nargs="*", help=" ".join(suites.NAMES))
        if name == "i18n":
            command.add_argument("--check", action="store_true")
        if name == "lint":
            command.add_argument("--own", action="store_true", help="only the checks without tools")
        if name == "shell":
            command.add_argument("database", nargs="?", default=demo.DATABASE)
        if name == "copy":
            command.add_argument("database")
            command.add_argument(
                "--installed", action="store_true", help="with the addon installed"
            )
    # argparse would take options meant for Odoo or psql as its own.
    if len(sys.argv) > 1 and sys.argv[1] in PASS_ON:
        args = argparse.Namespace(command=sys.argv[1], rest=sys.argv[2:])
    else:
        args = parser.parse_args()
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    os.environ.update(settings.BYTECODE)
    try:
        return COMMANDS[args.command][0](args)
    except console.Stop as error:
        console.complain(error)
        return 1
    except KeyboardInterrupt:
        console.say("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
