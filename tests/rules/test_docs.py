"""Docs that are generated from the declarations are not stale, and paths are real."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_decisions_page_says_what_is_declared() -> None:
    """docs/decisions.md is what scripts/rules_docs.py writes today."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "rules_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_coverage_names_only_files_that_exist() -> None:
    """Every path in the coverage table is a file of this repository."""
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:aftersales_rules|tests|scripts|docs|bench)/[^`:]+)", text)
    assert len(paths) > 30
    missing = sorted({path for path in paths if not (ROOT / path).exists()})
    assert not missing


def test_coverage_has_a_row_for_each_requirement_of_the_default_rules() -> None:
    """A requirement that a default rule names has its row."""
    import rules

    parts = sorted((ROOT / "aftersales_rules/data/packs").glob("default*.json"))
    pack = rules.load_pack_parts(part.read_bytes() for part in parts)
    named = {each for rule in pack.rules for each in rule.requirement}
    named |= {each for item in pack.thresholds for each in item.requirement}
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([A-Z]\d+) \|", text, re.MULTILINE))
    assert named <= rows
