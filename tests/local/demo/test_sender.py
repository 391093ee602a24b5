"""The sender takes every record of a demo through the door it should, the same way every time."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from infra.local.demo.sender import Totals, send
from tests.local.demo.conftest import Story
from tests.local.demo.doors import STREAM, serving

if TYPE_CHECKING:
    from types_boto3_kinesis.client import KinesisClient


class Belt:
    """A stream that takes everything at once: the emulator needs seconds for a whole demo."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def put_records(self, *, StreamName: str, Records: list[Any]) -> dict[str, Any]:  # noqa: N803 (the service's names)
        assert StreamName == STREAM
        self.messages += [orjson.loads(record["Data"]) for record in Records]
        return {"FailedRecordCount": 0, "Records": [{"SequenceNumber": "1", "ShardId": "s"} for _ in Records]}


@dataclass(frozen=True)
class Sent:
    """What one sending of the whole demo left behind at both doors."""

    totals: Totals
    batches: list[dict[str, Any]]
    stream: list[dict[str, Any]]
    heard: list[tuple[str, int, int]]


def send_whole(story: Story) -> Sent:
    heard: list[tuple[str, int, int]] = []
    belt = Belt()
    with serving() as api:
        totals = send(
            story.scenario,
            api_url=api.url,
            token="a-token",
            kinesis_client=cast("KinesisClient", belt),
            stream_name=STREAM,
            progress=lambda *heard_now: heard.append(heard_now),
        )
        assert max(api.sizes) < 6_000_000
    return Sent(totals, api.batches, belt.messages, heard)


@pytest.fixture(scope="module")
def sent(story: Story) -> Sent:
    return send_whole(story)


def test_every_record_arrives_once_by_the_intended_route(story: Story, sent: Sent) -> None:
    arrived: defaultdict[str, list[bytes]] = defaultdict(list)
    for message in sent.stream:
        arrived[message["data_type"]].append(orjson.dumps(message["data"]))
    for batch in sent.batches:
        arrived[batch["data_type"]] += [orjson.dumps(record) for record in batch["data"]]

    assert {name: sorted(each) for name, each in arrived.items()} == {
        name: sorted(map(orjson.dumps, each)) for name, each in story.records.items()
    }
    assert {message["data_type"] for message in sent.stream} == {"events", "transactions", "orders"}
    assert {batch["data_type"] for batch in sent.batches} == story.records.keys() - {"events"}


def test_totals_count_the_records_of_each_route(sent: Sent) -> None:
    batched = Counter(batch["data_type"] for batch in sent.batches for _ in batch["data"])

    assert sent.totals.stream == Counter(message["data_type"] for message in sent.stream)
    assert sent.totals.batch == batched


def test_progress_is_reported_daily_to_the_end(sent: Sent) -> None:
    assert [done for _, done, _ in sent.heard] == list(range(91))
    assert {total for _, _, total in sent.heard} == {90}
    assert sent.heard[0][0] == "demo data of 2026-08-25"


def test_batches_respect_the_contract_and_cover_few_days(sent: Sent) -> None:
    for batch in sent.batches:
        assert batch["path"] == "/api/v1/ingest/batch"
        assert batch["format"] == "json"
        assert batch["metadata"]["extraction_timestamp"] == "2026-11-22T13:37:00Z"
        assert 0 < len(batch["data"]) <= 10_000
        if batch["data_type"] in {"orders", "decisions", "transactions"}:
            assert len({record["timestamp"][:10] for record in batch["data"]}) <= 15


def test_labels_are_sent_after_every_decision(sent: Sent) -> None:
    order = [batch["data_type"] for batch in sent.batches]

    assert order.index("labels") > len(order) - 1 - order[::-1].index("decisions")


def test_stream_records_have_the_shape_of_the_stream_route(sent: Sent) -> None:
    for message in sent.stream:
        assert message.keys() == {"source_id", "data_type", "timestamp", "data", "correlation_id"}
        assert message["timestamp"] == message["data"]["timestamp"]
        if message["data_type"] == "orders":
            assert message["timestamp"] >= "2026-11-22"


def test_sending_again_changes_nothing(story: Story, sent: Sent) -> None:
    again = send_whole(story)

    assert (again.batches, again.stream) == (sent.batches, sent.stream)
