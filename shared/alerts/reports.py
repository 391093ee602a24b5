"""Lists alerts, for the route and for dashboards."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from shared.alerts.models import Alert, AlertsResponse, AlertSummary
from shared.alerts.vocabulary import OPEN, AlertSeverity, AlertStatus

if TYPE_CHECKING:
    from shared.alerts.alert_store import AlertStore
    from shared.alerts.parameters import AlertsQuery


@dataclass(frozen=True, kw_only=True)
class AlertReports:
    """Answers questions about alerts."""

    alerts: "AlertStore"

    def list(self, query: "AlertsQuery") -> AlertsResponse:
        """Return the newest alerts that match, and how many match in all."""
        statuses = OPEN if query.status is None else (query.status,)
        severities = tuple(AlertSeverity) if query.severity is None else (query.severity,)
        known = self.alerts.counts(query.rule_id)
        counts = {(each, status): known.get((each, status), 0) for each in severities for status in statuses}
        return AlertsResponse(
            alerts=list(islice(self._newest(query), query.limit)),
            summary=AlertSummary(
                total=sum(counts.values()),
                by_severity={each: sum(counts.get((each, it), 0) for it in statuses) for each in AlertSeverity},
                by_status={it: sum(counts.get((each, it), 0) for each in severities) for it in AlertStatus},
            ),
        )

    def _newest(self, query: "AlertsQuery") -> Iterator[Alert]:
        if query.status is AlertStatus.RESOLVED:
            yield from (each.alert for each in self.alerts.list_resolved(query.rule_id, query.severity))
            return
        for each in self.alerts.list_open():
            alert = each.alert
            if (
                query.status in {None, alert.status}
                and query.severity in {None, alert.severity}
                and query.rule_id in {None, alert.rule_id}
            ):
                yield alert
