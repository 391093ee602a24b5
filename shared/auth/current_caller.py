"""The current caller, for the duration of a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shared.auth.models import Caller
from shared.runtime.observability import logger

_CALLER: ContextVar[Caller] = ContextVar("caller")


def caller() -> Caller:
    """The caller of this request, for routes to depend on; a public route has none.

    Raises:
        LookupError: the route is public.
    """
    return _CALLER.get()


@contextmanager
def acting_as(who: Caller) -> Iterator[None]:
    """Set the current caller, also in the log."""
    token = _CALLER.set(who)
    logger().append_keys(key_id=who.key_id, subject=who.subject)
    try:
        yield
    finally:
        logger().remove_keys(["key_id", "subject"])
        _CALLER.reset(token)
