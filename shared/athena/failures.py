"""Why queries end without a result, and the error that a caller gets for it."""

from typing import TYPE_CHECKING

from shared.lake.table.port import SnapshotExpired
from shared.runtime.errors import InternalError, Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_athena.type_defs import QueryExecutionStatusTypeDef

RETRY_SECONDS = 5

_STOPPED_RETRY_SECONDS = 3_600
_DENIED, _BY_A_DENIAL = "AccessDeniedException", "with an explicit deny"

_SYSTEM = 1
_SNAPSHOT_EXPIRED = "Iceberg snapshot ID does not exist"
# Objects that were replaced or deleted under a running query, or that S3 did not hand out in time.
_NOT_READ = (
    *("ICEBERG_BAD_DATA", "ICEBERG_CANNOT_OPEN_SPLIT", "ICEBERG_CURSOR_ERROR", "ICEBERG_FILESYSTEM_ERROR"),
    *("ICEBERG_INVALID_METADATA", "ICEBERG_MISSING_DATA", "ICEBERG_MISSING_METADATA"),
    *("HIVE_BAD_DATA", "HIVE_CANNOT_OPEN_SPLIT", "HIVE_CURSOR_ERROR", "HIVE_FILESYSTEM_ERROR", "HIVE_FILE_NOT_FOUND"),
    "HIVE_MISSING_DATA",
)
_REASONS_OF_S3 = ("NoSuchKey", "The specified key does not exist", "SlowDown", "Please reduce your request rate")


def not_started(error: "ClientError") -> Unavailable | None:
    """Return the error for a query that Athena did not start, if the reason is none of the query; otherwise None.

    No role of a function denies anything by itself. What denies queries is the policy that stops them when the budget
    is spent, or an operator.
    """
    told = error.response["Error"]
    if told.get("Code") == "TooManyRequestsException":
        logger().warning("Athena is throttling", exc_info=error)
        return Unavailable("Too many queries are running; retry later", retry_after=RETRY_SECONDS)
    if told.get("Code") == _DENIED and _BY_A_DENIAL in told.get("Message", ""):
        logger().warning("a policy denies queries", exc_info=error)
        return Unavailable(
            "The operator of this platform has stopped queries, for instance because its budget is spent; "
            "data is still received",
            retry_after=_STOPPED_RETRY_SECONDS,
        )
    return None


def is_transient(status: "QueryExecutionStatusTypeDef") -> bool:
    """Return whether a repetition may succeed: Athena reports it, or an object could not be read."""
    if status["State"] != "FAILED":
        return False
    reason = _reason(status)
    could_not_read = reason.startswith(_NOT_READ) or any(each in reason for each in _REASONS_OF_S3)
    return status.get("AthenaError", {}).get("Retryable", False) or could_not_read


def failure(status: "QueryExecutionStatusTypeDef") -> Exception:
    """Return the error for a query that ended without a result."""
    if _SNAPSHOT_EXPIRED in _reason(status):
        return SnapshotExpired(_reason(status))
    of_athena = status.get("AthenaError", {}).get("ErrorCategory") == _SYSTEM
    if status["State"] == "CANCELLED" or of_athena or is_transient(status):
        return Unavailable("The query was interrupted; retry later", retry_after=RETRY_SECONDS)
    return InternalError("The query failed; quote the request id when reporting it")


def log_failure(execution_id: str, status: "QueryExecutionStatusTypeDef") -> None:
    """Log a query that ended without a result."""
    logger().error(
        "query ended without a result",
        query_execution_id=execution_id,
        state=status["State"],
        reason=status.get("StateChangeReason"),
        category=status.get("AthenaError", {}).get("ErrorCategory"),
    )


def _reason(status: "QueryExecutionStatusTypeDef") -> str:
    return status.get("StateChangeReason", "")
