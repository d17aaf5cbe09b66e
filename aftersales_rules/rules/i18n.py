"""Marking texts for translation, without a translation engine.

Place in event → facts → decide → record → apply: none of its own. Labels of
facts, choices and decisions are written in English inside ``_()``. The marker
returns its argument; it is there so that Odoo's term extraction finds the text.
Translating happens outside the core, where a user and a language are known.

>>> _("Days overdue")
'Days overdue'
"""

from __future__ import annotations


def _(text: str) -> str:
    """Mark ``text`` for extraction and return it unchanged."""
    return text
