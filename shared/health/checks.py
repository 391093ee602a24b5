"""Checks all dependencies in parallel, within a timeout."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.health.models import Dependency, DependencyStatus, Health, OverallStatus
from shared.runtime.dynamodb import serialize
from shared.runtime.errors import Unavailable
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_s3 import S3Client

    from shared.runtime.models import Clock

S3_PREFIX = "health"
"""A prefix of the lake without objects, so that the check may list nothing that there is."""

PATIENCE_SECONDS = 2.0
REMEMBERED_FOR = timedelta(seconds=5)
_COME_AGAIN_SECONDS = 5


@dataclass(frozen=True)
class DependencyCheck:
    """A request to a dependency; it passes unless it raises."""

    name: str
    ask: Callable[[], object]
    required: bool = False


def dynamodb_check(dynamodb: "DynamoDBClient", versions_table: str) -> DependencyCheck:
    """Read an item that does not exist."""
    key = serialize({"table_name": "health"})
    return DependencyCheck("dynamodb", lambda: dynamodb.get_item(TableName=versions_table, Key=key), required=True)


def s3_check(s3: "S3Client", lake: str) -> DependencyCheck:
    """List an empty prefix of the lake's bucket; `HeadBucket` needs the right to list all of it."""
    return DependencyCheck(
        "s3", lambda: s3.list_objects_v2(Bucket=lake, Prefix=f"{S3_PREFIX}/", MaxKeys=1), required=True
    )


def kinesis_check(kinesis: "KinesisClient", stream: str) -> DependencyCheck:
    """Describe the event stream."""
    return DependencyCheck("kinesis", lambda: kinesis.describe_stream_summary(StreamName=stream))


def athena_check(athena: "AthenaClient", work_group: str) -> DependencyCheck:
    """Describe the work group."""
    return DependencyCheck("athena", lambda: athena.get_work_group(WorkGroup=work_group))


class Checkup:
    """Runs the checks in parallel; a report is cached, because the route is public and the checked APIs have limits."""

    def __init__(
        self, checks: Sequence[DependencyCheck], clock: "Clock", *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._checks = checks
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._last: Health | None = None

    def health(self) -> Health:
        """Return the health report.

        Raises:
            Unavailable: an essential dependency is down; the details name it.
        """
        if self._last is None or self._clock() - self._last.checked_at >= REMEMBERED_FOR:
            self._last = self._examine()
        if self._last.status is OverallStatus.DOWN:
            raise Unavailable(
                "A required dependency is down; details has the report",
                details=self._last.model_dump(mode="json"),
                retry_after=_COME_AGAIN_SECONDS,
            )
        return self._last

    def _examine(self) -> Health:
        pool = ThreadPoolExecutor(len(self._checks), thread_name_prefix="checkup")
        started = [(check, pool.submit(_measure, check)) for check in self._checks]
        wait([future for _, future in started], timeout=self._patience_seconds)
        pool.shutdown(wait=False, cancel_futures=True)
        found = [self._to_dependency(check, future) for check, future in started]
        return Health(status=_overall(found), checked_at=self._clock(), dependencies=found)

    def _to_dependency(self, check: DependencyCheck, future: "Future[tuple[float, Exception | None]]") -> Dependency:
        took, problem = future.result() if future.done() else (self._patience_seconds, TimeoutError(check.name))
        if problem is not None:
            logger().warning("a dependency does not respond", dependency=check.name, exc_info=problem)
            count("DependencyDown")
        return Dependency(
            name=check.name,
            required=check.required,
            status=DependencyStatus.OK if problem is None else DependencyStatus.DOWN,
            latency_ms=round(took * 1000, 1),
        )


def _measure(check: DependencyCheck) -> tuple[float, Exception | None]:
    started, problem = perf_counter(), None
    try:
        check.ask()
    except (BotoCoreError, ClientError) as error:
        problem = error
    return perf_counter() - started, problem


def _overall(found: Sequence[Dependency]) -> OverallStatus:
    down = [each for each in found if each.status is DependencyStatus.DOWN]
    if any(each.required for each in down):
        return OverallStatus.DOWN
    return OverallStatus.DEGRADED if down else OverallStatus.OK
