"""Runs queries in Athena: acquires a permit, waits within a timeout or stops the query; returns typed rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.athena.failures import RETRY_SECONDS, failure, is_transient, log_failure, not_started
from shared.athena.limits import parameters
from shared.athena.sql import Statement
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.deadline import Timeout, deadline
from shared.runtime.errors import Unavailable
from shared.runtime.models import utc
from shared.runtime.observability import logger
from shared.runtime.resources import WorkGroup

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_athena.type_defs import QueryExecutionTypeDef, RowTypeDef, StartQueryExecutionInputTypeDef

    from shared.athena.concurrency import QueryConcurrency
    from shared.athena.result_file import Cells, ResultFiles

WORK_GROUP = WorkGroup("work_group")

_SUCCEEDED = "SUCCEEDED"
_ENDED = (_SUCCEEDED, "FAILED", "CANCELLED")
_MOST_TRIES = 3
_BETWEEN_TRIES = Timeout(seconds=60, first_wait=0.1, growth=3)


@dataclass(frozen=True, kw_only=True)
class Athena:
    """Runs statements in one work group and database, with bounded concurrency."""

    client: "AthenaClient"
    files: "ResultFiles"
    work_group: str
    database: str
    patience_seconds: float = 20
    slots: "QueryConcurrency | None" = None

    @property
    def _timeout(self) -> Timeout:
        return Timeout(seconds=self.patience_seconds)

    def run(self, statement: Statement) -> list[dict[str, Any]]:
        """Run a statement and return its rows, typed by their columns.

        A query that failed because an object could not be read is run again, at most twice and within the timeout. A
        query whose caller timed out is stopped.

        Raises:
            SnapshotExpired: a table does not have the snapshot at which it is read.
            QueryTooLarge: the statement exceeds a limit of Athena.
            Unavailable: Athena is throttling or fails, too many queries are running, or this one exceeded the timeout.
            InternalError: the query failed; the log has the reason.
        """
        with self._attempt():
            return self._rows(self._succeed(statement))

    def execute(self, statement: Statement) -> None:
        """Run a statement that has no rows, such as `UNLOAD`; one that failed is not run again.

        Raises:
            SnapshotExpired, QueryTooLarge, Unavailable, InternalError: as for `run`.
        """
        with self._attempt():
            status = self._finish(statement)["Status"]
            if status["State"] != _SUCCEEDED:
                raise failure(status)

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        with deadline(self._timeout.seconds), self._permit():
            try:
                yield
            except ClientError as error:
                if (unavailable := not_started(error)) is None:
                    raise
                raise unavailable from error

    def _permit(self) -> AbstractContextManager[None]:
        if self.slots is None:
            return nullcontext()
        return self.slots.acquire(self._timeout, Timeout(seconds=self._timeout.remaining / 2))

    def _succeed(self, statement: Statement) -> "QueryExecutionTypeDef":
        for _ in islice(_BETWEEN_TRIES.poll(), _MOST_TRIES):
            execution = self._finish(statement)
            if not is_transient(execution["Status"]):
                break
        if execution["Status"]["State"] != _SUCCEEDED:
            raise failure(execution["Status"])
        return execution

    def _finish(self, statement: Statement) -> "QueryExecutionTypeDef":
        execution_id = self._start(statement)
        with self._stop_on_error(execution_id):
            for _ in self._timeout.poll():
                execution = self._execution(execution_id)
                if execution is None or execution["Status"]["State"] not in _ENDED:
                    continue
                if execution["Status"]["State"] != _SUCCEEDED:
                    log_failure(execution_id, execution["Status"])
                return execution
            raise Unavailable("The query takes too long; request a shorter range", retry_after=RETRY_SECONDS)

    def _start(self, statement: Statement) -> str:
        request: StartQueryExecutionInputTypeDef = {
            "QueryString": statement.text,
            "QueryExecutionContext": {"Database": self.database},
            "WorkGroup": self.work_group,
        }
        given = parameters(statement)
        if given:
            request["ExecutionParameters"] = given
        return self.client.start_query_execution(**request)["QueryExecutionId"]

    def _execution(self, execution_id: str) -> "QueryExecutionTypeDef | None":
        """Describe a query; None if Athena is unavailable, because the query continues."""
        try:
            return self.client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
        except (BotoCoreError, ClientError) as error:
            if as_unavailable(error) is None:
                raise
            logger().warning("the state of a query is unavailable", query_execution_id=execution_id, exc_info=error)
            return None

    @contextmanager
    def _stop_on_error(self, execution_id: str) -> Iterator[None]:
        """Stop the query, whatever ends the wait for it."""
        try:
            yield
        except BaseException:
            self._stop(execution_id)
            raise

    def _stop(self, execution_id: str) -> None:
        try:
            self.client.stop_query_execution(QueryExecutionId=execution_id)
            logger().warning("query stopped", query_execution_id=execution_id)
        except (BotoCoreError, ClientError) as error:
            logger().error("stopping a query failed", query_execution_id=execution_id, exc_info=error)

    def _rows(self, execution: "QueryExecutionTypeDef") -> list[dict[str, Any]]:
        """Return the rows of a result: from the first page, or all from its file if they do not fit on that."""
        page = self.client.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        names = [column["Name"] for column in columns]
        readers = [_READERS.get(column["Type"], str) for column in columns]
        rows: Iterable[Cells] = map(_cells, page["ResultSet"]["Rows"][1:])
        if "NextToken" in page:
            location = execution["ResultConfiguration"]["OutputLocation"]
            rows = self.files.rows(location, len(columns), self._timeout)
        return [dict(zip(names, map(_read, readers, row), strict=True)) for row in rows]


def _cells(row: "RowTypeDef") -> "Cells":
    return tuple(datum.get("VarCharValue") for datum in row["Data"])


def _read(reader: Callable[[str], Any], text: str | None) -> Any:
    return None if text is None else reader(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: text == "true",
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "real": float,
    "double": float,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": lambda text: utc(datetime.fromisoformat(text)),
}
