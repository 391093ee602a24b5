"""Outages on demand: the clients of a service raise what they raise when it is away, throttles or refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


class Outages:
    """Makes services fail for as long as a test says."""

    def __init__(self) -> None:
        self._failing: dict[str, Exception] = {}

    def listen(self, events: "BaseEventHooks") -> None:
        """Stand between the clients that are made from these hooks and what they call."""
        events.register_first("before-call", self._fail)

    @contextmanager
    def of(self, service: str, error: Exception | None = None) -> Iterator[None]:
        """Let every call to a service end in an error, at best after all its retries: nobody is there unless said."""
        self._failing[service] = error or EndpointConnectionError(endpoint_url=f"https://{service}.example")
        try:
            yield
        finally:
            del self._failing[service]

    def _fail(self, model: Any, **_: Any) -> None:
        error = self._failing.get(model.service_model.service_name)
        if error is not None:
            raise error


def refusal(code: str, status: int = 400) -> ClientError:
    """What a client raises when the service answers, and says no."""
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Call")
