"""What can go wrong, in words and in data.

Place in event → facts → decide → record → apply: every stage raises from here.
One root, three branches by what the caller can do about it: correct the pack,
correct the facts, or look at the engine. Codes and parameters are for programs,
``str(err)`` has all of it for people. No message is translated here.

>>> fault = Fault("rules[3].conditions[1].fact", "unknown_fact",
...               "unknown fact 'overdu_days'", "overdu_days",
...               suggestion="overdue_days")
>>> str(PackError([fault]))
"rules[3].conditions[1].fact: unknown fact 'overdu_days'; did you mean 'overdue_days'?"
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FAULTS_SHOWN = 20
"""So many faults are written out in a message; all are in ``faults``."""
VALUE_SHOWN = 60
"""Characters of an offending value that a message repeats."""
INTEGER_BITS_SHOWN = 256
"""Python refuses to print integers of thousands of digits: name their size."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    path: str
    code: str
    message: str
    value: Any = None
    expected: str | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        text = f"{self.path}: {self.message}" if self.path else self.message
        if self.expected:
            text += f"; expected {self.expected}"
        if self.suggestion:
            text += f"; did you mean {self.suggestion!r}?"
        return text


class RulesError(Exception):
    """Root of all errors of the core; carries one or more faults."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (
            (faults,) if isinstance(faults, Fault) else tuple(faults)
        )
        lines = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        hidden = len(self.faults) - len(lines)
        if hidden > 0:
            lines.append(f"... and {hidden} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[RulesError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)

    @property
    def path(self) -> str:
        """Where the first fault is."""
        return self.faults[0].path if self.faults else ""


class PackError(RulesError):
    """The pack, its thresholds or a declaration cannot be used as they are."""


class FactsError(RulesError):
    """The facts handed in are not what the decision declares."""


class EngineError(RulesError):
    """The rule engine failed, or is not there although it was demanded."""


def short(value: object) -> str:
    """``repr`` that is safe for any value and never long.

    >>> short("x" * 100)[-8:], short(10 ** 5000)
    ("xxxx...'", 'an integer of 16610 bits')
    """
    if isinstance(value, int) and value.bit_length() > INTEGER_BITS_SHOWN:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, str):
        cut = value[:VALUE_SHOWN] + "..." if len(value) > VALUE_SHOWN else value
        return repr(cut)
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return text[:VALUE_SHOWN] + "..." if len(text) > VALUE_SHOWN else text


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that is closest to ``name``, if one is close.

    >>> nearest("overdu_days", ["exposure", "overdue_days"])
    'overdue_days'
    """
    found = difflib.get_close_matches(str(name)[:100], list(known), n=1)
    return found[0] if found else None
