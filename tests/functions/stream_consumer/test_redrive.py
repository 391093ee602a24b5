"""Batches that Lambda stored as failed are loaded once the reason is corrected, and never lost or counted twice."""

from typing import Any

import boto3
import orjson
import pytest

from functions.stream_consumer.handler import handler
from infra.admin.stream_redrive import StreamRedrive
from infra.local.errors import NotLoaded
from shared.app.wiring import wiring
from shared.ingestion.stream.failures import STREAM_FAILURES, DiscardedBatches
from tests.events.api_gateway import context
from tests.events.discarded_batches import DAY, discarded_batch
from tests.events.kinesis import kinesis_event
from tests.fakes.invoked_functions import InvokedFunctions
from tests.fakes.records import AT, sale


def _functions(*, failing: bool = False) -> InvokedFunctions:
    return InvokedFunctions(lambda event: handler(event, context()), failing=failing)


def _message(number: int) -> dict[str, Any]:
    return {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": sale(number)}


def _discard(batches: DiscardedBatches, name: str, *numbers: int) -> str:
    key = f"{DAY}/{name}"
    body = discarded_batch(kinesis_event([_message(number) for number in numbers]))
    batches.s3.put_object(Bucket=batches.bucket, Key=key, Body=body)
    return key


@pytest.fixture
def batches(deployed: object) -> DiscardedBatches:
    """The discarded batches of a platform."""
    del deployed
    return DiscardedBatches(boto3.client("s3"), wiring().name_of(STREAM_FAILURES))


def _received(batch: DiscardedBatches, key: str) -> int:
    """The records that the ledger counts for a batch, under the id that its delivery has had from the beginning."""
    first = batch.records(key)[0]
    run = f"{first['eventID'].split(':')[0]}~{first['kinesis']['sequenceNumber']}"
    entry = wiring().ledger.get(f"{run}~web-shop~transactions")
    return 0 if entry is None else entry.received


def test_discarded_batches_are_loaded_in_order_and_forgotten(batches: DiscardedBatches) -> None:
    for name, numbers in (("T10.00-a", (1, 2)), ("T11.00-b", (3,))):
        _discard(batches, name, *numbers)
    functions, progress = _functions(), list[tuple[int, int]]()

    loaded = StreamRedrive(batches, functions, "tally-test-stream-consumer").run(
        lambda done, of: progress.append((done, of))
    )

    assert (loaded, progress) == (3, [(0, 2), (1, 2), (2, 2)])
    assert functions.invoked == ["tally-test-stream-consumer"] * 2
    assert batches.count() == 0


def test_a_batch_that_fails_again_stays_and_the_next_attempt_loads_it(batches: DiscardedBatches) -> None:
    key = _discard(batches, "T10.00-a", 1)

    with pytest.raises(NotLoaded, match="no table"):
        StreamRedrive(batches, _functions(failing=True), "consumer").run(lambda *_: None)

    assert list(batches.keys()) == [key]
    assert StreamRedrive(batches, _functions(), "consumer").run(lambda *_: None) == 1
    assert batches.count() == 0


def test_a_batch_that_is_loaded_twice_is_counted_once(batches: DiscardedBatches) -> None:
    """As when the command is interrupted between loading a batch and deleting it."""
    for _ in range(2):
        key = _discard(batches, "T10.00-a", 1, 2)
        StreamRedrive(batches, _functions(), "consumer").run(lambda *_: None)

    _discard(batches, "T10.00-a", 1, 2)
    assert _received(batches, key) == 2


def test_batches_are_listed_with_the_number_of_their_records_wherever_it_is_written(batches: DiscardedBatches) -> None:
    key = _discard(batches, "T10.00-a", 1, 2)
    turned = orjson.dumps(dict(reversed(orjson.loads(discarded_batch(kinesis_event([_message(3)] * 50))).items())))
    batches.s3.put_object(Bucket=batches.bucket, Key=f"{DAY}/T11.00-b", Body=turned)

    sizes = StreamRedrive(batches, _functions(), "consumer").sizes()

    assert list(sizes) == [(key, 2), (f"{DAY}/T11.00-b", 50)]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"payload":"{}"}', b'{"payload":{"Records":[{"Sns":{}}]}}', b"[1]"])
def test_a_foreign_object_is_named_and_stays(batches: DiscardedBatches, body: bytes) -> None:
    key = f"{DAY}/foreign"
    batches.s3.put_object(Bucket=batches.bucket, Key=key, Body=body)

    with pytest.raises(NotLoaded, match="not a batch of stream records"):
        StreamRedrive(batches, _functions(), "consumer").run(lambda *_: None)

    assert list(batches.keys()) == [key]
