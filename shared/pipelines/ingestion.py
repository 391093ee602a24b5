"""What is measured at the stages that take data in: sources, loading, the stream. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ledger.entry import Channel
from shared.pipelines.judgement import Measurement, in_words
from shared.pipelines.observation import Allowed, Observation, StreamBacklog, WaitingFile
from shared.pipelines.waiting import (
    KINESIS,
    S3,
    deliveries_late,
    due_of,
    earlier,
    is_blocked,
    late_since,
    messages,
    oldest_of,
    rows_of,
)
from shared.runtime.words import counted
from shared.sources.arrivals import ChannelArrivals

_MOST_NAMES = 3


def sources(seen: Observation, allowed: Allowed) -> Measurement:
    """Sources that used to deliver regularly, and those of them that have fallen silent."""
    of_channels = [each for each in seen.arrivals if each.channel in allowed]
    silent = sorted((each for each in of_channels if each.arrivals.is_stale(seen.at)), key=_expected_at)
    live = sum(1 for each in of_channels if each.arrivals.is_live(seen.at))
    further = [f"{len(silent) - _MOST_NAMES} more"] if len(silent) > _MOST_NAMES else []
    return Measurement(
        taken_in=live + len(silent),
        given_out=live,
        due=_expected_at(silent[0]) if silent else None,
        late="; ".join([*(_silence(each, seen.at) for each in silent[:_MOST_NAMES]), *further]),
    )


def batches(seen: Observation, allowed: Allowed) -> Measurement:
    """Rows of deliveries, and those that are not written to the incoming area yet."""
    entries = seen.waiting(allowed, written=False)
    late = seen.late(entries, allowed)
    rows, received = rows_of(entries), seen.total(allowed).received
    return Measurement(
        taken_in=received,
        given_out=max(0, received - rows),
        waiting=rows,
        waiting_since=oldest_of(entries),
        due=due_of(late, allowed),
        is_blocked=is_blocked(late, seen.last_merge(allowed)),
        late=deliveries_late(late, seen.at, "not written"),
    )


def file_queue(seen: Observation, _: Allowed, within: timedelta) -> Measurement:
    """Messages about files, and files that arrived and for which the loader is not started."""
    depth = seen.queues[UPLOAD_QUEUE]
    waiting = [] if _is_received(seen) else [each for each in seen.files if not each.is_taken]
    return _with_files(messages(depth), waiting, seen, within, "the file loader is not started")


def files(seen: Observation, allowed: Allowed, within: timedelta) -> Measurement:
    """Rows of files, and those that are not written to the incoming area yet."""
    depth = seen.queues[UPLOAD_QUEUE]
    waiting = [each for each in seen.files if each.is_taken or _is_received(seen)]
    written = batches(seen, allowed)
    is_counted = all(each.rows is not None for each in waiting)
    found = Measurement(
        taken_in=written.taken_in,
        given_out=written.given_out,
        waiting=(written.waiting or 0) + sum(each.rows or 0 for each in waiting) if is_counted else None,
        dead_letters=None if depth is None else depth.dead_letters,
    )
    return _with_files(found, waiting, seen, within, "the file loader does not finish")


def stream(seen: Observation, allowed: Allowed, within: timedelta) -> Measurement:
    """Rows of stream records; those that wait on the stream are not counted, but the oldest one is known."""
    backlog, written = seen.stream, batches(seen, allowed)
    if backlog is None:
        return replace(written, taken_in=None, waiting=None, unreachable=KINESIS)
    failures = backlog.failures
    found = replace(
        written,
        dead_letters=failures,
        unreachable=S3 if failures is None else "",
        lost=f"{counted(failures, 'batch', 'batches')} of records not loaded for days" if failures else "",
    )
    oldest = None if _is_unknown(backlog, seen) else backlog.oldest
    if oldest is None:
        return found
    return replace(
        found,
        taken_in=None,
        waiting=None,
        waiting_since=earlier(oldest, written.waiting_since),
        due=earlier(oldest + within, written.due),
        is_blocked=backlog.processed_at is None or backlog.processed_at < oldest,
        late=late_since("records of the stream not consumed", oldest, seen.at),
    )


def _is_unknown(backlog: StreamBacklog, seen: Observation) -> bool:
    """Whether an earlier version, which kept no positions, has read the stream: what it has read seems to wait."""
    return backlog.processed_at is None and any(each.channel is Channel.STREAM for each in seen.arrivals)


def _is_received(seen: Observation) -> bool:
    """Whether messages about files are being received, as far as SQS says."""
    depth = seen.queues[UPLOAD_QUEUE]
    return depth is None or depth.in_process > 0


def _with_files(
    found: Measurement, waiting: Sequence[WaitingFile], seen: Observation, within: timedelta, reason: str
) -> Measurement:
    """Add to a measurement that these files wait."""
    since = min((each.since for each in waiting), default=None)
    late = [each for each in waiting if each.since + within < seen.at]
    if since is None or not late:
        return replace(found, waiting_since=since)
    last_merge = seen.last_merge([Channel.FILE])
    is_passing = any(each.is_in_process for each in late) or (last_merge is not None and last_merge >= since)
    text = late_since(f"{counted(len(late), 'file')} not loaded", since, seen.at)
    return replace(found, waiting_since=since, due=since + within, is_blocked=not is_passing, late=f"{text}; {reason}")


def _expected_at(source: ChannelArrivals) -> datetime:
    return source.arrivals.last + source.arrivals.expected_cadence


def _silence(source: ChannelArrivals, at: datetime) -> str:
    known = source.arrivals
    return (
        f"{known.source_id} has not delivered {source.data_type} for {in_words(at - known.last)}, "
        f"expected every {in_words(known.expected_cadence)}"
    )
