"""Keys of the lake: spelled in one place, read back to what they say, and nothing of a client's in them unchecked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.storage import landing
from shared.lake.storage.paths import (
    IncomingKey,
    IncomingKind,
    cancellation_key,
    incoming_key,
    landing_key,
    quarantine_key,
    safe_part,
)
from shared.records.schema import DataType

DATA_TYPES = st.sampled_from(DataType)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}", fullmatch=True)


@given(DATA_TYPES, NAMES)
def test_an_incoming_key_has_data_type_and_delivery(data_type: DataType, name: str) -> None:
    key = incoming_key(data_type, name)

    parsed = IncomingKey.parse(key)

    assert parsed is not None
    assert (parsed.data_type, parsed.kind, parsed.rows_key) == (data_type, IncomingKind.ROWS, key)
    assert f"{parsed.delivery_id}{parsed.redrive}" == name


def test_all_rows_of_a_delivery_are_one_part_of_its_ledger_entry() -> None:
    name = IncomingKey.parse("incoming/orders/batch-1~p00002.parquet")

    assert name is not None
    assert (name.delivery_id, name.part) == ("batch-1~p00002", "all")


def test_redriven_rows_are_counted_in_their_delivery_as_another_part() -> None:
    name = IncomingKey.parse("incoming/orders/batch-1~p00002~r3.parquet")

    assert name is not None
    assert (name.delivery_id, name.redrive, name.part) == ("batch-1~p00002", "~r3", "all~r3")


def test_a_marker_names_the_rows_that_it_cancels() -> None:
    marker = IncomingKey.parse(cancellation_key(DataType.ORDERS, "batch-1~r2"))

    assert marker is not None
    assert (marker.data_type, marker.kind) == (DataType.ORDERS, IncomingKind.CANCELLATION)
    assert marker.rows_key == incoming_key(DataType.ORDERS, "batch-1~r2")


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("incoming/orders/dt=2025-01-01/batch-1.parquet", "2025-01-01"),
        ("incoming/orders/dt=2025-01-01/batch-1~r3.parquet", "2025-01-01~r3"),
        ("incoming/products/dt=all/batch-1.parquet", "all"),
    ],
)
def test_an_object_of_one_day_waits_under_its_key_and_is_counted_by_day(key: str, part: str) -> None:
    rows, marker = IncomingKey.parse(key), IncomingKey.parse(key.replace(".parquet", ".cancelled"))

    assert rows is not None
    assert marker is not None
    assert (rows.delivery_id, rows.part, rows.rows_key) == ("batch-1", part, key)
    assert (marker.kind, marker.rows_key) == (IncomingKind.CANCELLATION, key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "base/orders/base.parquet",
        "incoming/sales/a.parquet",
        "incoming/orders/a.csv",
        "incoming/orders/dt=2025-01-01/2025-01-02~00ff.moved",
        "incoming/orders/a/b.parquet",
        "incoming/orders/dt=2025-01-01/a/b.parquet",
        "incoming/orders/dt=soon/a.parquet",
        "incoming/orders/dt=2025-01-01.parquet",
        "incoming/orders/.parquet",
        "incoming/orders/-a.parquet",
        "incoming/orders/a b.parquet",
        f"incoming/orders/{'a' * 201}.parquet",
        "x/incoming/orders/a.parquet",
    ],
)
def test_other_keys_are_ignored(key: str) -> None:
    assert IncomingKey.parse(key) is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "../x", "a/b", "-a", "~a", "a b", "é", "a\n", "a" * 201, "a\\b", "a%2f"]
)
def test_unsafe_text_is_refused_in_a_key(text: str) -> None:
    for spell in (
        safe_part,
        lambda part: incoming_key(DataType.ORDERS, part),
        lambda part: cancellation_key(DataType.ORDERS, part),
        lambda part: landing_key(DataType.ORDERS, "2025-01-01", part),
        lambda part: quarantine_key("2025-01-01", part),
    ):
        with pytest.raises(ValueError, match="not allowed"):
            spell(text)


@given(st.binary(max_size=10_000))
def test_landed_data_is_read_back_unchanged(data: bytes) -> None:
    assert landing.unpack(landing.pack(data)) == data
