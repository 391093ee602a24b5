"""Fraud analytics over 90 days of decisions, 2 000 merchants and late labels: against DuckDB on the roll-ups' files."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.analytics_lake import THREADS, empty_lake, forget, patient, rollup_copies, scanned_last
from bench.measure import Row, above_floor, medians
from shared.app.wiring import Wiring
from shared.fraud.parameters import CohortsQuery, DashboardQuery, MatrixQuery, MetricsQuery
from shared.fraud.reports import FraudReports
from shared.lake.catalog.rollup_tables import DECISIONS_DAILY_BY_ONE
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.parquet.columns import MOMENT, arrow_schema
from shared.lake.table.port import TableChange
from shared.records.schema import DataType

DECISIONS, DAYS, MERCHANTS = 10_000_000, 90, 2_000
START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=DAYS)
MOST_ABOVE_FLOOR, RUNS = 3, 3
_RANGE = {"startDate": (START.isoformat(),), "endDate": (END.isoformat(),)}
_FRAUD, _LATE_DAYS = 0.004, 12
_DAY_MS = 86_400_000


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
    rng = np.random.default_rng(1)
    for day in range(DAYS):
        decisions = _decisions(rng, day, count // DAYS)
        _commit(wired, DataType.DECISIONS, decisions)
        _commit(wired, DataType.LABELS, _labels(rng, decisions))
    while wired.rollups.run(DataType.DECISIONS).left:
        pass


def _commit(wired: Wiring, data_type: DataType, rows: pa.Table) -> None:
    table = BASE_TABLES[data_type]
    rows = with_fingerprints(data_type, _complete(data_type, rows)).sort_by(str(table.time_column))
    made = wired.lake_tables.commit(table, wired.lake_tables.head(table), TableChange(rows=rows))
    days = pc.unique(rows[str(table.time_column)].cast(pa.date32(), safe=False)).cast(pa.string()).to_pylist()
    wired.table_states.update(data_type, lambda state: state.with_commit(made.id or 0, made.sequence, days))


def _complete(data_type: DataType, rows: pa.Table) -> pa.Table:
    """Add the columns that are not measured, without values."""
    schema = arrow_schema(data_type)
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _decisions(rng: np.random.Generator, day: int, count: int) -> pa.Table:
    start = START.timestamp() * 1000 + day * _DAY_MS
    scores = rng.beta(1, 12, count)
    outcomes = np.select([scores > 0.45, scores > 0.35], ["decline", "review"], "approve")
    amounts = pa.array(np.round(rng.lognormal(3.5, 1, count), 2)).cast(pa.decimal128(18, 6))
    return pa.table(
        {
            "decision_id": [f"d-{day}-{number}" for number in range(count)],
            "timestamp": pa.array((start + rng.integers(0, _DAY_MS, count)).astype(np.int64)).cast(MOMENT),
            "score": scores,
            "outcome": outcomes,
            "customer_id": [f"c-{number}" for number in rng.integers(0, 500_000, count)],
            "merchant": [f"merchant-{number:04}" for number in rng.zipf(1.3, count) % MERCHANTS],
            "channel": np.array(["web", "app", "store"])[rng.integers(0, 3, count)],
            "model_version": np.full(count, f"m-{day // 60}"),
            "amount": amounts,
            "currency": np.full(count, "USD"),
            "latency_ms": rng.lognormal(3, 0.5, count),
        }
    )


def _labels(rng: np.random.Generator, decisions: pa.Table) -> pa.Table:
    """Label every reviewed decision, and an approved fraud when its chargeback comes."""
    count = len(decisions)
    scores = decisions["score"].to_numpy()
    is_fraud = rng.random(count) < _FRAUD * (1 + 60 * scores)
    is_reviewed = pc.equal(decisions["outcome"], "review").to_numpy()
    delays = np.where(is_reviewed, rng.exponential(_DAY_MS / 2, count), rng.exponential(_LATE_DAYS * _DAY_MS, count))
    at = decisions["timestamp"].cast(pa.int64()).to_numpy()
    given = (at + delays).astype(np.int64)
    is_approved = pc.equal(decisions["outcome"], "approve").to_numpy()
    kept = (is_reviewed | (is_fraud & is_approved)) & (given < END.timestamp() * 1000)
    rows = decisions.filter(pa.array(kept))
    return pa.table(
        {
            "decision_id": rows["decision_id"],
            "label": np.where(is_fraud[kept], "fraud", "legitimate"),
            "labelled_at": pa.array(given[kept]).cast(MOMENT),
            "source": np.where(is_reviewed[kept], "manual_review", "chargeback"),
            "decision_timestamp": rows["timestamp"],
        }
    )
