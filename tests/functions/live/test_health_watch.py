"""`pipeline:health`: each change of a pipeline's status, once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.pipelines.models import PipelineHealth, PipelineObjective, PipelineStatus, StageHealth, StageUnit
from shared.runtime.observability import metrics
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.live_clients import LiveClients
from tests.fakes.moto_platforms import MotoPlatforms

if TYPE_CHECKING:
    from shared.push.health_watch import HealthWatch


@dataclass
class Platform:
    """Pipelines whose statuses a test sets, and the function that watches them."""

    live: LiveClients
    statuses: dict[str, PipelineStatus]

    def health(self) -> list[PipelineHealth]:
        """The health of the pipelines."""
        return [self._health(name, status) for name, status in self.statuses.items()]

    def check(self) -> list[str]:
        """Run the function, a minute later."""
        self.live.clock.pass_by(timedelta(minutes=1))
        watch: HealthWatch = replace(self.live.wired.health_watch, pipelines=self.health)
        return watch.check()

    def _health(self, name: str, status: PipelineStatus) -> PipelineHealth:
        stage = StageHealth(
            stage="merge",
            status=status,
            unit=StageUnit.ROWS,
            taken_in=1,
            given_out=1,
            waiting=0,
            lag_seconds=0,
            oldest_waiting_seconds=None,
            cause="Glue does not respond" if status is PipelineStatus.DEGRADED else None,
        )
        return PipelineHealth(
            pipeline_id=name,
            status=status,
            freshness_seconds=None,
            completeness=None,
            stages=[stage],
            slo_burn_rate=None,
            objective=PipelineObjective(freshness_seconds=60, completeness=0.9),
            checked_at=self.live.clock(),
        )


@pytest.fixture
def platform(live: LiveClients) -> Platform:
    """Two healthy pipelines that were seen before."""
    found = Platform(live, dict.fromkeys(("merge", "batch-ingest"), PipelineStatus.HEALTHY))
    found.check()
    return found


def said(messages: list[Any]) -> list[tuple[str, str]]:
    """The statuses in messages."""
    return [(each["data"]["pipelineId"], each["data"]["status"]) for each in messages]


def test_what_is_seen_for_the_first_time_has_not_changed(live: LiveClients) -> None:
    assert Platform(live, {"merge": PipelineStatus.DOWN}).check() == []
    assert live.wired.event_log.last_id() == 0


def test_every_check_counts_the_pipelines_that_are_not_well(platform: Platform) -> None:
    def counted() -> list[float]:
        metrics().clear_metrics()
        platform.check()
        found: list[float] = metrics().metric_set["UnhealthyPipelines"]["Value"]
        metrics().clear_metrics()
        return found

    healthy = counted()
    platform.statuses |= {
        "merge": PipelineStatus.DEGRADED,
        "batch-ingest": PipelineStatus.DOWN,
        "stream": PipelineStatus.IDLE,
    }

    assert (healthy, counted()) == ([0], [2])


def test_a_change_of_status_reaches_clients_with_its_cause(platform: Platform) -> None:
    client = platform.live.connect()
    platform.live.subscribe(client, "pipeline:health")

    platform.statuses["merge"] = PipelineStatus.DEGRADED
    changed = platform.check()

    (message,) = platform.live.received(client)
    assert changed == ["merge"]
    assert message["data"] == {
        "pipelineId": "merge",
        "status": "degraded",
        "previousStatus": "healthy",
        "alerts": [{"stage": "merge", "status": "degraded", "cause": "Glue does not respond"}],
        "checkedAt": message["timestamp"].replace(".000", ""),
    }


def test_each_change_is_told_once(platform: Platform) -> None:
    client = platform.live.connect()
    platform.live.subscribe(client, "pipeline:health")

    for status in ("degraded", "degraded", "down", "healthy", "healthy", "degraded"):
        platform.statuses["merge"] = PipelineStatus(status)
        platform.check()

    assert said(platform.live.received(client)) == [
        ("merge", "degraded"),
        ("merge", "down"),
        ("merge", "healthy"),
        ("merge", "degraded"),
    ]


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_watch_that_dies_tells_clients_of_each_change_once(
    platform: Platform, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = platform.live.connect()
    platform.live.subscribe(client, "pipeline:health")
    platform.statuses |= {"merge": PipelineStatus.DOWN, "batch-ingest": PipelineStatus.IDLE}

    with platforms.fault_injector.killing(step, moment):
        platform.check()
    platform.check()
    platform.check()

    assert sorted(said(platform.live.received(client))) == [("batch-ingest", "idle"), ("merge", "down")]
