"""What the suites that try every door share; each says its ``ROLES`` and makes ``ids``."""

from __future__ import annotations

from typing import Any

import pytest

from rpc_callers import caller, log_in


@pytest.fixture(scope="module")
def clients(request, odoo_server, ids) -> dict[str, Any]:
    """A session of each role of the suite, once its people are there."""
    return log_in(odoo_server, request.module.ROLES)


@pytest.fixture
def call(odoo_server, clients):
    """``call(role, model, method, args, context)``: the answer's kind, and the answer."""
    return caller(odoo_server, clients)
