"""Where things live and what a database of ours contains."""

from __future__ import annotations

import ast
import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON_NAME = "aftersales_rules"
ADDON = ROOT / ADDON_NAME
REQUIREMENTS = ROOT / "requirements"

CACHE = Path(
    os.environ.get("AFTERSALES_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / ADDON_NAME
).expanduser()
LOGS = CACHE / "logs"
BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(CACHE / "pycache"),
}
"""Compiled modules stay in the cache: without them each start of Odoo takes twice as long."""

BASE_MODULES = (
    "sale_management",
    "sale_stock",
    "sale_mrp",
    "mrp_account",
    "helpdesk_mgmt",
    # Online payment and portal confirmation are tested with these two providers.
    "payment_demo",
    "payment_custom",
    # The books are checked in the generic chart of accounts and in the Chinese one, which
    # stays an offer: a company gets it only where a test loads it.
    "l10n_cn",
)
"""Modules of every test and demo database, beside whatever the addon depends on."""


def manifest() -> dict:
    """The addon's manifest, or an empty one while there is no addon yet."""
    path = ADDON / "__manifest__.py"
    return ast.literal_eval(path.read_text("utf-8")) if path.is_file() else {}


def base_modules() -> list[str]:
    """The modules of the base template: ours first, then the addon's dependencies."""
    return list(dict.fromkeys((*BASE_MODULES, *manifest().get("depends", ()))))


def addons_paths() -> list[Path]:
    """Folders of this repository that hold addons at the moment."""
    candidates = (ROOT, ROOT / "tests" / "addons")
    return [folder for folder in candidates if any(folder.glob("*/__manifest__.py"))]


def digest(*parts: object) -> str:
    """A short name for a combination of inputs."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def tree_digest(folder: Path, *, skip: tuple[str, ...] = ()) -> str:
    """A short name for the contents of a folder, without the subfolders in ``skip``."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if (
            hidden
            or relative.parts[0] in skip
            or "__pycache__" in relative.parts
            or not path.is_file()
        ):
            continue
        state.update(relative.as_posix().encode() + b"\0")
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:10]


def addon_digest() -> str:
    """Changes whenever an installed addon would differ from the sources."""
    return tree_digest(ADDON, skip=("tests", "readme", "build", "dist"))
