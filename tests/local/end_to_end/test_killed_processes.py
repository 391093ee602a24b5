"""Killing the processes of functions during batches, a file and a stream loses nothing."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import boto3
import httpx
import orjson
import pytest

from shared.app.wiring import Wiring
from shared.lake.storage.paths import IncomingKey
from shared.ledger.entry import LedgerEntry
from shared.ledger.items import entry_of
from shared.ledger.store import LEDGER_TABLE
from shared.records.schema import DataType
from shared.runtime.resources import Resource
from shared.runtime.settings import Settings
from tests.fakes.state_dump import keys, table_rows
from tests.functions.model.lake_model import LakeModel, Row
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, Record, data_of, sale
from tests.local.end_to_end.producer import message
from tests.local.end_to_end.reaper import Reaper
from tests.local.end_to_end.waiting import until
from tests.tiers import one_in

DAYS = ("2014-03-01", "2014-03-02", "2014-03-05")
ANSWERED, MOST_TRIES, RUNS, EACH, KILLED = 8, 40, 8, 30, 6
SETTLED_WITHIN, SWEEP_SECONDS = 90.0, 5.0
MINUTES_LATER = timedelta(minutes=5)


def telling(name: str, kind: str, said: int, dice: random.Random) -> list[Record]:
    """Return the rows of one delivery: some common to all, some of its own with new versions, an invalid one."""
    alike = [sale(f"{name}-alike-{number}", DAYS[number % 3], currency="SEK") for number in range(EACH)]
    anew = [
        sale(f"{name}-{kind}-{number}", dice.choice(DAYS), unit_price=f"{said}.50", currency="SEK")
        for number in range(EACH)
    ]
    return [*dice.sample(alike, EACH // 2), *dice.sample(anew, EACH // 2), {"transaction_id": f"{name}-bad"}]


class Aftermath:
    """The platform some minutes later, when unfinished work is late: read and swept from this process."""

    def __init__(self, platform: RunningPlatform, name: str) -> None:
        self._name = name
        self._wired = {
            function: Wiring(platform.settings_of(function), lambda: datetime.now(UTC) + MINUTES_LATER)
            for function in ("sweeper", "file-loader", "merger")
        }
        self.settings = self._wired["sweeper"].settings

    def ledger(self) -> Sequence[LedgerEntry]:
        """The entries of everything that was sent under this name."""
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=self._table(LEDGER_TABLE))
        entries = [entry_of(item) for page in pages for item in page["Items"]]
        return [entry for entry in entries if entry.source_id.startswith(f"{self._name}-")]

    def settle(self, streamed: int, files: Sequence[str]) -> None:
        """Sweep, as the schedule would, until nothing is left to do."""
        last = -SWEEP_SECONDS

        def settled() -> bool:
            nonlocal last
            if self._is_settled(streamed, files):
                return True
            if time.monotonic() - last > SWEEP_SECONDS:
                self._wired["sweeper"].sweeper.sweep()
                for batch_id in files:
                    self._wired["file-loader"].file_loader.run(batch_id, lambda: True)
                last = time.monotonic()
            return False

        until(settled, seconds=SETTLED_WITHIN, what="everything is settled")

    def _is_settled(self, streamed: int, files: Sequence[str]) -> bool:
        entries = self.ledger()
        arrived = sum(entry.received for entry in entries if entry.source_id == f"{self._name}-stream")
        loaded = {entry.batch_id for entry in entries} >= set(files)
        done = loaded and arrived == streamed and all(entry.is_complete for entry in entries)
        return done and not _waiting(self.settings) & {entry.delivery_id for entry in entries}

    def stands(self) -> list[tuple[str, str, Decimal]]:
        """The key, the day and the price of each row that was sent under this name, in order."""
        return sorted(
            (row["transaction_id"], f"{row['timestamp']:%Y-%m-%d}", row["unit_price"])
            for row in table_rows(self._wired["merger"].settings, "transactions")
            if row["transaction_id"].startswith(f"{self._name}-")
        )

    def _table(self, resource: Resource) -> str:
        return self.settings.name_of(resource)


def _waiting(settings: Settings) -> set[str]:
    """The deliveries that wait to be merged."""
    parsed = map(IncomingKey.parse, keys(settings, "incoming/"))
    return {each.delivery_id for each in parsed if each is not None}


def send(client: Client, source: str, records: Sequence[Record]) -> bool:
    """Post a batch; a function that died of it gave no answer."""
    batch = {"source_id": source, "data_type": "transactions", "format": "json", "data": records}
    answer = client.http.post("/ingest/batch", json=batch)
    assert answer.status_code == 201 or answer.is_server_error, answer.text
    return answer.is_success


def upload(client: Client, source: str, records: Sequence[Record]) -> list[str]:
    """Announce a file and put it there; return its batch, if there was an answer."""
    said = {"source_id": source, "data_type": "transactions", "format": "json"}
    answer = client.http.post("/ingest/uploads", json=said)
    if answer.is_server_error:
        return []
    announced = data_of(answer)
    content = b"\n".join(map(orjson.dumps, records))
    assert httpx.put(announced["url"], content=content, headers=announced["headers"]).is_success
    return [announced["batch_id"]]


def stream(platform: RunningPlatform, source: str, records: Sequence[Record]) -> None:
    """Put records on the stream, those of one thing always in the same shard."""
    answer = platform.client("kinesis").put_records(
        StreamName=platform.outputs.event_stream,
        Records=[{"Data": message(source, each), "PartitionKey": each["transaction_id"]} for each in records],
    )
    assert answer["FailedRecordCount"] == 0


def expected(
    entries: Sequence[LedgerEntry], told: Mapping[str, Sequence[Record]], runs: Sequence[Sequence[Record]]
) -> tuple[list[tuple[str, str, Decimal]], Counter[str]]:
    """What the model says of all that came in: posted in the order of receipt, streamed in the order of the stream.

    Merges may take deliveries in any other order, and each row has the same outcome or another one of its key has: of
    those that are alike one is loaded, of posted ones that differ one is loaded and the others contradict another
    source, and of streamed ones that differ each is a version.
    """
    model = LakeModel()
    posted = [
        (entry.received_at, entry.delivery_id, entry.source_id, told[entry.source_id])
        for entry in entries
        if entry.source_id in told
    ]
    streamed = [
        (datetime(2014, 4, 1, 0, number, tzinfo=UTC), f"run-{number}", "stream", run) for number, run in enumerate(runs)
    ]
    for at, origin, source, records in [*posted, *streamed]:
        good = [(place, each) for place, each in enumerate(records) if "quantity" in each]
        model.merge(
            Row(
                origin=origin,
                place=place,
                data_type=DataType.TRANSACTIONS,
                key=each["transaction_id"],
                day=each["timestamp"][:10],
                says={"at": each["timestamp"], "price": Decimal(each["unit_price"])},
                arrived=at,
                source=source,
                shard="one" if records in runs else "",
            )
            for place, each in good
        )
    stands = sorted((row.key, row.day, row.says["price"]) for row in model.standing.values())
    return stands, Counter(model.fates.values())


@pytest.mark.parametrize("seed", one_in(3, [1, 2, 3]))
def test_lake_and_ledger_equal_the_model_after_any_kill(ours: RunningPlatform, client: Client, seed: int) -> None:
    name, dice = f"killed-{seed}", random.Random(seed)  # noqa: S311 # no secret
    told: dict[str, list[Record]] = {}
    runs = [telling(name, "streamed", number, dice) for number in range(RUNS)]
    files: list[str] = []
    answered = 0

    with Reaper(ours.layout.scratch, seed, KILLED) as reaper:
        for number in range(MOST_TRIES):
            source, records = f"{name}-{number}", telling(name, "posted", number, dice)
            told[source] = records
            if number % 4 == 0:
                files += upload(client, source, records)
            else:
                answered += send(client, source, records)
            if number < RUNS:
                stream(ours, f"{name}-stream", runs[number])
            if number >= RUNS and files and answered >= ANSWERED and len(reaper.killed) == KILLED:
                break

    aftermath = Aftermath(ours, name)
    aftermath.settle(sum(map(len, runs)), files)
    entries = aftermath.ledger()
    stands, fates = expected(entries, told, runs)
    assert answered >= ANSWERED
    assert len(reaper.killed) == KILLED
    assert aftermath.stands() == stands
    assert fates_of(entries) == fates
    assert {(entry.received, entry.quarantined) for entry in entries if entry.source_id in told} == {(EACH + 1, 1)}
    assert sum(entry.quarantined for entry in entries if entry.source_id not in told) == RUNS


def fates_of(entries: Sequence[LedgerEntry]) -> Counter[str]:
    """Add up what became of the good rows."""
    found = Counter[str]()
    for entry in entries:
        found.update(entry.outcomes.model_dump(include={"loaded", "duplicate", "conflict"}))
    return +found
