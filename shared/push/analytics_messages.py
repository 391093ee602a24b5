"""What clients of `/ws/analytics` send, and what they subscribe to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.fraud.counts import Outcome
from shared.runtime.models import CamelModel


class EventKind(StrEnum):
    """The events that clients can subscribe to."""

    DECISION = "fraud:decision"
    METRICS = "metrics:updated"
    HEALTH = "pipeline:health"


_MOST_CHOICES = 50


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


_Outcomes = Annotated[list[Outcome] | None, BeforeValidator(_listed), Field(max_length=_MOST_CHOICES)]
_Texts = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
    BeforeValidator(_listed),
    Field(min_length=1, max_length=_MOST_CHOICES),
]


class DecisionFilters(CamelModel):
    """Which decisions a client wants: a value or a list of values for each field, all of which must be met."""

    model_config = ConfigDict(extra="forbid")

    outcome: _Outcomes = None
    min_score: Annotated[float | None, Field(ge=0, le=1, strict=True)] = None
    merchant: _Texts = None
    channel: _Texts = None

    def admits(self, decision: Mapping[str, Any]) -> bool:
        """Whether a decision, in the form of events, meets the filters."""
        if self.min_score is not None and decision["score"] < self.min_score:
            return False
        choices = ((self.outcome, "outcome"), (self.merchant, "merchant"), (self.channel, "channel"))
        return all(wanted is None or decision[name] in wanted for wanted, name in choices)


class Subscribe(BaseModel):
    """A request for events; it replaces the one before."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["subscribe"]
    events: Annotated[list[EventKind], Field(min_length=1, max_length=_MOST_CHOICES)]
    filters: DecisionFilters = DecisionFilters()
    since: Annotated[int | None, Field(ge=0, strict=True)] = None


class Unsubscribe(BaseModel):
    """An end to some events, or to all."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["unsubscribe"]
    events: Annotated[list[EventKind] | None, Field(max_length=_MOST_CHOICES)] = None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a connection wants.

    Attributes:
        revision: the sequence number of its answer; progress counts only for the subscription that it was made in.
        events: the kinds of events.
        filters: which decisions.
        start: the id after which events are sent.
        replayed_through: the last id that had been given when it was made; none of these events is dropped.
    """

    revision: int
    events: Sequence[EventKind]
    filters: DecisionFilters
    start: int
    replayed_through: int

    def document(self) -> dict[str, Any]:
        """Return the form in which it is stored."""
        return {
            "revision": self.revision,
            "events": list(self.events),
            "filters": self.filters.model_dump(mode="json", by_alias=True, exclude_none=True),
            "start": self.start,
            "replayed_through": self.replayed_through,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Subscription | None":
        """Read the stored form; None if there is none."""
        if not stored:
            return None
        return cls(
            **{
                **stored,
                "events": [EventKind(each) for each in stored["events"]],
                "filters": DecisionFilters.model_validate(stored["filters"]),
            }
        )
