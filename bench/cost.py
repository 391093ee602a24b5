"""Dollars a month at three rates of events and with 20 dashboards watched, from measured runs and a table of prices.

Each run calls the real handlers in this process, against the emulator; `docs/cost.md` explains the results. The
ratio of a service is its share with dashboards open.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from bench.cost_fixed import clocked, fixed_usage, prod_templates
from bench.cost_month import SECONDS, Scanned, Stream, Viewers, computing, kept, stream_parts, viewer_usage
from bench.cost_platform import cost_platform
from bench.cost_prices import Meter, by_service, dollars
from bench.cost_run import Run
from bench.cost_runs import Runs, record_bytes
from bench.cost_units import shards
from bench.cost_usage import Usage
from bench.measure import Row
from infra.aws.access_log import REST_LINE
from infra.aws.stages import PROD
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INCOMING

RATES = (100, 1_000, 10_000)
DASHBOARDS = 20
_SHARDS_A_PASS = 2
_TIMES = 3
_FILL, _BATCH = 20, 10_000
_WATCHED: Mapping[str, Any] = {
    "all of them different": {"different": DASHBOARDS},
    "all of them the same": {"different": 1},
    "different, computed once a minute": {"different": DASHBOARDS, "every_seconds": 60},
}
_LOG_MONTHS = 3
_VERSION_DAYS = dict(LAKE_BUCKET.version_days)[f"{INCOMING}/"]
"""The retention of logs in the stage `prod`."""

# Seconds of compaction for a row, by the rows of the files that a pass adds (`bench compaction`, docs/scale.md).
_COMPACTION = {100: 265e-6, 1_000: 61e-6, 10_000: 9e-6}


def measure() -> list[Row]:
    """Measure the runs, and add a month up."""
    logging.disable(logging.NOTSET)
    try:
        with cost_platform() as (meter, output, gateway):
            runs = Runs(meter, output, gateway)
            ways = _ways(runs)
            streams = _streams(runs)
            viewers = _viewers(runs)
            fixed = fixed_usage(prod_templates(), list(clocked(runs)))
    finally:
        logging.disable(logging.CRITICAL)
    return [*_rows(streams, viewers, fixed), *_way_rows(ways)]


def _ways(runs: Runs) -> Mapping[str, tuple[Run, int]]:
    """Measure how events can be sent to the API, and the events of each request."""
    runs.batch(10), runs.record()
    found = {
        "batches of 1 000": (_middle([runs.batch(1_000) for _ in range(_TIMES)]), 1_000),
        "batches of 100": (_middle([runs.batch(100) for _ in range(_TIMES)]), 100),
        "single records": (_middle([runs.record() for _ in range(_TIMES)]), 1),
    }
    runs.merge()
    return found


def _streams(runs: Runs) -> list[Stream]:
    passes = {rate: _pass(runs, rate) for rate in RATES}
    row_bytes = min(merged.put_bytes["data"] / (rate * _SHARDS_A_PASS) for rate, (_, merged) in passes.items())
    small, large = _roll_ups(runs)
    noticed = [runs.on_message(function) for function in ("alert_evaluator", "pusher")]
    return [
        Stream(
            rate=rate,
            shards=_shards(rate),
            record_bytes=record_bytes(),
            consumed=consumed,
            merged=merged,
            noticed=noticed,
            rolled_up=_line(small, large),
            roll_up=large[0],
            row_bytes=row_bytes,
            compaction_seconds=_COMPACTION[max(each for each in _COMPACTION if each <= rate * _SHARDS_A_PASS)],
        )
        for rate, (consumed, merged) in passes.items()
    ]


def _pass(runs: Runs, rate: int) -> tuple[Run, Run]:
    """Consume the records that arrive between two passes, and merge them."""
    each, consumed, merged = rate // _shards(rate), list[Run](), list[Run]()
    for _ in range(_TIMES):
        consumed += [runs.consume(each) for _ in range(_shards(rate) * _SHARDS_A_PASS)]
        merged.append(runs.merge())
    return _middle(consumed), _middle(merged)


def _shards(rate: int) -> int:
    return shards(rate, record_bytes(), least=EVENT_STREAM.shards)


def _roll_ups(runs: Runs) -> tuple[tuple[Run, int], tuple[Run, int]]:
    """Roll the day up with the rows that are there, and with many more."""
    runs.roll_up()
    runs.consume(100), runs.merge()
    small = (runs.roll_up(), runs.rows)
    _fill(runs)
    return small, (runs.roll_up(), runs.rows)


def _line(small: tuple[Run, int], large: tuple[Run, int]) -> tuple[float, float]:
    """Return seconds without rows and for each row."""
    per_row = (large[0].cpu - small[0].cpu) / (large[1] - small[1])
    return small[0].cpu - per_row * small[1], per_row


def _viewers(runs: Runs) -> Viewers:
    """Measure a watched dashboard with few rows of today, with many that are rolled up, and with many that are not."""
    runs.watch()
    _renewed(runs)
    before = runs.rows
    few = _renewed(runs)
    _fill(runs)
    rolled_up = _renewed(runs)
    middle = runs.rows
    _fill(runs, of_now=True)
    pushed = runs.on_message("pusher")
    delivered = runs.deliver()
    every = zip(few.scanned, rolled_up.scanned, pushed.scanned, strict=True)
    of_day, of_hour = middle - before, runs.rows - middle
    grown = [(one, max(0, two - one) / of_day, max(0, three - two) / of_hour) for one, two, three in every]
    read = runs.read_dashboard()
    return Viewers(
        pushed=few,
        delivered=delivered,
        read=read,
        scanned=[
            Scanned(fixed=max(0.0, bytes_ - old * before), a_row=old, a_changed_row=new) for bytes_, old, new in grown
        ],
        answer_bytes=runs.answered,
    )


def _renewed(runs: Runs) -> Run:
    """Roll everything up, merge a few rows of the stream, and renew the answers of the dashboard."""
    runs.roll_up()
    runs.consume(100), runs.merge()
    return runs.on_message("pusher")


def _fill(runs: Runs, *, of_now: bool = False) -> None:
    for _ in range(_FILL):
        runs.batch(_BATCH, of_now=of_now)
    runs.merge()


def _middle(found: Sequence[Run]) -> Run:
    """Return the run whose processor time is the median."""
    return min(found, key=lambda run: abs(run.cpu - median(each.cpu for each in found)))


def _rows(streams: Sequence[Stream], viewers: Viewers, fixed: Usage) -> Iterator[Row]:
    yield from _table("without events", fixed, fixed)
    for stream in streams:
        name, parts = f"{stream.rate:,}/s", stream_parts(stream, version_days=_VERSION_DAYS)
        unwatched = sum(parts.values(), fixed)
        watched = {
            what: unwatched + viewer_usage(viewers, stream, dashboards=DASHBOARDS, **how)
            for what, how in _WATCHED.items()
        }
        yield from _table(name, unwatched, watched["all of them different"])
        for part, usage in parts.items():
            yield _row(f"{name}: of it {part}", _dollars(usage), _dollars(usage), 1)
        for what, usage in watched.items():
            yield _row(f"{name}, {what}", _dollars(unwatched), _dollars(usage), 1)
        later = _further_month(stream)
        yield _row(f"{name}: rows of a month, each later month", later, later, 1)


def _table(name: str, unwatched: Usage, watched: Usage) -> Iterator[Row]:
    before, after = (by_service(_kept(each)) for each in (unwatched, watched))
    every = sum(after.values())
    for service in after:
        yield _row(f"{name}: {service}", before.get(service, 0.0), after[service], after[service] / every)
    yield _row(f"{name}: all", sum(before.values()), every, 1)


def _kept(usage: Usage) -> Usage:
    return kept(usage, log_months=_LOG_MONTHS, has_backups=PROD.point_in_time_recovery)


def _dollars(usage: Usage) -> float:
    return sum(by_service(_kept(usage)).values())


def _further_month(stream: Stream) -> float:
    """Return what the rows of a month cost in each later month, before the price falls with the amount."""
    return dollars(Meter.S3_GB_MONTH, stream.rate * SECONDS * stream.row_bytes / 1024**3)


def _way_rows(ways: Mapping[str, tuple[Run, int]]) -> Iterator[Row]:
    for name, (run, events) in ways.items():
        usage = computing(run).times(1e6 / events)
        usage[Meter.API_REQUEST] += 1e6 / events
        usage[Meter.WAF_REQUEST] += 1e6 / events
        usage[Meter.CLOUDFRONT_REQUEST] += 1e6 / events
        usage[Meter.LOG_GB] += len(REST_LINE) * 1e6 / events / 1024**3
        every = by_service(usage)
        parts = ", ".join(f"{service} {cost:.2f}" for service, cost in every.items() if cost >= 0.005)
        yield Row(
            name=f"a million events as {name} to the API",
            ours=f"$ {sum(every.values()):.2f}",
            against="of which",
            theirs=parts,
            ratio=1,
            aim="-",
            met=None,
        )


def _row(name: str, unwatched: float, watched: float, share: float) -> Row:
    return Row(
        name=name,
        ours=f"$ {unwatched:,.2f}",
        against=f"{DASHBOARDS} dashboards open",
        theirs=f"$ {watched:,.2f}",
        ratio=share,
        aim="-",
        met=None,
    )
