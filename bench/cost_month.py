"""What a month costs, from measured runs and how often each happens at a rate. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.cost_prices import Meter
from bench.cost_run import DECLARED, Run
from bench.cost_units import (
    cpu_seconds_in,
    put_units,
    queries_a_second,
    scanned_terabytes,
    traces_a_second,
)
from bench.cost_usage import Usage

HOURS, SECONDS = 730, 730 * 3600
"""Of an average month."""
_DAY = 86_400
_HALF_DAY, _HALF_HOUR = _DAY / 2, 1_800

PASS_SECONDS = 2.0
"""Between the passes of a merger: a window of one second, and about one to merge (docs/scale.md)."""

ROLLUP_WINDOW_SECONDS = 2.0

S3_SECONDS, OTHER_SECONDS = 0.1, 0.01
"""What AWS states for small objects, "roughly 100-200 milliseconds", and for DynamoDB, "single-digit milliseconds"."""

QUERY_SECONDS = 1.0
"""What a query of Athena takes, as decision 31 has it; not measured."""

PUSHERS, QUESTIONS_AT_ONCE = 2, 8
"""How many pushers run at once, and the questions that each asks at once."""

REFETCH_SECONDS, PING_SECONDS = 300, 240
"""How often an open dashboard reloads all its data, and how often its socket sends a ping."""

PLATFORM_LINES = (
    '{"time":"2026-11-30T12:00:00.000Z","type":"platform.start","record":{"requestId":'
    '"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","version":"$LATEST"}}'
    '{"time":"2026-11-30T12:00:00.000Z","type":"platform.report","record":{"requestId":'
    '"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","metrics":{"durationMs":693.92,"billedDurationMs":694,"memorySizeMB":1769,'
    '"maxMemoryUsedMB":226},"tracing":{"spanId":"54565fb41ac79632","type":"X-Amzn-Trace-Id","value":'
    '"Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1"},"status":"success"}}'
)
"""What Lambda logs of each run, in the form of the Telemetry API's reference."""

