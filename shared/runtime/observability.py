"""Logs, metrics and traces of every function, all of which name the request they belong to."""

import json
import os
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from time import perf_counter
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.runtime.dialects import REQUEST_ID
from shared.runtime.request import header

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer
    from aws_lambda_powertools.utilities.typing import LambdaContext

_STARTED: ContextVar[float] = ContextVar("started", default=0.0)
Handler = Callable[[dict[str, Any], "LambdaContext"], Any]
NAMESPACE = "Tally"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)
_NOT_PRINTABLE_ASCII = re.compile("[^ -~]")


def _line(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, default=str, separators=(",", ":"), ensure_ascii=False)
    return _NOT_PRINTABLE_ASCII.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0].encode("utf-8", "replace").decode())[1:-1]


@cache
def logger() -> Logger:
    """The structured log of this function: one line of ASCII per record, whatever the values contain.

    Unescaped, a lone surrogate would lose the record; U+2028 or a C1 control would split it, or control a terminal.
    """
    return Logger(json_serializer=_line)


@cache
def metrics() -> Metrics:
    """The metrics of this function, written to the log in the embedded metric format; each stage has a namespace."""
    return Metrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE))


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Add to a metric of this invocation."""
    metrics().add_metric(name=name, unit=unit, value=value)


@cache
def _tracer() -> "Tracer":
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 # the X-Ray SDK costs 100 ms: only sampled calls pay

    return Tracer()


def elapsed_ms() -> float:
    """Milliseconds since this invocation began."""
    return round((perf_counter() - _STARTED.get()) * 1000, 3)


def instrument(handler: Handler) -> Handler:
    """Wrap an entry point: one log line for each invocation, with its request id, and its metrics and trace."""

    @wraps(handler)
    def invoke(event: dict[str, Any], context: "LambdaContext") -> Any:
        request_id = _request_id(event, context)
        token = REQUEST_ID.set(request_id)
        _STARTED.set(perf_counter())
        logger().append_keys(
            request_id=request_id,
            gateway_request_id=_gateway_request_id(event),
            function_request_id=context.aws_request_id,
            function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
        )
        try:
            return _trace(handler)(event, context)
        except Exception:
            logger().exception("invocation failed")
            count("Failures")
            raise
        finally:
            count("HandlingTime", elapsed_ms(), MetricUnit.Milliseconds)
            metrics().flush_metrics()
            logger().append_keys(request_id=None, gateway_request_id=None)
            REQUEST_ID.reset(token)

    return invoke


def _request_id(event: Mapping[str, Any], context: "LambdaContext") -> str:
    """Return the client's own id of the request if it is well-formed, otherwise that of API Gateway."""
    own = header(event, "x-request-id") or ""
    if _REQUEST_ID.fullmatch(own):
        return own
    return _gateway_request_id(event) or context.aws_request_id


def _gateway_request_id(event: Mapping[str, Any]) -> str | None:
    found = (event.get("requestContext") or {}).get("requestId")
    return None if found is None else str(found)


def _trace(handler: Handler) -> Handler:
    if "Sampled=1" not in os.environ.get("_X_AMZN_TRACE_ID", ""):
        return handler
    traced: Handler = _tracer().capture_lambda_handler(handler, capture_response=False)
    return traced
