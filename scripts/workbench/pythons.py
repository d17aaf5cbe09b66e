"""Virtual environments from the pinned requirements, rebuilt only when those change."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from . import console, settings
from .odoo import Odoo

PIP_ADVICE = (
    "Python packages could not be installed. Check that `pip download pydantic` works on this"
    " machine"
    " (network, proxy, index); where a package is built from source, that a C compiler and"
    " Python's headers are there."
)
COMPILER_ADVICE = (
    "durable-rules comes as source only and needs a C compiler and Python's headers"
    " (on Debian and Ubuntu: apt-get install gcc python3-dev). Without it the plain evaluator"
    " decides,"
    " with the same answers."
)
SUPPORTED = ((3, 10), (3, 11), (3, 12), (3, 13))


def version_of(python: str | Path) -> tuple[int, int] | None:
    """The version of a Python that can make virtual environments."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    parts = console.output([python, "-c", code]).split()
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 else None


def own() -> Path:
    """The Python that runs this, outside of any virtual environment.

    The tests use the workbench from inside its own environment; they must come to the same one.
    """
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    candidate = Path(sys.base_prefix) / "bin" / version
    return candidate if candidate.exists() else Path(sys.executable)


def others() -> dict[tuple[int, int], Path]:
    """Every supported Python of this machine, one per version."""
    candidates = [own()]
    for major, minor in SUPPORTED:
        found = shutil.which(f"python{major}.{minor}")
        candidates += [Path(found)] if found else []
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        candidates += sorted(pyenv.glob(f"versions/{major}.{minor}.*/bin/python{major}.{minor}"))
    pythons: dict[tuple[int, int], Path] = {}
    for candidate in candidates:
        version = version_of(candidate)
        if version in SUPPORTED:
            pythons.setdefault(version, candidate)
    return dict(sorted(pythons.items()))


class Environment:
    """A virtual environment in the cache, made of requirement files of this repository.

    Each state of the pins has a folder of its own, so that a new state never pulls the packages
    from under a running process; ``CACHE/NAME`` is a link to the current one.
    """

    def __init__(self, name: str, files: Iterable[str], python: Path | None = None) -> None:
        self.name = name
        self.files = tuple(files)
        self.base = python or own()
        self.folder = settings.CACHE / name

    @property
    def python(self) -> Path:
        return self.program("python")

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    def ensure(self, odoo: Odoo | None = None) -> Environment:
        """Make the environment, or leave it as it is when nothing changed."""
        pins = [
            (name, (settings.REQUIREMENTS / name).read_text()) for name in (*self.files, "lock.txt")
        ]
        state = settings.digest(
            pins, str(self.base), version_of(self.base), odoo and str(odoo.python_path)
        )
        self.folder = settings.CACHE / "venvs" / f"{self.name}-{state}"
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        stamp = self.folder / "complete"
        with (self.folder.parent / f"{self.name}.lock").open("a") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if stamp.is_file() and version_of(self.python):
                return self
            with console.step(
                f"installing Python packages ({self.name})", "the Python package index"
            ):
                shutil.rmtree(self.folder, ignore_errors=True)
                console.run(
                    [self.base, "-m", "venv", self.folder],
                    log=f"venv-{self.name}",
                    advice="apt-get install python3-venv",
                )
                if odoo:
                    self._link(odoo)
                for name in self.files:
                    self._install(name)
            stamp.touch()
            self._publish()
        return self

    def _publish(self) -> None:
        """Point the plain name here and forget all but the previous state."""
        link = settings.CACHE / self.name
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        link.unlink(missing_ok=True)
        link.symlink_to(self.folder)
        states = sorted(
            self.folder.parent.glob(f"{self.name}-{'[0-9a-f]' * 10}"),
            key=lambda path: path.stat().st_mtime,
        )
        for old in states[:-2]:
            shutil.rmtree(old, ignore_errors=True)

    def _link(self, odoo: Odoo) -> None:
        """Let the environment import Odoo; pip then takes it for installed."""
        (packages,) = self.folder.glob("lib/python3.*/site-packages")
        (packages / "odoo-source.pth").write_text(f"{odoo.python_path}\n")

    def _install(self, name: str) -> None:
        optional = name == "engine.txt"
        command = [
            self.python,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
        ]
        command += ["--constraint", settings.REQUIREMENTS / "lock.txt"]
        # An OCA addon requires odoo, whose own requirements name packages by other names than ours.
        command += ["--no-deps"] if name in ("addons.txt", "peers.txt") else []
        flags = f"{os.environ.get('CPPFLAGS', '')} -DPyEval_CallObject=PyObject_CallObject".strip()
        try:
            console.run(
                [*command, "--requirement", settings.REQUIREMENTS / name],
                log=f"pip-{self.name}-{name.removesuffix('.txt')}",
                advice=COMPILER_ADVICE if optional else PIP_ADVICE,
                # Python 3.13 dropped the call that durable-rules' C source makes.
                env={"CPPFLAGS": flags} if optional else None,
            )
        except console.CommandFailed as error:
            if not optional:
                raise
            console.say(
                f"  !!! durable-rules could not be installed; log: {error.log}\n     "
                f" {COMPILER_ADVICE}"
            )
