"""Debian packages without root: a private apt configuration, unpacked into a folder of the cache.

The mirror comes from the machine's own apt sources, so that proxies and local mirrors go on
working; nothing of the system's own package state is read or changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import console, settings

ADVICE = (
    "packages of Debian cannot be fetched. Check that apt-get works on this machine"
    " (network, proxy, mirror), or set AFTERSALES_DEBIAN_MIRROR to the address of a Debian mirror."
)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def mirror() -> str:
    """The machine's own Debian mirror."""
    given = os.environ.get("AFTERSALES_DEBIAN_MIRROR")
    if given:
        return given
    listing = console.output(
        [
            "apt-get",
            "indextargets",
            "--no-release-info",
            "--format",
            "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        ]
    )
    for line in listing.splitlines():
        address, _, rest = line.partition(" ")
        release, _, component = rest.partition(" ")
        if component == "main" and "-" not in release and "/debian" in address:
            return address
    raise console.Stop("no Debian mirror is configured on this machine", ADVICE)


class Suites:
    """A private apt over some suites, with ``status`` naming what counts as installed."""

    def __init__(self, name: str, suites: Sequence[str], status: Path | None = None) -> None:
        self.folder = settings.CACHE / "apt" / name
        self.suites = suites
        self.status = status

    def update(self) -> None:
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise console.Stop("this machine has no apt-get and dpkg-deb", ADVICE)
        for folder in ("lists/partial", "cache/archives/partial", "debs"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        keyring = os.environ.get("AFTERSALES_DEBIAN_KEYRING") or (
            KEYRING if KEYRING.is_file() else None
        )
        options = f"[signed-by={keyring}] " if keyring else ""
        sources = "".join(f"deb {options}{mirror()} {suite} main\n" for suite in self.suites)
        (self.folder / "sources.list").write_text(sources)
        (self.folder / "status").touch()
        console.run(
            ["apt-get", *self._options(), "update"],
            log=f"apt-{self.folder.name}",
            advice=ADVICE,
        )

    def dependencies(self, packages: Iterable[str]) -> list[str]:
        """The packages and all they need that ``status`` does not have yet."""
        plan = console.output(
            [
                "apt-get",
                *self._options(),
                "install",
                "--simulate",
                "--no-install-recommends",
                *packages,
            ]
        )
        return [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]

    def unpack(self, packages: Iterable[str], target: Path) -> list[str]:
        """Download the packages and lay their files under ``target``; return the archive names."""
        debs = self.folder / "debs"
        shutil.rmtree(debs, ignore_errors=True)
        debs.mkdir(parents=True)
        console.run(
            ["apt-get", *self._options(), "download", *packages],
            log=f"apt-{self.folder.name}-download",
            advice=ADVICE,
            cwd=debs,
        )
        archives = sorted(debs.glob("*.deb"))
        for archive in archives:
            console.run(
                ["dpkg-deb", "--extract", archive, target],
                log=f"unpack-{self.folder.name}",
            )
        shutil.rmtree(debs)
        return [archive.name for archive in archives]

    def _options(self) -> list[str]:
        settings_ = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": self.folder,
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.status or self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "APT::Get::AllowUnauthenticated": "0",
            # As root, apt would fetch as another user, who cannot write into root's cache folder.
            "APT::Sandbox::User": "root",
        }
        return [part for key, value in settings_.items() for part in ("-o", f"{key}={value}")]


def own_release() -> str:
    """The code name of the Debian release that this machine runs, or an empty string."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return ""
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    if facts.get("ID", "").strip('"') != "debian":
        return ""
    return facts.get("VERSION_CODENAME", "").strip('"')
