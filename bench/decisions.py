"""Decisions about the orders of 2 000 merchants, and their labels, some of which come late; drawn by the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.parquet.columns import MOMENT, arrow_schema
from shared.lake.table.port import TableChange, TableSnapshot
from shared.records.schema import DataType

MERCHANTS, CUSTOMERS = 2_000, 500_000
_FRAUD, _LATE_DAYS = 0.004, 12
_DAY_MS = 86_400_000
_DISTINCT_VALUES = 10_000


@dataclass(frozen=True)
class DrawnDecisions:
    """Decisions of one or several days, with the labels that are given by the end of all."""

    decisions: pa.Table
    labels: pa.Table

    def commit(self, wired: Wiring) -> None:
        """Commit both to the tables of a lake and publish their states; nothing is rolled up yet."""
        for data_type, rows in ((DataType.LABELS, self.labels), (DataType.DECISIONS, self.decisions)):
            table = BASE_TABLES[data_type]
            complete = with_fingerprints(data_type, _complete(data_type, rows)).sort_by(str(table.time_column))
            made = wired.lake_tables.commit(table, wired.lake_tables.head(table), TableChange(rows=complete))
            days = pc.unique(complete[str(table.time_column)].cast(pa.date32(), safe=False)).cast(pa.string())
            wired.table_states.update(data_type, partial(_with_commit, made, days.to_pylist()))


def drawn_decisions(
    start: datetime, days: int, a_day: int, *, days_at_once: int = 1, features: int = 0
) -> Iterator[DrawnDecisions]:
    """Draw so many decisions a day, some days at once.

    Args:
        start: the first day.
        days: the number of days; labels are given until they end.
        a_day: the number of decisions in a day.
        days_at_once: the number of days that are drawn together, the last time fewer.
        features: the number of features that decisions have: numbers, by the names `feature_name` gives.
    """
    rng = np.random.default_rng(1)
    end = start + timedelta(days=days)
    for day in range(0, days, days_at_once):
        whole = min(days_at_once, days - day)
        decisions = _decisions(rng, start + timedelta(days=day), whole, whole * a_day)
        if features:
            decisions = decisions.append_column("features", _features(rng, whole * a_day, features))
        yield DrawnDecisions(decisions, _labels(rng, decisions, end))


def feature_name(number: int) -> str:
    """Return the name of a feature."""
    return f"FEATURE_{number:02}_7DAY_WINDOW"


def _decisions(rng: np.random.Generator, start: datetime, days: int, count: int) -> pa.Table:
    scores = rng.beta(1, 12, count)
    outcomes = np.select([scores > 0.45, scores > 0.35], ["decline", "review"], "approve")
    amounts = pa.array(np.round(rng.lognormal(3.5, 1, count), 2)).cast(pa.decimal128(18, 6))
    moments = start.timestamp() * 1000 + rng.integers(0, days * _DAY_MS, count)
    return pa.table(
        {
            "decision_id": [f"d-{start:%y%m%d}-{number}" for number in range(count)],
            "timestamp": pa.array(moments.astype(np.int64)).cast(MOMENT),
            "score": scores,
            "outcome": outcomes,
            "customer_id": [f"c-{number}" for number in rng.integers(0, CUSTOMERS, count)],
            "merchant": [f"merchant-{number:04}" for number in rng.zipf(1.3, count) % MERCHANTS],
            "channel": np.array(["web", "app", "store"])[rng.integers(0, 3, count)],
            "risk_band": np.array(["low", "medium", "high"])[np.digitize(scores, [0.15, 0.35])],
            "model_version": np.full(count, f"m-{start:%y%m}"),
            "rule_version": np.full(count, "r-1"),
            "amount": amounts,
            "currency": np.full(count, "USD"),
            "latency_ms": rng.lognormal(3, 0.5, count),
        }
    )


def _features(rng: np.random.Generator, count: int, features: int) -> pa.Array:
    """Draw numbers with four decimals, as features are stored; there are 10 000 different ones."""
    distinct = pa.array([repr(each) for each in rng.lognormal(0, 1, _DISTINCT_VALUES).round(4).tolist()])
    values = distinct.take(pa.array(rng.integers(0, _DISTINCT_VALUES, count * features)))
    names = pa.array([feature_name(number) for number in range(features)])
    keys = names.take(pa.array(np.tile(np.arange(features), count)))
    return pa.MapArray.from_arrays(np.arange(0, count * features + 1, features, dtype=np.int32), keys, values)


def _labels(rng: np.random.Generator, decisions: pa.Table, end: datetime) -> pa.Table:
    """Label every reviewed decision, and an approved fraud when its chargeback comes."""
    count = len(decisions)
    scores = decisions["score"].to_numpy()
    is_fraud = rng.random(count) < _FRAUD * (1 + 60 * scores)
    is_reviewed = pc.equal(decisions["outcome"], "review").to_numpy()
    delays = np.where(is_reviewed, rng.exponential(_DAY_MS / 2, count), rng.exponential(_LATE_DAYS * _DAY_MS, count))
    at = decisions["timestamp"].cast(pa.int64()).to_numpy()
    given = (at + delays).astype(np.int64)
    is_approved = pc.equal(decisions["outcome"], "approve").to_numpy()
    kept = (is_reviewed | (is_fraud & is_approved)) & (given < end.timestamp() * 1000)
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


def _complete(data_type: DataType, rows: pa.Table) -> pa.Table:
    """Add the columns that are not measured, without values."""
    schema = arrow_schema(data_type)
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _with_commit(made: TableSnapshot, days: list[str], state: TableState) -> TableState:
    return state.with_commit(made.id or 0, made.sequence, days)
