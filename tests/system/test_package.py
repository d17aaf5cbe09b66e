"""The addons as pip installs them: wheels that bring everything their manifests need."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "aftersales_rules"
INSIDE = "odoo/addons/aftersales_rules/"
BRIDGES = sorted(
    path.parent.name for path in ROOT.glob("aftersales_rules_*/__manifest__.py")
)


def _wheel(source: Path, target: Path) -> Path:
    """Build a wheel without the network: whool is part of the test requirements."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
    ]
    done = subprocess.run(
        [*command, "--no-index", "--wheel-dir", str(target), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """The addon's folder alone, as someone without git would have it."""
    target = tmp_path_factory.mktemp("copy") / "aftersales_rules"
    shutil.copytree(ADDON, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return target


@pytest.fixture(scope="module")
def wheel(copied, tmp_path_factory) -> Path:
    """What the plain copy gives."""
    return _wheel(copied, tmp_path_factory.mktemp("wheel"))


def test_a_plain_copy_builds_a_wheel_with_all_the_addon(copied, wheel):
    """The wheel has every file of the addon, under Odoo's namespace, and no other."""
    assert wheel.name.startswith("odoo_addon_aftersales_rules-19.0.")
    names = _names(wheel)
    expected = {
        INSIDE + path.relative_to(copied).as_posix()
        for path in copied.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected -= {INSIDE + "pyproject.toml"}
    assert expected <= names
    assert {name for name in names if not name.startswith("odoo_addon_")} - {
        INSIDE + "pyproject.toml"
    } == expected


def test_the_wheel_brings_what_the_manifest_names(wheel):
    """Data files, and the rules core, which no manifest names."""
    names = _names(wheel)
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text())
    for name in [*manifest["data"], *manifest.get("demo", ()), "rules/__init__.py"]:
        assert INSIDE + name in names


def test_a_fresh_clone_builds_the_same_wheel(tmp_path):
    """whool counts commits in a clone; the files are those of the plain copy."""
    subprocess.run(
        ["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True
    )
    (tmp_path / "dist").mkdir()
    wheel = _wheel(tmp_path / "clone" / "aftersales_rules", tmp_path / "dist")
    assert wheel.name.startswith("odoo_addon_aftersales_rules-19.0.")
    assert INSIDE + "__manifest__.py" in _names(wheel)


def test_the_wheel_requires_pydantic_and_not_durable_rules(wheel):
    """A server without a compiler can install the addon."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (
            name for name in archive.namelist() if name.endswith("/METADATA")
        )
        lines = archive.read(metadata).decode().splitlines()
    required = [
        line.split(": ", 1)[1] for line in lines if line.startswith("Requires-Dist")
    ]
    assert any(name.startswith("pydantic") for name in required)
    assert any(name.startswith("odoo-addon-helpdesk_mgmt") for name in required)
    assert not [name for name in required if "durable" in name]


@pytest.mark.parametrize("name", BRIDGES)
def test_a_bridge_builds_a_wheel_that_requires_the_addon(name, tmp_path):
    """Its files under Odoo's namespace, with translations; the addon comes with it."""
    source = tmp_path / name
    shutil.copytree(
        ROOT / name, source, ignore=shutil.ignore_patterns("__pycache__", ".*")
    )
    (tmp_path / "dist").mkdir()
    wheel = _wheel(source, tmp_path / "dist")
    assert wheel.name.startswith(f"odoo_addon_{name}-19.0.")
    names = _names(wheel)
    manifest = ast.literal_eval((source / "__manifest__.py").read_text())
    for file in [*manifest["data"], "__manifest__.py", "i18n/zh_CN.po"]:
        assert f"odoo/addons/{name}/{file}" in names
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (each for each in names if each.endswith("/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    required = [line for line in lines if line.startswith("Requires-Dist")]
    assert any("odoo-addon-aftersales_rules" in line for line in required), required
