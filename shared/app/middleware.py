"""Middleware around every route: rate limits, idempotency, the audit log, and `ETag` or redirect of the response."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.app.large_responses import RESULTS_BUCKET, is_larger
from shared.audit.request import begin, change_of
from shared.idempotency.claim import claim_of
from shared.runtime import etags
from shared.runtime.errors import Unavailable
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.app.wiring import Wiring
    from shared.audit.entry import Change
    from shared.auth.models import Caller
    from shared.limits.classes import RateClass
    from shared.runtime.dialects import Dialect

Answer = dict[str, Any]
Act = Callable[[], Answer]
_NOT_RECORDED = (Unavailable, BotoCoreError, ClientError)


def check_rate_limit(
    wired: "Wiring", caller: "Caller", declared: "RateClass | None", dialect: "Dialect"
) -> Mapping[str, str]:
    """Count a request against its caller's limit and return the rate limit headers.

    Raises:
        RateLimitExceeded: the caller has to wait.
    """
    rate_class = wired.rate_classes.of(declared, dialect)
    return wired.rate_limiter.check(rate_class, rate_class.subject_of(caller))


def run_idempotently(
    wired: "Wiring", event: Mapping[str, Any], context: "LambdaContext", caller: "Caller", act: Act
) -> Answer:
    """Run a request once per `Idempotency-Key`, if it has one; repetitions receive the stored response.

    Raises:
        InvalidRequest: the key is malformed.
        Conflict: the key was used with another body, or its first request is still running.
        Unavailable: the store of keys cannot be read.
    """
    claim = claim_of(event, subject=caller.subject, route=f"{event['httpMethod']} {event['path']}")
    return act() if claim is None else wired.idempotency.once(claim, context, act)


def run_audited(wired: "Wiring", event: Mapping[str, Any], caller: "Caller", act: Act) -> Answer:
    """Run a request, and write its change to the audit log."""
    begin()
    answer = act()
    change = change_of(event, answer, user_id=caller.subject, key_id=caller.key_id)
    if change is not None:
        _record(wired, change)
    return answer


def finalize(wired: "Wiring", answer: Answer) -> Answer:
    """Redirect to a response that is too large; otherwise add its `ETag` and answer 304 if the client has it."""
    most = wired.settings.largest_answer_bytes
    if wired.settings.has(RESULTS_BUCKET) and is_larger(answer, most):
        return wired.large_answers.redirect_to(answer)
    return etags.apply_etag(answer)


def _record(wired: "Wiring", change: "Change") -> None:
    """Write a change to the audit log, or on failure to the application log.

    The request succeeds in either case, because an error would make the client repeat a change that has happened.
    """
    try:
        wired.audit_trail.record(change)
    except _NOT_RECORDED as error:
        logger().error("a change could not be written to the audit log", exc_info=error, change=asdict(change))
        count("AuditUnreachable")