_GB = 1024**3
_FREE_DISK_MB = 512


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The measured runs at a rate of events on the stream.

    Attributes:
        rate: events a second.
        shards: shards of the stream.
        record_bytes: size of a record.
        consumed: the consumer with what a shard has each second.
        merged: the merger with what arrives between two passes.
        noticed: the functions that the event of each merge starts, without rules and viewers.
        rolled_up: seconds of the roll-up job without rows, and for each row.
        roll_up: a run of the job.
        row_bytes: bytes of a row in the base table, compacted.
        compaction_seconds: seconds of compaction for each row.
    """

    rate: float
    shards: int
    record_bytes: float
    consumed: Run
    merged: Run
    noticed: Sequence[Run]
    rolled_up: tuple[float, float]
    roll_up: Run
    row_bytes: float
    compaction_seconds: float


def computing(run: Run, *, at_once: int = 1) -> Usage:
    """Return the usage of a run of a function: requests, computing and waiting for its requests one after another."""
    gigabytes, disk = run.memory_mb / 1024, (run.disk_mb - _FREE_DISK_MB) / 1024
    seconds = cpu_seconds_in(run.memory_mb, run.cpu)
    waited = waiting_seconds(run) / at_once
    usage = Usage(run.usage)
    usage[Meter.LAMBDA_REQUEST] += 1
    usage[Meter.LAMBDA_GB_SECOND] += seconds * gigabytes
    usage[Meter.LAMBDA_WAITED_GB_SECOND] += waited * gigabytes
    usage[Meter.LAMBDA_DISK_GB_SECOND] += (seconds + waited) * disk
    usage[Meter.LOG_GB] += (run.logged + len(PLATFORM_LINES)) / _GB
    return usage


def waiting_seconds(run: Run) -> float:
    """Return how long the requests of a run take if each waits for the one before."""
    queries = run.calls.get("athena StartQueryExecution", 0)
    s3 = run.requests("s3")
    return s3 * S3_SECONDS + queries * QUERY_SECONDS + (sum(run.calls.values()) - s3 - queries) * OTHER_SECONDS


def runs_in_a_month(run: Run, a_second: float, *, at_once: int = 1) -> Usage:
    """Return the usage of a function that runs so often each second, with its traces."""
    usage = computing(run, at_once=at_once).times(a_second * SECONDS)
    usage[Meter.TRACE] += traces_a_second(a_second) * SECONDS
    usage[Meter.DYNAMODB_GB_MONTH] += run.kept_bytes * a_second * SECONDS / 2 / _GB
    return usage


def queue_requests(messages: float, runs: float) -> float:
    """Return the requests of a queue whose messages start runs: each is sent; tens are received and deleted."""
    return messages + 2 * max(runs, messages / 10)


def stream_parts(at: Stream, *, version_days: int) -> dict[str, Usage]:
    """Return the usage of the stream in its first month, without viewers, by what causes it.

    Tables and objects are counted with the average of the month, half of what it brings.
    """
    return {
        "the stream": _of_shards(at),
        "stream_consumer": runs_in_a_month(at.consumed, at.shards),
        "merger": _of_passes(at),
        "alerts and pushes": _of_notices(at),
        "rollup_job": roll_up_usage(at),
        "compaction": _of_compaction(at),
        "rows and deliveries kept": _of_objects(at, version_days),
    }


def _of_shards(at: Stream) -> Usage:
    return Usage(
        {
            Meter.KINESIS_SHARD_HOUR: at.shards * HOURS,
            Meter.KINESIS_KEPT_SHARD_HOUR: at.shards * HOURS,
            Meter.KINESIS_PUT_UNIT: at.rate * SECONDS * put_units(round(at.record_bytes)),
        }
    )


def _of_passes(at: Stream) -> Usage:
    """Return the usage of the merger and of its queue."""
    passes = 1 / PASS_SECONDS
    usage = runs_in_a_month(at.merged, passes)
    usage[Meter.SQS_REQUEST] += queue_requests(at.shards, passes) * SECONDS
    return usage


def _of_notices(at: Stream) -> Usage:
    """Return the usage of the functions that each merge notifies, each through its own queue."""
    events = at.merged.calls.get("eventbridge PutEvents", 0) / PASS_SECONDS
    usage = Usage()
    for run in at.noticed:
        usage += runs_in_a_month(run, events)
        usage[Meter.SQS_REQUEST] += queue_requests(events, events) * SECONDS
    return usage


def _of_compaction(at: Stream) -> Usage:
    computed = at.rate * SECONDS * at.compaction_seconds * at.merged.memory_mb / 1024
    return Usage({Meter.LAMBDA_GB_SECOND: computed, Meter.S3_READ: SECONDS / PASS_SECONDS})


def _of_objects(at: Stream, version_days: int) -> Usage:
    """Return the storage of the rows, and of merged deliveries, which stay as old versions for so many days."""
    rows = at.rate * SECONDS * at.row_bytes / 2
    a_day = at.consumed.put_bytes.get("incoming", 0) * at.shards * _DAY
    deliveries = a_day * version_days * (1 - version_days * _DAY / SECONDS / 2)  # they add up in the first days
    return Usage({Meter.S3_GB_MONTH: (rows + deliveries) / _GB})


def roll_up_seconds(at: Stream) -> float:
    """Return how long the job computes at midday, when half of the day's rows are there."""
    fixed, per_row = at.rolled_up
    return fixed + per_row * at.rate * _HALF_DAY


def roll_up_usage(at: Stream) -> Usage:
    """Return the usage of the roll-up job, which restarts as soon as it has ended."""
    run, seconds = at.roll_up, roll_up_seconds(at)
    waited = waiting_seconds(run)
    runs = SECONDS / (ROLLUP_WINDOW_SECONDS + seconds + waited)
    average = Run(function=run.function, cpu=seconds, calls=run.calls, usage=run.usage, logged=run.logged, kept_bytes=0)
    return runs_in_a_month(average, runs / SECONDS)


