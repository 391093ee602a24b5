"""Distinguishes AWS errors that are transient from those that are faults of the platform."""

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from shared.runtime.errors import Unavailable

_RETRY_SECONDS = 2
_NOT_REACHED = (NoConnection, HTTPClientError, IncompleteReadError)
_SERVER_AT_FAULT = {500, 502, 503, 504}
_NOT_NOW = {
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "KMSThrottlingException",
}
_NOT_NOW_IN_A_TRANSACTION = {"ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"}


def as_unavailable(error: BaseException) -> Unavailable | None:
    """Return the error for the client if an AWS error is transient, otherwise None."""
    passes = isinstance(error, _NOT_REACHED) or (isinstance(error, ClientError) and _is_transient(error))
    if not passes:
        return None
    return Unavailable("A dependency is temporarily unavailable; retry later", retry_after=_RETRY_SECONDS)


def _is_transient(error: ClientError) -> bool:
    """Whether a service is down or throttling, rather than rejecting the call."""
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in _SERVER_AT_FAULT:
        return True
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    return error.response["Error"].get("Code") in _NOT_NOW or bool(reasons & _NOT_NOW_IN_A_TRANSACTION)
