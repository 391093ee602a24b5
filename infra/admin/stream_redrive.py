"""Loads batches of stream records that the consumer could not load before they became too old."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import orjson

from infra.admin.stage import Stage
from infra.local.errors import NotLoaded
from shared.ingestion.stream.failures import DiscardedBatches, UnreadableBatch

Tell = Callable[[int, int], None]
"""Takes the number of batches that are loaded, and of all batches."""


@dataclass(frozen=True)
class StreamRedrive:
    """Hands discarded batches to the stream consumer, which gives their deliveries the ids that they had before.

    A batch is deleted once it is loaded, so an interrupted run can be repeated: what was loaded twice is a duplicate.
    """

    batches: DiscardedBatches
    functions: Any
    consumer: str

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Return the redrive of a stage."""
        batches = DiscardedBatches(stage.client("s3"), stage.output("StreamFailuresBucketName"))
        return cls(batches, stage.client("lambda"), f"tally-{stage.name}-stream-consumer")

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the keys of all batches with the number of their records.

        Raises:
            NotLoaded: an object is not a batch.
        """
        for key, info in self.batches.infos(self.batches.keys()).items():
            yield key, info.records if info else len(self.records(key))

    def run(self, tell: Tell) -> int:
        """Load all batches in order; return the number of their records.

        Raises:
            NotLoaded: an object is not a batch, or the consumer failed with it; it stays where it is, and those before
                it are loaded.
        """
        keys = list(self.batches.keys())
        loaded = 0
        for number, key in enumerate(keys):
            tell(number, len(keys))
            records = self.records(key)
            self._load(key, records)
            self.batches.forget(key)
            loaded += len(records)
        tell(len(keys), len(keys))
        return loaded

    def records(self, key: str) -> Sequence[Any]:
        """Return the records of a batch.

        Raises:
            NotLoaded: the object is not a batch.
        """
        try:
            return self.batches.records(key)
        except UnreadableBatch as error:
            raise NotLoaded(key, "The object is not a batch of stream records.") from error

    def _load(self, key: str, records: Sequence[Any]) -> None:
        answer = self.functions.invoke(FunctionName=self.consumer, Payload=orjson.dumps({"Records": records}))
        if "FunctionError" in answer:
            raise NotLoaded(key, answer["Payload"].read().decode(errors="replace"))
