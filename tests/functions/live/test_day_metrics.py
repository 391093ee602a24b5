"""`metrics:updated`: the KPIs of the UTC day so far, after merges that changed them, at most once a second."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.fraud.models import Kpis
from shared.push.day_metrics import DayMetrics
from shared.push.pusher import Pusher
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.live_clients import LiveClients, decision, event_message
from tests.fakes.moto_platforms import MotoPlatforms


@dataclass
class Day:
    """The KPIs of a day, which a test sets, and how often they were asked for."""

    decisions: int = 1
    approval_rate: float = 1.0
    asked: list[datetime] = field(default_factory=list)

    def __call__(self, start: datetime, end: datetime) -> tuple[Kpis, int]:
        """Return the KPIs of a range."""
        assert end - start == timedelta(days=1)
        self.asked.append(start)
        none = dict.fromkeys(Kpis.model_fields)
        sums = {"false_positive_cost": 0.0, "fraud_loss": 0.0, "decision_throughput": len(self.asked) / 10}
        return Kpis(**{**none, **sums, "approval_rate": self.approval_rate}), self.decisions


@dataclass(frozen=True)
class Pushed:
    """The pusher, over KPIs that a test sets."""

    live: LiveClients
    day: Day
    pusher: Pusher

    def merge(self, data_type: str = "decisions") -> None:
        """Commit to a table, and push what is due now."""
        self.pusher.push([event_message("tally.lake", "table committed", {"data_type": data_type})])

    def restate(self, data_type: str) -> None:
        """Let rows of a table mean something else, and push what is due now."""
        self.pusher.push([event_message("tally.lake", "table restated", {"data_type": data_type})])

    def run(self) -> None:
        """Make the runs that were put off."""
        bodies = self.live.pushed()
        if bodies:
            self.pusher.push(bodies)


@pytest.fixture
def pushed(live: LiveClients) -> Pushed:
    """The pusher."""
    day = Day()
    channel_deliveries = live.wired.pusher.deliveries
    metrics = DayMetrics(log=live.wired.event_log, deliveries=channel_deliveries, kpis=day, clock=live.clock)
    return Pushed(live, day, replace(live.wired.pusher, metrics=metrics))


def kpis(messages: list[Any]) -> list[Any]:
    """The approval rates in messages."""
    return [each["data"]["kpis"]["approvalRate"] for each in messages if each["event"] == "metrics:updated"]


def test_a_merge_of_decisions_brings_the_kpis_of_the_day(pushed: Pushed) -> None:
    client = pushed.live.connect()
    pushed.live.subscribe(client)
    pushed.live.taken_runs()

    pushed.live.clock.pass_by(timedelta(seconds=20))
    pushed.merge()

    (message,) = pushed.live.received(client)
    assert (message["event"], kpis([message])) == ("metrics:updated", [1.0])
    assert message["data"]["timestamp"] == "2025-03-01T12:00:22Z"


@pytest.mark.parametrize(("data_type", "asked"), [("decisions", 1), ("labels", 1), ("transactions", 0)])
def test_only_merges_that_can_change_them_compute_them(pushed: Pushed, data_type: str, asked: int) -> None:
    pushed.live.connect()

    pushed.merge(data_type)

    assert len(pushed.day.asked) == asked


def test_labels_that_are_published_compute_them(pushed: Pushed) -> None:
    pushed.live.connect()

    pushed.restate("decisions")

    assert len(pushed.day.asked) == 1


def test_nothing_is_computed_while_nobody_listens(pushed: Pushed) -> None:
    pushed.live.wired.connections.remove(pushed.live.connect())

    pushed.merge()

    assert pushed.day.asked == []


def test_kpis_that_have_not_changed_are_not_sent(pushed: Pushed) -> None:
    client = pushed.live.connect()
    pushed.live.subscribe(client)
    pushed.live.taken_runs()
    pushed.merge()
    pushed.live.received(client)

    pushed.live.clock.pass_by(timedelta(seconds=20))
    pushed.merge()

    assert (len(pushed.day.asked), pushed.live.received(client)) == (2, [])


def test_merges_within_a_second_are_one_computation(pushed: Pushed) -> None:
    client = pushed.live.connect()
    pushed.live.subscribe(client, "metrics:updated")
    pushed.live.taken_runs()
    pushed.merge()
    for number in range(5):
        pushed.day.approval_rate = number / 10
        pushed.merge()

    pushed.run()

    assert len(pushed.day.asked) == 2
    assert kpis(pushed.live.received(client)) == [1.0, 0.4]


def test_a_new_subscriber_has_them_computed(pushed: Pushed) -> None:
    client = pushed.live.connect()
    pushed.live.subscribe(client, "pipeline:health")
    assert pushed.live.pushed() == []

    pushed.live.subscribe(client, "fraud:decision")
    pushed.run()

    assert len(pushed.day.asked) == 1


def test_decisions_come_with_the_latest_kpis_of_their_day(pushed: Pushed) -> None:
    live = pushed.live
    client = live.connect()
    live.subscribe(client, "fraud:decision")
    pushed.run()

    live.decide(decision(1), first=1)
    (first,) = live.received(client)
    live.clock.pass_by(timedelta(hours=12))
    second = live.connect()
    live.subscribe(second, "fraud:decision")
    live.decide(decision(2), first=2)

    (next_day,) = live.received(second)
    assert first["data"]["metrics"]["approvalRate"] == 1.0
    assert next_day["data"]["metrics"] is None


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_pusher_that_dies_loses_no_change(
    pushed: Pushed, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    live = pushed.live
    client = live.connect()
    live.subscribe(client, "metrics:updated")
    live.taken_runs()

    with platforms.fault_injector.killing(step, moment):
        pushed.merge()
    live.clock.pass_by(timedelta(minutes=1))
    pushed.merge()  # SQS delivers the message again
    pushed.run()

    assert set(kpis(live.received(client))) == {1.0}
