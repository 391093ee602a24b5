"""What is watched of the mappings of streams, whose metrics have the ids that they get when they are created."""

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
            "Records failed until they were too old, and are stored as failed.",
            "Correct what the function's log names; then `./tally stream redrive` hands them to it again.",
        ),
        (
            "losses",
            "DroppedEventCount",
            "Records are lost: they could not be stored as failed either.",
            "Find out why the bucket of failures refuses objects, and ask producers of the event stream to send again.",
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
