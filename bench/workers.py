"""The bench's side of ``worker.py``: start an Odoo on a database, ask it, stop it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


class WorkerFailed(Exception):
    """What went wrong in the worker, with its traceback."""


class Worker:
    """``with Worker(database) as odoo: odoo.confirm(ids=[1])``: methods of ``worker.Worker``."""

    def __init__(self, database: str) -> None:
        self.database = database
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise WorkerFailed(f"the Odoo on {self.database} ended")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(f"{self.database}: {answer['error']}")
        return answer

    def ask(self, name: str, **arguments: object) -> object:
        self._process.stdin.write(json.dumps({"do": name, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._read()["ok"]
