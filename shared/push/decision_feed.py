"""Appends decisions to the log of events as their index changes, each change once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from pydantic.alias_generators import to_camel

from shared.live.event_log import Claim
from shared.push.analytics_messages import EventKind
from shared.push.wording import ANALYTICS
from shared.runtime.numbers import to_json_number

if TYPE_CHECKING:
    from shared.live.channel_deliveries import ChannelDeliveries
    from shared.live.event_log import EventLog

_TEXTS = ("currency", "merchant", "channel", "risk_band", "model_version")
_MOST_BYTES = 100_000


@dataclass(frozen=True)
class ChangedDecision:
    """A change of a decision in the index: its place in the stream, and the decision in the form of events."""

    sequence_number: str
    event: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DecisionFeed:
    """Turns changes of the index into events."""

    log: "EventLog"
    deliveries: "ChannelDeliveries"
    metrics: Callable[[], Mapping[str, Any] | None]

    def append(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Append the decisions that a run of the table's stream has changed, and request their delivery.

        A run that is repeated, perhaps with more or fewer records at its end, appends only what no earlier one did.
        Returns the number of changed decisions.
        """
        every = waiting = list(changed_decisions(records))
        while waiting:
            part = list(_first(waiting))
            claim = Claim(part[0].sequence_number, part[-1].sequence_number)
            known = self.log.append(
                EventKind.DECISION,
                [{"decision": each.event} for each in part],
                common={"metrics": self.metrics()},
                claim=claim,
            )
            waiting = _after(waiting, (known or claim).through)
        if every:
            self.deliveries.request(ANALYTICS)
        return len(every)


def changed_decisions(records: Sequence[Mapping[str, Any]]) -> Iterator[ChangedDecision]:
    """Yield the decisions whose content has changed; marks for their labels change items, too."""
    for record in records:
        change = record["dynamodb"]
        body = _body(change.get("NewImage"))
        if body is not None and body != _body(change.get("OldImage")):
            yield ChangedDecision(change["SequenceNumber"], _event(orjson.loads(body)))


def _body(image: Mapping[str, Any] | None) -> str | None:
    found: str | None = (image or {}).get("body", {}).get("S")
    return found


def _event(decision: Mapping[str, Any]) -> dict[str, Any]:
    amount = decision.get("amount")
    return {
        "decisionId": decision["decision_id"],
        "timestamp": decision["timestamp"],
        "score": decision["score"],
        "outcome": decision["outcome"],
        "amount": None if amount is None else to_json_number(Decimal(str(amount))),
        **{to_camel(name): decision.get(name) for name in _TEXTS},
    }


def _first(changes: Sequence[ChangedDecision]) -> Iterator[ChangedDecision]:
    """Yield as many as fit into one item of the log, at least one."""
    size = 0
    for each in changes:
        size += len(orjson.dumps(each.event))
        if size > _MOST_BYTES and size > len(orjson.dumps(each.event)):
            return
        yield each


def _after(changes: Sequence[ChangedDecision], sequence_number: str) -> list[ChangedDecision]:
    """Return the changes after a place in the stream, which need not be among them."""
    return [each for each in changes if int(each.sequence_number) > int(sequence_number)]
