"""What stands between a request and its route, the same on every route: who calls, how often, once, and on record.

And between the route and its answer: what the caller has already is not sent again, what is too large is put aside.
"""

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
    """Count a request against its caller's limit; return what its answer tells of that.

    Raises:
        RateLimitExceeded: the caller has to wait.
    """
    rate_class = wired.rate_classes.of(declared, dialect)
    return wired.rate_limiter.check(rate_class, rate_class.subject_of(caller))


def run_idempotently(
    wired: "Wiring", event: Mapping[str, Any], context: "LambdaContext", caller: "Caller", act: Act
) -> Answer:
    """Answer a request that may have an `Idempotency-Key`: with the same key, it has its effect once.

    Raises:
        InvalidRequest: the key is none.
        Conflict: the key stands for another body, or its first request is still being answered.
        Unavailable: whether this happened before cannot be known now.
    """
    claim = claim_of(event, subject=caller.subject, route=f"{event['httpMethod']} {event['path']}")
    return act() if claim is None else wired.idempotency.once(claim, context, act)


def run_audited(wired: "Wiring", event: Mapping[str, Any], caller: "Caller", act: Act) -> Answer:
    """Answer a request, and put what it changed in the audit log."""
    begin()
    answer = act()
    change = change_of(event, answer, user_id=caller.subject, key_id=caller.key_id)
    if change is not None:
        _record(wired, change)
    return answer


def finalize(wired: "Wiring", answer: Answer) -> Answer:
    """Send an answer on its way: by a redirect to it where it is too large, tagged, or not at all to who has it."""
    most = wired.settings.largest_answer_bytes
    if wired.settings.has(RESULTS_BUCKET) and is_larger(answer, most):
        return wired.large_answers.redirect_to(answer)
    return etags.apply_etag(answer)


def _record(wired: "Wiring", change: "Change") -> None:
    """Put a change on record; where that fails, in the log: the change happened, and a refusal would have it again."""
    try:
        wired.audit_trail.record(change)
    except _NOT_RECORDED as error:
        logger().error("a change could not be written to the audit log", exc_info=error, change=asdict(change))
        count("AuditUnreachable")
