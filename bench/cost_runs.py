"""Runs of the real functions: what each asks of AWS, writes, logs and computes."""

import base64
import gc
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import boto3

from bench.consume import stream_records
from bench.cost_requests import Output, RequestMeter
from bench.cost_run import DECLARED, Run
from bench.sales import sale_lines
from shared.app.wiring import wiring
from shared.dashboards.built_ins import BUILT_INS
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.live.deliveries import DELIVERY_QUEUE
from shared.push.wording import dashboard_channel
from tests.events.api_gateway import context, rest_event
from tests.events.schedule import schedule_event
from tests.events.sqs import s3_notice, sqs_event
from tests.events.websocket import connect_event
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import event_message
from tests.fakes.websocket_gateway import FakeGateway

WATCHED = BUILT_INS["executive"]
_CONNECTION = "viewer="


class Runs:
    """Runs functions on the platform, each under the meter.

    Attributes:
        rows: lines of today that were sent and not put on the stream.
        answered: bytes of the body of the last answer.

    Lines in batches are of the hours of today that are over, those of the stream of the last one, as in a shop whose
    export is followed by its stream. In the first hour of a UTC day there is no such difference.
    """

    def __init__(self, meter: RequestMeter, output: Output, gateway: FakeGateway) -> None:
        self._meter, self._output, self._gateway = meter, output, gateway
        self._visitor = Visitor(wiring().identity)
        self._numbers = itertools.count()
        self.rows, self.answered = 0, 0

    def batch(self, rows: int, *, of_now: bool = False) -> Run:
        """Post a batch."""
        number = next(self._numbers)
        self.rows += rows
        lines = _lines(number, rows, of_now=of_now)
        body = {"source_id": "bench-shop", "data_type": "transactions", "format": "json", "data": lines}
        event = rest_event("POST", "/api/v1/ingest/batch", body=body, token=self._visitor.token)
        return self._run("ingest", event)

    def record(self) -> Run:
        """Post a single record for the stream."""
        (line,) = _lines(next(self._numbers), 1, of_now=True)
        body = {"source_id": "bench-shop", "data_type": "transactions", "timestamp": line["timestamp"], "data": line}
        event = rest_event("POST", "/api/v1/ingest/stream", body=body, token=self._visitor.token)
        return self._run("ingest", event)

    def consume(self, records: int) -> Run:
        """Consume a batch of a shard."""
        number = next(self._numbers)
        lines, now = _lines(number, records, of_now=True), time.time()
        self.rows += records
        return self._run("stream_consumer", {"Records": stream_records(lines, first=number * 10**6, arrived=now)})

    def merge(self) -> Run:
        """Merge what waits."""
        keys = sorted(_listed("incoming/"))
        return self._run("merger", sqs_event([s3_notice(each) for each in keys]))

    def roll_up(self) -> Run:
        """Compute the roll-ups of what changed."""
        return self._run("rollup_job", sqs_event(['{"data_type":"transactions"}']))

    def scheduled(self, function: str) -> Run:
        """Run a function of the clock."""
        return self._run(function, schedule_event())

    def on_message(self, function: str) -> Run:
        """Run a function behind a queue with the message that a table was committed."""
        committed = event_message("tally.lake", "table committed", {"data_type": "transactions"})
        return self._run(function, sqs_event([committed]))

    def on_clock(self, function: str) -> Run:
        """Run a function behind a queue with the message of its clock."""
        return self._run(function, sqs_event([json.dumps(schedule_event())]))

    def watch(self) -> None:
        """Have somebody watch a dashboard."""
        channel = dashboard_channel(WATCHED.dashboard_id)
        headers = {"Authorization": f"Bearer {self._visitor.token}"}
        self._gateway.open(_CONNECTION)
        self._run("live", connect_event(_CONNECTION, channel.strip(), headers=headers))
        _taken()

    def deliver(self) -> Run:
        """Bring the connections of the dashboard up to date."""
        return self._run("deliverer", sqs_event(_taken()))

    def read_dashboard(self) -> Run:
        """Read the data of a dashboard, as a page does when it is opened."""
        path = f"/api/v1/dashboards/{WATCHED.dashboard_id}/data"
        return self._run("dashboards", rest_event("GET", path, token=self._visitor.token))

    def _run(self, function: str, event: Mapping[str, Any]) -> Run:
        handler: Callable[..., Any] = import_module(f"functions.{function}.handler").handler
        gc.collect()
        self._meter.reset()
        logged, began = self._output.size, time.process_time()
        answer = handler(event, context(remaining_ms=DECLARED[function].timeout_seconds * 1000))
        cpu = time.process_time() - began - self._meter.spent
        _check(function, answer)
        self.answered = len(answer.get("body") or "") if isinstance(answer, dict) else 0
        meter = self._meter
        run = Run(
            function=function,
            cpu=cpu,
            calls=dict(meter.calls),
            usage=dict(meter.usage),
            put_bytes=dict(meter.put_bytes),
            kept_bytes=meter.kept_bytes,
            logged=self._output.size - logged,
            scanned=tuple(meter.scanned_in_order),
        )
        print(run, file=sys.stderr, flush=True)
        return run


def record_bytes() -> int:
    """Return the size of a record of the stream, with its key."""
    (record,) = stream_records(_lines(0, 1, of_now=True))
    return len(base64.b64decode(record["kinesis"]["data"])) + len(record["kinesis"]["partitionKey"])


def _check(function: str, answer: Any) -> None:
    failed = isinstance(answer, dict) and (answer.get("batchItemFailures") or answer.get("statusCode", 200) >= 400)
    if failed:
        raise RuntimeError(f"{function} failed: {answer}")


def _lines(number: int, count: int, *, of_now: bool) -> list[dict[str, Any]]:
    """Return new lines of this hour so far, or of the hours of today before it."""
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0)
    midnight = hour.replace(hour=0)
    start, end = (hour, now) if of_now else (midnight, hour)
    share = (end - start) / timedelta(days=1)
    lines = []
    for place, line in enumerate(sale_lines(count, first=number, day=midnight)):
        at = start + (datetime.fromisoformat(line["timestamp"]) - midnight) * share
        lines.append(line | {"transaction_id": f"{number}-{place}", "timestamp": at.isoformat(timespec="milliseconds")})
    return lines


def _listed(prefix: str) -> list[str]:
    bucket = wiring().name_of(LAKE_BUCKET)
    pages = boto3.Session().client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for page in pages for each in page.get("Contents", ())]


def _taken() -> list[str]:
    """Take the requests of deliveries from their queue."""
    sqs, queue, found = boto3.Session().client("sqs"), wiring().name_of(DELIVERY_QUEUE), list[str]()
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for each in messages:
            found.append(each["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return found
