"""Equal keys and contents have equal hashes, others have others, and stored hashes never change."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.merge.fingerprints import CONTENT, KEY, KEY2, with_fingerprints
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from tests.fakes.records import GOOD, NOW, good, records
from tests.tiers import examples

Hashes = list[tuple[int, int, int]]


def _table(data_type: DataType, rows: Sequence[Mapping[str, Any]], origin: str = "a", at: datetime = NOW) -> pa.Table:
    checked = validate(data_type, rows, form=Form.TYPED, at=NOW)
    assert checked.errors == []
    stamp = IngestMetadata(source_id=f"shop-{origin}", ingested_at=at, origin=origin, reporting_currency="EUR")
    return to_table(data_type, checked.rows, stamp)


def _hashes(data_type: DataType, table: pa.Table) -> Hashes:
    hashed = with_fingerprints(data_type, table)
    return list(zip(*(hashed[name].to_pylist() for name in (KEY, KEY2, CONTENT)), strict=True))


def _content(data_type: DataType, row: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = SCHEMAS[data_type]
    apart = {INGESTED_AT, "_origin", "source_id", schema.version, *schema.key}
    if schema.event_time_from is not None:
        apart.add(str(schema.event_time))
    return {name: dict(value) if isinstance(value, list) else value for name, value in row.items() if name not in apart}


@pytest.mark.parametrize("data_type", list(DataType))
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_hashes_are_equal_exactly_if_keys_and_contents_are(data_type: DataType, data: st.DataObject) -> None:
    first, second = data.draw(records(data_type)), data.draw(records(data_type))
    mixed = {name: data.draw(st.sampled_from([first, second])).get(name) for name in {*first, *second}}
    sent = [{name: value for name, value in row.items() if value is not None} for row in (first, second, mixed, first)]
    checked = [validate(data_type, [row], form=Form.TYPED, at=NOW) for row in sent]
    table = _table(data_type, [row for row, each in zip(sent, checked, strict=True) if not each.errors])
    rows, hashes = table.to_pylist(), _hashes(data_type, table)

    for one, (*its_key, its_content) in zip(rows, hashes, strict=True):
        for other, (*key, content) in zip(rows, hashes, strict=True):
            same_key = all(one[name] == other[name] for name in SCHEMAS[data_type].key)
            assert (its_key == key) == same_key
            assert (its_content == content) == (_content(data_type, one) == _content(data_type, other))


@pytest.mark.parametrize("data_type", list(DataType))
def test_the_delivery_its_source_and_its_time_are_no_content(data_type: DataType) -> None:
    rows = [GOOD[data_type]]
    early = _table(data_type, rows, "a", NOW - timedelta(hours=1))

    assert _hashes(data_type, early) == _hashes(data_type, _table(data_type, rows, "b", NOW))


def test_parts_of_keys_do_not_run_together() -> None:
    pairs = [("1", "1:1"), ("1:1", "1"), ("11", ":1"), ("1", "1"), ("3:1:", "1"), ("é" * 60, "€:1"), ("é", "é")]
    rows = [good(DataType.INVENTORY, product_id=product, location=place) for product, place in pairs]

    hashes = _hashes(DataType.INVENTORY, _table(DataType.INVENTORY, rows))

    assert len({(key, key2) for key, key2, _ in hashes}) == len(pairs)


def test_the_order_of_a_map_and_the_sign_of_zero_are_no_content() -> None:
    one, other = ({"a": 0.0, "b": 2.0}, {"b": 2.0, "a": 0.0})
    rows = [good(DataType.DECISIONS, features=one, score=0.0), good(DataType.DECISIONS, features=other, score=-0.0)]

    first, second = _hashes(DataType.DECISIONS, _table(DataType.DECISIONS, rows))

    assert first == second


def test_a_value_in_another_column_is_another_content() -> None:
    rows = [good(DataType.TRANSACTIONS, region="EU"), good(DataType.TRANSACTIONS, channel="EU")]

    (*_, first), (*_, second) = _hashes(DataType.TRANSACTIONS, _table(DataType.TRANSACTIONS, rows))

    assert first != second


def test_a_column_without_values_leaves_the_hashes_as_they_were() -> None:
    table = _table(DataType.ORDERS, [good(DataType.ORDERS), good(DataType.ORDERS, channel="web")])
    [empty, web] = _hashes(DataType.ORDERS, table)
    nulls = table.set_column(table.schema.get_field_index("channel"), "channel", pa.nulls(2, pa.string()))

    assert _hashes(DataType.ORDERS, nulls) == [empty, empty]
    assert empty != web


def test_no_rows_have_no_hashes() -> None:
    assert _hashes(DataType.PRODUCTS, _table(DataType.PRODUCTS, [])) == []


GOLDEN: Mapping[DataType, tuple[int, int, int]] = {
    DataType.TRANSACTIONS: (6569026652113864956, 4198700067307460967, 5973673259992008665),
    DataType.PRODUCTS: (1171348512099763056, -4450948614515618224, -760876591881435494),
    DataType.CUSTOMERS: (6816306901699221661, 1841758470899207802, 7833719012755441392),
    DataType.INVENTORY: (4031083195327137335, -7765298389661231825, 4451360902759548901),
    DataType.ORDERS: (5522789177236243280, 4856769759685368578, -4726660319895971650),
    DataType.EVENTS: (-8309631702566771299, 3867954979768898379, -2801157453107052924),
    DataType.DECISIONS: (-3637895802245769766, 6326986371568716526, -6453137790837206267),
    DataType.LABELS: (4691868249562567277, -6778995538869827216, -608310253205093461),
}


@pytest.mark.parametrize("data_type", list(DataType))
def test_stored_hashes_never_change(data_type: DataType) -> None:
    """Tables hold such hashes: if one changes, every record arrives as if it were new."""
    assert _hashes(data_type, _table(data_type, [GOOD[data_type]])) == [GOLDEN[data_type]]


def test_a_decision_from_before_types_were_kept_has_the_same_content() -> None:
    table = _table(DataType.DECISIONS, [good(DataType.DECISIONS, features={"a": 1, "b": "web", "c": "x y"})])
    kind = pa.map_(pa.string(), pa.string())
    former = pa.array([[("a", "1"), ("b", "web"), ("c", "x y")]], kind)

    before = table.set_column(table.schema.get_field_index("features"), "features", former)

    assert _hashes(DataType.DECISIONS, before) == _hashes(DataType.DECISIONS, table)
