"""Texts with facts and thresholds in them.

Place in event → facts → **decide** → record → apply: a rule's reason and remedy.
A template knows names in braces and nothing else: no attributes, no indexes, no
formats, so nothing in a pack can reach into an object. Braces are doubled to be
written.

>>> from .facts import FieldSpec, FactType
>>> days = FieldSpec("days", FactType.INTEGER, "Days", unit="days")
>>> Template("Late by {days}.").render({"days": days}, {"days": 5}, {}, {})
'Late by 5 days.'
>>> Template("{days.__class__}").faults
("'{days.__class__}' is not a name in braces",)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .i18n import Translate
from .values import Described, format_value

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_REFERENCE = re.compile(r"(?:(threshold)\.)?([a-z][a-z0-9_]{0,63})")


class Part(NamedTuple):
    """A piece of text (``kind`` is "text") or a reference to a value."""

    kind: str
    text: str


class Template:
    """A parsed template; never fails to parse, but may have faults."""

    __slots__ = ("faults", "parts", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        faults: list[str] = []
        parts: list[Part] = []
        end = 0
        for match in _TOKEN.finditer(source):
            _append_text(parts, source[end : match.start()])
            end = match.end()
            reference = _REFERENCE.fullmatch(match[1]) if match[1] else None
            if match[0] in ("{{", "}}"):
                _append_text(parts, match[0][0])
            elif reference:
                parts.append(Part(reference[1] or "fact", reference[2]))
            elif match[1] is None:
                faults.append(f"single {match[0]!r}; write it twice to mean it")
            else:
                faults.append(f"{match[0][:60]!r} is not a name in braces")
        _append_text(parts, source[end:])
        self.parts = tuple(parts)
        self.faults = tuple(faults)

    def names(self, kind: str) -> list[str]:
        """The names of facts ("fact") or of thresholds that are referred to."""
        return [part.text for part in self.parts if part.kind == kind]

    def render(
        self,
        fields: Mapping[str, Described],
        facts: Mapping[str, Any],
        thresholds: Mapping[str, Described],
        values: Mapping[str, Any],
        translate: Translate | None = None,
    ) -> str:
        """Fill in; money is shown in the fact named ``currency``, if known."""
        parts = self.parts
        if len(parts) <= 1 and all(part.kind == "text" for part in parts):
            return parts[0].text if parts else ""
        currency = facts.get("currency")
        pieces = []
        for kind, text in parts:
            if kind == "fact":
                text = format_value(fields[text], facts.get(text), currency, translate)
            elif kind == "threshold":
                text = format_value(
                    thresholds[text], values.get(text), currency, translate
                )
            pieces.append(text)
        return "".join(pieces)


def _append_text(parts: list[Part], text: str) -> None:
    if not text:
        return
    if parts and parts[-1].kind == "text":
        text = parts.pop().text + text
    parts.append(Part("text", text))
