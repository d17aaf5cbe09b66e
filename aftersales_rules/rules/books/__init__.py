"""Service costs and the books: amounts in, exact amounts out.

Place in event → facts → decide → record → **apply**: what finance reviews and posts
is worked out here, from plain values, before anything of it becomes a record.
"""

from .documents import (
    Accounts,
    Document,
    DocumentKind,
    Grouping,
    Item,
    Line,
    Plan,
    PlanError,
    Role,
    Settings,
    freeze_analytic,
    plan_documents,
)
from .split import (
    Agreed,
    Borne,
    Given,
    SplitError,
    SplitProblem,
    apportion,
    fill_agreed,
    split_exactly,
)

__all__ = [
    "Accounts",
    "Agreed",
    "Borne",
    "Document",
    "DocumentKind",
    "Given",
    "Grouping",
    "Item",
    "Line",
    "Plan",
    "PlanError",
    "Role",
    "Settings",
    "SplitError",
    "SplitProblem",
    "apportion",
    "fill_agreed",
    "freeze_analytic",
    "plan_documents",
    "split_exactly",
]
