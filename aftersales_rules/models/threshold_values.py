# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Values of thresholds as they are stored, and as rules compare them."""

import json
from collections.abc import Mapping

from ..rules import Pack, parse_value, to_json


def read_values(pack: Pack, stored: Mapping[str, object]) -> dict[str, object]:
    """Threshold values of a pack, typed; of those that were never set the default."""
    return {
        spec.name: parse_value(spec, stored.get(spec.name, spec.default))
        for spec in pack.thresholds
    }


def to_text(value: object) -> str:
    """The one stored spelling of a threshold's value; ``parse_value`` reads it."""
    value = to_json(value)
    return value if isinstance(value, str) else json.dumps(value)
