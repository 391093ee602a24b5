"""A run of the stream, which grows as long as its consumer dies of it, and the deliveries that it becomes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.records.schema import DataType
from tests.functions.model.delivered import Sent
from tests.functions.model.shop import Told


@dataclass
class StreamRun:
    """The records of a run, all of one moment; whether the consumer is through with it; and its deliveries by group."""

    shard: str
    arrived: datetime
    records: list[Any] = field(default_factory=list)
    done: bool = False
    deliveries: dict[tuple[str, DataType], list[str]] = field(default_factory=dict)

    def grow(
        self, source: str, told: Sequence[tuple[DataType, Told]], records: Sequence[Any], known: Collection[str]
    ) -> dict[str, Sent]:
        """Add records of a source; return what its new deliveries have, or have besides.

        The first of a group has the name of the run. Once it is in the ledger, what comes after is another one, which
        has the name of its first record.
        """
        grown = dict[str, Sent]()
        self.records += records
        for (data_type, each), record in zip(told, records, strict=True):
            names = self.deliveries.setdefault((source, data_type), [])
            if not names or names[-1] in known:
                first = record if names else self.records[0]
                names.append(f"{self.shard}~{first['kinesis']['sequenceNumber']}~{source}~{data_type}")
            sent = grown.get(names[-1], Sent(source, data_type, (), self.shard))
            grown[names[-1]] = replace(sent, tellings=(*sent.tellings, each))
        return grown
