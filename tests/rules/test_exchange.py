"""Packs as files: what goes out comes in the same, and nothing else comes in (R8)."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samples import (
    COUNTED,
    ON,
    REGISTRY,
    Dice,
    compiled,
    condition,
    examples,
    rule,
    threshold,
)

import rules

PACKS = Path(rules.__file__).parent.parent / "data" / "packs"
LIMIT = threshold("days_max", "integer", 3, unit="days", minimum=0, maximum=9)
SHARE = threshold("share", "ratio", "1.1", label="Tolerance")
LATE = rule("late", [condition("days", ">", {"threshold": "days_max"})])
OTHER = rule("other", [condition("amount", ">", 5)], decision="holds")
seeds = st.integers(min_value=0, max_value=2**64 - 1)
many = settings(max_examples=examples(120), deadline=None, database=None)


def out(pack, decisions=None, **options):
    """The file of a compiled pack."""
    return rules.dump_exchange(pack.pack, pack.thresholds, decisions, **options)


def read(source, base=None):
    """A file that was read."""
    return rules.load_exchange(source, REGISTRY, base=base)


def refused(source):
    """What is wrong with a file."""
    with pytest.raises(rules.PackError) as caught:
        read(source)
    return [str(fault) for fault in caught.value.faults]


def changed(source, change):
    """The file after somebody wrote in it."""
    content = json.loads(source)
    change(content)
    return json.dumps(content).encode()


def bare(dmn):
    """A DMN file as tools leave it that keep nothing which they do not know."""
    text = dmn.decode()
    text = re.sub(r"(?s)<extensionElements>.*?</extensionElements>", "", text)
    assert "aftersales:" not in text.replace("aftersales:is", "")
    return text.encode()


def product():
    """The rules of the product."""
    parts = sorted(PACKS.glob("default*.json"))
    return rules.compile_pack(
        rules.load_pack_parts(each.read_bytes() for each in parts)
    )


# ---------------------------------------------------------------- round trip


@many
@given(seeds)
def test_a_pack_goes_out_and_comes_in_the_same(seed):
    """Random packs and values: equal to the last byte, and the checksum is right."""
    dice = Dice(seed)
    base = compiled(*dice.content()["rules"], thresholds=dice.content()["thresholds"])
    exchange = read(out(base))
    assert exchange.is_intact
    assert exchange.pack == base.pack
    assert exchange.values == dict(base.thresholds)
    taken = rules.take_tables(base, exchange, exchange.decisions)
    assert taken.canonical == base.pack.canonical


@many
@given(seeds)
@example(95441)  # two thresholds whose product is finer than a ratio may be
def test_a_decision_table_that_nobody_touched_changes_no_answer(seed):
    """Random packs through DMN, with and without what tools drop."""
    dice = Dice(seed)
    content = json.loads(json.dumps(dice.content()).replace("\\ud800", "?"))
    base = compiled(*content["rules"], thresholds=content["thresholds"])
    if rules.dmn_faults(base):
        COUNTED["random packs that a decision table cannot express"] += 1
        return
    for file in (rules.dump_dmn(base), bare(rules.dump_dmn(base))):
        try:
            exchange = read(file, base)
        except rules.PackError as err:  # 2.5 days, a ratio too fine
            assert file.count(b"extensionElements") == 0
            assert {each.code for each in err.faults} == {"value"}
            COUNTED["packs through DMN that need the names of thresholds"] += 1
            continue
        taken = rules.take_tables(base, exchange, exchange.decisions)
        values = {**rules.values_of(exchange, exchange.decisions), **base.thresholds}
        names = {each.name for each in taken.thresholds}
        after = rules.compile_pack(
            taken,
            REGISTRY,
            thresholds={name: values[name] for name in names},
        )
        COUNTED["packs through DMN and in"] += 1
        COUNTED["packs through DMN and in, equal"] += taken == base.pack
        for _ in range(20):
            facts = dice.facts()
            for decision in ("gate", "holds"):
                one = base.decide(decision, facts, on=ON)
                two = after.decide(decision, facts, on=ON)
                assert one.matched == two.matched
                assert one.outcome == two.outcome


def test_tables_of_the_product_come_back_from_a_modeller_as_they_are():
    """Each table alone, also from a tool that drops what it does not know."""
    base = product()
    for name in dict.fromkeys(each.decision for each in base.pack.rules):
        for file in (rules.dump_dmn(base, [name]), bare(rules.dump_dmn(base, [name]))):
            exchange = rules.load_exchange(file, base=base)
            taken = rules.take_tables(base, exchange, [name])
            assert taken.canonical == base.pack.canonical, name


# ------------------------------------------------------------ table by table


def test_a_table_that_is_not_taken_stays_to_the_last_letter():
    base = compiled(LATE, OTHER, rule("last"), thresholds=[LIMIT])
    theirs = compiled(
        {**LATE, "label": "Late"},
        {**OTHER, "label": "Other"},
        rule("new", sequence=5),
        thresholds=[LIMIT],
    )
    taken = rules.take_tables(base, read(out(theirs)), ["gate"])
    assert [each.name for each in taken.rules] == ["late", "other", "new"]
    assert [each.label for each in taken.rules] == ["Late", "", ""]


def test_one_cell_changes_one_condition():
    """The rest keeps its spelling, its order and its thresholds."""
    old = rule(
        "late",
        [
            condition("tier", "in", ["key"]),
            condition("amount", "between", [0, "100.00"]),
            condition("days", ">", {"threshold": "days_max"}),
        ],
        requirement=["O1"],
        i18n={"zh": {"label": "X"}},
    )
    base = compiled(old, OTHER, thresholds=[LIMIT])
    for file in (rules.dump_dmn(base), bare(rules.dump_dmn(base))):
        file = file.replace(b"[0..100]", b"[0..250]")
        exchange = read(file, base)
        taken = rules.take_tables(base, exchange, exchange.decisions)
        [change] = rules.compare_packs(base.pack, taken).rules
        assert (change.name, change.cells) == ("late", ())
        [cell] = change.conditions
        assert (cell.kind, cell.place_before, cell.place_after) == ("changed", 1, 1)
        assert [str(each) for each in cell.after["operand"]] == ["0", "250"]


def test_a_row_that_was_added_stands_where_the_table_says():
    base = compiled(LATE, rule("last", sequence=30), thresholds=[LIMIT])
    text = rules.dump_dmn(base).decode()
    row = re.search(r'(?s)<rule id="row\.gate\.last">.*?</rule>', text)[0]
    new = row.replace('"last"', '"urgent"').replace("row.gate.last", "row.gate.new")
    new = re.sub(r"(?s)<extensionElements>.*?</extensionElements>", "", new)
    exchange = read(text.replace(row, new + row).encode(), base)
    taken = rules.take_tables(base, exchange, ["gate"])
    assert [each.name for each in taken.rules] == ["late", "urgent", "last"]
    assert [each.sequence for each in taken.rules] == [10, 10, 30]


def test_thresholds_come_with_the_tables_that_use_them():
    theirs = compiled(
        LATE,
        rule("big", [condition("amount", ">", {"fact": "limit", "times": "share"})],
             decision="holds"),
        thresholds=[{**LIMIT, "maximum": 20}, SHARE, {**SHARE, "name": "unused"}],
        days_max=7,
    )  # fmt: skip
    base = compiled(rule("first"), thresholds=[LIMIT])
    exchange = read(out(theirs))
    taken = rules.take_tables(base, exchange, ["holds"])
    assert [each.name for each in taken.thresholds] == ["days_max", "share"]
    assert taken.thresholds[0].maximum == 9
    taken = rules.take_tables(base, exchange, ["gate", "holds"])
    assert [each.name for each in taken.thresholds] == ["days_max", "share", "unused"]
    assert taken.thresholds[0].maximum == 20
    assert rules.values_of(exchange, ["gate"]) == {"days_max": 7}


def test_a_table_of_dmn_leaves_known_thresholds_as_they_are_declared():
    """Its file says a value, not the bounds, the default and the translations."""
    base = compiled(LATE, thresholds=[LIMIT], days_max=5)
    exchange = read(rules.dump_dmn(base), base)
    assert rules.take_tables(base, exchange, ["gate"]) == base.pack
    assert exchange.values == {"days_max": 5}


# --------------------------------------------------------------------- files


def test_the_checksum_tells_a_file_that_was_written_in():
    file = out(compiled(LATE, thresholds=[LIMIT]))
    assert read(file).is_intact is True
    assert read(file.replace(b"\n", b"\r\n")).is_intact is True
    assert (
        read(changed(file, lambda it: it["values"].update(days_max=4))).is_intact
        is False
    )
    assert read(changed(file, lambda it: it.pop("checksum"))).is_intact is None


def test_a_bare_pack_is_read_with_its_defaults():
    pack = compiled(LATE, thresholds=[LIMIT]).pack
    content = {"$schema": "x.json", **json.loads(pack.to_json())}
    exchange = read(json.dumps(content).encode())
    assert (exchange.pack, exchange.values) == (pack, {"days_max": 3})


def test_a_file_says_where_it_comes_from_and_what_it_needs():
    file = out(
        compiled(LATE, thresholds=[LIMIT]),
        about={"company": "Insulators", "version": "Version 3"},
        addons={"gate": ["an_addon"]},
    )
    exchange = read(file)
    assert exchange.about == {"company": "Insulators", "version": "Version 3"}
    assert exchange.addons == {"gate": ("an_addon",)}
    strange = {"about": {"company": 5, "x": "y"}, "addons": {"gate": [1], "b": {}}}
    exchange = read(changed(file, lambda it: it.update(strange)))
    assert (exchange.about, exchange.addons) == ({}, {"gate": ()})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"format": "x"}, "format: 'x' is not read; expected aftersales-rules"),
        ({"pack": []}, "pack: no rules in it; expected an object"),
        ({"values": []}, "values: not an object"),
        ({"about": 1}, "about: not an object"),
        ({"addons": None}, "addons: not an object"),
        ({"valeus": {}}, "valeus: unknown key 'valeus'; did you mean 'values'?"),
        (
            {"values": {"day_max": 1}},
            "values.day_max: unknown threshold 'day_max'; did you mean 'days_max'?",
        ),
        (
            {"values": {"days_max": [1]}},
            "values.days_max: a list of 1 is not a value; expected a value",
        ),
        (
            {"values": {"days_max": None}},
            "values.days_max: None is not a value; expected a value",
        ),
        (
            {"values": {"days_max": "soon"}},
            "values.days_max: 'soon' is not an integer; expected an integer value",
        ),
        (
            {"pack": {"schema_version": 1, "name": "Big"}},
            "pack.name: 'Big' is not a name; expected a-z, 0-9 and _, starting with a "
            "letter",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_path_in_the_file(change, fault):
    file = out(compiled(LATE, thresholds=[LIMIT]))
    assert refused(changed(file, lambda it: it.update(change)))[0] == fault


def test_a_path_in_the_file_tells_its_decision():
    exchange = read(out(compiled(LATE, OTHER, thresholds=[LIMIT])))
    assert exchange.decision_at("pack.rules[1].conditions[0].fact") == "holds"
    assert exchange.decision_at("pack.thresholds[0]") is None
    assert exchange.decision_at("pack.rules[9]") is None
    assert exchange.decision_at("") is None


@many
@given(seeds)
def test_a_broken_file_is_read_or_refused(seed):
    """Bytes changed, cut, doubled: never another error than one in words."""
    dice = random.Random(seed)
    base = compiled(LATE, OTHER, thresholds=[LIMIT, SHARE])
    file = bytearray(dice.choice([out(base), rules.dump_dmn(base)]))
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(file))
        end = at + dice.choice([0, 1, 1, 2, 30])
        file[at:end] = dice.choice(
            [b"", bytes([dice.randrange(256)]), file[at:end] * 2, b'"', b"<", b"null"]
        )
    try:
        exchange = read(bytes(file), base)
        rules.take_tables(base, exchange, exchange.decisions)
    except rules.PackError as err:
        assert str(err)
        COUNTED["broken files refused"] += 1
    else:
        COUNTED["broken files read"] += 1


def test_a_file_that_is_far_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr("rules.exchange.FILE_MAX", 10)
    assert refused(b" " * 11) == ["file of 11 bytes; expected up to 10"]


# -------------------------------------------------------------------- schema


def test_the_schema_knows_files_and_bare_packs():
    schema = rules.exchange_json_schema(REGISTRY)
    assert json.loads(json.dumps(schema)) == schema
    content = json.loads(out(compiled(LATE, thresholds=[LIMIT])))
    assert set(content) == set(schema["then"]["properties"])
    assert schema["else"] == {"$ref": "#/$defs/Pack"}
    pack = schema["$defs"]["Pack"]
    assert set(content["pack"]) <= set(pack["properties"])
    assert "$schema" in pack["properties"]
    names = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
    assert names <= set(schema["$defs"])
