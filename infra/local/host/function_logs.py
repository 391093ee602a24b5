"""What the deployed functions log, read from the emulator's CloudWatch Logs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

_PREFIX = "/aws/lambda/"
_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FunctionLogs:
    """The log groups of the functions of a platform that is up."""

    session: "boto3.Session"
    endpoint: str

    def groups(self) -> dict[str, str]:
        """Return the log groups by the name that their function has in the manifest."""
        pages = self._client().get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
        names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
        return {function_of(name): name for name in names}

    def tail(self, group: str, *, lines: int, follow: bool) -> Iterator[str]:
        """Return the last lines of a log group, and then new ones as they come if asked to."""
        events = self._since(group, 0)
        yield from (event["message"].rstrip("\n") for event in events[-lines:])
        while follow:
            time.sleep(_POLL_SECONDS)
            known = {event["eventId"] for event in events}
            latest = max((event["timestamp"] for event in events), default=0)
            events = self._since(group, latest)
            yield from (event["message"].rstrip("\n") for event in events if event["eventId"] not in known)

    def _since(self, group: str, milliseconds: int) -> list[dict[str, Any]]:
        pages = self._client().get_paginator("filter_log_events").paginate(logGroupName=group, startTime=milliseconds)
        return [event for page in pages for event in page["events"]]

    def _client(self) -> Any:
        return self.session.client("logs", endpoint_url=self.endpoint)


def function_of(group: str) -> str:
    """Return `stream_consumer` for `/aws/lambda/tally-local-stream-consumer`."""
    return group.removeprefix(_PREFIX).split("-", 2)[-1].replace("-", "_")
