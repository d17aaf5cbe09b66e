"""An Odoo 19: the one that the environment names, else the Debian package unpacked in the cache."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from . import apt, console, settings

ADVICE = (
    "no Odoo 19 at hand. Set ODOO_HOME to a source checkout of Odoo's 19.0 branch"
    " (git clone --depth 1 --branch 19.0, from Odoo's public repository), or run this where"
    " Debian's packages"
    " can be fetched with apt-get."
)
# The web client's files are relative links into these packages; without them it answers 500.
STATIC_PACKAGES = (
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-inconsolata",
    # sid has version 7, whose files are laid out differently.
    "fonts-font-awesome/stable",
)

# Debian ships no prebuilt scripts; the bundle of the web client's unit tests names this one.
LEFT_OUT = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


@dataclass(frozen=True)
class Odoo:
    """An Odoo's folders: ``python_path`` goes on ``sys.path``, ``addons`` into the addons path."""

    python_path: Path
    addons: tuple[Path, ...]
    version: str


def find() -> Odoo:
    """The Odoo 19 of this machine, unpacked on first use."""
    home = os.environ.get("ODOO_HOME")
    if home:
        found = _at(Path(home).expanduser().resolve())
        if not found:
            raise console.Stop(f"ODOO_HOME={home} is not an Odoo 19 source folder", ADVICE)
        return found
    for entry in (*sys.path, "/usr/lib/python3/dist-packages"):
        # The workbench's own environment leads to the unpacked package; that is no find.
        if entry and settings.CACHE not in Path(entry).parents:
            if found := _at(Path(entry)):
                return found
    return _unpacked()


def _at(folder: Path) -> Odoo | None:
    release = folder / "odoo" / "release.py"
    try:
        text = release.read_text("utf-8")
    except OSError:
        return None
    match = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    if not match or match[1] != "19":
        return None
    inner, outer = folder / "odoo" / "addons", folder / "addons"
    addons = (inner,) if (inner / "web").is_dir() else (inner, outer)
    return Odoo(folder, addons, f"{match[1]}.{match[2]} in {folder}")


def _unpacked() -> Odoo:
    target = settings.CACHE / "odoo"
    packages = target / "usr" / "lib" / "python3" / "dist-packages"
    stamp = target / "unpacked.txt"
    if not stamp.is_file():
        suites = apt.Suites("odoo", ("sid", "stable"))
        partial = settings.CACHE / "odoo.partial"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with console.step("reading the list of Debian's packages", "the Debian mirror, 20 MB"):
                suites.update()
            with console.step(
                "unpacking Odoo 19", "the Debian mirror, 133 MB, then 1.3 GB on disk"
            ):
                names = suites.unpack(("odoo-19", *STATIC_PACKAGES), partial)
        except console.Stop as error:
            raise console.Stop(
                f"Odoo 19 could not be fetched: {error}", f"{error.advice} Or: {ADVICE}"
            ) from error
        (partial / "unpacked.txt").write_text("\n".join(names) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    found = _at(packages)
    if not found:
        raise console.Stop(f"the package unpacked in {target} holds no Odoo 19", ADVICE)
    for name in LEFT_OUT:
        path = found.addons[0] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        # Always the same time: a newer one would have every database build its scripts anew.
        os.utime(path, (0, 0))
    return Odoo(found.python_path, found.addons, _package_version(stamp.read_text()))


def _package_version(archives: str) -> str:
    """The version of the package among the names of the unpacked archives."""
    return next(name.split("_")[1] for name in archives.split() if name.startswith("odoo-19_"))
