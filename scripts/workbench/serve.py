"""A served Odoo on a free port of this machine, for `make demo` and the whole-system tests."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TextIO

from . import console, settings
from .databases import Workshop

READY_SECONDS = 180


def reserve_port(first: int) -> tuple[int, TextIO]:
    """The first port from ``first`` on that nothing listens on, and a lock on it.

    Another server of ours passes by a locked port: between the choice of a port and the moment
    when Odoo listens there, seconds go by.
    """
    folder = settings.CACHE / "ports"
    folder.mkdir(parents=True, exist_ok=True)
    for port in range(first, first + 200):
        guard = (folder / str(port)).open("a")
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            guard.close()
            continue
        return port, guard
    raise console.Stop(f"no free port between {first} and {first + 200}", "stop what occupies them")


class Server:
    """One Odoo process serving one database; a context manager."""

    def __init__(
        self, shop: Workshop, database: str, *, first_port: int = 8069, crons: int = 0
    ) -> None:
        self.shop = shop
        self.database = database
        self.port, self._guard = reserve_port(first_port)
        self.crons = crons
        self.log = settings.LOGS / f"server-{database}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and come back when the login page has been rendered once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        arguments = [
            "--database",
            self.database,
            "--db-filter",
            f"^{self.database}$",
            "--http-port",
            str(self.port),
        ]
        arguments += ["--workers", "0", "--max-cron-threads", str(self.crons)]
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                self.shop.command("server", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self.shop.env,
                cwd=settings.CACHE,
                # A process group of its own: Ctrl-C in the terminal is ours to pass on.
                start_new_session=True,
            )
        try:
            with console.step(f"starting Odoo on {self.url}"):
                self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the process and whatever it started."""
        self._guard.close()
        if self.process is None:
            return
        for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 10)):
            if self.process.poll() is not None:
                break
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.process = None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _wait(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if not self.alive():
                raise console.Stop(
                    f"Odoo ended while starting; log: {self.log}\n{console.tail(self.log)}"
                )
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=60) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise console.Stop(
            f"Odoo does not answer after {READY_SECONDS} s; log:"
            f" {self.log}\n{console.tail(self.log)}"
        )


def log_errors(path: Path) -> list[str]:
    """Lines of a server's log that report errors."""
    return [
        line
        for line in path.read_text("utf-8", "replace").splitlines()
        if " ERROR " in line or " CRITICAL " in line
    ]
