"""Replay runs on the laptop platform, through Step Functions: seconds, bytes read, and whether both grow linearly.

Each run is of a window over the same decisions, of which there are 10 000 a day: `replay_run=5000000` adds a run over
as many. CPU seconds are those of the whole platform, so runs can be compared although other programs are busy.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import psutil

from bench.decisions import drawn_decisions, feature_name
from bench.measure import Row
from bench.memory import peak_megabytes
from bench.own_platform import own_platform, wiring_in
from shared.app.wiring import Wiring
from shared.lake.rollups.label_publication import LabelPublication
from shared.lake.storage.object_store import LakeStore
from shared.replay.run_files import REPLAY_RUNS_BUCKET

DECISIONS, A_DAY, DAYS_AT_ONCE, FEATURES = 1_000_000, 10_000, 10, 15
MOST_SECONDS, MOST_SUPERLINEAR, MOST_MEGABYTES = 60, 1.25, 512
START = datetime(2024, 1, 1, tzinfo=UTC)
_SCENARIOS = "/analytics/replay/scenarios"
_THRESHOLDS = {"thresholds": {"fraud_threshold": 0.4, "review_threshold": 0.3}}
_MODEL = {
    "model": {
        "type": "logistic",
        "intercept": -3.0,
        "coefficients": {feature_name(number): 0.1 for number in range(FEATURES)},
    }
}
_SLICE = "tally-local-replay-slice"
_POLL_SECONDS, _TIMEOUT_SECONDS = 0.5, 900
_MEGABYTE = 2**20


@dataclass(frozen=True)
class MeasuredRun:
    """A completed run: its decisions and slices, what it took, and what it read."""

    decisions: int
    slices: int
    seconds: float
    planned: float
    """Seconds until the decisions of all slices were written."""
    cpu: float
    scanned: int
    read: int
    """Bytes of all slices."""


def measure(decisions: int = DECISIONS) -> list[Row]:
    """Commit the decisions, warm the functions up, and run scenarios over windows of growing size."""
    sizes = sorted({min(DECISIONS, decisions) // 10, min(DECISIONS, decisions), decisions})
    with own_platform() as (up, client), wiring_in(up, "replay-plan") as planner:
        with wiring_in(up, "merger") as merger:
            _fill(merger, decisions)
        platform = _Platform(client, planner)
        platform.run(A_DAY, _THRESHOLDS)
        runs = [platform.run(size, _THRESHOLDS) for size in sizes]
        by_model = platform.run(sizes[1], _MODEL)
        peak = _peak_of_slices()
    return [
        *(_seconds("thresholds", each) for each in runs),
        _seconds(f"a model of {FEATURES} features", by_model),
        *(row for more in runs[1:] for row in _growth(runs[0], more)),
        Row(
            name="the function of slices: peak memory of its processes",
            ours=f"{peak:.0f} MB",
            against="the most",
            theirs=f"{MOST_MEGABYTES} MB",
            ratio=peak / MOST_MEGABYTES,
            aim="at most 1",
            met=peak <= MOST_MEGABYTES,
        ),
    ]


def _fill(wired: Wiring, decisions: int) -> None:
    for drawn in drawn_decisions(START, decisions // A_DAY, A_DAY, days_at_once=DAYS_AT_ONCE, features=FEATURES):
        drawn.commit(wired)
    LabelPublication(tables=wired.lake_tables, states=wired.table_states).refresh()


@dataclass(frozen=True)
class _Platform:
    """A client of a platform, and what its planning function may read."""

    client: httpx.Client
    planner: Wiring

    def run(self, decisions: int, overrides: Mapping[str, Any]) -> MeasuredRun:
        """Run a scenario over the first decisions, and wait until it is completed."""
        scenario = self._create(decisions, overrides)
        queries, cpu, started = self._queries(), _cpu_seconds(), time.monotonic()
        run_id = self._send("POST", f"{_SCENARIOS}/{scenario}/run")["runId"]
        planned = self._until(scenario, {"running", "completed"}) - started
        ended = self._until(scenario, {"completed"}) - started
        cpu = _cpu_seconds() - cpu
        sizes = self._sizes_of_slices(run_id)
        athena = boto3.client("athena")
        executions = [athena.get_query_execution(QueryExecutionId=each) for each in self._queries() - queries]
        return MeasuredRun(
            decisions=self._send("GET", f"{_SCENARIOS}/{scenario}/results")["decisions"],
            slices=len(sizes),
            seconds=ended,
            planned=planned,
            cpu=cpu,
            scanned=sum(each["QueryExecution"]["Statistics"]["DataScannedInBytes"] for each in executions),
            read=sum(sizes),
        )

    def _create(self, decisions: int, overrides: Mapping[str, Any]) -> str:
        end = START + timedelta(days=decisions // A_DAY)
        window = {"start": START.isoformat(), "end": end.isoformat()}
        scenario = {"name": "Bench", "timeWindow": window, "overrides": overrides}
        created: str = self._send("POST", _SCENARIOS, scenario)["id"]
        return created

    def _until(self, scenario: str, statuses: set[str]) -> float:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while (found := self._send("GET", f"{_SCENARIOS}/{scenario}"))["status"] not in statuses:
            if found["status"] == "failed" or time.monotonic() > deadline:
                raise SystemExit(f"the run is {found['status']}: {found.get('error')}")
            time.sleep(_POLL_SECONDS)
        return time.monotonic()

    def _sizes_of_slices(self, run_id: str) -> list[int]:
        wired = self.planner
        files = LakeStore(wired.clients.s3, wired.name_of(REPLAY_RUNS_BUCKET))
        return [each.size for each in files.names(f"runs/{run_id}/rows/")]

    def _queries(self) -> set[str]:
        pages = boto3.client("athena").get_paginator("list_query_executions").paginate(WorkGroup="tally-local")
        return {each for page in pages for each in page["QueryExecutionIds"]}

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.request(method, path, json=body).raise_for_status().json()


def _processes() -> Iterator[psutil.Process]:
    yield psutil.Process()
    yield from psutil.Process().children(recursive=True)


def _cpu_seconds() -> float:
    """Return what this process, which is host and Athena, and those that it has started have used of a core."""
    total = 0.0
    for process in _processes():
        with suppress(psutil.Error):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def _peak_of_slices() -> float:
    peaks = []
    for process in _processes():
        with suppress(psutil.Error, OSError):
            if _SLICE in " ".join(process.cmdline()):
                peaks.append(peak_megabytes(process.pid))
    return max(peaks)


def _seconds(what: str, run: MeasuredRun) -> Row:
    is_aimed_at = run.decisions == DECISIONS
    return Row(
        name=f"{run.decisions:,} decisions by {what}, {run.slices} files of slices",
        ours=f"{run.seconds:.1f} s; {run.cpu:.1f} s of CPU",
        against="until the slices were written",
        theirs=f"{run.planned:.1f} s",
        ratio=run.seconds / run.planned,
        aim=f"at most {MOST_SECONDS} s" if is_aimed_at else "-",
        met=run.seconds <= MOST_SECONDS if is_aimed_at else None,
    )


def _growth(few: MeasuredRun, more: MeasuredRun) -> Iterator[Row]:
    """Yield how much more each decision costs than in the smaller run; less is fine, because a part is fixed."""
    for what, ours, theirs, unit in (
        ("seconds", more.seconds, few.seconds, "s"),
        ("CPU seconds", more.cpu, few.cpu, "s"),
        ("scanned by Athena", more.scanned / _MEGABYTE, few.scanned / _MEGABYTE, "MB"),
        ("read by slices", more.read / _MEGABYTE, few.read / _MEGABYTE, "MB"),
    ):
        ratio = ours / more.decisions * few.decisions / theirs
        yield Row(
            name=f"{what}: {more.decisions:,} decisions",
            ours=f"{ours:.1f} {unit}",
            against=f"{few.decisions:,} decisions",
            theirs=f"{theirs:.1f} {unit}",
            ratio=ratio,
            aim=f"at most {MOST_SUPERLINEAR} for each decision",
            met=ratio <= MOST_SUPERLINEAR,
        )
