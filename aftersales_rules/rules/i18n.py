"""Marking texts for translation, without a translation engine.

Place in event → facts → decide → record → apply: none of its own. Labels of
facts, choices and decisions, units and the few words the core writes itself are
written in English inside ``_()``. The marker returns its argument; it is there
so that Odoo's term extraction finds the text. Translating happens outside the
core, where a user and a language are known: whoever shows a text hands in a
``Translate``.

>>> _("Days overdue")
'Days overdue'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Translate: TypeAlias = Callable[[str], str]
"""Gives a marked text in the reader's language, or unchanged."""


def _(text: str) -> str:
    """Mark ``text`` for extraction and return it unchanged."""
    return text


def untranslated(text: str) -> str:
    """The translation into English."""
    return text
