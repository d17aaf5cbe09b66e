"""English source, complete Chinese translation (U11): files against a fresh export."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_term_of_the_addon_is_exported_and_translated():
    """Repair with `make i18n`, then translate what it reports."""
    command = [ROOT / "scripts" / "run", "i18n", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
