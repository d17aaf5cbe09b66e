"""Service costs and the books: amounts in, exact amounts out.

Place in event → facts → decide → record → **apply**: what finance reviews and posts
is worked out here, from plain values, before anything of it becomes a record.
"""

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
    "Agreed",
    "Borne",
    "Given",
    "SplitError",
    "SplitProblem",
    "apportion",
    "fill_agreed",
    "split_exactly",
]
