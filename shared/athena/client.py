"""Runs queries in Athena: acquires a permit, waits within a timeout or stops the query; returns typed rows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.athena.literals import quoted
from shared.athena.sql import Statement
from shared.lake.table.port import SnapshotExpired
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.deadline import Timeout, deadline
from shared.runtime.errors import InternalError, Unavailable
from shared.runtime.models import utc
from shared.runtime.observability import logger
from shared.runtime.resources import WorkGroup

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_athena.type_defs import (
        DatumTypeDef,
        QueryExecutionStatusTypeDef,
        StartQueryExecutionInputTypeDef,
    )

    from shared.athena.concurrency import QueryConcurrency

WORK_GROUP = WorkGroup("work_group")

_RETRY_SECONDS = 5
_SUCCEEDED = "SUCCEEDED"
_ENDED = (_SUCCEEDED, "FAILED", "CANCELLED")
_SYSTEM = 1
_NOT_READ = ("ICEBERG_CANNOT_OPEN_SPLIT", "ICEBERG_FILESYSTEM_ERROR", "ICEBERG_CURSOR_ERROR", "HIVE_CANNOT_OPEN_SPLIT")
_SNAPSHOT_EXPIRED = "Iceberg snapshot ID does not exist"


class Athena:
    """Runs statements in one work group and database, with bounded concurrency."""

    def __init__(
        self,
        client: "AthenaClient",
        *,
        work_group: str,
        database: str,
        patience_seconds: float = 20,
        slots: "QueryConcurrency | None" = None,
    ) -> None:
        self._client = client
        self._work_group = work_group
        self._database = database
        self._timeout = Timeout(seconds=patience_seconds)
        self._concurrency = slots

    def run(self, statement: Statement) -> list[dict[str, Any]]:
        """Run a statement and return its rows, typed by their columns.

        A query that failed because an object could not be read is run once more. A query whose caller timed out is
        stopped.

        Raises:
            SnapshotExpired: a table does not have the snapshot at which it is read.
            Unavailable: Athena is throttling or fails, too many queries are running, or this one exceeded the timeout.
            InternalError: the query failed; the log has the reason.
        """
        with self._attempt():
            return self._rows(self._succeed(statement))

    def execute(self, statement: Statement) -> None:
        """Run a statement that has no rows, such as `UNLOAD`; one that failed is not run again.

        Raises:
            SnapshotExpired, Unavailable, InternalError: as for `run`.
        """
        with self._attempt():
            _, status = self._finish(statement)
            if status["State"] != _SUCCEEDED:
                raise _failure(status)

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        with deadline(self._timeout.seconds), self._permit():
            try:
                yield
            except self._client.exceptions.TooManyRequestsException as error:
                logger().warning("Athena is throttling", exc_info=error)
                raise Unavailable("Too many queries are running; retry later", retry_after=_RETRY_SECONDS) from error

    def _permit(self) -> AbstractContextManager[None]:
        if self._concurrency is None:
            return nullcontext()
        return self._concurrency.acquire(self._timeout, Timeout(seconds=self._timeout.remaining / 2))

    def _succeed(self, statement: Statement) -> str:
        execution_id, status = self._finish(statement)
        if _is_transient(status):
            execution_id, status = self._finish(statement)
        if status["State"] != _SUCCEEDED:
            raise _failure(status)
        return execution_id

    def _finish(self, statement: Statement) -> "tuple[str, QueryExecutionStatusTypeDef]":
        execution_id = self._start(statement)
        with self._stop_on_error(execution_id):
            for _ in self._timeout.poll():
                status = self._status(execution_id)
                if status is None or status["State"] not in _ENDED:
                    continue
                if status["State"] != _SUCCEEDED:
                    _log_failure(execution_id, status)
                return execution_id, status
            raise Unavailable("The query takes too long; request a shorter range", retry_after=_RETRY_SECONDS)

    def _start(self, statement: Statement) -> str:
        request: StartQueryExecutionInputTypeDef = {
            "QueryString": statement.text,
            "QueryExecutionContext": {"Database": self._database},
            "WorkGroup": self._work_group,
        }
        if statement.values:
            request["ExecutionParameters"] = [quoted(text) for text in statement.values]
        return self._client.start_query_execution(**request)["QueryExecutionId"]

    def _status(self, execution_id: str) -> "QueryExecutionStatusTypeDef | None":
        """Return the status of a query; None if Athena is unavailable, because the query continues."""
        try:
            return self._client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]["Status"]
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
            self._client.stop_query_execution(QueryExecutionId=execution_id)
            logger().warning("query stopped", query_execution_id=execution_id)
        except (BotoCoreError, ClientError) as error:
            logger().error("stopping a query failed", query_execution_id=execution_id, exc_info=error)

    def _rows(self, execution_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        pages = self._client.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
        for number, page in enumerate(pages):
            if number and not self._timeout.remaining:
                raise Unavailable(
                    "The result is too large to be read in time; request a shorter range",
                    retry_after=_RETRY_SECONDS,
                )
            columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
            names = [column["Name"] for column in columns]
            readers = [_READERS.get(column["Type"], str) for column in columns]
            rows = page["ResultSet"]["Rows"][1 if number == 0 else 0 :]
            found.extend(dict(zip(names, map(_read, readers, row["Data"]), strict=True)) for row in rows)
        return found


def _read(reader: Callable[[str], Any], datum: "DatumTypeDef") -> Any:
    text = datum.get("VarCharValue")
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


def _is_transient(status: "QueryExecutionStatusTypeDef") -> bool:
    """Return whether a retry may succeed: Athena reports it, or an object could not be read."""
    if status["State"] != "FAILED":
        return False
    return status.get("AthenaError", {}).get("Retryable", False) or _reason(status).startswith(_NOT_READ)


def _reason(status: "QueryExecutionStatusTypeDef") -> str:
    return status.get("StateChangeReason", "")


def _failure(status: "QueryExecutionStatusTypeDef") -> Exception:
    if _SNAPSHOT_EXPIRED in _reason(status):
        return SnapshotExpired(_reason(status))
    of_athena = status.get("AthenaError", {}).get("ErrorCategory") == _SYSTEM
    if status["State"] == "CANCELLED" or of_athena or _is_transient(status):
        return Unavailable("The query was interrupted; retry later", retry_after=_RETRY_SECONDS)
    return InternalError("The query failed; quote the request id when reporting it")


def _log_failure(execution_id: str, status: "QueryExecutionStatusTypeDef") -> None:
    logger().error(
        "query ended without a result",
        query_execution_id=execution_id,
        state=status["State"],
        reason=status.get("StateChangeReason"),
        category=status.get("AthenaError", {}).get("ErrorCategory"),
    )
