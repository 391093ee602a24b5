"""Kinesis and its event source mapping as AWS documents them, where moto and emulators differ.

Resharding gives four guarantees. A split or merged shard keeps its records and gets no more. The sequence numbers of
its children are higher. A mapping delivers the records of a shard in order, and repeats a batch until the function
succeeds. And it starts with a shard only after it has reached the end of its parents.

moto moves the records of a parent to its children under new numbers; MiniStack drops them, and the laptop patches that
without the last guarantee.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.events.kinesis import kinesis_record

_HIGHEST = 2**128


@dataclass
class Shard:
    """The records of a range of hashes, in order, until its children replace it."""

    name: str
    low: int
    high: int
    parents: Sequence["Shard"] = ()
    records: list[dict[str, Any]] = field(default_factory=list)
    is_open: bool = True
    taken: int = 0
    failed: int = 0

    @property
    def is_at_its_end(self) -> bool:
        """Whether there is nothing left to bring and never will be."""
        return not self.is_open and self.taken == len(self.records)


class EventSource:
    """A stream and its event source mapping."""

    def __init__(self, shards: int = 1) -> None:
        self.shards: list[Shard] = []
        self._number = 0
        for place in range(shards):
            self._add(_HIGHEST * place // shards, _HIGHEST * (place + 1) // shards)

    @property
    def open(self) -> list[Shard]:
        """The open shards, by range."""
        return sorted((shard for shard in self.shards if shard.is_open), key=lambda shard: shard.low)

    def put(self, key: str, data: str, arrived: float) -> None:
        """Add a record with a partition key; `data` is base64, `arrived` in seconds since 1970."""
        place = int.from_bytes(hashlib.md5(key.encode(), usedforsecurity=False).digest())
        (shard,) = [shard for shard in self.open if shard.low <= place < shard.high]
        record = kinesis_record(data, number=self._number)
        record["eventID"] = f"{shard.name}:{record['kinesis']['sequenceNumber']}"
        record["kinesis"] |= {"partitionKey": key, "approximateArrivalTimestamp": arrived}
        shard.records.append(record)
        self._number += 1

    def split(self, shard: Shard) -> None:
        """Replace a shard by two."""
        shard.is_open = False
        middle = (shard.low + shard.high) // 2
        self._add(shard.low, middle, shard)
        self._add(middle, shard.high, shard)

    def merge(self, first: Shard, second: Shard) -> None:
        """Replace two adjacent shards by one."""
        first.is_open = second.is_open = False
        self._add(first.low, second.high, first, second)

    def deliver(self, most: int, take: Callable[[list[dict[str, Any]]], object]) -> None:
        """Deliver the next batch of every shard that is due; a failed batch is repeated unchanged."""
        for shard in list(self.shards):
            run = shard.records[shard.taken : shard.taken + (shard.failed or most)]
            if run and all(parent.is_at_its_end for parent in shard.parents):
                try:
                    take(run)
                except ConnectionError:
                    shard.failed = len(run)
                    continue
                shard.taken, shard.failed = shard.taken + len(run), 0

    @property
    def has_more(self) -> bool:
        """Whether anything is left to bring."""
        return any(shard.taken < len(shard.records) for shard in self.shards)

    def _add(self, low: int, high: int, *parents: Shard) -> None:
        self.shards.append(Shard(f"shardId-{len(self.shards):012d}", low, high, parents))


def runs_of(kinesis: Any, stream: str, most: int) -> Iterator[dict[str, Any]]:
    """Everything on a stream in moto, as the events of a mapping."""
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (answer := kinesis.get_records(ShardIterator=iterator, Limit=most))["Records"]:
            yield {"Records": [_as_delivered(shard["ShardId"], record) for record in records]}
            iterator = answer["NextShardIterator"]


def _as_delivered(shard: str, record: Any) -> dict[str, Any]:
    delivered = kinesis_record(base64.b64encode(record["Data"]).decode())
    delivered["eventID"] = f"{shard}:{record['SequenceNumber']}"
    delivered["kinesis"] |= {
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": record["SequenceNumber"],
        "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
    }
    return delivered
