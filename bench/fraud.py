"""Fraud analytics over 90 days of decisions, 2 000 merchants and late labels: against DuckDB on the roll-ups' files."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from bench.analytics_lake import THREADS, empty_lake, forget, patient, rollup_copies, scanned_last
from bench.decisions import drawn_decisions
from bench.measure import Row, above_floor, medians
from shared.app.wiring import Wiring
from shared.fraud.parameters import CohortsQuery, DashboardQuery, MatrixQuery, MetricsQuery
from shared.fraud.reports import FraudReports
from shared.lake.catalog.rollup_tables import DECISIONS_DAILY_BY_ONE
from shared.records.schema import DataType

DECISIONS, DAYS = 10_000_000, 90
START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=DAYS)
MOST_ABOVE_FLOOR, RUNS = 3, 3
_RANGE = {"startDate": (START.isoformat(),), "endDate": (END.isoformat(),)}


def measure(decisions: int = DECISIONS) -> list[Row]:
    """Commit and roll up decisions and labels, and time what people ask about them."""
    with tempfile.TemporaryDirectory() as directory, empty_lake() as empty:
        wired = Wiring(empty.settings, lambda: END)
        _fill(wired, decisions)
        copies = rollup_copies(wired, Path(directory))
        return list(_rows(wired, copies[DECISIONS_DAILY_BY_ONE.name]))


def _rows(wired: Wiring, daily: Path) -> Iterator[Row]:
    reports = wired.fraud_reports
    reports = replace(reports, reader=patient(wired, reports.reader), pipelines=lambda: ())
    for name, ask, face, keys in _questions(reports):
        floor = partial(_floor, daily, face, keys)
        taken = medians({"ours": ask, "floor": floor}, runs=RUNS, before=partial(forget, wired))
        forget(wired)
        ask()
        yield above_floor(
            f"{name}: cold, {scanned_last(wired) / 1e6:.1f} MB scanned",
            taken["ours"],
            ("DuckDB, sums of the roll-up's Parquet", taken["floor"]),
            at_most=MOST_ABOVE_FLOOR,
        )


def _questions(reports: FraudReports) -> Iterator[tuple[str, Callable[[], object], str, str]]:
    """Yield each question with its name, and the roll-up rows and keys that its floor aggregates."""
    dashboard = DashboardQuery.read({"timeWindow": ("90d",)}, now=END)
    yield "dashboard of 90 days", partial(reports.dashboard, dashboard), "none", "dt"
    cohorts = CohortsQuery.read({**_RANGE, "dimension": ("merchant",)}, now=END)
    yield "cohorts of 2 000 merchants", partial(reports.cohorts, cohorts), "merchant", "value"
    matrix = MatrixQuery.read(_RANGE, now=END)
    yield "confusion matrix by day", partial(reports.confusion_matrix, matrix), "none", "dt"
    recall = MetricsQuery.read(_RANGE, now=END)
    yield "precision and recall", partial(reports.precision_recall, recall), "none", "outcome"
    yield "metrics, with ROC AUC from the base", partial(reports.metrics, recall), "none", "outcome"


def _floor(daily: Path, face: str, keys: str) -> None:
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute(
            f"SELECT {keys}, outcome, truth, SUM(decisions), SUM(amount), SUM(charged_back) "  # noqa: S608 # our own words
            f"FROM read_parquet('{daily}/*.parquet') WHERE dimension = ? GROUP BY {keys}, outcome, truth",
            [face],
        ).fetchall()


def _fill(wired: Wiring, count: int) -> None:
    """Commit the decisions of a day and their labels at a time, and roll them up."""
    for drawn in drawn_decisions(START, DAYS, count // DAYS):
        drawn.commit(wired)
    while wired.rollups.run(DataType.DECISIONS).left:
        pass
