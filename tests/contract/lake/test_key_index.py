"""The index of keys: what one day says is found by the others, nothing is lost, and lists are read once."""

import pyarrow as pa
import pytest

from shared.app.wiring import Wiring
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import IngestMetadata, arrow_schema, to_table
from shared.lake.storage.object_store import LAKE_BUCKET, LostUpdate
from shared.lake.storage.paths import PartitionId
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.interrupted_s3 import InterruptedS3
from tests.fakes.records import NOW, sale

FIRST, SECOND, THIRD = (PartitionId(DataType.TRANSACTIONS, f"2025-02-2{day}") for day in (5, 6, 7))
EMPTY = arrow_schema(DataType.TRANSACTIONS).empty_table()


def _keys(*names: str) -> pa.Array:
    return pa.array(names, pa.string())


def _found(index: KeyIndex, partition: PartitionId, *names: str) -> dict[str, list[str]]:
    return {
        there.day: keys.to_pylist() for there, keys in index.register_and_find(partition, EMPTY, _keys(*names)).items()
    }


def test_keys_are_found_under_every_other_day_that_may_contain_them(wired: Wiring) -> None:
    index = KeyIndex(wired.lake)
    assert _found(index, FIRST, "a", "b", "é") == {}
    assert _found(index, SECOND, "b", "c") == {FIRST.day: ["b"]}

    found = _found(KeyIndex(wired.lake), THIRD, "c", "b", "x", "é")

    assert found == {FIRST.day: ["b", "é"], SECOND.day: ["c", "b"]}


def test_recorded_days_are_never_removed(wired: Wiring) -> None:
    _found(KeyIndex(wired.lake), FIRST, "a")
    _found(KeyIndex(wired.lake), FIRST, "b", "a")

    assert _found(KeyIndex(wired.lake), SECOND, "a", "b") == {FIRST.day: ["a", "b"]}


def test_keys_of_other_types_are_not_found(wired: Wiring) -> None:
    index = KeyIndex(wired.lake)
    _found(index, PartitionId(DataType.ORDERS, FIRST.day), "a")

    assert _found(index, SECOND, "a") == {}


def test_a_base_older_than_the_index_is_indexed_at_its_next_merge(wired: Wiring) -> None:
    rows = validate(DataType.TRANSACTIONS, [sale(1), sale(2)], form=Form.TYPED, at=NOW).rows
    stamp = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch-1", reporting_currency="EUR")
    base = to_table(DataType.TRANSACTIONS, rows, stamp)
    index = KeyIndex(wired.lake)

    index.register_and_find(FIRST, base, _keys("t-3"))

    assert _found(index, SECOND, "t-1", "t-2", "t-3", "t-4") == {FIRST.day: ["t-1", "t-2", "t-3"]}


def test_of_two_concurrent_changes_of_a_day_one_is_retried(wired: Wiring) -> None:
    s3 = InterruptedS3()
    index = KeyIndex(type(wired.lake)(s3.client, wired.settings.name_of(LAKE_BUCKET)))
    _found(index, FIRST, "a")
    s3.before("PutObject", "keys/", lambda: _found(KeyIndex(wired.lake), FIRST, "b"))

    with pytest.raises(LostUpdate):
        _found(index, FIRST, "c")
    _found(index, FIRST, "c")

    assert _found(index, SECOND, "a", "b", "c") == {FIRST.day: ["a", "b", "c"]}


def test_unchanged_lists_are_not_read_again(wired: Wiring) -> None:
    _found(KeyIndex(wired.lake), FIRST, "a")
    _found(KeyIndex(wired.lake), SECOND, "b")
    s3 = InterruptedS3()
    read: list[str] = []
    s3.client.meta.events.register("provide-client-params.s3.GetObject", lambda params, **_: read.append(params["Key"]))
    index = KeyIndex(type(wired.lake)(s3.client, wired.settings.name_of(LAKE_BUCKET)))
    _found(index, THIRD, "x")
    read.clear()
    _found(KeyIndex(wired.lake), SECOND, "c")

    found = _found(index, THIRD, "c", "y")

    assert found == {SECOND.day: ["c"]}
    assert read == [SECOND.keys_key]


def test_lists_too_large_for_the_cache_are_read_each_time(wired: Wiring) -> None:
    index = KeyIndex(wired.lake, most_kept=8)
    _found(index, FIRST, "a", "b")
    _found(index, SECOND, "c", "d")

    assert _found(index, THIRD, "a", "d", "x") == {FIRST.day: ["a"], SECOND.day: ["d"]}
