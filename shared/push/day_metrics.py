"""The KPIs of the UTC day so far: computed after merges that changed them, stored for whoever sends decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.push.analytics_messages import EventKind
from shared.push.wording import ANALYTICS
from shared.runtime.models import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.fraud.models import Kpis
    from shared.live.channel_deliveries import ChannelDeliveries
    from shared.live.event_log import EventLog
    from shared.runtime.models import Clock

_FACT = "day metrics"
_THROUGHPUT = "decisionThroughput"


@dataclass(frozen=True, kw_only=True)
class DayMetrics:
    """Computes and stores the KPIs.

    Attributes:
        log: the log of events, with what was last said.
        kpis: returns the KPIs and the number of the decisions of a range.
    """

    log: "EventLog"
    deliveries: "ChannelDeliveries"
    kpis: "Callable[[datetime, datetime], tuple[Kpis, int]]"
    clock: "Clock"

    def refresh(self) -> None:
        """Compute the KPIs, and send an event if they have changed.

        They are stored last, so that a crash before repeats the event instead of losing it.
        """
        now, stored = self.clock(), self.log.fact(_FACT)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        kpis, decisions = self.kpis(midnight, midnight + timedelta(days=1))
        found = {"day": _day(now), "decisions": decisions, "kpis": kpis.model_dump(mode="json", by_alias=True)}
        if _essence(found) == _essence(stored):
            return
        self.log.append(EventKind.METRICS, [{"kpis": found["kpis"], "timestamp": rfc3339(now)}])
        self.deliveries.request(ANALYTICS)
        self.log.put_fact(_FACT, found)


def latest_kpis(log: "EventLog", now: datetime) -> dict[str, Any] | None:
    """Return the KPIs of today that were computed last; None before the first of its decisions are merged."""
    stored = log.fact(_FACT)
    found: dict[str, Any] | None = stored.get("kpis") if stored.get("day") == _day(now) else None
    return found


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _essence(found: dict[str, Any]) -> dict[str, Any]:
    """Return what distinguishes KPIs; throughput changes with every second although nothing has happened."""
    kpis = {name: value for name, value in found.get("kpis", {}).items() if name != _THROUGHPUT}
    return {**found, "kpis": kpis}
