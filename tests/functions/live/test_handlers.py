"""The functions behind the queues, the stream and the schedule of push."""

from dataclasses import asdict

import orjson

from functions.decision_feed.handler import handler as feed
from functions.deliverer.handler import handler as deliver
from functions.health_watch.handler import handler as watch
from functions.live.handler import handler as converse
from functions.pusher.handler import handler as push
from shared.app.wiring import Wiring, wiring
from shared.live.deliveries import Delivery
from tests.events.api_gateway import context
from tests.events.dynamodb_stream import table_changes
from tests.events.schedule import schedule_event
from tests.events.sqs import sqs_event
from tests.events.websocket import connect_event, message_event
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import decision, decision_change, event_message
from tests.fakes.websocket_gateway import FakeGateway


def requested(*deliveries: Delivery) -> list[str]:
    """Messages of the delivery queue."""
    return [orjson.dumps(asdict(each)).decode() for each in deliveries]


def test_a_decision_goes_from_the_table_to_the_client(gateway: FakeGateway, deployed: Wiring) -> None:
    token = Visitor(deployed.identity).token
    converse(connect_event("abc=", headers={"Authorization": f"Bearer {token}"}), context())
    gateway.open("abc=")
    converse(message_event("abc=", '{"action":"subscribe","events":["fraud:decision"]}'), context())

    feed(table_changes(decision_change(decision(1), 1)), context())
    answer = deliver(sqs_event(requested(Delivery(channel="analytics"))), context())

    assert answer == {"batchItemFailures": []}
    subscribed, decided = gateway.read("abc=")
    assert (subscribed["event"], decided["event"]) == ("subscribed", "fraud:decision")


def test_a_delivery_that_fails_is_requested_again_and_holds_up_no_other(gateway: FakeGateway, deployed: Wiring) -> None:
    token = Visitor(deployed.identity).token
    converse(connect_event("abc=", headers={"Authorization": f"Bearer {token}"}), context())
    gateway.open("abc=")
    converse(message_event("abc=", '{"action":"subscribe","events":["fraud:decision"]}'), context())
    feed(table_changes(decision_change(decision(1), 1)), context())
    impossible = Delivery(channel="analytics", parts=0)

    answer = deliver(sqs_event(requested(impossible, Delivery(channel="analytics"), impossible)), context())

    failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert failed == ["message-0", "message-2"]
    assert [each["event"] for each in gateway.read("abc=")] == ["subscribed", "fraud:decision"]


def test_the_pusher_acts_on_events_and_the_clock_together(gateway: FakeGateway, deployed: Wiring) -> None:
    bodies = [
        event_message("tally.lake", "table committed", {"data_type": "transactions"}),
        event_message("tally.pipelines", "pipeline health changed", {"pipeline_id": "merge"}),
        orjson.dumps(schedule_event()).decode(),
    ]

    push(sqs_event(bodies), context())

    assert deployed.event_log.last_id() == 0
    assert gateway.messages == {}


def test_the_watch_remembers_what_it_has_seen(gateway: FakeGateway, deployed: Wiring) -> None:
    watch(schedule_event(), context())

    said = wiring().event_log.fact("pipeline statuses")["pipelines"]
    assert said["live-push"]["status"] in {"idle", "healthy", "degraded"}
    assert deployed.event_log.last_id() == 0
    assert gateway.closed == []
