"""The one route of both contracts answers a request of the fraud contract in that contract's dialect."""

from typing import Any

from aws_lambda_powertools.event_handler import Response, content_types

from shared.metrics.forms import FraudMetricsLater
from shared.runtime.dialects import Dialect, error_body


def in_fraud_dialect(error: FraudMetricsLater) -> Response[dict[str, Any]]:
    """Write the refusal as the fraud contract does."""
    return Response(
        status_code=error.status,
        content_type=content_types.APPLICATION_JSON,
        body=error_body(error, Dialect.FRAUD),
    )
