"""Merging: nobody's change is lost, and only real conflicts are reported (R3)."""

from hypothesis import given
from hypothesis import strategies as st
from samples import pack, rule, threshold

import rules

NAMES = [f"r{number}" for number in range(5)]


def made(content, values=None):
    """A side: rules by name with a label each, in this order; values of thresholds."""
    names, labels = content
    one = pack(
        *(rule(name, label=labels[name]) for name in names),
        thresholds=[
            threshold(name, "integer", 1, label=labels[name]) for name in names
        ],
    )
    return one, values or {}


sides = st.tuples(
    st.lists(st.sampled_from(NAMES), unique=True),
    st.fixed_dictionaries({name: st.sampled_from("abc") for name in NAMES}),
)


def content_of(side):
    return {each.name: each.label for each in side.rules}


@given(sides, sides)
def test_what_only_one_side_changed_is_taken_as_it_is(base, changed):
    """Without a change of the other side the result is the changed side."""
    base, changed = made(base), made(changed)
    mine = rules.merge_packs(base, changed, base)
    theirs = rules.merge_packs(base, base, changed)
    assert not mine.conflicts and not theirs.conflicts
    assert content_of(mine.pack) == content_of(changed[0])
    assert theirs.pack == changed[0]


@given(sides, sides)
def test_what_both_changed_alike_is_no_conflict(base, changed):
    """The same change twice is one change."""
    base, changed = made(base), made(changed)
    both = rules.merge_packs(base, changed, changed)
    assert not both.conflicts
    assert both.pack == changed[0]


@given(sides, sides, sides)
def test_each_rule_is_judged_alone(base, mine, theirs):
    """Told rule by rule from three labels; gone is a label too."""
    result = rules.merge_packs(made(base), made(mine), made(theirs))
    expected, conflicts = {}, set()
    for name in NAMES:
        before, own, other = (
            labels[name] if name in names else None
            for names, labels in (base, mine, theirs)
        )
        if own != before and other != before and own != other:
            conflicts.add(name)
            chosen = other
        else:
            chosen = other if own == before else own
        if chosen is not None:
            expected[name] = chosen
    assert content_of(result.pack) == expected
    assert {each.name for each in result.conflicts if each.kind == "rule"} == conflicts
    assert {each.name: each.label for each in result.pack.thresholds} == expected


@given(sides, st.permutations(NAMES))
def test_an_order_that_one_side_changed_is_kept(base, order):
    """Dragging rules survives a publication of somebody else's threshold."""
    names, labels = base
    dragged = [name for name in order if name in names]
    result = rules.merge_packs(made(base), made((dragged, labels)), made(base))
    assert [each.name for each in result.pack.rules] == dragged


def test_a_new_rule_stands_where_it_was_put():
    """After the rule it was put after, though others came in between."""
    labels = dict.fromkeys(NAMES, "a")
    base, mine, theirs = ["r0", "r1"], ["r0", "r2", "r1"], ["r3", "r0", "r4", "r1"]
    result = rules.merge_packs(*(made((side, labels)) for side in (base, mine, theirs)))
    assert [each.name for each in result.pack.rules] == ["r3", "r0", "r2", "r4", "r1"]


def test_values_are_merged_like_rules():
    """Two people who set two thresholds both get what they set."""
    one = (["r0", "r1"], dict.fromkeys(NAMES, "a"))
    base = made(one, {"r0": 1, "r1": 1})
    mine = made(one, {"r0": 2, "r1": 1})
    theirs = made(one, {"r0": 1, "r1": 3})
    assert rules.merge_packs(base, mine, theirs).values == {"r0": 2, "r1": 3}
    against = rules.merge_packs(base, mine, made(one, {"r0": 5, "r1": 1}))
    assert [(each.kind, each.name) for each in against.conflicts] == [("value", "r0")]
    assert against.values["r0"] == 5


def test_the_merged_pack_has_its_own_spelling():
    """What was remembered of the other pack is not taken for it."""
    labels = dict.fromkeys(NAMES, "a")
    base = made((["r0"], labels))
    base[0].canonical  # noqa: B018  asked for, so that it is remembered
    result = rules.merge_packs(base, made((["r0", "r1"], labels)), base)
    assert rules.load_pack(result.pack.canonical) == result.pack
