"""The rules of EventBridge that a stage has, by what its functions, queues and workflows declare."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.declaration import ScheduleTrigger
from functions.manifest import TRIGGERED_FUNCTIONS, WORKFLOWS
from infra import resources
from shared.runtime.resources import EventType, Queue


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule by its name within the stage; a clock is on the bus of the account, others on that of the platform."""

    name: str
    is_clock: bool


def clock_of(queue: Queue) -> str:
    """Return the name of the rule that sends a message to a queue periodically."""
    return f"{queue.name}-clock"


def feed_of(queue: Queue, event: EventType) -> str:
    """Return the name of the rule that sends the events of a type to a queue."""
    return f"{queue.name}-{event.detail_type.replace(' ', '-')}"


def every_rule() -> Iterator[Rule]:
    """Yield all rules; those of functions and workflows are named after what they start."""
    for function in TRIGGERED_FUNCTIONS:
        if isinstance(function.trigger, ScheduleTrigger):
            yield Rule(name=function.name, is_clock=True)
    for workflow in WORKFLOWS:
        if workflow.every_minutes is not None:
            yield Rule(name=workflow.name, is_clock=True)
    for queue in resources.QUEUES:
        if queue.fed_every_minutes is not None:
            yield Rule(name=clock_of(queue), is_clock=True)
        for event in queue.fed_by_events:
            yield Rule(name=feed_of(queue, event), is_clock=False)
