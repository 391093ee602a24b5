"""Changes of dashboards are published after they are made, also after a crash; and counts stay right in races."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import boto3
import pytest

from functions.widget_refresher.handler import handler
from shared.app.wiring import Wiring, wiring
from shared.dashboards.models import Dashboard, DashboardRequest
from shared.dashboards.store import DASHBOARDS_TABLE, Dashboards
from shared.runtime.errors import Conflict, NotFound, TallyError, Unprocessable
from tests.events.api_gateway import context
from tests.events.sqs import sqs_event
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.recorded_events import RecordedEvents
from tests.functions.dashboards.conftest import dashboard

REQUEST = DashboardRequest.model_validate(dashboard())


@pytest.fixture
def bus() -> RecordedEvents:
    return RecordedEvents()


@pytest.fixture
def stored(wired: Wiring, bus: RecordedEvents) -> Dashboards:
    return replace(wired.dashboards, events=bus)


@dataclass(frozen=True)
class Desk:
    """The store, with the bus and the clock that it uses."""

    wired: Wiring
    stored: Dashboards
    bus: RecordedEvents
    clock: Clock


@pytest.fixture
def desk(wired: Wiring, stored: Dashboards, bus: RecordedEvents, clock: Clock) -> Desk:
    return Desk(wired, stored, bus, clock)


def leftovers(wired: Wiring) -> list[str]:
    """The keys of items that are neither dashboards nor counts of any."""
    items = boto3.client("dynamodb").scan(TableName=wired.name_of(DASHBOARDS_TABLE))["Items"]
    return [each["dashboard_id"]["S"] for each in items if each["dashboard_id"]["S"].startswith("change#")]


def test_changes_and_deletions_are_published_once_and_new_dashboards_are_not(
    wired: Wiring, stored: Dashboards, bus: RecordedEvents
) -> None:
    made = stored.add(REQUEST, "ann")
    changed = stored.replace(made, REQUEST)
    stored.delete(changed)

    assert bus.published == [
        {"dashboard_id": made.dashboard_id, "change": "updated"},
        {"dashboard_id": made.dashboard_id, "change": "deleted"},
    ]
    assert leftovers(wired) == []
    assert stored.publish_pending() == 0


def test_what_a_dead_bus_did_not_take_is_published_later(
    wired: Wiring, stored: Dashboards, bus: RecordedEvents, clock: Clock
) -> None:
    made = stored.add(REQUEST, "ann")
    bus.is_down = True
    changed = stored.replace(made, REQUEST)
    assert stored.get(made.dashboard_id) == changed
    bus.is_down = False

    assert stored.publish_pending() == 0  # a minute has not passed
    clock.pass_by(timedelta(minutes=2))

    assert stored.publish_pending() == 1
    assert bus.published == [{"dashboard_id": made.dashboard_id, "change": "updated"}]
    assert leftovers(wired) == []


def test_the_clock_of_the_queue_publishes_what_was_left(deployed: Wiring, clock: Clock, bus: RecordedEvents) -> None:
    assert wiring() is deployed
    at = Dashboards(
        dynamodb=deployed.clients.dynamodb,
        table=deployed.name_of(DASHBOARDS_TABLE),
        events=bus,
        clock=clock,
    )
    bus.is_down = True
    at.delete(at.add(REQUEST, "ann"))
    assert len(leftovers(deployed)) == 1

    answer = handler(sqs_event([json.dumps({"detail-type": "Scheduled Event", "source": "aws.events"})]), context())

    assert answer == {"batchItemFailures": []}
    assert leftovers(deployed) == []


Change = Callable[[Dashboards, Dashboard], object]
CHANGES: dict[str, Change] = {
    "updated": lambda stored, made: stored.replace(made, REQUEST),
    "deleted": lambda stored, made: stored.delete(made),
}


@pytest.mark.parametrize("death", [(step, moment) for step in range(2) for moment in CrashPoint], ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_wherever_a_change_dies_it_is_made_and_published_or_neither(
    desk: Desk, platforms: MotoPlatforms, change: str, death: tuple[int, CrashPoint]
) -> None:
    made = desk.stored.add(REQUEST, "ann")

    with platforms.fault_injector.killing(*death):
        CHANGES[change](desk.stored, made)

    desk.clock.pass_by(timedelta(minutes=2))
    desk.stored.publish_pending()
    assert bool(desk.bus.published) == (_state_of(desk.stored, made) != made)
    assert all(each == {"dashboard_id": made.dashboard_id, "change": change} for each in desk.bus.published)
    assert leftovers(desk.wired) == []


def _state_of(stored: Dashboards, made: Dashboard) -> Dashboard | None:
    try:
        return stored.get(made.dashboard_id)
    except NotFound:
        return None


def _attempt(act: Callable[[], object]) -> type[TallyError] | None:
    try:
        act()
    except TallyError as error:
        return type(error)
    return None


def _race(*acts: Callable[[], object]) -> list[type[TallyError] | None]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(_attempt, acts))


def test_of_racing_changes_of_one_state_one_is_made(stored: Dashboards) -> None:
    made = stored.add(REQUEST, "ann")

    outcomes = _race(*[lambda: stored.replace(made, REQUEST)] * 4)

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, Conflict, Conflict, Conflict]))
    assert stored.get(made.dashboard_id).version == 2


def test_of_racing_deletions_one_counts(wired: Wiring, stored: Dashboards) -> None:
    made, kept = stored.add(REQUEST, "ann"), stored.add(REQUEST, "ann")

    outcomes = _race(*[lambda: stored.delete(made)] * 4)

    assert outcomes.count(None) == 1
    assert set(outcomes) == {None, NotFound}
    assert _number(wired, "ann") == 1
    stored.delete(kept)
    assert _number(wired, "ann") == 0


def test_racing_users_cannot_have_more_than_the_most(wired: Wiring, stored: Dashboards) -> None:
    table, dynamodb = wired.name_of(DASHBOARDS_TABLE), boto3.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={"dashboard_id": {"S": "count#ann"}, "dashboards": {"N": "198"}})

    outcomes = _race(*[lambda: stored.add(REQUEST, "ann")] * 5)

    assert outcomes.count(None) == 2
    assert set(outcomes) == {None, Unprocessable}
    assert _number(wired, "ann") == 200


def _number(wired: Wiring, user: str) -> int:
    table = wired.name_of(DASHBOARDS_TABLE)
    item = boto3.client("dynamodb").get_item(TableName=table, Key={"dashboard_id": {"S": f"count#{user}"}})["Item"]
    return int(item["dashboards"]["N"])
