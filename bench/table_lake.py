"""The lake's tables in the laptop's emulator, with what merges and roll-up jobs need, and a count of the requests."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.environment import environment
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from shared.app.wiring import Wiring
from shared.lake.merge.cycle import MergeCycle, MergeResult
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import write_parquet
from shared.lake.storage.paths import incoming_key
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from tests.local.host.free_ports import free_ports
from tests.moto_platform import create_resources

_WRITES = ("Put", "Update", "BatchWrite", "TransactWrite", "UploadPart", "Send")
"""How the operations begin that write."""


@dataclass
class Requests:
    """Requests, and the bytes of bodies sent and received, since the last reset, by service."""

    calls: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)

    def watch(self, client: Any) -> None:
        """Count the requests of a client."""
        client.meta.events.register("before-send", self._sent)
        client.meta.events.register("after-call", self._received)

    def reset(self) -> None:
        """Start at zero."""
        for each in (self.calls, self.written, self.read):
            each.clear()

    def _sent(self, event_name: str, request: Any, **_more: Any) -> None:
        service, operation = event_name.split(".")[1:]
        self.calls[service] += 1
        if operation.startswith(_WRITES):
            self.written[service] += int(request.headers.get("Content-Length") or 0)

    def _received(self, event_name: str, http_response: Any, **_: Any) -> None:
        service = event_name.split(".")[1]
        self.read[service] += int(http_response.headers.get("Content-Length") or 0)


@dataclass(frozen=True)
class TableLake:
    """A lake to which deliveries are merged one by one."""

    wired: Wiring
    cycle: MergeCycle
    requests: Requests

    def deliver(self, data_type: DataType, name: str, rows: pa.Table) -> None:
        """Put a delivery into the incoming prefix."""
        body = write_parquet(rows, unique=SCHEMAS[data_type].key)
        self.wired.lake.put(incoming_key(data_type, name), body)

    def merge(self, data_type: DataType) -> MergeResult:
        """Merge what waits, publish it and delete it, as the merger does without ledger and events."""
        result = self.cycle.run(data_type, self.wired.table_states.get(data_type))
        if result is None:
            raise LookupError("nothing waits")
        self.wired.table_states.update(
            data_type,
            lambda state: state.with_commit(result.snapshot.id or 0, result.snapshot.sequence, result.days),
        )
        self.wired.lake.delete(result.consumed)
        return result


@contextmanager
def table_lake() -> Iterator[TableLake]:
    """Start an emulator and create the resources in it."""
    with ExitStack() as stack:
        layout = Layout(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "platform")
        emulator = stack.enter_context(Emulator(layout=layout, ports=free_ports()))
        variables = {**EmulatorCredentials.of(layout).environment(), "AWS_ENDPOINT_URL": emulator.url}
        stack.enter_context(environment(variables))
        settings = create_resources()
        wired = Wiring(settings)
        requests = Requests()
        clients = wired.clients
        for client in (clients.s3, clients.glue, clients.dynamodb, clients.sqs, clients.events):
            requests.watch(client)
        cycle = MergeCycle(lake=wired.lake, tables=wired.lake_tables, index=KeyIndex(wired.lake_tables))
        yield TableLake(wired, cycle, requests)
