"""Delivers a demo through the public doors: history by batch, the clickstream and the last day's sales by stream."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from infra.local.demo.batches import MOST_RECORDS, BatchClient
from infra.local.demo.producer import StreamProducer
from infra.local.demo.window import format_time

if TYPE_CHECKING:
    from datetime import date

    from types_boto3_kinesis.client import KinesisClient

    from infra.local.demo.scenario import DemoDelivery, Scenario
    from infra.local.demo.window import Record

# Batches cover few days each, so that a merge of those days takes all their sources at once.
_DAYS_TOGETHER = 15
_STREAMED_ON_THE_LAST_DAY = {"transactions", "orders"}
# Labels without the time of their decision are looked up by its id, so the decisions go first.
_SENT_LAST = {"labels"}


class ProgressCallback(Protocol):
    """Hears what is being sent, and how many of the days are done."""

    def __call__(self, label: str, done: int, total: int, /) -> None:
        """Take note."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records of each type went through each door."""

    batch: Counter[str] = field(default_factory=Counter)
    stream: Counter[str] = field(default_factory=Counter)


def send(  # noqa: PLR0913 # two doors, each with its address and what opens it
    scenario: Scenario,
    *,
    api_url: str,
    token: str,
    kinesis_client: KinesisClient,
    stream_name: str,
    progress: ProgressCallback,
) -> Totals:
    """Send a whole demo; sending it again changes no number, since every id is the same again."""
    days, totals = scenario.window.length, Totals()
    producer = StreamProducer(kinesis_client, stream_name)
    with closing(BatchClient(api_url, token=token, extracted_at=format_time(scenario.window.end))) as client:
        outbox = _Outbox(client, totals)
        for done, (day, deliveries) in enumerate(groupby(scenario.deliveries(), key=lambda it: it.day)):
            progress(f"demo data of {day}", done, days)
            for delivery in deliveries:
                if _goes_to_stream(delivery, scenario.window.last):
                    producer.put(delivery.source_id, delivery.data_type, delivery.records)
                    totals.stream[delivery.data_type] += len(delivery.records)
                else:
                    outbox.add(delivery)
            if (done + 1) % _DAYS_TOGETHER == 0:
                outbox.empty(keep=_SENT_LAST)
        outbox.empty(keep=set())
    progress("demo data sent", days, days)
    return totals


def _goes_to_stream(delivery: DemoDelivery, last: date) -> bool:
    return delivery.data_type == "events" or (delivery.day == last and delivery.data_type in _STREAMED_ON_THE_LAST_DAY)


class _Outbox:
    """What waits for a batch to fill, per type and source."""

    def __init__(self, client: BatchClient, totals: Totals) -> None:
        self._client, self._totals = client, totals
        self._waiting: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)

    def add(self, delivery: DemoDelivery) -> None:
        """Put a delivery in, and post what has become full batches."""
        key = (delivery.data_type, delivery.source_id)
        self._waiting[key] += delivery.records
        while len(self._waiting[key]) >= MOST_RECORDS:
            self._post(key)

    def empty(self, *, keep: set[str]) -> None:
        """Post everything but the types to keep; the sources of one type go together."""
        for key in sorted(self._waiting):
            while self._waiting[key] and key[0] not in keep:
                self._post(key)

    def _post(self, key: tuple[str, str]) -> None:
        records = self._waiting[key]
        batch, self._waiting[key] = records[:MOST_RECORDS], records[MOST_RECORDS:]
        data_type, source_id = key
        self._client.post(source_id, data_type, batch)
        self._totals.batch[data_type] += len(batch)
