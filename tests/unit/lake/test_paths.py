"""Keys of the lake: spelled in one place, read back to what they say, and nothing of a client's in them unchecked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.storage import landing
from shared.lake.storage.paths import IncomingKey, IncomingKind, PartitionId, landing_key, quarantine_key, safe_part
from shared.records.schema import DataType


@given(
    st.sampled_from(DataType),
    st.dates().map(str) | st.just("all"),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}", fullmatch=True),
)
def test_an_incoming_key_has_partition_and_delivery(data_type: DataType, day: str, origin: str) -> None:
    partition = PartitionId(data_type, day)

    name = IncomingKey.parse(partition.incoming_key(origin))

    assert name is not None
    assert (name.partition, name.kind, name.rows_key) == (partition, IncomingKind.ROWS, partition.incoming_key(origin))
    assert f"{name.delivery_id}{name.redrive}" == origin


def test_redriven_rows_are_counted_in_their_delivery_under_a_separate_key() -> None:
    name = IncomingKey.parse("incoming/orders/dt=2025-01-01/batch-1~p00002~r3.parquet")

    assert name is not None
    assert (name.delivery_id, name.ledger_day) == ("batch-1~p00002", "2025-01-01~r3")


def test_markers_and_move_notices_name_their_partition() -> None:
    day = PartitionId(DataType.ORDERS, "2025-01-01")

    marker = IncomingKey.parse(day.cancellation_key("batch-1~r2"))
    news = IncomingKey.parse(day.move_notice_key("2025-01-02", "00ff"))

    assert marker is not None
    assert news is not None
    assert (marker.partition, marker.kind, marker.rows_key) == (
        day,
        IncomingKind.CANCELLATION,
        day.incoming_key("batch-1~r2"),
    )
    assert (news.partition, news.kind) == (day, IncomingKind.MOVE_NOTICE)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "base/orders/base.parquet",
        "incoming/sales/dt=2025-01-01/a.parquet",
        "incoming/orders/dt=2025-01-01/a.csv",
        "incoming/orders/dt=2025-01-01/a/b.parquet",
        "incoming/orders/dt=soon/a.parquet",
        "x/incoming/orders/dt=all/a.parquet",
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
        PartitionId(DataType.ORDERS, "all").incoming_key,
        lambda part: landing_key(DataType.ORDERS, "2025-01-01", part),
        lambda part: quarantine_key("2025-01-01", part),
    ):
        with pytest.raises(ValueError, match="not allowed"):
            spell(text)


def test_each_partition_has_one_base_object_and_one_of_each_roll_up() -> None:
    day, whole = PartitionId(DataType.TRANSACTIONS, "2025-01-01"), PartitionId(DataType.PRODUCTS, "all")

    assert day.base_key == "base/transactions/dt=2025-01-01/base.parquet"
    assert day.rollup_key("sales_hourly") == "rollup/sales_hourly/dt=2025-01-01/rollup.parquet"
    assert whole.base_key == "base/products/base.parquet"


@given(st.binary(max_size=10_000))
def test_landed_data_is_read_back_unchanged(data: bytes) -> None:
    assert landing.unpack(landing.pack(data)) == data
