"""A year of 10 million sale lines: metrics cold and remembered, against DuckDB on the same Parquet, and against Cube.

Cold means that no answer is remembered; what the engine fetched from the lake it keeps on disk, where DuckDB's floor
reads the same bytes.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import analytics_customers, analytics_products
from bench.analytics_lake import THREADS, forget, lake_of, patient, rollup_copies, scanned_last
from bench.analytics_questions import Asked, questions
from bench.cube_peer import ANYWAY, IF_KEPT, Cube, cube_over
from bench.floor import Floor
from bench.kept_year import RATES, kept_year
from bench.measure import Row, Work, above_floor, faster, medians, milliseconds
from shared.app.wiring import Wiring
from shared.metrics.parameters import MetricQuery
from shared.metrics.planner import Source, choose_plan

MOST_ABOVE_FLOOR, FEWER_BYTES, CACHED_FASTER = 3, 20, 50
RUNS, CUBE_RUNS = 3, 3
TOO_LONG_TO_REPEAT = 10
SAME = 1e-4


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The seconds of each contender and the bytes that our two ways scanned."""

    seconds: Mapping[str, float]
    rolled_bytes: int
    base_bytes: int


def measure() -> list[Row]:
    """Ask every question of everybody; answers that differ end the measurement."""
    year = kept_year()
    with (
        TemporaryDirectory() as copies,
        lake_of(year) as wired,
        cube_over(year, year / RATES, threads=THREADS) as cube,
    ):
        floor = Floor(year, rollup_copies(wired, Path(copies)))
        return [
            *(row for asked in questions() for row in _rows(asked, wired, floor, cube)),
            *analytics_products.rows(wired, floor),
            *analytics_customers.rows(wired),
        ]


def _rows(asked: Asked, wired: Wiring, floor: Floor, cube: Cube) -> Iterator[Row]:
    measured = _measured(asked, wired, floor)
    seconds = measured.seconds
    if asked.rollup is not None:
        yield above_floor(
            f"{asked.name}: cold, from the roll-up",
            seconds["rolled"],
            ("DuckDB on the roll-up's Parquet", seconds["rolled floor"]),
            at_most=MOST_ABOVE_FLOOR,
        )
        yield _fewer_bytes(asked, measured)
    yield above_floor(
        f"{asked.name}: cold, from the base",
        seconds["base"],
        ("DuckDB on the base's Parquet", seconds["base floor"]),
        at_most=MOST_ABOVE_FLOOR,
    )
    cold = seconds["rolled" if asked.rollup else "base"]
    yield faster(f"{asked.name}: remembered", seconds["remembered"], ("a miss", cold), at_least=CACHED_FASTER)
    if asked.cube is not None:
        yield from _against_cube(asked, asked.cube, cold, seconds["remembered"], cube)


def _measured(asked: Asked, wired: Wiring, floor: Floor) -> Measured:
    question = MetricQuery.read(asked.parameters).question
    chosen = choose_plan(question)
    reports = patient(wired, wired.metric_reports)
    contenders: dict[str, Work] = {
        "base": partial(reports.report, question, Source.BASE),
        "base floor": partial(floor.ask, asked.raw_sql),
    }
    if asked.rollup is not None:
        contenders |= {
            "rolled": partial(reports.report, question, chosen.source),
            "rolled floor": partial(floor.ask, asked.rolled_sql),
        }
    began = perf_counter()
    scanned = _scanned(asked, wired, contenders)
    runs = RUNS if perf_counter() - began < TOO_LONG_TO_REPEAT else 1
    seconds = medians(contenders, runs=runs, before=partial(forget, wired))
    reports.report(question)
    seconds |= medians({"remembered": partial(reports.report, question)})
    return Measured(seconds=seconds, rolled_bytes=scanned.get("rolled", 0), base_bytes=scanned["base"])


def _scanned(asked: Asked, wired: Wiring, contenders: Mapping[str, Any]) -> dict[str, int]:
    """How many bytes our two ways scan. A floor that answers another question is none: answers must be the same."""
    scanned: dict[str, int] = {}
    for ours, theirs in (("rolled", "rolled floor"), ("base", "base floor")):
        if ours not in contenders:
            continue
        forget(wired)
        told = {point.timestamp.strftime("%Y-%m-%d %H"): float(point.value) for point in contenders[ours]().data}
        scanned[ours] = scanned_last(wired)
        found = {_bucket(bucket): float(value) for bucket, value in contenders[theirs]() if bucket is not None}
        wrong = [each for each in told if not math.isclose(told[each], found.get(each, 0), abs_tol=SAME, rel_tol=1e-9)]
        if wrong or not found:
            raise ValueError(f"{asked.name}: {ours} says other than DuckDB for {len(wrong)} buckets, {wrong[:3]}")
    return scanned


def _bucket(found: Any) -> str:
    return f"{found} 00" if isinstance(found, str) else found.strftime("%Y-%m-%d %H")


def _fewer_bytes(asked: Asked, measured: Measured) -> Row:
    ratio = measured.base_bytes / measured.rolled_bytes
    return Row(
        name=f"{asked.name}: bytes scanned",
        ours=f"{measured.rolled_bytes / 1e6:.2f} MB",
        against="the same from the base",
        theirs=f"{measured.base_bytes / 1e6:.1f} MB",
        ratio=ratio,
        aim=f"at least {FEWER_BYTES} x fewer",
        met=ratio >= FEWER_BYTES,
    )


def _against_cube(asked: Asked, query: Mapping[str, Any], cold: float, remembered: float, cube: Cube) -> Iterator[Row]:
    warm = cube.ask(query, cache_mode=ANYWAY)
    takes_long = not warm.pre_aggregations and warm.seconds > TOO_LONG_TO_REPEAT
    theirs = warm.seconds if takes_long else _asked_again(cube, query, ANYWAY)
    source = "its pre-aggregation" if warm.pre_aggregations else "the base"
    yield _beside(f"{asked.name}: cold", cold, f"Cube, from {source}", theirs)
    cube.ask(query, cache_mode=IF_KEPT)
    yield _beside(
        f"{asked.name}: remembered", remembered, "Cube, remembered in its memory", _asked_again(cube, query, IF_KEPT)
    )


def _asked_again(cube: Cube, query: Mapping[str, Any], cache_mode: str) -> float:
    return median(cube.ask(query, cache_mode=cache_mode).seconds for _ in range(CUBE_RUNS))


def _beside(name: str, ours: float, against: str, theirs: float) -> Row:
    return Row(
        name=name,
        ours=milliseconds(ours),
        against=against,
        theirs=milliseconds(theirs),
        ratio=theirs / ours,
        aim="-",
        met=None,
    )
