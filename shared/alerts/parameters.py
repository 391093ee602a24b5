"""The query parameters of the list of alerts."""

from typing import Annotated

from pydantic import Field

from shared.alerts.vocabulary import AlertSeverity, AlertStatus
from shared.runtime.paging import LARGEST_LIMIT
from shared.runtime.query import Query
from shared.runtime.query_fields import WholeNumber

_LONGEST_ID = 100


class AlertsQuery(Query):
    """Which alerts are listed."""

    severity: AlertSeverity | None = Field(default=None, description="Only alerts of this severity.")
    status: AlertStatus | None = Field(
        default=None, description="Only alerts with this status (default: `active` and `acknowledged`)."
    )
    rule_id: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)] | None = Field(
        default=None, description="Added: only alerts of this rule."
    )
    limit: Annotated[int, WholeNumber(1, LARGEST_LIMIT)] = Field(
        default=100, description="Maximum number of alerts to return."
    )
