"""docs/extending.md is written from the example addon, and stays so (R9)."""

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "tests" / "addons" / "aftersales_rules_purchase_demo"
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
_PART = re.compile(r"`([\w/.]+\.\w+)`:$|^```\w+\n(.*?)\n```$", re.M | re.S)


def excerpts():
    """Each block with the file that was named last before it."""
    path = None
    for named, code in _PART.findall(PAGE):
        if code:
            yield path, code
        path = named or path


@pytest.mark.parametrize(("path", "code"), list(excerpts()))
def test_a_block_stands_in_the_addon(path, code):
    """Word by word, but for how far it is indented."""
    source = (ADDON / path).read_text(encoding="utf-8")
    indented = (textwrap.indent(code, " " * depth) for depth in range(0, 17, 2))
    assert any(each in source for each in indented)


def test_all_blocks_are_looked_at():
    """A block in a form that the pattern misses would never be compared."""
    assert len(list(excerpts())) == PAGE.count("\n```") // 2 > 15


def test_the_page_names_only_what_there_is():
    """Files of the example, and methods that it may call or extend."""
    for path in {path for path, _code in excerpts()}:
        assert (ADDON / path).is_file()
    sources = "".join(
        file.read_text(encoding="utf-8")
        for folder in (ROOT / "aftersales_rules" / "models", ADDON)
        for file in folder.rglob("*.py")
    )
    for name in re.findall(r"`(?:[\w.]+\.)?(_\w+)(?:\(\))?`", PAGE):
        assert f"def {name}(" in sources, name
