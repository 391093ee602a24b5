"""Roll-ups of fraud decisions with the truth that their labels tell."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import (
    DECISION_DIMENSIONS,
    DECISION_LATENCY_HOURLY,
    DECISIONS_BY_MINUTE,
    DECISIONS_DAILY_BY_ONE,
    DECISIONS_HOURLY_BY_ONE,
    FRAUD_CASES,
    LABEL_DELAYS_BY_ONE,
    NO_DIMENSION,
    UNLABELLED,
)
from shared.lake.catalog.table import LakeTable
from shared.lake.rollups.decision_labels import LABEL_COLUMNS, with_labels
from shared.lake.rollups.feature_values import bucket_texts
from shared.lake.rollups.group_by import DictionaryEncoded, Measures, as_int, days_of, ones
from shared.lake.rollups.schema import conform

DECISION_COLUMNS = ("decision_id", "timestamp", "outcome", "amount", "currency", "latency_ms", *DECISION_DIMENSIONS)

_NO_LABELS = pa.table({name: pa.array([], kind) for name, kind in LABEL_COLUMNS.items()})
_ZERO = pa.scalar(0, pa.decimal128(18, 6))
_MEASURES = ("decisions", "priced", "amount", "charged_back", "revised")
_CELL = ("currency", "outcome", "truth")


def roll_up_decisions(decisions: pa.Table) -> dict[str, pa.Table]:
    """Roll up the decisions of whole days; without the columns of `with_labels`, as decisions without labels."""
    labelled = decisions if "label_delays" in decisions.column_names else with_labels(decisions, _NO_LABELS)
    rows = _rows(labelled)
    cube = _cube(rows)
    return {
        DECISIONS_HOURLY_BY_ONE.name: _by_one_dimension(cube, DECISIONS_HOURLY_BY_ONE, "hour"),
        DECISIONS_DAILY_BY_ONE.name: _by_one_dimension(cube, DECISIONS_DAILY_BY_ONE, "dt"),
        LABEL_DELAYS_BY_ONE.name: _label_delays(rows),
        FRAUD_CASES.name: _fraud_cases(rows),
        DECISION_LATENCY_HOURLY.name: _latency(rows),
        DECISIONS_BY_MINUTE.name: _by_minute(rows),
    }


def _rows(decisions: pa.Table) -> pa.Table:
    at, amount = decisions["timestamp"], decisions["amount"]
    columns = {
        "hour": pc.floor_temporal(at, unit="hour"),
        "dt": days_of(at).cast(pa.string()),
        "truth": pc.fill_null(decisions["label"], UNLABELLED),
        "priced": as_int(pc.is_valid(amount)),
        "value_of": pc.fill_null(amount, _ZERO),
        "is_approved": pc.equal(decisions["outcome"], "approve"),
    }
    for name, column in columns.items():
        decisions = decisions.append_column(name, column)
    charged_back = pc.multiply(decisions["charged_back"], as_int(decisions["is_approved"]))
    return decisions.set_column(decisions.column_names.index("charged_back"), "charged_back", charged_back)


def _cube(rows: pa.Table) -> pa.Table:
    """Group decisions by hour and all dimensions; the faces are made of this."""
    measures: Measures = {
        "decisions": (ones(len(rows)), "sum"),
        "priced": (rows["priced"], "sum"),
        "amount": (rows["value_of"], "sum"),
        "charged_back": (rows["charged_back"], "sum"),
        "revised": (rows["revised"], "sum"),
        "first_decided": (rows["timestamp"], "min"),
        "last_decided": (rows["timestamp"], "max"),
        "last_labelled": (rows["last_labelled"], "max"),
    }
    return DictionaryEncoded(rows).group(["hour", "dt", *_CELL, *DECISION_DIMENSIONS], measures)


def _by_one_dimension(cube: pa.Table, table: LakeTable, time: str) -> pa.Table:
    measures: Measures = {
        **{name: (cube[name], "sum") for name in _MEASURES},
        "first_decided": (cube["first_decided"], "min"),
        "last_decided": (cube["last_decided"], "max"),
        "last_labelled": (cube["last_labelled"], "max"),
    }
    return _faces(DictionaryEncoded(cube), table, [time, *_CELL], measures)


def _faces(numbered: DictionaryEncoded, table: LakeTable, keys: Sequence[str], measures: Measures) -> pa.Table:
    """Group by one dimension at a time and by none, in the order of their names."""
    faces = []
    for dimension in sorted([*DECISION_DIMENSIONS, NO_DIMENSION]):
        by = [] if dimension == NO_DIMENSION else [dimension]
        face = numbered.group([*keys, *by], measures)
        face = face.append_column("value", face[dimension] if by else pa.nulls(len(face), pa.string()))
        faces.append(conform(face.append_column("dimension", pa.repeat(pa.scalar(dimension), len(face))), table))
    return pa.concat_tables(faces).combine_chunks()


def _label_delays(rows: pa.Table) -> pa.Table:
    delays = rows["label_delays"].combine_chunks()
    parents = rows.select(["hour", *DECISION_DIMENSIONS]).take(pc.list_parent_indices(delays))
    labels = parents.append_column("delay", pc.list_flatten(delays).cast(pa.string()))
    measures: Measures = {"labels": (ones(len(labels)), "sum")}
    return _faces(DictionaryEncoded(labels), LABEL_DELAYS_BY_ONE, ["hour", "delay"], measures)


def _fraud_cases(rows: pa.Table) -> pa.Table:
    cases = rows.filter(pc.and_(rows["is_approved"], pc.is_valid(rows["fraud_at"])))
    columns = {
        "decided_at": cases["timestamp"],
        "last_labelled": cases["last_labelled"],
        "is_charged_back": pc.if_else(pc.equal(cases["charged_back"], 1), "yes", "no"),
        "decisions": ones(len(cases)),
        **{name: cases[name] for name in ("decision_id", "truth", "fraud_at", "chargeback_at", "currency", "amount")},
    }
    return conform(pa.table(columns).sort_by([("decided_at", "ascending"), ("decision_id", "ascending")]), FRAUD_CASES)


def _latency(rows: pa.Table) -> pa.Table:
    timed = rows.filter(pc.is_valid(rows["latency_ms"]))
    milliseconds = timed["latency_ms"]
    timed = timed.append_column("latency_bucket", bucket_texts(milliseconds))
    measures: Measures = {"decisions": (ones(len(timed)), "sum"), "highest_ms": (milliseconds, "max")}
    return conform(DictionaryEncoded(timed).group(["hour", "latency_bucket"], measures), DECISION_LATENCY_HOURLY)


def _by_minute(rows: pa.Table) -> pa.Table:
    minutes = rows.append_column("minute", pc.floor_temporal(rows["timestamp"], unit="minute"))
    measures: Measures = {"decisions": (ones(len(minutes)), "sum")}
    return conform(DictionaryEncoded(minutes).group(["minute"], measures), DECISIONS_BY_MINUTE)
