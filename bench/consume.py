"""A Kinesis event of 10 000 records to Parquet, against Powertools' batch processor with a Pydantic model for each."""

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.parser.models import KinesisDataStreamRecord
from aws_lambda_powertools.utilities.parser.models.kinesis import KinesisDataStreamRecordPayload
from pydantic import BaseModel, Json

from bench.doubles import BenchWiring
from bench.ingest import Transaction
from bench.measure import Row, faster, medians
from bench.sales import DAY, sale_lines
from shared.ingestion.stream.consumer import consume_batch
from tests.events.api_gateway import context

RECORDS = 10_000
_ARRIVAL = (DAY + timedelta(days=1)).timestamp()


class Envelope(BaseModel):
    """A stream record, as a Pydantic model of its own."""

    source_id: str
    data_type: str
    timestamp: str
    data: Transaction


class EnvelopePayload(KinesisDataStreamRecordPayload):
    """The payload, read as JSON."""

    data: Json[Envelope]


class EnvelopeRecord(KinesisDataStreamRecord):
    """The Kinesis record around it."""

    kinesis: EnvelopePayload


def measure() -> list[Row]:
    """Hold the consumer against the processor, both up to and with the Parquet bytes."""
    event = {"Records": stream_records(sale_lines(RECORDS))}
    if any(entry.quarantined for entry in consume_batch(event["Records"], BenchWiring().loader)):
        raise RuntimeError("the bench's own records are not valid")
    taken = medians(
        {"ours": lambda: consume_batch(event["Records"], BenchWiring().loader), "processor": lambda: _processor(event)},
        runs=5,
    )
    peer = ("Powertools batch + Pydantic + from_pylist", taken["processor"])
    return [faster("consume 10 000 records", taken["ours"], peer, at_least=3)]


def _processor(event: dict[str, Any]) -> None:
    processor = BatchProcessor(EventType.KinesisDataStreams, model=EnvelopeRecord)
    kept: list[Envelope] = []
    answer = process_partial_response(
        event=event,
        record_handler=lambda record: kept.append(record.kinesis.data),
        processor=processor,
        context=context(),
    )
    if answer["batchItemFailures"] or len(kept) != RECORDS:
        raise RuntimeError("the peer did not read what it was given")
    table = pa.Table.from_pylist([each.data.model_dump() for each in kept])
    pq.write_table(table, pa.BufferOutputStream(), compression="zstd")


def stream_records(
    lines: Sequence[dict[str, Any]], *, first: int = 0, arrived: float = _ARRIVAL
) -> list[dict[str, Any]]:
    """Return sale lines as an event source mapping delivers them from one shard; `first` is where they begin."""
    return [_record(first + place, line, arrived + place / 1000) for place, line in enumerate(lines)]


def _record(number: int, line: dict[str, Any], arrived: float) -> dict[str, Any]:
    envelope = {
        "source_id": "bench-shop",
        "data_type": "transactions",
        "timestamp": line["timestamp"],
        "data": line,
    }
    sequence = f"{49545115243490985018280067714973144582180062593244200961 + number}"
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": line["transaction_id"],
            "sequenceNumber": sequence,
            "data": base64.b64encode(orjson.dumps(envelope)).decode(),
            "approximateArrivalTimestamp": arrived,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/tally",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/tally",
    }
