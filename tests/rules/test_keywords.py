"""Words of a complaint: what is found in a text, and what is not."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.keywords import (
    IGNORED,
    TEXT_MAX,
    KeywordMatcher,
    html_to_words,
    normalise_words,
)

WORDS = [
    ("complaint", "complaint"),
    ("complaint", "投诉"),
    ("compensation", "refund"),
    ("compensation", "赔偿"),
    ("safety", "safety"),
    ("safety", "安全"),
    (IGNORED, "safety glass"),
    (IGNORED, "安全玻璃"),
    ("transport_damage", "damaged in transit"),
    ("product_quality", "damaged"),
    ("urgent", "C++"),
]


@pytest.fixture(scope="module")
def matcher():
    return KeywordMatcher(WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My COMPLAINT.", {"complaint": ("complaint",)}),
        ("My complaints", {}),
        ("discomplaint", {}),
        ("complaint_id", {}),
        ("(complaint)", {"complaint": ("complaint",)}),
        ("complaint不满", {"complaint": ("complaint",)}),
        ("我要投诉你们", {"complaint": ("投诉",)}),
        ("我要投\n  诉你们", {"complaint": ("投诉",)}),
        ("ｃｏｍｐｌａｉｎｔ", {"complaint": ("complaint",)}),
        ("com\u00adplaint", {"complaint": ("complaint",)}),
        ("damaged   in\n transit", {"transport_damage": ("damaged in transit",)}),
        (
            "damaged in transit, and another one damaged",
            {
                "transport_damage": ("damaged in transit",),
                "product_quality": ("damaged",),
            },
        ),
        ("safety glass", {}),
        ("safety glass is a safety matter", {"safety": ("safety",)}),
        ("安全玻璃", {}),
        ("安全玻璃，不安全", {"safety": ("安全",)}),
        ("C++ now", {"urgent": ("C++",)}),
        ("", {}),
    ],
)
def test_found(matcher, text, expected):
    assert matcher.find(text) == expected


def test_several_texts_are_one_answer_in_their_order(matcher):
    """Title and text of a ticket; each word once, as it is written in the list."""
    assert matcher.find("Refund", "refund, 赔偿, REFUND", None) == {
        "compensation": ("refund", "赔偿")
    }


def test_one_word_may_have_several_topics():
    matcher = KeywordMatcher([("safety", "Fire"), ("urgent", "fire"), ("safety", " ")])
    assert matcher.find("FIRE!") == {"safety": ("Fire",), "urgent": ("fire",)}


def test_a_very_long_text_is_cut(matcher):
    assert matcher.find("x " * TEXT_MAX + "refund") == {}


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>a &lt; b</p>", ["a", "<", "b"]),
        ("<div>one</div><div>two</div>", ["one", "two"]),
        ("one<br>two<br/>three", ["one", "two", "three"]),
        ("o<i>n</i>e", ["one"]),
        ("<style>p {color: refund}</style>x<script>refund</script>", ["x"]),
        ("<head><title>refund</title></head>x", ["x"]),
        ("<a title='refund' href='refund'>x</a>", ["x"]),
        ("<!-- refund -->x", ["x"]),
        ("<td>one<td>two", ["one", "two"]),
        ("<head><meta><body>one", ["one"]),
        ("not < closed <b", ["not", "<", "closed"]),
    ],
)
def test_html_is_read_as_a_reader_sees_it(html, words):
    assert html_to_words(html).split()[: len(words)] == words
    assert "refund" not in html_to_words(html)


# ------------------------------------------------------- against an oracle

_ALPHABET = "ab AB_-é\n赔偿安全ＡÅ１2ไ"
_TEXTS = st.text(st.sampled_from(_ALPHABET), max_size=30)
_KEYWORDS = st.lists(
    st.tuples(st.sampled_from(["safety", "urgent", IGNORED]), _TEXTS), max_size=6
)


def oracle(keywords, text):
    """Each occurrence of each keyword, then away with those inside longer ones."""
    text = normalise_words(text)

    def joins(left, right):
        spaced = [
            (unicodedata.category(c)[0] in "LMN" or c == "_") and c not in "赔偿安全ไ"
            for c in (left, right)
        ]
        return all(spaced)

    spans = set()
    for topic, word in keywords:
        key = normalise_words(word)
        for start in range(len(text)) if key else ():
            end = start + len(key)
            if text[start:end] != key:
                continue
            if start and joins(text[start - 1], key[0]):
                continue
            if end < len(text) and joins(key[-1], text[end]):
                continue
            spans.add((start, end, topic))
    return {
        topic
        for start, end, topic in spans
        if topic != IGNORED
        and not any(
            a <= start and end <= b and (a, b) != (start, end) for a, b, _t in spans
        )
    }


@given(_KEYWORDS, _TEXTS)
def test_the_matcher_agrees_with_trying_everything(keywords, text):
    assert set(KeywordMatcher(keywords).find(text)) == oracle(keywords, text)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    assert normalise_words(normalise_words(text)) == normalise_words(text)


@given(_TEXTS, _TEXTS, _TEXTS)
def test_a_keyword_is_found_in_a_text_made_around_it(before, word, after):
    """With blanks and a stop around it, whatever stands beside."""
    assume(normalise_words(word))
    matcher = KeywordMatcher([("safety", word)])
    assert matcher.find(f"{before} . {word} . {after}")["safety"] == (word.strip(),)


@given(st.text(max_size=200))
def test_no_text_and_no_markup_breaks_it(text):
    """What a customer writes is never an error."""
    KeywordMatcher(WORDS).find(html_to_words(text), text)
    KeywordMatcher([("safety", text)]).find(text)


@given(_TEXTS)
def test_case_and_width_of_the_text_do_not_matter(text):
    matcher = KeywordMatcher(WORDS)
    wide = "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text
    )
    assert matcher.find(text.upper()) == matcher.find(text) == matcher.find(wide)
