"""Tells an AWS service that does not answer now, and will later, from a call that will never go well."""

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from shared.runtime.errors import Unavailable

_COME_AGAIN_SECONDS = 2
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
    """What a caller is told of an error of an AWS client that may pass; None of any other: that is a fault of ours."""
    passes = isinstance(error, _NOT_REACHED) or (isinstance(error, ClientError) and _is_transient(error))
    if not passes:
        return None
    return Unavailable("A dependency is temporarily unavailable; retry later", retry_after=_COME_AGAIN_SECONDS)


def _is_transient(error: ClientError) -> bool:
    """Tell a service that is down or has too much to do from one that refuses."""
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in _SERVER_AT_FAULT:
        return True
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    return error.response["Error"].get("Code") in _NOT_NOW or bool(reasons & _NOT_NOW_IN_A_TRANSACTION)
