"""A shard is split and merged again while a producer writes: every record arrives exactly once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, counted
from tests.local.end_to_end.producer import message, put
from tests.local.end_to_end.waiting import until

EACH, CALLS = 500, 16
SOURCE = "resharding-shop"


def test_splitting_and_merging_shards_loses_and_duplicates_nothing(platform: RunningPlatform, client: Client) -> None:
    kinesis, stream = platform.client("kinesis"), platform.outputs.event_stream
    sent: list[int] = []

    def produce() -> None:
        for call in range(CALLS):
            put(
                platform,
                [message(SOURCE, _click(number), "events") for number in range(call * EACH, (call + 1) * EACH)],
            )
            sent.append(call)

    def reached(calls: int) -> bool:
        return len(sent) >= calls

    with ThreadPoolExecutor(1) as producer:
        producing = producer.submit(produce)
        until(lambda: reached(4), seconds=60, what="a quarter is sent")
        first, low, high = _open(kinesis, stream)[0]
        kinesis.split_shard(StreamName=stream, ShardToSplit=first, NewStartingHashKey=str((low + high) // 2))
        children = [name for name, *_ in _open(kinesis, stream)[:2]]
        until(lambda: reached(10), seconds=60, what="more is sent")
        kinesis.merge_shards(StreamName=stream, ShardToMerge=children[0], AdjacentShardToMerge=children[1])
        producing.result()

    line = client.ledger_of(SOURCE, EACH * CALLS, "events")
    assert first not in children
    assert counted(line) == {"loaded": EACH * CALLS}
    assert line["received"] == EACH * CALLS


def _click(number: int) -> dict[str, Any]:
    return {
        "event_id": f"reshard-{number}",
        "timestamp": "2016-07-01T10:00:00Z",
        "session_id": f"reshard-{number // 10}",
        "event_type": "page_view",
    }


def _open(kinesis: Any, stream: str | None) -> list[tuple[str, int, int]]:
    """The shards that take records, with their ranges of hashes, lowest first."""
    ranges = [
        (each["ShardId"], int(each["HashKeyRange"]["StartingHashKey"]), int(each["HashKeyRange"]["EndingHashKey"]))
        for each in kinesis.list_shards(StreamName=stream)["Shards"]
    ]
    return sorted((each for each in ranges if each[1] < each[2]), key=lambda each: each[1])
