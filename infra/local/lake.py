"""The lake seen from outside: whether it is empty, and when everything sent to it is merged."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import boto3

from infra.local.deploy.outputs import StackOutputs

QUIET_SECONDS = 4.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Lake:
    """The deployed lake."""

    session: boto3.Session
    endpoint: str
    outputs: StackOutputs

    def is_empty(self) -> bool:
        """Return whether nothing was ever sent: each delivery is recorded in the ledger first."""
        ledger = self.outputs.every.get("LedgerTableName")
        if ledger is None:
            return True
        dynamodb = self.session.client("dynamodb", endpoint_url=self.endpoint)
        return not dynamodb.scan(TableName=ledger, Limit=1)["Items"]

    def pending(self) -> int:
        """Return the number of objects (at most a thousand) that are not merged yet.

        Messages are not counted: those of a killed consumer reappear minutes after their objects are merged.
        """
        if self.outputs.lake_bucket is None:
            return 0
        s3 = self.session.client("s3", endpoint_url=self.endpoint)
        return s3.list_objects_v2(Bucket=self.outputs.lake_bucket, Prefix="incoming/", MaxKeys=1000)["KeyCount"]


def settle(
    pending: Callable[[], int],
    *,
    timeout: float,
    tell: Callable[[int], None],
    quiet: float = QUIET_SECONDS,
    poll: float = _POLL_SECONDS,
) -> bool:
    """Wait until nothing was pending for long enough to cover records still in the stream; False if time runs out."""
    deadline = time.monotonic() + timeout
    quiet_since: float | None = None
    while (now := time.monotonic()) < deadline:
        waiting = pending()
        tell(waiting)
        if waiting:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since >= quiet:
            return True
        time.sleep(poll)
    return False
