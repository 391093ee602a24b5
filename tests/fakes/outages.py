"""Simulated outages: the clients of a service raise the errors of an unreachable, throttling or refusing service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


class Outages:
    """Makes services fail while a test requests it."""

    def __init__(self) -> None:
        self._failing: dict[str, Exception] = {}

    def listen(self, events: "BaseEventHooks") -> None:
        """Intercept the calls of clients that are made from these hooks."""
        events.register_first("before-call", self._fail)

    @contextmanager
    def of(self, service: str, error: Exception | None = None) -> Iterator[None]:
        """Fail every call to a service after its retries, by default as unreachable."""
        self._failing[service] = error or EndpointConnectionError(endpoint_url=f"https://{service}.example")
        try:
            yield
        finally:
            del self._failing[service]

    def _fail(self, model: Any, **_: Any) -> None:
        error = self._failing.get(model.service_model.service_name)
        if error is not None:
            raise error


def refusal(code: str, status: int = 400, message: str = "no") -> ClientError:
    """The error that a client raises when the service rejects a call."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Call")
