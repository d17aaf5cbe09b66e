"""Chromium for the browser tests and wkhtmltopdf for the printed forms.

What the machine has is used. As root on Debian they are installed with apt-get; otherwise
Debian's packages and what they need are unpacked into the cache, with small start scripts
that tell the programs where their libraries lie.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from . import apt, console, settings

PROGRAMS = {
    "chromium": (
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
    ),
    "wkhtmltopdf": ("wkhtmltopdf",),
}
# Odoo's Chinese forms and screens need glyphs; a fresh machine has none.
FONTS = "fonts-droid-fallback"
STATUS = Path("/var/lib/dpkg/status")


def advice(program: str) -> str:
    return (
        f"install {program} (on Debian: apt-get install {program}) or put it on PATH."
        " Without Chromium the browser tests cannot run; without wkhtmltopdf forms are not"
        " printed as PDF."
    )


def binaries() -> Path:
    """Folder of the start scripts of unpacked programs, to be put on PATH."""
    return settings.CACHE / "browser" / "bin"


def find(program: str) -> Path | None:
    """The program on this machine or in the cache, if it answers."""
    path = f"{binaries()}{os.pathsep}{os.environ.get('PATH', '')}"
    for name in PROGRAMS[program]:
        found = shutil.which(name, path=path)
        # Without --no-sandbox Chromium refuses to tell even its version to root.
        if found and console.output(
            [found, "--version", *(["--no-sandbox"] if program == "chromium" else [])]
        ):
            return Path(found)
    return None


def ensure(*programs: str) -> dict[str, Path | None]:
    """Bring the programs that are missing; say what to do about those that cannot be had."""
    missing = [program for program in programs if not find(program)]
    if missing:
        names = ", ".join(missing)
        try:
            if os.geteuid() == 0 and shutil.which("apt-get"):
                with console.step(f"installing {names} with apt-get", "Debian's packages"):
                    _install(missing)
            else:
                with console.step(
                    f"unpacking {names} into the cache",
                    "Debian's packages, up to 200 MB",
                ):
                    _unpack(missing)
        except console.Stop as error:
            console.say(f"  !!! {names}: {error}\n      {error.advice}")
    found = {program: find(program) for program in programs}
    for program, path in found.items():
        if not path:
            console.say(f"  !!! {program} is missing: {advice(program)}")
    return found


def _install(programs: list[str]) -> None:
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", *programs, FONTS],
    ):
        console.run(
            command,
            log=f"apt-{command[1]}",
            advice=advice(" and ".join(programs)),
            env=env,
            timeout=900,
        )


def _unpack(programs: list[str]) -> None:
    release = apt.own_release()
    if not release:
        raise console.Stop(
            "only Debian's packages can be unpacked here",
            advice(" and ".join(programs)),
        )
    suites = apt.Suites("browser", (release,), status=STATUS if STATUS.is_file() else None)
    suites.update()
    target = settings.CACHE / "browser"
    target.mkdir(parents=True, exist_ok=True)
    suites.unpack(suites.dependencies([*programs, FONTS]), target)
    binaries().mkdir(exist_ok=True)
    libraries = [
        str(folder)
        for folder in (
            *target.glob("usr/lib/*-linux-*"),
            *target.glob("lib/*-linux-*"),
            *target.glob("usr/lib/*-linux-*/pulseaudio"),
        )
    ]
    fonts = target / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{target}/usr/share/fonts</dir>\n</fontconfig>\n"
    )
    starts = {
        "chromium": target / "usr/lib/chromium/chromium",
        "wkhtmltopdf": target / "usr/bin/wkhtmltopdf",
    }
    for program in programs:
        script = binaries() / program
        # Their own libraries first, then those that the caller's environment names.
        lines = (
            "#!/bin/sh",
            f'export LD_LIBRARY_PATH="{os.pathsep.join(libraries)}:$LD_LIBRARY_PATH"',
            f'export XDG_DATA_DIRS="{target}/usr/share:${{XDG_DATA_DIRS:-/usr/share}}"',
            f'export FONTCONFIG_FILE="{fonts}"',
            f'exec "{starts[program]}" "$@"',
        )
        script.write_text("\n".join(lines) + "\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
