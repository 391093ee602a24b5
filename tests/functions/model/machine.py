"""Every operation of the platform as a step, beside the model of its expected state."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.lake.storage.paths import IncomingKey, IncomingKind
from shared.ledger.entry import BatchStatus, LedgerEntry
from shared.records.schema import DataType
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.state_dump import dump_state
from tests.functions.file_loader.files import ROWS_PER_PART
from tests.functions.model.checks import assert_accounted, assert_rolled_up, assert_settled, assert_stored
from tests.functions.model.delivered import Delivered, Sent
from tests.functions.model.lake_model import LakeModel, Row
from tests.functions.model.shop import SOON, TOLERANCE, Told, at, record, tellings
from tests.functions.model.stream_run import StreamRun
from tests.functions.model.world import Crash, World

SOURCES = ("web-shop", "till-7")
SHARDS = ("shardId-000000000001", "shardId-000000000002")
MANY_ROUNDS = 40
MOST_RECORDS = 100
"""Of one run, so that each record of a shard has a number of its own."""
_RESUMABLE = (BatchStatus.FAILED, BatchStatus.CANCELLED)
_deaths = st.tuples(st.integers(0, 8), st.sampled_from(CrashPoint))
_crashes = st.none() | st.none() | _deaths
_waits = st.sampled_from([0, 0, 1, 1000]).map(lambda milliseconds: timedelta(milliseconds=milliseconds))
_records = st.lists(st.tuples(st.integers(0, 1), tellings()), min_size=1, max_size=6)
_sources, _types, _any = st.sampled_from(SOURCES), st.integers(0, 1), st.integers(0, 5)


class LakeMachine(RuleBasedStateMachine):
    """Drives the platform with two data types."""

    def __init__(self, platforms: MotoPlatforms, data_types: Sequence[DataType]) -> None:
        super().__init__()
        self._platform = ExitStack()
        self.data_types = data_types
        self.world = World(self._platform.enter_context(platforms.fresh()), platforms.fault_injector)
        self.model = LakeModel()
        self.sent: dict[str, Sent] = {}
        self.told: dict[str, Delivered] = {}
        self.runs: dict[str, list[StreamRun]] = {shard: [] for shard in SHARDS}
        self.batches: list[str] = []
        self.files: list[str] = []
        self.withdrawn: set[str] = set()
        self.notices: dict[DataType, set[str]] = {}
        self.driven: dict[tuple[str, str], Sequence[Row]] = {}

    @initialize(told=st.lists(tellings(), min_size=3, max_size=6))
    def begin(self, told: list[Told]) -> None:
        """Something is there already."""
        self.submit(SOURCES[0], 0, told, timedelta(), None)

    @rule(source=_sources, what=_types, told=st.lists(tellings(), min_size=2, max_size=6), wait=_waits, crash=_crashes)
    def submit(self, source: str, what: int, told: list[Told], wait: timedelta, crash: Crash) -> None:
        """A client sends a batch; without a response, the ledger shows whether it was received."""
        self.world.clock.pass_by(wait)
        data_type = self.data_types[what]
        body = {"source_id": source, "data_type": data_type, "format": "json"}
        answer = self.world.call("/ingest/batch", body | {"data": [record(data_type, each) for each in told]}, crash)
        assert answer is None or answer.status in {201, 422}
        new = self.world.ledger().keys() - self.told.keys() - self.sent.keys()
        assert len(new) == 1 or (answer is None and not new)
        for batch_id in new:
            self.sent[batch_id] = Sent(source, data_type, told)
            self.batches.append(batch_id)

    @rule(source=_sources, what=_types, told=st.lists(tellings(), min_size=1, max_size=7), crash=_crashes)
    def upload(self, source: str, what: int, told: list[Told], crash: Crash) -> None:
        """A client announces a file, and puts it there if there is an answer."""
        data_type = self.data_types[what]
        body = {"source_id": source, "data_type": data_type, "format": "json"}
        answer = self.world.call("/ingest/uploads", body, crash)
        if answer is None:
            return
        batch_id = answer.data["batch_id"]
        self.world.put_file(data_type, batch_id, [record(data_type, each) for each in told])
        for number, first in enumerate(range(0, len(told), ROWS_PER_PART), start=1):
            part = told[first : first + ROWS_PER_PART]
            self.sent[f"{batch_id}~p{number:05}"] = Sent(source, data_type, part, in_file=True)
        self.files.append(batch_id)
        self.batches.append(batch_id)

    @precondition(lambda self: self.files)
    @rule(which=_any, parts=st.integers(1, 9), crash=_crashes)
    def load(self, which: int, parts: int, crash: Crash) -> None:
        """The loader is notified of a file, perhaps again, and has time for part of it."""
        self.world.load_file(self.files[which % len(self.files)], parts, crash)

    @rule(shard=st.sampled_from(SHARDS), source=_sources, told=_records, wait=_waits, crash=_crashes)
    def stream(self, shard: str, source: str, told: list[tuple[int, Told]], wait: timedelta, crash: Crash) -> None:
        """A producer puts records on the stream, and the consumer gets them as a run; a run it died of goes first."""
        self.world.clock.pass_by(wait)
        self._retry(shard)
        self.runs[shard].append(StreamRun(shard, self.world.clock()))
        self._grow(shard, source, told)
        self._consume(self.runs[shard][-1], crash)

    @rule(shard=st.sampled_from(SHARDS), source=_sources, told=_records, more=_records, crash=_deaths)
    def stumble(
        self, shard: str, source: str, told: list[tuple[int, Told]], more: list[tuple[int, Told]], crash: Crash
    ) -> None:
        """The consumer dies of a run, what it has written is merged, and it gets the run again with more records."""
        self.stream(shard, source, told, timedelta(), crash)
        self.merge_all()
        self._grow(shard, source, more)
        self._consume(self.runs[shard][-1], None)

    @precondition(lambda self: any(self.runs.values()))
    @rule(which=_any, crash=_crashes)
    def consume(self, which: int, crash: Crash) -> None:
        """The consumer gets a run again."""
        runs = [run for shard in SHARDS for run in self.runs[shard]]
        self._consume(runs[which % len(runs)], crash)

    @rule(which=_any, again=st.booleans(), crash=_crashes)
    def merge(self, which: int, again: bool, crash: Crash) -> None:
        """S3 notifies the merger of a data type, perhaps again, perhaps of objects merged before."""
        waiting = self._waiting()
        data_types = sorted(self.notices if again else waiting)
        if data_types:
            self._merge(data_types[which % len(data_types)], waiting, crash)

    @rule()
    def merge_all(self) -> None:
        """S3 notifies the merger of everything, type by type, until nothing waits."""
        for _ in range(MANY_ROUNDS):
            waiting = self._waiting()
            if not waiting:
                break
            self._merge(min(waiting), waiting, None)
        assert self.world.incoming() == []

    @rule(what=_types, crash=_crashes)
    def roll_up(self, what: int, crash: Crash) -> None:
        """The roll-up job is told to compute the days of a type that changed, perhaps again."""
        self.world.roll_up(self.data_types[what], crash)

    @rule(what=_types, crash=_crashes)
    def maintain(self, what: int, crash: Crash) -> None:
        """The tables of a type are compacted, tagged and swept."""
        self.world.maintain(self.data_types[what], crash)

    @rule(told=st.lists(tellings(), min_size=2, max_size=4), back=st.booleans(), crash=_crashes)
    def regret(self, told: list[Told], back: bool, crash: Crash) -> None:
        """A client sends a batch, takes it back at once, and perhaps wants it after all."""
        self.submit(SOURCES[0], 0, told, timedelta(), None)
        self.cancel(1, None if back else crash)
        if back:
            self.merge_all()
            self.resume(-1, crash)

    @rule(told=st.lists(tellings(), min_size=2, max_size=4), what=_types, crash=_deaths)
    def clash(self, told: list[Told], what: int, crash: Crash) -> None:
        """Two clients say the same and the opposite at once, and the merger dies of it."""
        self.submit(SOURCES[0], what, told, timedelta(), None)
        self.merge_all()
        opposite = replace(told[0], content=(told[0].content + 1) % 3)
        self.submit(SOURCES[1], what, [opposite, *told[1:]], timedelta(), None)
        self.merge(0, again=False, crash=crash)

    @rule(told=st.lists(tellings(), min_size=4, max_size=7), what=_types, hours=st.sampled_from([0, 2]), crash=_crashes)
    def hurry(self, told: list[Told], what: int, hours: int, crash: Crash) -> None:
        """A client sends an event time in the future; the rejected row is redriven when it has passed."""
        early = replace(told[0], moment=SOON[hours // 2])
        self.submit(SOURCES[1], what, [early, *told[1:]], timedelta(), None)
        self.world.clock.pass_by(timedelta(hours=hours))
        self.drive_again(None, dry=False, crash=crash)

    @precondition(lambda self: self.batches)
    @rule(which=st.integers(1, 3), crash=_crashes)
    def cancel(self, which: int, crash: Crash) -> None:
        """A client changes its mind about one of its last batches."""
        batch_id = self.batches[-which:][0]
        self.withdrawn.add(batch_id)
        answer = self.world.call(f"/ingest/batches/{batch_id}/cancel", None, crash)
        assert answer is None or answer.status in {200, 409}

    @precondition(lambda self: self.batches)
    @rule(which=_any, crash=_crashes)
    def resume(self, which: int, crash: Crash) -> None:
        """A client changes its mind back, or wants what failed tried again."""
        ledger = self.world.ledger()
        files = [each for each in self.files if each in self.withdrawn]
        hopeful = [*files, *(each for each in self.batches if each in ledger and ledger[each].status in _RESUMABLE)]
        if hopeful:
            answer = self.world.call(f"/ingest/batches/{hopeful[which % len(hopeful)]}/resume", None, crash)
            assert answer is None or answer.status in {200, 409, 422}

    @precondition(lambda self: any(entry.rejected for entry in self.world.ledger().values()))
    @rule(source=st.none() | _sources, dry=st.booleans(), crash=_crashes)
    def drive_again(self, source: str | None, dry: bool, crash: Crash) -> None:
        """Minutes later, quarantined rows are redriven, or a dry run is requested."""
        self.world.clock.pass_by(TOLERANCE)
        before = self._seen()
        answer = self.world.call("/ingest/quarantine/redrive", {"source_id": source, "dry_run": dry}, crash)
        assert answer is None or answer.status == 200
        after = self._seen()
        assert not dry or after == before
        for origin, entry in after.items():
            for number in entry.redrives.keys() - before[origin].redrives.keys():
                rows = self._quarantined(before[origin])
                self.driven[origin, number] = [replace(row, redrive=f"~r{number}") for row in rows]

    @rule(crash=_crashes)
    def sweep(self, crash: Crash) -> None:
        """Minutes later, the sweeper runs."""
        self.world.sweep(crash)

    @invariant()
    def everything_is_accounted_for(self) -> None:
        """Received = loaded + duplicate + conflict + quarantined + in flight, by entry, source and hour."""
        assert_accounted(self._seen(), self.told, self.world.totals())

    def teardown(self) -> None:
        """Everything is retried until nothing is left to do: then the platform equals the model."""
        try:
            for shard in SHARDS:
                self._retry(shard)
            self.world.sweep(None)
            for batch_id in self.files:
                self.world.load_file(batch_id, 99, None)
            self.merge_all()
            self.everything_is_accounted_for()
            self._compare()
        finally:
            self._platform.close()

    def _compare(self) -> None:
        ledger = self._seen()
        assert {origin.partition("~p")[0] for origin in self.sent.keys() - ledger.keys()} <= self.withdrawn
        for (origin, number), rows in self.driven.items():
            assert ledger[origin].redrives[number] in {0, len(rows)}
        assert_settled(ledger, self.told, self.model)
        assert_rolled_up(dump_state(self.world.settings))
        for data_type in self.data_types:
            self.world.roll_up(data_type, None)
        assert_stored(dump_state(self.world.settings), ledger, self.told, self.model)

    def _seen(self) -> dict[str, LedgerEntry]:
        """The ledger; deliveries received since the last look are added to the model's input."""
        ledger = self.world.ledger()
        for origin in ledger.keys() - self.told.keys():
            self.told[origin] = Delivered(origin, self.sent[origin], ledger[origin].received_at)
        return ledger

    def _grow(self, shard: str, source: str, told: Sequence[tuple[int, Told]]) -> None:
        """Put records at the end of the last run of a shard."""
        run = self.runs[shard][-1]
        typed = [(self.data_types[what], each) for what, each in told]
        payloads = [_envelope(source, *each) for each in typed]
        first = MOST_RECORDS * (len(self.runs[shard]) - 1) + len(run.records)
        records = self.world.records_of(shard, first, payloads, run.arrived)
        for name, more in run.grow(source, typed, records, self._seen().keys()).items():
            sent = self.sent.get(name, replace(more, tellings=()))
            self.sent[name] = replace(more, tellings=[*sent.tellings, *more.tellings])

    def _retry(self, shard: str) -> None:
        for run in self.runs[shard]:
            if not run.done:
                self._consume(run, None)

    def _consume(self, run: StreamRun, crash: Crash) -> None:
        run.done = self.world.consume(run.records, crash)

    def _waiting(self) -> dict[DataType, list[IncomingKey]]:
        """What waits for each data type; S3 has sent a notice of every object."""
        waiting: dict[DataType, list[IncomingKey]] = {}
        for key in self.world.incoming():
            name = IncomingKey.parse(key)
            assert name is not None
            waiting.setdefault(name.data_type, []).append(name)
            self.notices.setdefault(name.data_type, set()).add(key)
        return waiting

    def _merge(self, data_type: DataType, waiting: Mapping[DataType, Sequence[IncomingKey]], crash: Crash) -> None:
        before = self.world.written(data_type)
        self.world.merge(sorted(self.notices[data_type]), crash)
        if self.world.written(data_type) != before:
            self._merged(waiting.get(data_type, []))

    def _merged(self, waited: Sequence[IncomingKey]) -> None:
        self._seen()
        taken_back = {each.rows_key for each in waited if each.kind is IncomingKind.CANCELLATION}
        rows = {each.rows_key: self._rows_of(each) for each in waited if each.kind is IncomingKind.ROWS}
        self.model.cancel(row for key in rows.keys() & taken_back for row in rows[key])
        self.model.merge(row for key in rows.keys() - taken_back for row in rows[key])

    def _rows_of(self, name: IncomingKey) -> list[Row]:
        """The rows of an incoming object: of a delivery, or of its redriven rows."""
        number = name.redrive.removeprefix("~r")
        return list(self.driven.get((name.delivery_id, number), self.told[name.delivery_id].good))

    def _quarantined(self, entry: LedgerEntry) -> Sequence[Row]:
        """The rows of a delivery in quarantine that are good by now."""
        delivered = self.told[entry.delivery_id]
        gone = set() if entry.refused else {row.place for row in delivered.good}
        for number, rows in entry.redrives.items():
            gone |= {row.place for row in self.driven.get((entry.delivery_id, number), ())} if rows else set()
        return [row for row in delivered.good_by(self.world.clock()) if row.place not in gone]


def _envelope(source: str, what: DataType, each: Told) -> dict[str, Any]:
    return {"source_id": source, "data_type": what, "timestamp": at(each).isoformat(), "data": record(what, each)}
