"""Where things live and what a database of ours contains."""

from __future__ import annotations

import ast
import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON_NAME = "aftersales_rules"
ADDON = ROOT / ADDON_NAME
BRIDGES = tuple(path.parent.name for path in sorted(ROOT.glob(f"{ADDON_NAME}_*/__manifest__.py")))
"""Small addons that join ours with one of Odoo's; they install themselves beside both."""
ADDONS = (ADDON_NAME, *BRIDGES)
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


def manifest(addon: str = ADDON_NAME) -> dict:
    """The manifest of an addon, or an empty one while there is no addon yet."""
    path = ROOT / addon / "__manifest__.py"
    return ast.literal_eval(path.read_text("utf-8")) if path.is_file() else {}


def base_modules() -> list[str]:
    """The modules of the base template: ours first, then the addon's dependencies."""
    return list(dict.fromkeys((*BASE_MODULES, *manifest().get("depends", ()))))


def bridged_modules() -> list[str]:
    """What the bridges join ours with."""
    found = [name for bridge in BRIDGES for name in manifest(bridge).get("depends", ())]
    return [name for name in dict.fromkeys(found) if name not in ADDONS]


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


def addon_digest(*addons: str) -> str:
    """Changes whenever an installed addon would differ from the sources; ours by default."""
    states = [
        tree_digest(ROOT / name, skip=("tests", "readme", "build", "dist"))
        for name in addons or (ADDON_NAME,)
    ]
    return states[0] if len(states) == 1 else digest(*states)
