"""Python's garbage collector, at rest while it could only be in the way."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(work: Callable[P, T]) -> Callable[P, T]:
    """Let the collector rest while work makes some 10 000 values that are all still needed.

    It would look at each of them again and again, which takes as long as reading them from JSON. What is given up in
    the meantime goes by its count of references.
    """

    @wraps(work)
    def undisturbed(*args: P.args, **kwargs: P.kwargs) -> T:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if was_on:
                gc.enable()

    return undisturbed
