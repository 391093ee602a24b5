"""What the messages of the push queue say has changed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.alerts.events import ALERT_CHANGED
from shared.currency.events import RATES_LOADED
from shared.customers.events import CUSTOMERS_COMPUTED
from shared.dashboards.events import DASHBOARD_CHANGED, WIDGET_ANSWERED
from shared.events.bus import SCHEDULED
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.merging.events import TABLE_COMMITTED, TABLE_RESTATED
from shared.pipelines.events import HEALTH_CHANGED
from shared.quality.events import QUALITY_CHANGED

METRICS, RENEWALS = "metrics", "renewals"
"""The runs that are put off."""

_ASPECTS = {
    HEALTH_CHANGED.detail_type: "pipelines",
    ALERT_CHANGED.detail_type: "alerts",
    CUSTOMERS_COMPUTED.detail_type: "segments",
    QUALITY_CHANGED.detail_type: "quality",
    RATES_LOADED.detail_type: EXCHANGE_RATES.name,
}


@dataclass(kw_only=True)
class Changes:
    """What has changed.

    Attributes:
        merged: tables that were committed to or restated, and `quality`, which a commit changes.
        aspects: what else answers depend on that has changed without a commit: `alerts`, `quality`, `pipelines`,
            `segments`, `exchange_rates`.
        dashboards: the ids of dashboards that were edited or deleted.
        answered: the ids of questions of widgets that were answered after the response that asked them.
        runs: the names of runs that were put off.
        is_due: whether a minute has passed.
    """

    merged: set[str] = field(default_factory=set)
    aspects: set[str] = field(default_factory=set)
    dashboards: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    is_due: bool = False

    @classmethod
    def of(cls, bodies: Iterable[str]) -> "Changes":
        """Read messages: events of the bus, the clock, and runs that were put off."""
        changes = cls()
        for body in bodies:
            changes._add(orjson.loads(body))
        return changes

    def _add(self, message: Mapping[str, Any]) -> None:
        kind, detail = message.get("detail-type"), message.get("detail", {})
        if "run" in message:
            self.runs.add(message["run"])
        elif kind == SCHEDULED:
            self.is_due = True
        elif kind == TABLE_COMMITTED.detail_type:
            self.merged |= {detail["data_type"], "quality"}
        elif kind == TABLE_RESTATED.detail_type:
            self.merged.add(detail["data_type"])
        elif kind == DASHBOARD_CHANGED.detail_type:
            self.dashboards.add(detail["dashboard_id"])
        elif kind == WIDGET_ANSWERED.detail_type:
            self.answered.add(detail["question_id"])
        elif kind in _ASPECTS:
            self.aspects.add(_ASPECTS[kind])


def run_message(name: str) -> str:
    """Return the message that has a run made."""
    return orjson.dumps({"run": name}).decode()
