"""What is measured at the stages behind the incoming area: merges, roll-ups, computations, connections. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from shared.lake.catalog.state import TableState
from shared.live.deliveries import DELIVERY_QUEUE
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.pipelines.judgement import Measurement, in_words
from shared.pipelines.observation import Allowed, Observation
from shared.pipelines.run_register import FAILED
from shared.pipelines.waiting import (
    ATHENA,
    GLUE,
    S3,
    SQS,
    deliveries_late,
    due_of,
    earlier,
    is_blocked,
    late_since,
    messages,
    oldest_of,
    rows_of,
)
from shared.records.schema import DataType
from shared.runtime.words import counted

_LONGEST_BETWEEN_SWEEPS = timedelta(minutes=5)
"""The notifier looks for due notifications every minute, and takes over those of a dead one after three."""


def merge_queue(seen: Observation, allowed: Allowed) -> Measurement:
    """Notices of incoming objects. They are stuck if rows are late, and nobody receives the notices about them."""
    depth = seen.queues[MERGE_QUEUE]
    found = messages(depth)
    late = seen.late(seen.waiting(allowed, written=True), allowed)
    if not late or depth is None or depth.in_process or not depth.waiting:
        return found
    return replace(
        found,
        waiting_since=oldest_of(late),
        due=due_of(late, allowed),
        is_blocked=is_blocked(late, seen.last_merge(allowed)),
        late=f"{counted(depth.waiting, 'message')} of the merge queue not received; the merger is not started; "
        f"{deliveries_late(late, seen.at, 'not merged')}",
    )


def merge(seen: Observation, allowed: Allowed) -> Measurement:
    """Rows that were written to the incoming area, and those of them that are not merged yet."""
    depth, total = seen.queues[MERGE_QUEUE], seen.total(allowed)
    entries = seen.waiting(allowed, written=True)
    late = seen.late(entries, allowed)
    merged = total.loaded + total.duplicate + total.conflict
    dead = 0 if depth is None else depth.dead_letters
    letters = f"; {counted(dead, 'message')} in the dead-letter queue" if dead else ""
    return Measurement(
        taken_in=merged + max(0, total.in_flight - rows_of(seen.waiting(allowed, written=False))),
        given_out=merged,
        waiting=rows_of(entries),
        waiting_since=oldest_of(entries),
        due=due_of(late, allowed),
        is_blocked=is_blocked(late, seen.last_merge(allowed)),
        dead_letters=None if depth is None else dead,
        unreachable=GLUE if GLUE in seen.unreachable else "",
        late=deliveries_late(late, seen.at, "not merged") + letters,
    )


def rollups(seen: Observation, _: Allowed, within: timedelta, data_types: Collection[DataType]) -> Measurement:
    """Days with data of the types that have roll-ups, and those that changed since these were computed."""
    states = [each for each in seen.states if each.name in data_types and _has_rollups(each)]
    behind = {each.name: len(each.dirty_days) for each in states if each.dirty_days}
    since = min((each.rollups_behind_since for each in states if each.rollups_behind_since), default=None)
    days, dirty = sum(len(each.days) for each in states), sum(behind.values())
    depth = seen.queues[ROLLUP_QUEUE]
    text = late_since(f"{counted(dirty, 'day')} of {', '.join(sorted(behind))} not rolled up", since, seen.at)
    return Measurement(
        taken_in=days,
        given_out=days - dirty,
        waiting=dirty,
        waiting_since=since,
        due=None if since is None else since + within,
        dead_letters=None if depth is None else depth.dead_letters,
        unreachable=SQS if depth is None else GLUE if GLUE in seen.unreachable else "",
        late=f"{text}; answers read these days from the base tables",
    )


def customers(seen: Observation, _: Allowed, within: timedelta) -> Measurement:
    """Customers of the published computation, which is overdue when it is older than the objective allows."""
    published = seen.computation
    sold = [each.arrivals for each in seen.arrivals if each.data_type == DataType.TRANSACTIONS]
    found = Measurement(unreachable=ATHENA if ATHENA in seen.unreachable else "")
    if published is None:
        first = min((each.first for each in sold), default=None)
        if first is None:
            return found
        late = f"no computation, although sales have been delivered for {in_words(seen.at - first)}"
        return replace(found, waiting=None, waiting_since=first, due=first + within, is_blocked=True, late=late)
    found = replace(found, taken_in=published.customers, given_out=published.customers)
    started = published.started_at
    if started is None:
        return found
    is_behind = any(each.last > started for each in sold)
    return replace(
        found,
        waiting=None if is_behind else 0,
        waiting_since=started if is_behind else None,
        due=started + within,
        late=f"the last computation started {in_words(seen.at - started)} ago, and one is due every day",
    )


def connections(seen: Observation, _: Allowed) -> Measurement:
    """Open connections."""
    return Measurement(taken_in=seen.connections, given_out=seen.connections)


def notifications(seen: Observation, _: Allowed, within: timedelta) -> Measurement:
    """Notifications that wait, and those that were given up; a failed delivery is not late before its next attempt."""
    depth, backlog = seen.queues[NOTIFICATION_QUEUE], seen.outbox
    since = earlier(backlog.oldest_due, seen.at)
    is_due = since is not None and since < seen.at
    dead = backlog.dead + (depth.dead_letters if depth else 0)
    given_up = counted(backlog.newly_dead, "notification")
    return Measurement(
        taken_in=None,
        given_out=None,
        waiting=backlog.waiting,
        waiting_since=since if is_due else None,
        due=since + max(within, _LONGEST_BETWEEN_SWEEPS) if since and is_due else None,
        dead_letters=dead,
        lost=f"{given_up} given up in the last 24 hours" if backlog.newly_dead else "",
        unreachable="" if depth else SQS,
        late=late_since(f"{counted(backlog.waiting, 'notification')} not delivered", since, seen.at),
    )


def deliveries(seen: Observation, _: Allowed, within: timedelta) -> Measurement:
    """Requests to send to connections, events that no connection has been handed, and decisions that became none."""
    depth, unread, given_up = seen.queues[DELIVERY_QUEUE], seen.unread, seen.feed_failures
    queue = messages(depth)
    return replace(
        queue,
        waiting_since=unread.since,
        due=None if unread.since is None else unread.since + within,
        dead_letters=None if depth is None or given_up is None else depth.dead_letters + given_up,
        lost=f"{counted(given_up, 'batch', 'batches')} of changed decisions not sent to clients" if given_up else "",
        unreachable=queue.unreachable or (S3 if given_up is None else ""),
        late=late_since(f"{counted(unread.number, 'event')} not sent to connections", unread.since, seen.at),
    )


def runs(seen: Observation, _: Allowed, within: timedelta) -> Measurement:
    """Runs of replay scenarios; one that takes too long is late, and failures count until a run completes."""
    active, ended = seen.runs.active, seen.runs.ended
    oldest = min(active, default=None)
    passed = [each for each in ended if each.status != FAILED]
    return Measurement(
        taken_in=len(active) + len(ended),
        given_out=len(passed),
        waiting=len(active),
        waiting_since=oldest,
        due=None if oldest is None else oldest + within,
        is_blocked=oldest is not None and all(each.at < oldest for each in passed),
        lost=f"{counted(seen.runs.failures, 'run')} failed" if seen.runs.failures else "",
        unreachable=ATHENA if ATHENA in seen.unreachable else "",
        late=late_since(f"{counted(len(active), 'run')} not completed", oldest, seen.at),
    )


def _has_rollups(state: TableState) -> bool:
    return bool(state.commits) or (state.definition is not None and bool(state.days))
