"""Notices when the status of a pipeline changes, and says so once, on the bus and to clients of `/ws/analytics`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.live.event_log import Claim
from shared.pipelines.events import HEALTH_CHANGED
from shared.pipelines.models import PipelineStatus
from shared.push.analytics_messages import EventKind
from shared.push.wording import ANALYTICS
from shared.runtime.models import rfc3339
from shared.runtime.observability import count

if TYPE_CHECKING:
    from shared.events.bus import PlatformEvents
    from shared.live.channel_deliveries import ChannelDeliveries
    from shared.live.event_log import EventLog
    from shared.pipelines.models import PipelineHealth

_FACT = "pipeline statuses"
_BAD = {PipelineStatus.DEGRADED, PipelineStatus.DOWN}


@dataclass(frozen=True, kw_only=True)
class HealthWatch:
    """Compares the health of pipelines with what was last said.

    Attributes:
        pipelines: returns the health of all pipelines.
    """

    pipelines: "Callable[[], Sequence[PipelineHealth]]"
    log: "EventLog"
    deliveries: "ChannelDeliveries"
    events: "PlatformEvents"

    def check(self) -> list[str]:
        """Tell of every status that has changed; return the pipelines.

        The statuses are stored last. A run that crashes before is followed by one that finds the same changes: it tells
        the bus again, whose consumers look for themselves, and clients only of what the first run had not told them.
        """
        stored, found = self.log.fact(_FACT), {each.pipeline_id: each for each in self.pipelines()}
        count("UnhealthyPipelines", sum(1 for each in found.values() if each.status in _BAD))
        said: Mapping[str, Any] = stored.get("pipelines", {})
        changed = [name for name, each in found.items() if _status(said, name) != each.status]
        told = [name for name in changed if name in said]  # what is seen for the first time has not changed
        for name in told:
            self._tell(found[name], said[name])
        if told:
            self.deliveries.request(ANALYTICS)
        if changed:
            now = {name: {"status": each.status, "since": rfc3339(each.checked_at)} for name, each in found.items()}
            unchanged = {name: said[name] for name in found if name not in changed}
            self.log.put_fact(_FACT, {"pipelines": {**now, **unchanged}})
        return told

    def _tell(self, health: "PipelineHealth", before: Mapping[str, Any]) -> None:
        previous = before["status"]
        claim = Claim(f"{health.pipeline_id} {previous} {before['since']} {health.status}")
        self.log.append(EventKind.HEALTH, [_event(health, previous)], claim=claim)
        detail = {"pipeline_id": health.pipeline_id, "status": health.status, "previous_status": previous}
        self.events.publish(HEALTH_CHANGED, detail)


def _status(said: Mapping[str, Any], pipeline_id: str) -> str | None:
    found: str | None = said.get(pipeline_id, {}).get("status")
    return found


def _event(health: "PipelineHealth", previous: str) -> dict[str, Any]:
    """Return the data of the event; its alerts are the stages that are degraded or down, with their causes."""
    alerts = [
        {"stage": each.stage, "status": each.status, "cause": each.cause}
        for each in health.stages
        if each.status in _BAD
    ]
    return {
        "pipelineId": health.pipeline_id,
        "status": health.status,
        "previousStatus": previous,
        "alerts": alerts,
        "checkedAt": rfc3339(health.checked_at),
    }
