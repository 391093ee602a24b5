"""What goes wrong, in two kinds: a request that Athena refuses at once, and a query that it accepts and then fails.

RequestRefused   answered to the caller as a modelled exception, nothing is recorded
QueryFailed      recorded as the StateChangeReason of a FAILED execution
"""


class RequestRefused(Exception):
    """The request itself is invalid; the kind is Athena's exception."""

    def __init__(self, message: str, *, kind: str = "InvalidRequestException", code: str = "INVALID_INPUT") -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code


class QueryFailed(Exception):
    """Ends one query as FAILED; `blame` is Athena's error category, 2 for the user and 1 for the system."""

    def __init__(self, name: str, sentence: str, *, blame: int = 2) -> None:
        super().__init__(f"{name}: {sentence}")
        self.reason = f"{name}: {sentence}"
        self.blame = blame


def not_supported(what: str) -> QueryFailed:
    """Return the error of a construct that Athena may support and this engine does not."""
    return QueryFailed("NOT_SUPPORTED", f"{what} is not supported by the local Athena engine")


class QueryCancelled(Exception):
    """Ends a query that its caller stopped, or that would read more than its work group allows."""
