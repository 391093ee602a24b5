"""One partition of the lake, brought up to date: base, then roll-ups, each replaced as a whole and only forwards."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.merge import merge
from shared.lake.receipt import Receipt, receipt_of, with_receipt
from shared.lake.rollups import ROLLUPS, roll_up
from shared.lake.store import LakeStore, LostUpdate, StoredObject
from shared.records.catalogue import SCHEMAS
from shared.runtime.errors import Unavailable

if TYPE_CHECKING:
    from shared.lake.paths import PartitionId

_TRIES = 8


@dataclass(frozen=True)
class UpToDate:
    """A partition after its merge: the deliveries that are in it, with the fates of their rows, by incoming key."""

    partition: "PartitionId"
    merged: Mapping[str, Mapping[str, int]]
    consumed: Sequence[StoredObject]
    rows: int


def bring_up_to_date(lake: LakeStore, partition: "PartitionId") -> UpToDate | None:
    """Merge whatever waits for a partition and roll it up; None if nothing waits.

    Safe to repeat and to race: the base is replaced only if it is the one that was read; an incoming object that is
    already in it (a crash came before its deletion) is not merged again, but answers with the fates it had.

    Raises:
        Unavailable: others kept replacing the partition; the next try finds what they left.
    """
    for attempt in range(_TRIES):
        stored = lake.get(partition.base_key)
        waiting = _waiting(lake, partition)
        if not waiting:
            return None
        try:
            return _merge_once(lake, partition, stored, waiting)
        except LostUpdate:
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 # jitter, no secret
    raise Unavailable(f"{partition} is being written by others", retry_after=1)


def _waiting(lake: LakeStore, partition: "PartitionId") -> list[StoredObject]:
    """What waits now: always listed after the base was read.

    An object is deleted only once a base that holds it, with its receipt, was written. So whatever is listed is
    either in the receipt of the base just read, or not in that base, or that base is not the newest and cannot be
    replaced.
    """
    found = (lake.get(name.key) for name in lake.names(partition.incoming_prefix))
    return [each for each in found if each is not None]


def _merge_once(
    lake: LakeStore, partition: "PartitionId", stored: StoredObject | None, waiting: Sequence[StoredObject]
) -> UpToDate:
    schema = arrow_schema(partition.data_type)
    base = schema.empty_table() if stored is None else read_parquet(stored.body, schema)
    receipt = receipt_of(base)
    fresh = [each for each in waiting if _name(each) not in receipt.merged]
    merged = {_name(each): receipt.merged[_name(each)] for each in waiting if _name(each) in receipt.merged}
    if fresh:
        outcome = merge(partition.data_type, base, [read_parquet(each.body, schema) for each in fresh])
        merged |= {_name(each): fates for each, fates in zip(fresh, outcome.fates, strict=True)}
        receipt = Receipt(sequence=receipt.sequence + 1, merged=merged)
        base = with_receipt(outcome.table, receipt)
        lake.replace(partition.base_key, write_parquet(base, unique=SCHEMAS[partition.data_type].key), expected=stored)
    _roll_up(lake, partition, base, receipt.sequence)
    return UpToDate(partition, {each.key: merged[_name(each)] for each in waiting}, waiting, len(base))


def _name(stored: StoredObject) -> str:
    return f"{stored.key} {stored.etag}"


def _roll_up(lake: LakeStore, partition: "PartitionId", base: pa.Table, sequence: int) -> None:
    """Replace the roll-ups, except those that stem from this base or a later one already."""
    keys = {name: partition.rollup_key(name) for name in ROLLUPS.get(partition.data_type, ())}
    stored = {name: lake.get(key) for name, key in keys.items()}
    stale = [name for name, each in stored.items() if each is None or _sequence(each) < sequence]
    tables = roll_up(partition.data_type, base) if stale else {}
    for name in stale:
        body = write_parquet(with_receipt(tables[name], Receipt(sequence=sequence)))
        try:
            lake.replace(keys[name], body, expected=stored[name])
        except LostUpdate:
            _roll_up(lake, partition, base, sequence)


def _sequence(stored: StoredObject) -> int:
    return receipt_of(pq.read_schema(pa.BufferReader(stored.body)).empty_table()).sequence
