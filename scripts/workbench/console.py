"""Steps that show they are alive, commands that keep a log, errors that say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import settings

HEARTBEAT_SECONDS = 10
_lock = threading.Lock()


class Stop(Exception):
    """The work cannot go on; the message says why and ``advice`` what to do about it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class CommandFailed(Stop):
    """A command ended with an error; its output is in ``log``."""

    def __init__(self, message: str, advice: str, log: Path) -> None:
        super().__init__(message, advice)
        self.log = log


def say(text: str = "") -> None:
    with _lock:
        print(text, flush=True)


def complain(error: Stop) -> None:
    with _lock:
        sys.stdout.flush()
        print(f"\nSTOPPED: {error}", file=sys.stderr)
        if error.advice:
            print(f"What to do: {error.advice}", file=sys.stderr)
        sys.stderr.flush()


@contextmanager
def step(title: str, waits_for: str = "") -> Iterator[None]:
    """Announce a step, beat while it runs, and close it with its duration."""
    start = time.monotonic()
    done = threading.Event()
    reason = f" (waiting for {waits_for})" if waits_for else ""

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            say(f"  ... {title}: {time.monotonic() - start:.0f} s{reason}")

    say(f"  --> {title}{reason}")
    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    except BaseException:
        done.set()
        say(f"  !!! {title}: failed after {time.monotonic() - start:.0f} s")
        raise
    else:
        done.set()
        say(f"  ok  {title}: {time.monotonic() - start:.0f} s")


def tail(path: Path, lines: int = 25) -> str:
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""


def run(
    command: Sequence[str | Path],
    *,
    log: str,
    advice: str = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float | None = None,
    **popen: object,
) -> Path:
    """Run a command with its output in a log file; raise with the log's end if it fails."""
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    path = settings.LOGS / f"{log}.log"
    program = Path(command[0]).name
    with path.open("w", encoding="utf-8") as sink:
        try:
            code = subprocess.run(
                [str(part) for part in command],
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **env} if env else None,
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                text=True,
                timeout=timeout,
                check=False,
                **popen,
            ).returncode
        except FileNotFoundError as error:
            raise CommandFailed(f"{program}: the program is not installed", advice, path) from error
        except subprocess.TimeoutExpired as error:
            message = f"{program}: no end after {timeout:.0f} s; log: {path}\n{tail(path)}"
            raise CommandFailed(message, advice, path) from error
    if code:
        raise CommandFailed(
            f"{program} ended with code {code}; log: {path}\n{tail(path)}", advice, path
        )
    return path


def output(command: Sequence[str | Path], **kwargs: object) -> str:
    """What a short command prints, or an empty string when it fails or is not there."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            **kwargs,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
