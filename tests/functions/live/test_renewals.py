"""After merges, the answers of watched dashboards are renewed at once, or at most once in the interval of a stage."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.dashboards.models import DashboardRequest
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.push.queue import PUSH_QUEUE
from shared.runtime.errors import Unavailable
from shared.runtime.etags import set_state
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.live_clients import LiveClients, event_message
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.dashboards.conftest import widget
from tests.functions.live.watched import Alerts, Watched

MINUTE = timedelta(minutes=1)
MERGED = event_message("tally.lake", "table committed", {"data_type": "transactions"})


@dataclass
class Quality:
    """Reports that merges change, with the tag of their state, and what was computed."""

    number: int = 0
    computed: list[int] = field(default_factory=list)
    failure: Exception | None = None

    def report(self, _: Any) -> Any:
        """Return the body of the route."""
        set_state("quality", self.number)
        if self.failure is not None:
            raise self.failure
        self.computed.append(self.number)
        return {"number": self.number}


@dataclass
class Renewed(Watched):
    """A dashboard whose only widget shows these reports."""

    quality: Quality = field(default_factory=Quality)

    def merge(self) -> None:
        """Merge, and let the pusher act on it."""
        self.quality.number += 1
        self.pusher.push([MERGED])

    def begin(self) -> str:
        """Watch the dashboard, and merge for the first time; return the connection, which has been sent everything."""
        client = self.connect()
        self.received(client)
        self.merge()
        self.received(client)
        self.quality.computed.clear()
        return client

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.live.clock.pass_by(span)

    def numbers(self, client: str) -> list[int]:
        """Make all deliveries, and return the numbers that a connection was sent."""
        return [_number(each["data"]) for each in self.received(client)]

    def requested_answers(self) -> list[str]:
        """Take the questions that others are to answer."""
        return self.live.taken(WIDGET_QUEUE)


def _number(data: Any) -> int:
    found: int = (data["data"]["quality"]["data"] if "data" in data else data)["number"]
    return found


def renewed(live: LiveClients) -> Renewed:
    """Store a dashboard with a widget that merges change."""
    body = {
        "name": "Quality",
        "category": "operations",
        "widgets": [widget("quality", "table", source="quality", time_window="30d")],
        "is_public": True,
    }
    dashboard = live.wired.dashboards.add(DashboardRequest.model_validate(body), "ann")
    quality = Quality()
    owner = live.visitor(owner="ann")
    return Renewed(live, owner, Alerts(), dashboard, live.wired, {"quality": quality}, quality)


@pytest.fixture
def minutely(live: LiveClients) -> Renewed:
    """A dashboard of a stage that renews once a minute."""
    settings = replace(live.wired.settings, dashboard_renewal=MINUTE)
    return renewed(LiveClients(Wiring(settings, live.clock), live.gateway, live.clock))


def test_without_an_interval_every_merge_renews_at_once(live: LiveClients) -> None:
    watched = renewed(live)
    client = watched.begin()

    sent = []
    for _ in range(3):
        watched.merge()
        sent += watched.numbers(client)

    assert watched.quality.computed == sent == [2, 3, 4]
    assert live.pushed() == []


def test_merges_within_the_interval_are_computed_once_and_the_last_one_is_shown(minutely: Renewed) -> None:
    client = minutely.begin()

    sent = []
    for _ in range(5):
        minutely.later(timedelta(seconds=7))
        minutely.merge()
        sent += minutely.numbers(client)
    put_off = minutely.live.pushed()
    minutely.later(timedelta(seconds=25))
    minutely.pusher.push(put_off)

    assert len(put_off) == 1
    assert sent == []
    assert minutely.numbers(client) == [6]
    assert minutely.quality.computed == [6]
    assert minutely.requested_answers() == []


def test_a_merge_after_the_interval_renews_at_once(minutely: Renewed) -> None:
    client = minutely.begin()
    minutely.later(MINUTE)

    minutely.merge()

    assert minutely.numbers(client) == [2]
    assert minutely.live.pushed() == []


def test_a_repeated_message_computes_nothing_before_the_interval_ends(minutely: Renewed) -> None:
    client = minutely.begin()
    minutely.merge()
    (put_off,) = minutely.live.pushed()
    minutely.later(MINUTE)

    minutely.pusher.push([put_off])
    minutely.merge()
    minutely.pusher.push([put_off])

    assert minutely.quality.computed == [2]
    assert minutely.numbers(client) == [2]
    minutely.later(MINUTE)
    minutely.pusher.push(minutely.live.pushed())
    assert minutely.numbers(client) == [3]


def test_a_change_without_a_merge_is_shown_at_once(minutely: Renewed) -> None:
    client = minutely.begin()

    minutely.quality.number = 7
    minutely.push("tally.quality", "quality changed", {"data_type": "transactions"})

    assert minutely.numbers(client) == [7]


def test_who_connects_within_the_interval_sees_the_last_answer_and_then_the_next(minutely: Renewed) -> None:
    minutely.begin()
    minutely.merge()
    second = minutely.connect()

    (first,) = minutely.received(second)
    assert first["data"]["data"]["quality"]["cache_status"] == "stale"
    assert (_number(first["data"]), minutely.requested_answers()) == (1, [])
    minutely.later(MINUTE)
    minutely.pusher.push(minutely.live.pushed())
    assert minutely.numbers(second) == [2]


def test_a_merge_that_nobody_watched_is_shown_to_who_connects_then(minutely: Renewed) -> None:
    minutely.wired.connections.remove(minutely.begin())
    minutely.merge()
    client = minutely.connect()
    minutely.received(client)

    minutely.later(MINUTE)
    minutely.pusher.push(minutely.live.pushed())

    assert minutely.numbers(client) == [2]


def test_an_answer_that_cannot_be_renewed_is_requested_again(minutely: Renewed) -> None:
    client = minutely.begin()
    minutely.merge()
    minutely.later(MINUTE)
    minutely.quality.failure = Unavailable("no query can be run at present", retry_after=1)

    minutely.pusher.push(minutely.live.pushed())
    requested = minutely.live.requested()
    for each in requested:
        minutely.deliverer.deliver(each)

    assert minutely.live.gateway.read(client) == []
    assert [orjson.loads(each)["source"] for each in minutely.requested_answers()] == ["quality"]


def test_a_message_that_was_lost_is_sent_again_by_the_clock(minutely: Renewed) -> None:
    client = minutely.begin()
    minutely.merge()
    assert len(minutely.live.pushed()) == 1

    minutely.later(2 * MINUTE + timedelta(seconds=1))
    minutely.live.tick()
    minutely.pusher.push(minutely.live.pushed())

    assert minutely.numbers(client) == [2]


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_pusher_that_dies_at_a_merge_loses_no_change(
    minutely: Renewed, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = minutely.begin()
    minutely.quality.number += 1

    with platforms.fault_injector.killing(step, moment):
        minutely.pusher.push([MERGED])
    minutely.later(timedelta(seconds=PUSH_QUEUE.visibility_seconds))
    minutely.pusher.push([MERGED, *minutely.live.pushed()])  # SQS delivers the message again
    minutely.live.tick()
    minutely.pusher.push(minutely.live.pushed())

    assert minutely.numbers(client) == [2]


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_pusher_that_dies_at_a_renewal_loses_no_change(
    minutely: Renewed, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = minutely.begin()
    minutely.merge()
    put_off = minutely.live.pushed()
    minutely.later(MINUTE)

    with platforms.fault_injector.killing(step, moment):
        minutely.pusher.push(put_off)
    minutely.later(timedelta(seconds=PUSH_QUEUE.visibility_seconds))
    minutely.pusher.push(put_off)  # SQS delivers the message again

    assert minutely.numbers(client) == [2]
