"""Clients of the WebSocket API over the platform in moto: the functions run on what is in their queues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.auth.tokens import GOOD_FOR, Use
from shared.live.deliveries import DELIVERY_QUEUE, Delivery
from shared.push.changes import METRICS
from shared.push.deliverer import Deliverer
from shared.push.queue import PUSH_QUEUE
from shared.runtime.resources import Queue
from tests.events.dynamodb_stream import table_change
from tests.events.schedule import schedule_event
from tests.events.websocket import connect_event
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.websocket_gateway import FakeGateway
from tests.moto_platform import REGION


@dataclass
class LiveClients:
    """Opens connections and hands them what the platform sends."""

    wired: Wiring
    gateway: FakeGateway
    clock: Clock
    _numbers: Iterator[int] = field(default_factory=count)

    def connect(self, channel: str = "analytics", *, visitor: Visitor | None = None, token: str = "") -> str:
        """Open a connection; return its id."""
        name = f"connection-{next(self._numbers)}="
        event = connect_event(name, channel)
        self.wired.admission.admit(event["requestContext"], channel, token or (visitor or self.visitor()).token)
        self.gateway.open(name)
        return name

    def visitor(self, *scopes: Scope, owner: str | None = None) -> Visitor:
        """A user who may do this, by default everything that can be watched."""
        return Visitor(self.wired.identity, *(scopes or Scope), owner=owner)

    def token_expiring_in(self, **span: float) -> str:
        """A token that was issued long ago."""
        now = self.clock.now
        self.clock.now = now + timedelta(**span) - GOOD_FOR[Use.ACCESS]
        token = self.visitor().token
        self.clock.now = now
        return token

    def say(self, connection_id: str, message: Any, *, is_binary: bool = False) -> Any:
        """Send a message; return the answer, None if there is none."""
        body = message if isinstance(message, str) else orjson.dumps(message).decode()
        answer = self.wired.conversation.answer(connection_id, body, is_binary=is_binary)
        return None if answer is None else orjson.loads(*answer.messages)

    def subscribe(self, connection_id: str, *events: str, **options: Any) -> Any:
        """Subscribe to events, by default to all."""
        every = events or ("fraud:decision", "metrics:updated", "pipeline:health")
        return self.say(connection_id, {"action": "subscribe", "events": every, **options})

    def tick(self) -> None:
        """Let the clock of the push queue strike."""
        self.wired.pusher.push([orjson.dumps(schedule_event()).decode()])

    def delivery(self, channel: str) -> Delivery:
        """The delivery that is requested for a channel."""
        (found,) = [each for each in self.requested() if each.channel == channel]
        return found

    def requested(self) -> list[Delivery]:
        """Take the deliveries that are requested."""
        return list(dict.fromkeys(map(Delivery.read, self.taken(DELIVERY_QUEUE))))

    def deliverer(self, *, most_connections: int) -> Deliverer:
        """A deliverer that divides more connections than so many."""
        return replace(self.wired.deliverer, most_connections=most_connections)

    def deliver(self, deliverer: Deliverer | None = None) -> None:
        """Make all deliveries that are requested, also those for later."""
        for _ in range(20):
            waiting = self.requested()
            if not waiting:
                return
            for each in waiting:
                (deliverer or self.wired.deliverer).deliver(each)
        raise AssertionError("deliveries request each other without end")

    def received(self, connection_id: str) -> list[Any]:
        """Make all deliveries, and return what the connection was sent."""
        self.deliver()
        return self.gateway.read(connection_id)

    def taken(self, queue: Queue) -> list[str]:
        """Take the messages off a queue, also those that are delayed."""
        url = self.wired.name_of(queue)
        waiting = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[url.rpartition("/")[2]]._messages
        bodies = [str(each.body) for each in waiting]
        waiting.clear()
        return bodies

    def pushed(self) -> list[str]:
        """Take the messages for the pusher."""
        return self.taken(PUSH_QUEUE)

    def taken_runs(self) -> None:
        """Forget what subscriptions have requested of the pusher, as if it had been made a while ago."""
        self.pushed()
        self.wired.turns.begin(METRICS)
        self.clock.pass_by(timedelta(seconds=2))

    def decide(self, *decisions: Any, first: int = 0) -> None:
        """Change decisions in the index, in one run of its stream."""
        self.wired.decision_feed.append([decision_change(each, number) for number, each in enumerate(decisions, first)])


def decision(number: int = 0, **fields: Any) -> dict[str, Any]:
    """The content of a decision in the index."""
    return {
        "decision_id": f"d-{number}",
        "timestamp": "2026-05-01T12:00:00.000Z",
        "score": 0.5,
        "outcome": "approve",
        "amount": "12.50",
        "currency": "EUR",
        "merchant": "m-1",
        "channel": "web",
        **fields,
    }


def decision_change(new: dict[str, Any] | None, number: int, *, old: dict[str, Any] | None = None) -> dict[str, Any]:
    """A change of a decision, as the stream of its table hands it over."""
    known = new or old or {}
    images = [
        None
        if each is None
        else {"decision_id": {"S": each["decision_id"]}, "body": {"S": orjson.dumps(each).decode()}}
        for each in (new, old)
    ]
    return table_change(number, new=images[0], old=images[1], key={"decision_id": {"S": known["decision_id"]}})


def event_message(source: str, detail_type: str, detail: Mapping[str, Any]) -> str:
    """A message of a queue that an event of the platform's bus is sent to."""
    return orjson.dumps({**schedule_event(), "source": source, "detail-type": detail_type, "detail": detail}).decode()
