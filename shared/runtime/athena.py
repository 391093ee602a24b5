"""Queries in Athena: values travel as execution parameters, results come back typed, waiting has an end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.runtime.errors import InternalError, Unavailable
from shared.runtime.models import utc
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_athena.type_defs import (
        DatumTypeDef,
        QueryExecutionStatusTypeDef,
        StartQueryExecutionInputTypeDef,
    )

Value = str | int | Decimal | datetime
_FIRST_WAIT, _LONGEST_WAIT, _GROWTH = 0.01, 0.5, 1.5
_COME_AGAIN_SECONDS = 5
_SUCCEEDED = "SUCCEEDED"
_ENDED = (_SUCCEEDED, "FAILED", "CANCELLED")
_OBJECT_GONE = ("HIVE_CANNOT_OPEN_SPLIT", "HIVE_FILESYSTEM_ERROR", "HIVE_CURSOR_ERROR")


@dataclass(frozen=True)
class Statement:
    """SQL in Athena's dialect with a `?` for every value, and the values in their order."""

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Statement") -> "Statement":
        """Write one behind the other."""
        return Statement(f"{self.text} {other.text}".strip(), self.values + other.values)


def literal(value: Value) -> str:
    """Write a value as an SQL literal, which is the form execution parameters have.

    Moments are text for `CAST(? AS timestamp)`: UTC, to the millisecond.
    """
    match value:
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"'{utc(value).replace(tzinfo=None).isoformat(' ', 'milliseconds')}'"
        case _:
            return str(value)


class Athena:
    """Runs statements in one work group over one database."""

    def __init__(self, client: "AthenaClient", *, work_group: str, database: str, patience_seconds: float = 24) -> None:
        self._client = client
        self._work_group = work_group
        self._database = database
        self._patience_seconds = patience_seconds

    def run(self, statement: Statement) -> list[dict[str, Any]]:
        """Run a statement to its end and return its rows, typed by their columns.

        A query that a merge has pulled an object away from is run once more.

        Raises:
            Unavailable: Athena is throttling, or has not finished within the time a caller waits.
            InternalError: the query failed; the log says why.
        """
        deadline = time.monotonic() + self._patience_seconds
        try:
            execution_id, status = self._finish(statement, deadline)
            if _is_passing(status):
                execution_id, status = self._finish(statement, deadline)
            if status["State"] != _SUCCEEDED:
                raise _failure(status)
            return self._rows(execution_id)
        except self._client.exceptions.TooManyRequestsException as error:
            logger().warning("Athena is throttling", exc_info=error)
            raise Unavailable("Too many queries are running now", retry_after=_COME_AGAIN_SECONDS) from error

    def _finish(self, statement: Statement, deadline: float) -> "tuple[str, QueryExecutionStatusTypeDef]":
        execution_id, wait = self._start(statement), _FIRST_WAIT
        while True:
            status = self._client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]["Status"]
            if status["State"] in _ENDED:
                if status["State"] != _SUCCEEDED:
                    _log_failure(execution_id, status)
                return execution_id, status
            if time.monotonic() + wait > deadline:
                self._give_up(execution_id)
            time.sleep(wait)
            wait = min(wait * _GROWTH, _LONGEST_WAIT)

    def _start(self, statement: Statement) -> str:
        request: StartQueryExecutionInputTypeDef = {
            "QueryString": statement.text,
            "QueryExecutionContext": {"Database": self._database},
            "WorkGroup": self._work_group,
        }
        if statement.values:
            request["ExecutionParameters"] = [literal(value) for value in statement.values]
        return self._client.start_query_execution(**request)["QueryExecutionId"]

    def _give_up(self, execution_id: str) -> None:
        self._client.stop_query_execution(QueryExecutionId=execution_id)
        logger().warning("query stopped: it took too long", query_execution_id=execution_id)
        raise Unavailable("The query takes too long; ask for a shorter range", retry_after=_COME_AGAIN_SECONDS)

    def _rows(self, execution_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        pages = self._client.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
        for number, page in enumerate(pages):
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


def _is_passing(status: "QueryExecutionStatusTypeDef") -> bool:
    """Whether the same query may well succeed: Athena says so, or an object was replaced while it was read."""
    if status["State"] != "FAILED":
        return False
    return status.get("AthenaError", {}).get("Retryable", False) or status.get("StateChangeReason", "").startswith(
        _OBJECT_GONE
    )


def _failure(status: "QueryExecutionStatusTypeDef") -> Exception:
    if status["State"] == "CANCELLED" or _is_passing(status):
        return Unavailable("The query was interrupted", retry_after=_COME_AGAIN_SECONDS)
    return InternalError("The query failed; quote the request id when you report it")


def _log_failure(execution_id: str, status: "QueryExecutionStatusTypeDef") -> None:
    logger().error(
        "query ended without a result",
        query_execution_id=execution_id,
        state=status["State"],
        reason=status.get("StateChangeReason"),
        category=status.get("AthenaError", {}).get("ErrorCategory"),
    )
