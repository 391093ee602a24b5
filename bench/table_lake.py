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


@dataclass
class Requests:
    """Requests and bytes sent since the last reset, by service."""

    calls: Counter[str] = field(default_factory=Counter)
    written: int = 0

    def watch(self, client: Any) -> None:
        """Count the requests of a client."""
        client.meta.events.register("before-send", self._count)

    def reset(self) -> None:
        """Start at zero."""
        self.calls.clear()
        self.written = 0

    def _count(self, request: Any, **_: Any) -> None:
        host = request.headers.get("X-Amz-Target", b"s3")
        service = host.decode() if isinstance(host, bytes) else str(host)
        self.calls["s3" if service == "s3" else service.split(".")[0].split("_")[0]] += 1
        if service == "s3" and request.method == "PUT":
            self.written += int(request.headers.get("Content-Length") or 0)


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
        for client in (wired.clients.s3, wired.clients.glue, wired.clients.dynamodb):
            requests.watch(client)
        cycle = MergeCycle(lake=wired.lake, tables=wired.lake_tables, index=KeyIndex(wired.lake_tables))
        yield TableLake(wired, cycle, requests)
