"""What changes a widget although no table was committed to reaches those who watch it, through the functions."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import pytest

from functions.deliverer.handler import handler as deliver
from functions.ingest.handler import handler as ingest
from functions.live.handler import handler as converse
from functions.pusher.handler import handler as push
from functions.widget_refresher.handler import handler as refresh
from shared.app.wiring import Wiring
from shared.dashboards.models import DashboardRequest
from shared.dashboards.questions import WidgetQuestion
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.events.sqs import sqs_event
from tests.events.websocket import connect_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.heard_events import published
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import LiveClients
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all
from tests.fakes.websocket_gateway import FakeGateway
from tests.functions.dashboards.conftest import widget

ANN, OTHER = "ann=", "bob="
QUALITY: dict[str, Any] = {"source": "quality", "time_window": "30d"}


@dataclass
class Watching:
    """A client that watches the quality of data, one that watches something else, and the functions in between."""

    wired: Wiring
    gateway: FakeGateway
    visitor: Visitor
    events: list[str]

    def send(self, *rows: Any) -> None:
        """Send a batch."""
        body = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows}
        ingest(rest_event("POST", "/api/v1/ingest/batch", body=body, token=self.visitor.token), context())

    def merge(self) -> None:
        """Merge what was accepted, and forget what was said of it."""
        merge_all(self.wired)
        self.pass_on()
        self.read()

    def pass_on(self) -> list[Any]:
        """Let the bus feed the pusher, and the deliverer make what it requests; return what the watcher is sent."""
        waiting, self.events[:] = list(self.events), []
        if waiting:
            push(sqs_event(waiting), context(remaining_ms=100_000))
        return self.read()

    def read(self) -> list[Any]:
        """Make deliveries, and return what the watcher is sent."""
        requested = LiveClients(self.wired, self.gateway, Clock()).requested()
        deliver(sqs_event([orjson.dumps(asdict(each)).decode() for each in requested]), context())
        return self.gateway.read(ANN)


@pytest.fixture
def watching(gateway: FakeGateway, deployed: Wiring) -> Iterator[Watching]:
    """The first messages have been read."""
    visitor = Visitor(deployed.identity)
    watched: dict[str, dict[str, Any]] = {ANN: QUALITY, OTHER: {"source": "alerts"}}
    for connection, configuration in watched.items():
        made = deployed.dashboards.add(
            DashboardRequest.model_validate(
                {
                    "name": "Quality",
                    "category": "operations",
                    "widgets": [widget("w", "table", **configuration)],
                    "is_public": True,
                }
            ),
            "ann",
        )
        headers = {"Authorization": f"Bearer {visitor.token}"}
        converse(connect_event(connection, f"dashboards/{made.dashboard_id}", headers=headers), context())
        gateway.open(connection)
    with published(deployed.clients.events) as events:
        found = Watching(deployed, gateway, visitor, events)
        found.read()
        gateway.read(OTHER)
        yield found


def received(messages: list[Any]) -> list[tuple[str, int]]:
    """The type of each message, and the number of rows that its quality reports count."""
    return [(each["type"], sum(report["rows"] for report in each["data"]["reports"])) for each in messages]


def test_a_batch_that_is_quarantined_whole_changes_quality_widgets(watching: Watching) -> None:
    watching.send(sale(1), sale(2, quantity="two"), sale(3, quantity="three"))

    assert received(watching.pass_on()) == [("widget_update", 3)]
    assert watching.gateway.read(OTHER) == []


def test_a_batch_of_duplicates_changes_quality_widgets_once_it_is_merged(watching: Watching) -> None:
    watching.send(sale(1))
    watching.merge()

    watching.wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="again", at=watching.wired.clock()))
    merge_all(watching.wired)

    assert received(watching.pass_on()) == [("widget_update", 2)]


def test_an_answer_that_took_too_long_reaches_who_watches_the_dashboard(watching: Watching) -> None:
    watching.send(sale(1), sale(2, quantity="two"), sale(3, quantity="three"))
    watching.events.clear()
    question = WidgetQuestion.of("quality", {"time_window": ["30d"]})

    answer = refresh(sqs_event([question.message]), context(remaining_ms=100_000))

    assert answer == {"batchItemFailures": []}
    assert received(watching.pass_on()) == [("widget_update", 3)]
    assert watching.gateway.read(OTHER) == []


def test_an_answer_that_cannot_be_had_is_told_as_well_and_one_that_may_come_later_is_not(watching: Watching) -> None:
    impossible = WidgetQuestion.of("quality", {"time_window": ["30d"], "sourceId": ["?"]})

    refresh(sqs_event([impossible.message]), context(remaining_ms=100_000))

    assert [orjson.loads(each)["detail"] for each in watching.events] == [{"question_id": impossible.question_id}]