def changed_seconds(at: Stream) -> float:
    """Return of how many seconds of today, on average, hourly roll-ups cannot be read.

    These are the time since the last computation began and the part of an hour before it. If the roll-ups of a whole
    day do not fit into a run, it is all of today.
    """
    computing = roll_up_seconds(at)
    if 2 * computing > DECLARED[at.roll_up.function].timeout_seconds:
        return _HALF_DAY
    return min(_HALF_DAY, _HALF_HOUR + ROLLUP_WINDOW_SECONDS + computing + waiting_seconds(at.roll_up))


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """The bytes that a question scans: without rows of today, for each of these, and for each that has just changed.

    The last are those of the hours that changed since the roll-ups were computed.
    """

    fixed: float
    a_row: float
    a_changed_row: float

    def at(self, stream: Stream) -> float:
        """Return the bytes at midday."""
        changed = changed_seconds(stream)
        rows = (_HALF_DAY - changed) * self.a_row + changed * self.a_changed_row
        return self.fixed + rows * stream.rate


@dataclass(frozen=True, kw_only=True)
class Viewers:
    """The measured runs for people who watch a dashboard.

    Attributes:
        pushed: the pusher after a commit, with one dashboard watched.
        delivered: the deliverer of one dashboard with one connection.
        read: the data of a dashboard, as a page reads them again.
        scanned: what each question scans.
        answer_bytes: size of all data of a dashboard.
    """

    pushed: Run
    delivered: Run
    read: Run
    scanned: Sequence[Scanned]
    answer_bytes: float


def viewer_usage(
    seen: Viewers, stream: Stream, *, dashboards: int, different: int, every_seconds: float = PASS_SECONDS
) -> Usage:
    """Return the usage of so many dashboards open all month, of which so many differ in their questions.

    Their answers are computed again every so many seconds: after each merge, as far as the queries end in time.
    """
    questions = different * len(seen.scanned)
    asked = queries_a_second(
        questions, every_seconds=every_seconds, at_once=PUSHERS * QUESTIONS_AT_ONCE, seconds=QUERY_SECONDS
    )
    rounds = asked / questions
    usage = runs_in_a_month(seen.pushed, rounds * different, at_once=QUESTIONS_AT_ONCE)
    usage += runs_in_a_month(seen.delivered, rounds * dashboards)
    usage[Meter.ATHENA_TB] = sum(scanned_terabytes(round(each.at(stream))) for each in seen.scanned)
    usage[Meter.ATHENA_TB] *= rounds * different * SECONDS
    reads = dashboards / REFETCH_SECONDS
    usage += runs_in_a_month(seen.read, reads)
    usage[Meter.API_REQUEST] += reads * SECONDS
    usage[Meter.WAF_REQUEST] += reads * SECONDS
    usage[Meter.CLOUDFRONT_REQUEST] += (reads + dashboards / PING_SECONDS) * SECONDS
    usage[Meter.CLOUDFRONT_GB] += (reads + rounds * dashboards) * SECONDS * seen.answer_bytes / _GB
    usage[Meter.WEBSOCKET_MESSAGE] += dashboards / PING_SECONDS * SECONDS
    usage[Meter.WEBSOCKET_MINUTE] += dashboards * HOURS * 60
    usage[Meter.SQS_REQUEST] += queue_requests(rounds * dashboards, rounds * dashboards) * SECONDS
    return usage


def kept(usage: Usage, *, log_months: float, has_backups: bool) -> Usage:
    """Return the usage including storage: logs for their retention period, and table backups for recovery."""
    found = Usage(usage)
    found[Meter.LOG_GB_MONTH] += found[Meter.LOG_GB] * log_months
    if has_backups:
        found[Meter.DYNAMODB_BACKUP_GB_MONTH] += found[Meter.DYNAMODB_GB_MONTH]
    return found
