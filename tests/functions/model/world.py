"""The platform in moto with everybody who sends, retries, repeats, reorders and kills; it knows no rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import orjson
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from functions.ingest.handler import app
from functions.ingest.handler import handler as ingest
from functions.merger.handler import handler as merge
from functions.rollup_job.handler import handler as roll_up
from functions.stream_consumer.handler import handler as consume
from shared.app.wiring import Wiring, wiring
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES, LAKE_TABLES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import upload_key
from shared.ledger.entry import LedgerEntry
from shared.ledger.items import entry_of
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.records.schema import DataType
from shared.runtime.resources import Resource
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event
from tests.events.kinesis import kinesis_event
from tests.events.sqs import s3_notice, sqs_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint, FaultInjector
from tests.fakes.identities import Visitor
from tests.fakes.state_dump import keys
from tests.functions.file_loader.files import loader
from tests.functions.model.checks import Totals
from tests.moto_platform import REGION

Crash = tuple[int, CrashPoint] | None
Record = dict[str, Any]
_LATE = timedelta(minutes=5)


class World:
    """Calls the functions as AWS does; a crash kills the process around its n-th write, and the next is a new one."""

    def __init__(self, settings: Settings, fault_injector: FaultInjector) -> None:
        self.settings = settings
        self.clock = Clock()
        self._fault_injector = fault_injector
        self._start_anew()
        self._token = Visitor(self._wired.identity).token

    def call(self, path: str, body: Any, crash: Crash) -> Answer | None:
        """Post a request to the API; None where the function dies of it."""
        request = rest_event("POST", f"/api/v1{path}", body=body, token=self._token)
        answers: list[Any] = []
        self._survives(lambda: answers.append(ingest(request, context())), crash)
        return Answer.of(answers[0]) if answers else None

    def put_file(self, data_type: DataType, batch_id: str, records: Sequence[Any]) -> None:
        """Put a file at the key of its batch."""
        lines = b"\n".join(map(orjson.dumps, records))
        lake, key = self.settings.name_of(LAKE_BUCKET), upload_key(data_type, batch_id)
        boto3.client("s3").put_object(Bucket=lake, Key=key, Body=lines)

    def load_file(self, batch_id: str, parts: int, crash: Crash) -> bool:
        """Hand the loader a message about a file, with time for so many parts; False if it died."""
        time = iter([True] * parts)
        return self._survives(lambda: loader(self._wired).run(batch_id, lambda: next(time, False)), crash)

    def records_of(
        self, shard: str, first: int, payloads: Sequence[Mapping[str, Any]], arrived: datetime
    ) -> Sequence[Record]:
        """Records of a shard from this number on, all of one moment."""
        records: Sequence[Record] = kinesis_event(payloads, first=first)["Records"]
        for each in records:
            each["eventID"] = f"{shard}:{each['kinesis']['sequenceNumber']}"
            each["kinesis"]["approximateArrivalTimestamp"] = arrived.timestamp()
        return records

    def consume(self, run: Sequence[Record], crash: Crash) -> bool:
        """Pass a batch to the consumer; False if it died, so that the shard waits for the retry."""
        return self._survives(lambda: consume({"Records": run}, context()), crash)

    def merge(self, notices: Iterable[str], crash: Crash) -> None:
        """Hand S3's notices of these keys to the merger."""
        event = sqs_event([s3_notice(key) for key in notices])
        answers: list[Any] = []
        if self._survives(lambda: answers.append(merge(event, context())), crash):
            assert answers == [{"batchItemFailures": []}]

    def roll_up(self, data_type: DataType, crash: Crash) -> None:
        """Hand the roll-up job a message that names a data type."""
        event = sqs_event([orjson.dumps({"data_type": data_type}).decode()])
        answers: list[Any] = []
        if self._survives(lambda: answers.append(roll_up(event, context())), crash):
            assert answers == [{"batchItemFailures": []}]

    def maintain(self, data_type: DataType, crash: Crash) -> None:
        """Compact the tables of a data type, tag their snapshots, and delete the files that no snapshot has."""
        self._survives(lambda: self._maintain(data_type), crash)

    def _maintain(self, data_type: DataType) -> None:
        for table in self._tables_of(data_type):
            self._wired.maintenance.compact(table)
            self._wired.maintenance.tag(table)
            self._wired.lake_tables.sweep(table, datetime.now(UTC) + _LATE)  # nothing is being written

    def _tables_of(self, data_type: DataType) -> list[LakeTable]:
        """The tables that exist: to create all of them takes longer than all that is tested."""
        names = {data_type, *self._wired.table_states.get(data_type).derived}
        return [table for table in LAKE_TABLES if table.name in names]

    def sweep(self, crash: Crash) -> None:
        """Run the sweeper when all unfinished work is late and the leases of crashed runs have expired."""
        self.clock.pass_by(_LATE)
        self._survives(self._wired.sweeper.sweep, crash)

    def incoming(self) -> list[str]:
        """What waits for a merge."""
        return keys(self.settings, "incoming/")

    def written(self, data_type: DataType) -> int:
        """The number of the last commit to the base of a data type, which every merge raises."""
        return self._wired.lake_tables.head(BASE_TABLES[data_type]).sequence

    def ledger(self) -> dict[str, LedgerEntry]:
        """The entry of each delivery that the ledger knows."""
        return {entry.delivery_id: entry for entry in map(entry_of, self._items(LEDGER_TABLE))}

    def totals(self) -> Totals:
        """The counters of each source and of each hour."""
        sources, hours = self._items(SOURCES_TABLE), self._items(LEDGER_HOURS_TABLE)
        return Totals(Totals.of(sources, "facet"), Totals.of(hours, "hour"))

    def uploads(self) -> list[str]:
        """The batches of every file announced."""
        return [item["batch_id"]["S"] for item in self._items(UPLOADS_TABLE)]

    def _items(self, resource: Resource) -> list[Any]:
        """Every item of a table, out of moto's own memory: to ask by the API takes longer than all that is tested."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(self.settings.name_of(resource))
        return [{name: value.to_regular_json() for name, value in item.attrs.items()} for item in table.all_items()]

    def _survives(self, act: Callable[[], object], crash: Crash) -> bool:
        if crash is None:
            act()
            return True
        survived = []
        with self._fault_injector.killing(*crash):
            act()
            survived.append(True)
        if not survived:
            self._start_anew()
        return bool(survived)

    def _start_anew(self) -> None:
        self._wired = Wiring(self.settings, self.clock)
        wiring.cache_clear()
        app.dependency_overrides[wiring] = lambda: self._wired
