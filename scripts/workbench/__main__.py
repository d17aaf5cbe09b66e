"""Command line of the workbench: ``scripts/run COMMAND``; the Makefile names the usual ones."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import console, databases, odoo, postgres, pythons, settings

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
        console.say(f"Ready. Odoo {shop.odoo.version} in {shop.odoo.python_path}; base template {template}")
    return 0


def up(_args: argparse.Namespace) -> int:
    with workshop() as shop:
        if postgres.external() is None:
            postgres.Cluster().kept.touch()
        console.say(f"PostgreSQL runs until `scripts/run down`: PGHOST={shop.pg.get('PGHOST')} PGUSER={shop.pg.get('PGUSER')}")
    return 0


def down(_args: argparse.Namespace) -> int:
    if postgres.external() is None:
        postgres.Cluster().stop()
    return 0


def environment(_args: argparse.Namespace) -> int:
    with workshop() as shop:
        for key in ("PGHOST", "PGPORT", "PGUSER", "PATH", "ODOO_RC"):
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


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "setup": (setup, "Odoo, packages, database server, base template"),
    "up": (up, "start the embedded PostgreSQL and keep it running"),
    "down": (down, "stop the embedded PostgreSQL"),
    "env": (environment, "print the variables for a shell: eval \"$(scripts/run env)\""),
    "copy": (copy, "DATABASE [--installed]: a fresh copy of the base template"),
    "odoo": (run_odoo, "Odoo's command line"),
    "psql": (psql, "psql on the server"),
    "exec": (execute, "a command in the environment"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_function, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, add_help=name not in ("odoo", "psql", "exec"))
        if name in ("odoo", "psql", "exec"):
            command.add_argument("rest", nargs=argparse.REMAINDER)
        if name == "copy":
            command.add_argument("database")
            command.add_argument("--installed", action="store_true", help="with the addon installed")
    # argparse would take options meant for Odoo or psql as its own.
    if len(sys.argv) > 1 and sys.argv[1] in ("odoo", "psql", "exec"):
        args = argparse.Namespace(command=sys.argv[1], rest=sys.argv[2:])
    else:
        args = parser.parse_args()
    settings.CACHE.mkdir(parents=True, exist_ok=True)
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
