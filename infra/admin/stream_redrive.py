"""Hands batches that Lambda gave up to their functions again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import orjson

from infra.admin.stage import Stage
from infra.admin.stream_names import StreamName
from infra.local.errors import NotLoaded
from shared.decisions.index import DecisionIndex
from shared.ingestion.stream.failures import DiscardedBatches, UnreadableBatch

Tell = Callable[[int, int], None]
"""Takes the number of batches that are loaded, and of all batches."""

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class StreamRedrive:
    """Hands discarded batches to the function that failed with them.

    A batch is deleted once it is loaded, so an interrupted run can be repeated: events that were loaded twice are
    duplicates, decisions that were sent twice have the same id.

    Attributes:
        batches: the batches.
        functions: Lambda.
        function: the name of the function.
        valid: chooses the records that are still to be handed over.
    """

    batches: DiscardedBatches
    functions: Any
    function: str
    valid: Callable[[Records], Records] = tuple

    @classmethod
    def of(cls, stage: Stage, stream: StreamName) -> Self:
        """Return the redrive of a stream of a stage."""
        s3, functions, prefix = stage.client("s3"), stage.client("lambda"), f"tally-{stage.name}"
        if stream is StreamName.EVENTS:
            batches = DiscardedBatches(s3, stage.output("StreamFailuresBucketName"))
            return cls(batches, functions, f"{prefix}-stream-consumer")
        batches = DiscardedBatches(s3, stage.output("FeedFailuresBucketName"))
        index = DecisionIndex(stage.client("dynamodb"), stage.output("DecisionsTableName"))
        return cls(batches, functions, f"{prefix}-decision-feed", lambda records: unreplaced(records, index))

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
            NotLoaded: an object is not a batch, or the function failed with it; it stays where it is, and those before
                it are loaded.
        """
        keys = list(self.batches.keys())
        loaded = 0
        for number, key in enumerate(keys):
            tell(number, len(keys))
            records = self.records(key)
            if valid := self.valid(records):
                self._load(key, valid)
            self.batches.forget(key)
            loaded += len(records)
        tell(len(keys), len(keys))
        return loaded

    def records(self, key: str) -> Records:
        """Return the records of a batch.

        Raises:
            NotLoaded: the object is not a batch.
        """
        try:
            return self.batches.records(key)
        except UnreadableBatch as error:
            raise NotLoaded(key, "The object is not a batch of stream records.") from error

    def _load(self, key: str, records: Records) -> None:
        answer = self.functions.invoke(FunctionName=self.function, Payload=orjson.dumps({"Records": records}))
        if "FunctionError" in answer:
            raise NotLoaded(key, answer["Payload"].read().decode(errors="replace"))


def unreplaced(changes: Records, index: DecisionIndex) -> Records:
    """Return the changes that no later one has replaced, so that nobody receives old content after new."""
    bodies = index.bodies(each["dynamodb"]["Keys"]["decision_id"]["S"] for each in changes)
    return [each for each in changes if _body(each) == bodies.get(each["dynamodb"]["Keys"]["decision_id"]["S"])]


def _body(change: Mapping[str, Any]) -> str | None:
    body: str | None = change["dynamodb"].get("NewImage", {}).get("body", {}).get("S")
    return body
