"""The rules core is tested alone: the addon's folder on the path, no Odoo."""

import sys
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "aftersales_rules"
if str(ADDON) not in sys.path:
    sys.path.insert(0, str(ADDON))
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))


def pytest_terminal_summary(terminalreporter):
    """Say how many random cases were decided by both evaluators."""
    from samples import COUNTED

    for what, count in sorted(COUNTED.items()):
        terminalreporter.write_line(f"{count:>9,} {what}")
