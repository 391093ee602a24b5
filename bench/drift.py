"""Drift over a million decisions with 50 features, from roll-ups: against DuckDB on these, Evidently and NannyML.

The peers compute the drift of the same values from data frames in memory, each in a process and an environment of its
own, made once; without a network their rows are left out.
"""

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from bench.analytics_lake import THREADS, empty_lake, forget, patient, rollup_copies, scanned_last
from bench.kept_year import bench_directory
from bench.measure import Row, above_floor, faster, medians
from shared.app.wiring import Wiring
from shared.drift.question import DriftQuestion
from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.parquet.columns import MOMENT
from shared.lake.rollups.compute import roll_up
from shared.lake.table.port import TableChange
from shared.records.schema import DataType

DECISIONS, FEATURES, HALF = 1_000_000, 50, 14
START = datetime(2026, 1, 5, tzinfo=UTC)
MOST_ABOVE_FLOOR, LEAST_FASTER, LEAST_LEANER, RUNS = 3, 10, 10, 3
PEERS = {"evidently": ("evidently==0.7.23", "pandas<3"), "nannyml": ("nannyml==0.13.1", "statsmodels")}
"""Packages to install for each peer; the further ones are those that it needs and does not say."""

_ONE_PEER = Path(__file__).parent / "drift_peers.py"
_TEXTS = 5


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds without reading its input, and megabytes at most."""

    seconds: float
    megabytes: float


def measure(decisions: int = DECISIONS) -> list[Row]:
    """Roll decisions up, and compare the drift of all features of their second half."""
    with tempfile.TemporaryDirectory() as directory, empty_lake() as wired:
        frames = Path(directory) / "frames"
        frames.mkdir()
        seconds = _fill(wired, frames, decisions)
        copies = rollup_copies(wired, Path(directory) / "rolled")[FEATURES_DAILY.name]
        return list(_rows(wired, frames, copies, seconds))


def _rows(wired: Wiring, frames: Path, copies: Path, rolled_up: float) -> Iterator[Row]:
    question = DriftQuestion(start=START + timedelta(days=HALF), end=START + timedelta(days=2 * HALF))
    ask = partial(patient(wired, wired.drift_reports).drift, question)
    ours = medians({"ours": ask}, runs=RUNS, before=partial(forget, wired))["ours"]
    scanned = scanned_last(wired)
    once = [sys.executable, "-m", "bench.drift_once", str(copies), question.start.date().isoformat(), str(THREADS)]
    lean = [_process(once) for _ in range(RUNS)]
    one = min(lean, key=lambda each: each.seconds)
    yield above_floor(
        f"drift of all features: cold, {scanned / 1e6:.1f} MB scanned",
        ours,
        ("DuckDB on the roll-up's Parquet and the same bins", one.seconds),
        at_most=MOST_ABOVE_FLOOR,
    )
    yield Row(
        name="roll-up of features, once for each decision",
        ours=f"{rolled_up:.1f} s",
        against="the answer",
        theirs=f"{ours:.2f} s",
        ratio=rolled_up / ours,
        aim="-",
        met=None,
    )
    for name, taken in _peers(frames).items():
        yield faster(
            "drift of all features: cold", ours, (f"{name} on data frames", taken.seconds), at_least=LEAST_FASTER
        )
        ratio = taken.megabytes / one.megabytes
        yield Row(
            name="drift of all features: peak memory",
            ours=f"{one.megabytes:.0f} MB",
            against=f"{name} on data frames",
            theirs=f"{taken.megabytes:.0f} MB",
            ratio=ratio,
            aim=f"at least {LEAST_LEANER} x less",
            met=ratio >= LEAST_LEANER,
        )


def _fill(wired: Wiring, frames: Path, decisions: int) -> float:
    """Commit the roll-ups of all days, write the data frames of the peers, and return the seconds of rolling up."""
    rng, seconds, rolled = np.random.default_rng(1), 0.0, []
    per_day = decisions // (2 * HALF)
    for day in range(2 * HALF):
        values = _day(rng, per_day, drifted=day >= HALF)
        pq.write_table(pa.table(values), frames / f"{'current' if day >= HALF else 'reference'}-{day:02}.parquet")
        rows = _decisions(values, day, per_day)
        started = perf_counter()
        rolled.append(roll_up(DataType.DECISIONS, rows)[FEATURES_DAILY.name])
        seconds += perf_counter() - started
    head = wired.lake_tables.head(FEATURES_DAILY)
    made = wired.lake_tables.commit(FEATURES_DAILY, head, TableChange(rows=pa.concat_tables(rolled)))
    days = [(START + timedelta(days=day)).date().isoformat() for day in range(2 * HALF)]
    wired.table_states.update(
        DataType.DECISIONS,
        lambda state: state.with_commit(0, 1, days).with_derived({FEATURES_DAILY.name: made.id or 0}, 1),
    )
    return seconds


def _day(rng: np.random.Generator, count: int, *, drifted: bool) -> dict[str, pa.Array]:
    """Draw long-tailed numbers and merchants; the first number doubles."""
    values: dict[str, pa.Array] = {}
    for number in range(FEATURES - _TEXTS):
        scale = 2 if drifted and not number else 1
        values[f"number_{number}"] = pa.array((scale * rng.lognormal(number % 5, 1, count)).round(4))
    for number in range(_TEXTS):
        names = pa.array([f"merchant-{name}" for name in range(200)])
        values[f"text_{number}"] = names.take(pa.array(rng.zipf(1.5, count) % 200))
    return values


def _decisions(values: Mapping[str, pa.Array], day: int, count: int) -> pa.Table:
    names = list(values)
    texts = [
        pa.compute.binary_join_element_wise('"', each, '"', "")
        if pa.types.is_string(each.type)
        else each.cast(pa.string())
        for each in values.values()
    ]
    order = pa.array(np.arange(count * FEATURES).reshape(FEATURES, count).T.ravel())
    stored = pa.concat_arrays(texts).take(order)
    keys = pa.array(names).take(pa.array(np.tile(np.arange(FEATURES), count)))
    offsets = pa.array(np.arange(0, count * FEATURES + 1, FEATURES), pa.int32())
    moment = (START + timedelta(days=day)).replace(tzinfo=None)
    return pa.table(
        {
            "decision_id": pa.array([f"d-{day}-{number}" for number in range(count)]),
            "timestamp": pa.repeat(pa.scalar(moment, MOMENT), count),
            "model_version": pa.repeat(pa.scalar("model-1"), count),
            "score": pa.array(np.linspace(0, 1, count)),
            "amount": pa.nulls(count, pa.decimal128(18, 6)),
            "features": pa.MapArray.from_arrays(offsets, keys, stored),
            "attributions": pa.nulls(count, pa.map_(pa.string(), pa.float64())),
        }
    )


def _peers(frames: Path) -> dict[str, Taken]:
    found = {}
    for name, requirements in PEERS.items():
        python = _environment(name, requirements)
        if python is not None:
            found[requirements[0].replace("==", " ")] = _process([str(python), str(_ONE_PEER), name, str(frames)])
    return found


def _environment(name: str, requirements: tuple[str, ...]) -> Path | None:
    """Install a peer unless it is kept; None if it cannot be installed."""
    directory = bench_directory() / requirements[0]
    python = directory / "bin" / "python"
    if not (directory / "done").exists():
        venv.create(directory, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *requirements, "pyarrow"]
        if subprocess.run(command, check=False).returncode:
            print(f"{name} cannot be installed; its rows are left out")
            return None
        (directory / "done").touch()
    return python


def _process(command: list[str]) -> Taken:
    answer = subprocess.run(command, check=True, capture_output=True)
    return Taken(**orjson.loads(answer.stdout.splitlines()[-1]))
