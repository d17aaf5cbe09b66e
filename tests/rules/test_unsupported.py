"""Deliberately not in the language: each stays refused until somebody decides."""

import pytest
from samples import REGISTRY, condition, pack_json, rule, threshold

import rules

REFUSED = {
    "groups in groups": rule(
        conditions=[{"any": [{"any": [condition("days", "=", 1)]}]}]
    ),
    "negated groups": rule(conditions=[{"none": [condition("days", "=", 1)]}]),
    "arithmetic": rule(
        conditions=[condition("days", ">", {"fact": "grace", "plus": 1})]
    ),
    "a literal factor": rule(
        conditions=[condition("amount", ">", {"fact": "limit", "times": 1.1})]
    ),
    "regular expressions": rule(conditions=[condition("note", "matches", "a.*")]),
    "order of texts": rule(conditions=[condition("note", "<", "b")]),
    "order of choices": rule(conditions=[condition("tier", "≥", "key")]),
    "facts in lists": rule(conditions=[condition("days", "in", [{"fact": "grace"}])]),
    "attributes in templates": rule(reason="{days.__class__}"),
    "formats in templates": rule(reason="{days:>10}"),
    "positions in templates": rule(reason="{0}"),
    "code in outcomes": rule(outcome={"effect": {"python": "1+1"}}),
    "facts in outcomes": rule(outcome={"effect": "hold", "hours": {"fact": "days"}}),
    "choice thresholds": None,
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what):
    """Either when the pack is read or when it is checked."""
    limits = [] if REFUSED[what] else [threshold("x", "choice", "key")]
    content = pack_json(*filter(None, [REFUSED[what]]), thresholds=limits)
    try:
        found = rules.check_pack(rules.load_pack(content), REGISTRY)
    except rules.PackError as err:
        found = err.faults
    assert found and all(fault.path for fault in found)
