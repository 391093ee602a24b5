"""Passes drain whatever waits: none takes more than its limits, and what cannot be read holds nothing up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.merge.damaged import DamagedObjects
from shared.lake.merge.limits import PassLimits
from shared.lake.merge.pending import PendingObjects
from shared.lake.merge.receipt import Receipt
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.object_store import StoredObject
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.records.schema import DataType
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.records import NOW, sale

SALES = DataType.TRANSACTIONS
STAMP = IngestMetadata(source_id="web-shop", ingested_at=NOW, origin="batch", reporting_currency="EUR")


def _sales(length: int) -> bytes:
    return write_parquet(to_table(SALES, [sale(number, timestamp=NOW) for number in range(length)], STAMP))


ROWS = _sales(1)
DAMAGED = b"PK\x03\x04 a spreadsheet"
# Names of which one is the beginning of another sort between the marker and the rows of that one.
NAMES = st.sets(st.from_regex(r"\Aa[.~z-]?[0-9dq]?(~r1)?\Z"), max_size=40)


class CountingLake(MemoryLake):
    """Counts how often each object is downloaded."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = Counter[str]()

    def get(self, key: str) -> StoredObject | None:
        """Read an object."""
        self.reads[key] += 1
        return super().get(key)


@dataclass
class Drain:
    """Takes passes until one is the last, and deletes what each has consumed, as a merger does."""

    lake: CountingLake
    limits: PassLimits
    damaged: DamagedObjects = field(default_factory=DamagedObjects)
    passes: int = 0
    merged: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Drain the lake; every pass of a finite drain takes or discards something."""
        while not self._pass():
            assert self.passes <= 100

    def _pass(self) -> bool:
        self.passes += 1
        before = self.lake.reads.total()
        found = PendingObjects.read(self.lake, SALES, self.limits, self.damaged.of(SALES))
        assert self.lake.reads.total() - before <= self.limits.objects
        assert len(found.rows) <= 1 or sum(each.table.nbytes for each in found.rows) <= self.limits.size
        assert len(found.rows) <= 1 or sum(len(each.table) for each in found.rows) <= self.limits.rows
        self.damaged.remember(SALES, found.damaged, self.limits.damaged)
        rows = found.classify(Receipt())
        self.merged |= {each.stored.key for each in rows.fresh}
        self.cancelled |= {name.split(" ")[0] for name in rows.cancelled}
        self.lake.delete([*found.consumed, *found.orphan_markers])
        return found.is_last


def _lake(rows: Iterable[str] = (), damaged: Iterable[str] = (), markers: Iterable[str] = ()) -> CountingLake:
    lake = CountingLake()
    for name in rows:
        lake.put(incoming_key(SALES, name), ROWS)
    for name in damaged:
        lake.put(incoming_key(SALES, name), DAMAGED)
    for name in markers:
        lake.put(cancellation_key(SALES, name), b"")
    return lake


def _keys(names: Iterable[str]) -> set[str]:
    return {incoming_key(SALES, name) for name in names}


@settings(max_examples=200, deadline=None)
@given(NAMES, NAMES, NAMES, st.integers(1, 9), st.integers(41, 99))
def test_rows_are_merged_or_cancelled_by_their_markers_and_damaged_objects_stay(
    rows: set[str], damaged: set[str], markers: set[str], objects: int, listed: int
) -> None:
    drain = Drain(_lake(rows, damaged, markers), PassLimits(objects=objects, listed=listed))

    drain.run()

    healthy = rows - damaged
    assert drain.merged == _keys(healthy - markers)
    assert drain.cancelled == _keys(healthy & markers)
    assert drain.lake.objects.keys() == _keys(damaged) | {cancellation_key(SALES, name) for name in damaged & markers}
    assert all(drain.lake.reads[key] == 1 for key in _keys(damaged))


@settings(max_examples=200, deadline=None)
@given(NAMES, NAMES, st.integers(1, 9), st.integers(3, 12))  # two markers may precede the first rows of either
def test_rows_whose_marker_does_not_fit_into_the_listing_wait(
    rows: set[str], markers: set[str], objects: int, listed: int
) -> None:
    drain = Drain(_lake(rows, markers=markers), PassLimits(objects=objects, listed=listed))

    drain.run()

    assert (drain.merged, drain.cancelled) == (_keys(rows - markers), _keys(rows & markers))
    assert not drain.lake.objects


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=12), st.integers(1, 60), st.integers(1, 40_000))
def test_a_pass_takes_what_fits_or_one_object(sizes: list[int], rows: int, size: int) -> None:
    lake = CountingLake()
    for number, length in enumerate(sizes):
        lake.put(incoming_key(SALES, f"a-{number}"), _sales(length))
    drain = Drain(lake, PassLimits(rows=rows, size=size))

    drain.run()

    assert len(drain.merged) == len(sizes)


def test_more_damaged_objects_than_a_pass_takes_do_not_hold_up_those_between_them() -> None:
    before, after = [f"a-{n}" for n in range(60)], [f"z-{n}" for n in range(60)]
    lake = _lake(damaged=before)
    lake.put(incoming_key(SALES, "healthy"), ROWS)
    for name in after:
        lake.put(incoming_key(SALES, name), DAMAGED)
    drain = Drain(lake, PassLimits(objects=10, listed=20))

    drain.run()

    assert drain.merged == _keys(["healthy"])
    assert (lake.reads.total(), max(lake.reads.values())) == (121, 1)


def test_a_later_pass_does_not_download_damaged_objects_again_and_still_reports_them() -> None:
    lake, damaged = _lake(damaged=["a", "b"]), DamagedObjects()
    damaged.remember(SALES, PendingObjects.read(lake, SALES).damaged, 10)

    found = PendingObjects.read(lake, SALES, damaged=damaged.of(SALES))

    assert {each.key for each in found.damaged} == _keys("ab")
    assert (lake.reads.total(), found.is_last) == (2, True)


def test_an_object_in_the_place_of_a_damaged_one_is_read() -> None:
    lake, damaged = _lake(damaged=["a"]), DamagedObjects()
    damaged.remember(SALES, PendingObjects.read(lake, SALES).damaged, 10)
    lake.put(incoming_key(SALES, "a"), ROWS)

    found = PendingObjects.read(lake, SALES, damaged=damaged.of(SALES))

    assert ([each.key.delivery_id for each in found.rows], found.damaged) == (["a"], [])


def test_a_process_remembers_only_so_many_damaged_objects() -> None:
    lake, damaged = _lake(damaged="abc"), DamagedObjects()

    damaged.remember(SALES, PendingObjects.read(lake, SALES).damaged, 2)

    assert len(damaged.of(SALES)) == 2


def test_markers_are_not_downloaded() -> None:
    lake = _lake(rows="ab", markers=["b", "c"])

    found = PendingObjects.read(lake, SALES)

    assert lake.reads.keys() == _keys("ab")
    assert [each.key for each in found.consumed if each.key.endswith("cancelled")] == [cancellation_key(SALES, "b")]
