"""Words that say what a complaint is about: the list, and where it is met (C1, C2).

Place in event → facts → decide → record → apply: *facts*. An administrator keeps the
list, in any language; here is how a text is compared with it. Upper and lower case,
the width of characters and blanks do not count. In scripts with blanks between words
a keyword is found as a whole word only; where words are written together, as in
Chinese, anywhere. A keyword that stands only inside a longer one is not found: with
``safety glass`` on the list, glass that is called so does not mean danger.

What a sentence says about a word is not attempted: "nobody was hurt" contains "hurt".

>>> matcher = KeywordMatcher([("safety", "hurt"), ("compensation", "赔偿")])
>>> matcher.find("A worker was HURT. 要求赔偿！")
{'safety': ('hurt',), 'compensation': ('赔偿',)}
>>> matcher.find("It hurts nobody")
{}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser

from .i18n import _

KEYWORD_TOPICS = {
    "complaint": _("Complaint"),
    "compensation": _("Compensation"),
    "safety": _("Safety"),
    "publicity": _("Publicity"),
    "urgent": _("Urgent"),
    "quantity": _("Quantity"),
    "delivery_time": _("Delivery time"),
    "transport_damage": _("Transport damage"),
    "construction": _("Construction"),
    "product_quality": _("Product quality"),
    "sales_service": _("Sales service"),
    "maintenance_service": _("Maintenance service"),
    "ignored": _("Means nothing"),
}
"""What a keyword stands for."""

IGNORED = "ignored"
"""The topic of longer terms that hide a keyword inside them; never an answer."""

TEXT_MAX = 50_000
"""Characters of a text that are looked at: mails may quote years of letters."""

_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main ol p pre section table tbody td tfoot th thead tr ul".split()
)
_HIDDEN = frozenset(("head", "script", "style", "template", "title"))
_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # radicals, marks
    "\u3040-\u31ff"  # kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\uac00-\ud7af\u1100-\u11ff"  # Hangul: particles are joined to words
    "\U00020000-\U0003ffff"  # more Han
    "]"
)


class _Text(HTMLParser):
    """What a reader of a page sees, blocks apart from each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag == "body":
            self._hidden.clear()  # a head that nobody closed
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def html_to_words(html: str) -> str:
    """The words of a page, without tags, scripts and styles.

    >>> html_to_words("<p>bro<b>ken</b></p><p>in&nbsp;two</p>").split()
    ['broken', 'in', 'two']
    """
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


def normalise_words(text: str) -> str:
    """A text as it is compared: one case, one width, single blanks.

    Between characters of a script without blanks, blanks and line ends mean nothing.

    >>> normalise_words("  ＢＲＯＫＥＮ\\n glass ")
    'broken glass'
    >>> normalise_words("赔\\n偿 now")
    '赔偿 now'
    """
    for _turn in range(2):
        # folding may leave what another form of the same text would not have
        text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text)
    # soft hyphens and joiners are not seen, so they do not divide a word
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    words = text.split()
    joined: list[str] = []
    for word in words:
        if joined and not (_is_unspaced(joined[-1][-1]) and _is_unspaced(word[0])):
            joined.append(" ")
        joined.append(word)
    return "".join(joined)


@lru_cache(maxsize=8192)
def _is_unspaced(char: str) -> bool:
    return bool(_UNSPACED.match(char))


@lru_cache(maxsize=8192)
def _is_word_char(char: str) -> bool:
    """Is this a part of a word in a script with blanks between words?"""
    if char == "_":
        return True
    return unicodedata.category(char)[0] in "LMN" and not _is_unspaced(char)


class KeywordMatcher:
    """A list of keywords, ready to be looked for in many texts."""

    __slots__ = ("_by_first", "_entries")

    def __init__(self, keywords: Iterable[tuple[str, str]]) -> None:
        """Take topics and words; what is empty is left out."""
        entries: dict[str, dict[str, str]] = {}
        for topic, word in keywords:
            key = normalise_words(word)
            if key:
                entries.setdefault(key, {}).setdefault(topic, word.strip())
        by_first: dict[str, list[str]] = {}
        for key in sorted(entries, key=lambda each: (-len(each), each)):
            by_first.setdefault(key[0], []).append(key)
        self._entries = entries
        self._by_first = by_first

    def find(self, *texts: str) -> dict[str, tuple[str, ...]]:
        """Topics of these texts, each with the words that say so as they are listed."""
        found: dict[str, dict[str, None]] = {}
        for text in texts:
            for key in self._occurrences(normalise_words((text or "")[:TEXT_MAX])):
                for topic, word in self._entries[key].items():
                    if topic != IGNORED:
                        found.setdefault(topic, {})[word] = None
        return {topic: tuple(words) for topic, words in found.items()}

    def _occurrences(self, text: str) -> Iterator[str]:
        """Keywords in the order of the text, none inside a longer one."""
        reached = 0
        for start, char in enumerate(text):
            for key in self._by_first.get(char, ()):
                if text.startswith(key, start) and _stands_alone(text, start, key):
                    if start + len(key) > reached:
                        reached = start + len(key)
                        yield key
                    # the longest comes first: others are inside of it
                    break


def _stands_alone(text: str, start: int, key: str) -> bool:
    """Whether a keyword is no part of a longer word."""
    end = start + len(key)
    before = start > 0 and _is_word_char(text[start - 1]) and _is_word_char(key[0])
    after = end < len(text) and _is_word_char(text[end]) and _is_word_char(key[-1])
    return not before and not after
