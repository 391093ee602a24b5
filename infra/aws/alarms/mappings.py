"""What is watched of the mapping of the stream, whose metrics have the id that it gets when it is created."""

from collections.abc import Iterator

from functions.declaration import Function
from infra.aws.alarms.sections import Section
from infra.aws.alarms.watch import Watch
from infra.aws.metrics import StageMetrics


def of_mapping(function: Function, mapping_id: str, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield what becomes of batches that are too old to be tried again."""
    for event, metric, means, do in (
        (
            "discards",
            "OnFailureDestinationDeliveredEventCount",
            "Records could not be loaded for days, and are stored as failed.",
            "Correct what the function's log names; then `./tally stream redrive` loads them.",
        ),
        (
            "losses",
            "DroppedEventCount",
            "Records are lost: they could not be stored as failed either.",
            "Ask their producer to send them again, and find out why the bucket of failures refuses objects.",
        ),
    ):
        yield Watch(
            name=f"{function.name}-{event}",
            metric=metrics.of_mapping(mapping_id, metric),
            at=1,
            means=means,
            do=do,
            section=Section.STREAMS,
        )
