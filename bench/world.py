"""The databases of a run: one filled without the addon and kept, two clones of it.

The filled one is built once for each state of the base template, the sizes and the way it
is filled; after that a run starts in seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from workbench import console, databases, odoo, pythons, settings  # noqa: E402
from workers import Worker  # noqa: E402

PREFIX = "ar_bench_"


@dataclass(frozen=True)
class Sizes:
    """How much is in the database."""

    orders: int = 11_000
    """Confirmed orders, those of the large and the small customers among them."""
    partners: int = 1_000
    large_orders: int = 5_000
    small: int = 400
    """So many customers with `small_orders` earlier orders each."""
    small_orders: int = 10
    large_quotations: int = 160
    small_quotations: int = 700
    invoices: int = 3
    large_invoices: int = 5_000
    """Per customer, and of the large one: the first is open, the others are paid."""


class World:
    """``with World(sizes) as world:`` gives two databases and drops them at the end."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        environment = pythons.Environment("bench", ())
        self.shop = databases.Workshop(odoo.find(), environment, os.environ)
        self.plain = f"ar_benchrun_{os.getpid()}_plain"
        self.addon = f"ar_benchrun_{os.getpid()}_addon"

    def __enter__(self) -> World:
        self._forget_interrupted()
        self.filled = self._filled()
        self.shop.create(self.plain, template=self.filled)
        self.shop.create(self.addon, template=self.filled)
        return self

    def __exit__(self, *_exception: object) -> None:
        for name in (self.plain, self.addon):
            self.shop.drop(name)

    def _filled(self) -> str:
        base = self.shop.base()
        how = (ROOT / "bench" / "populate.py").read_text("utf-8")
        name = f"{PREFIX}{settings.digest(base, asdict(self.sizes), how)}"
        if self.shop.exists(name):
            return name
        building = f"{name}_building"
        with console.step(
            f"filling {name}: {self.sizes.orders:,} orders, "
            f"{self.sizes.partners:,} customers",
            "about a minute, once",
        ):
            self._forget_older()
            self.shop.create(building, template=base)
            with Worker(building) as worker:
                worker.ask("populate", sizes=asdict(self.sizes))
                worker.ask("vacuum")
            self.shop.rename(building, name)
        return name

    def _forget_interrupted(self) -> None:
        """Drop clones of runs that ended before they could."""
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'ar_benchrun_%'"
        for name in self.shop.sql(query).split():
            try:
                os.kill(int(name.split("_")[2]), 0)
            except ProcessLookupError:
                self.shop.drop(name)
            except PermissionError:
                continue

    def _forget_older(self) -> None:
        query = f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'"
        for name in self.shop.sql(query).split()[:-1]:
            self.shop.drop(name)

    def install(self) -> dict[str, float]:
        """Install the addon into its clone, beside the same start of Odoo without it."""
        seconds = {"start": self._run_odoo(self.plain)}
        seconds["install"] = self.install_into(self.addon, settings.ADDON_NAME)
        return {name: round(value, 1) for name, value in seconds.items()}

    def install_into(self, database: str, addon: str) -> float:
        """Install an addon into a clone; seconds, with Odoo's start."""
        return self._run_odoo(database, "-i", addon)

    @contextmanager
    def clone(self, name: str) -> Iterator[str]:
        """One more copy of the filled database, dropped at the end."""
        self.shop.create(name, template=self.filled)
        try:
            yield name
        finally:
            self.shop.drop(name)

    def _run_odoo(self, database: str, *arguments: str) -> float:
        command = self.shop.command(
            "-d",
            database,
            *arguments,
            "--stop-after-init",
            "--no-http",
            "--log-level=error",
        )
        start = time.perf_counter()
        subprocess.run(
            command,
            env=self.shop.env,
            check=True,
            stderr=subprocess.PIPE,
            cwd=settings.CACHE,
        )
        return time.perf_counter() - start
