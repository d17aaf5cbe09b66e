"""durable_rules behind a small adapter (to come); until then the plain evaluator."""

from __future__ import annotations

from typing import Any, NamedTuple


class EngineStatus(NamedTuple):
    """Which engine decides in this process, and why."""

    name: str
    detail: str


def engine_status() -> EngineStatus:
    """Whether the extension can be loaded here."""
    return EngineStatus("plain", "the adapter is not written yet")


class DurableRules:
    """Rules of one decision in durable_rules."""

    def __init__(self, spec: Any, rules: Any) -> None:
        raise NotImplementedError

    def matched(self, values: dict[str, Any]) -> set[int]:
        raise NotImplementedError
