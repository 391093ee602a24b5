"""Slices as Parquet files: of Arrow, and of another engine, which writes other types for the same columns."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.replay.facts import UnreadableFacts, read_facts
from shared.replay.kernel import replay
from tests.unit.replay.slices import plan_of, row, slice_of

RULES = {"rules": [{"when": [{"feature": "a", "operator": "==", "value": "x"}], "outcome": "decline"}]}
ROWS = [
    row(1, features={"a": "x", "b": 2}, amount=Decimal("12.3456789012")),
    row(2, features={"a": 1}, customer_id=None, amount=None, channel=None, truth="pending"),
    row(3, features={}, outcome="decline", truth="fraud", charged_back=True, revised=2, rule_version=None),
]


def written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=2)
    return bytes(sink.getvalue())


def test_a_slice_from_a_file_gives_what_the_rows_give() -> None:
    plan = plan_of(ROWS, RULES)
    facts = slice_of(ROWS, plan.overrides).append_column("more", [[1, 2, 3]])

    read = read_facts(written(facts), plan.overrides)

    assert "more" not in read.column_names
    assert replay(read, plan) == replay(facts, plan)


def test_a_slice_of_another_engine_gives_the_same(tmp_path: Path) -> None:
    plan = plan_of(ROWS, RULES)
    facts = slice_of(ROWS, plan.overrides)
    file = tmp_path / "slice.parquet"
    duckdb.from_arrow(facts).project(
        "* REPLACE (CAST(moment AS timestamp) AS moment, CAST(charged_back AS integer) AS charged_back)"
    ).write_parquet(str(file))

    totals = replay(read_facts(file.read_bytes(), plan.overrides), plan)

    assert totals == replay(facts, plan)


def test_features_are_read_only_if_overrides_need_them() -> None:
    facts = slice_of(ROWS, plan_of(ROWS, RULES).overrides)
    plan = plan_of(ROWS, {"thresholds": {"fraud_threshold": 0.05}})

    read = read_facts(written(facts), plan.overrides)

    assert "features" not in read.column_names
    assert replay(read, plan).seen == 3


def test_a_file_without_features_is_read_if_overrides_need_none() -> None:
    plan = plan_of(ROWS, {})
    facts = slice_of(ROWS, plan.overrides)

    assert "features" not in facts.column_names
    assert replay(read_facts(written(facts), plan.overrides), plan) == replay(facts, plan)


def test_what_is_no_parquet_file_is_refused() -> None:
    with pytest.raises(UnreadableFacts):
        read_facts(b"PAR1", plan_of(ROWS, {}).overrides)


def test_a_file_without_a_column_is_refused() -> None:
    plan = plan_of(ROWS, RULES)
    body = written(slice_of(ROWS, plan.overrides).drop_columns("features"))

    with pytest.raises(UnreadableFacts, match="features"):
        replay(read_facts(body, plan.overrides), plan)
