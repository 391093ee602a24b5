"""Kinesis and the mapping in front of a function, as AWS documents them: what moto and emulators do otherwise.

Resharding rests on four promises. A shard that was split or merged keeps its records and gets no more. The sequence
numbers of its children are higher. A mapping brings the records of a shard in order, a run again and again until the
function has taken it. And it begins with a shard only after it has come to the end of its parents.

moto moves the records of a parent to its children under new numbers; MiniStack drops them, and the laptop's mends that
without the last promise.
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
    """The records of a range of hashes, in order, until others take the range over."""

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
    """A stream and what brings its records to a function."""

    def __init__(self, shards: int = 1) -> None:
        self.shards: list[Shard] = []
        self._number = 0
        for place in range(shards):
            self._add(_HIGHEST * place // shards, _HIGHEST * (place + 1) // shards)

    @property
    def open(self) -> list[Shard]:
        """The shards that take records, by their ranges."""
        return sorted((shard for shard in self.shards if shard.is_open), key=lambda shard: shard.low)

    def put(self, key: str, data: str, arrived: float) -> None:
        """Take a record under a partition key; `data` is in base64, `arrived` in seconds since 1970."""
        place = int.from_bytes(hashlib.md5(key.encode(), usedforsecurity=False).digest())
        (shard,) = [shard for shard in self.open if shard.low <= place < shard.high]
        record = kinesis_record(data, number=self._number)
        record["eventID"] = f"{shard.name}:{record['kinesis']['sequenceNumber']}"
        record["kinesis"] |= {"partitionKey": key, "approximateArrivalTimestamp": arrived}
        shard.records.append(record)
        self._number += 1

    def split(self, shard: Shard) -> None:
        """Let two shards take over from one."""
        shard.is_open = False
        middle = (shard.low + shard.high) // 2
        self._add(shard.low, middle, shard)
        self._add(middle, shard.high, shard)

    def merge(self, first: Shard, second: Shard) -> None:
        """Let one shard take over from two neighbours."""
        first.is_open = second.is_open = False
        self._add(first.low, second.high, first, second)

    def deliver(self, most: int, take: Callable[[list[dict[str, Any]]], object]) -> None:
        """Bring the next run of every shard whose turn it is; a run that fails comes again as it was."""
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
