"""Patches MiniStack's DynamoDB, Kinesis and Glue: acknowledged writes survive a kill of the process.

MiniStack keeps them in memory and saves them from time to time. As in AWS, a write that is acknowledged here is
durable: it is in a journal first, and the journal is read at the next start. Queues are not in it: the sweeper finds
again what their messages were about.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ministack import app as ministack  # type: ignore[import-untyped] # it ships no types
from ministack.core.persistence import STATE_DIR, save_all  # type: ignore[import-untyped] # it ships no types
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped] # it ships no types
from ministack.services import dynamodb, glue, kinesis, lambda_svc  # type: ignore[import-untyped] # it ships no types

from infra.local.emulator.journal import Journal

Operation = Callable[..., Any]
_SET, _REMOVED, _PUT, _READ, _TABLE = "set", "removed", "put", "read", "table"
_JOURNALED = ("dynamodb", "glue", "kinesis", "lambda")  # a mapping's place in a stream is saved with the functions


class Durability:
    """The journal of one emulator, and all that is written into it."""

    def __init__(self) -> None:
        self._journal = Journal(Path(STATE_DIR))
        self._transaction = threading.local()
        self._catalog = threading.Lock()
        self._read: dict[tuple[Any, ...], str] = {}

    def patch(self) -> None:
        """Let writes of this process be journaled, and its start take up the journal; before it serves anything."""
        self._wrap(dynamodb, "_set_item", self._journaled_set)
        self._wrap(dynamodb, "_remove_item", self._journaled_removal)
        self._wrap(dynamodb, "_transact_write_items", self._as_one)
        for name in ("_put_record", "_put_records"):
            self._wrap(kinesis, name, self._journaled_put)
        for name in ("_create_table", "_update_table"):
            self._wrap(glue, name, self._journaled_table)
        self._wrap(lambda_svc, "_poll_kinesis", self._journaled_poll)
        self._wrap(ministack, "_load_persisted_state", self._taking_up)

    def save(self) -> None:
        """Save the state of every service; the journal stays where one of its services could not be saved."""
        older = self._journal.turn()
        self._read.clear()  # so that the new journal says of every mapping how far it has read
        before = _versions()
        save_all(ministack._build_persistence_save_dict())  # noqa: SLF001 # no other door; its version is pinned
        if all(version != before[name] for name, version in _versions().items()):
            Journal.drop(older)

    @staticmethod
    def _wrap(module: Any, name: str, by: Callable[[Operation], Operation]) -> None:
        operation = getattr(module, name)
        setattr(module, name, wraps(operation)(by(operation)))

    def _journaled_set(self, operation: Operation) -> Operation:
        def set_item(table: Any, pk: str, sk: str, item: Any) -> Any:
            self._write((_SET, table["TableId"], pk, sk, item))
            return operation(table, pk, sk, item)

        return set_item

    def _journaled_removal(self, operation: Operation) -> Operation:
        def remove_item(table: Any, pk: str, sk: str) -> Any:
            self._write((_REMOVED, table["TableId"], pk, sk))
            return operation(table, pk, sk)

        return remove_item

    def _as_one(self, operation: Operation) -> Operation:
        def transact(data: Any) -> Any:
            with self._one_line():
                return operation(data)

        return transact

    def _journaled_put(self, operation: Operation) -> Operation:
        def put(data: Any) -> Any:
            _, stream = kinesis._resolve_stream(data)  # noqa: SLF001 # as above
            shards = stream["shards"] if stream else {}
            before = {name: len(shard["records"]) for name, shard in shards.items()}
            answer = operation(data)
            added = [
                (_PUT, stream["StreamARN"], name, record)
                for name, shard in shards.items()
                for record in shard["records"][before[name] :]
            ]
            if added:
                self._journal.write(*added)
            return answer

        return put

    def _journaled_table(self, operation: Operation) -> Operation:
        """Journal the table, and let no other thread in between the check of its version and the change.

        The table says which metadata is current: with an earlier one, the commits since would be lost.
        """

        def change(data: Any) -> Any:
            with self._catalog:
                answer = operation(data)
                name = f"{data.get('DatabaseName')}/{data.get('TableInput', {}).get('Name')}"
                table = glue._tables.get(name)  # noqa: SLF001 # no other door; its version is pinned
                if answer[0] == HTTPStatus.OK and table is not None:
                    self._write((_TABLE, get_account_id(), get_region(), name, table))
            return answer

        return change

    def _journaled_poll(self, operation: Operation) -> Operation:
        def poll() -> Any:
            try:
                return operation()
            finally:
                for place, last in _places():
                    if self._read.get(place) != last:
                        self._journal.write((_READ, *place, last))
                        self._read[place] = last

        return poll

    def _taking_up(self, operation: Operation) -> Operation:
        def load() -> None:
            operation()
            Replay().take(self._journal.changes())

        return load

    def _write(self, change: Any) -> None:
        together = getattr(self._transaction, "changes", None)
        if together is None:
            self._journal.write(change)
        else:
            together.append(change)

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        changes: list[Any] = []
        self._transaction.changes = changes
        try:
            yield
        finally:
            self._transaction.changes = None
        if changes:
            self._journal.write(*changes)


class Replay:
    """Puts changes into the state that was loaded; those that it has already change nothing."""

    def __init__(self) -> None:
        self._tables = {table["TableId"]: table for table in dynamodb._tables.all_values()}  # noqa: SLF001 # as above
        self._streams = {stream["StreamARN"]: stream for stream in kinesis._streams.all_values()}  # noqa: SLF001
        self._known: dict[tuple[str, str], set[str]] = {}

    def take(self, changes: Iterator[Any]) -> None:
        """Make all changes again."""
        take: dict[str, Callable[..., None]] = {
            _SET: self._set,
            _REMOVED: self._remove,
            _PUT: self._put,
            _READ: self._read,
            _TABLE: self._table,
        }
        for kind, *change in changes:
            take[kind](*change)

    def _set(self, table: str, pk: str, sk: str, item: Any) -> None:
        if table in self._tables:
            dynamodb._set_item.__wrapped__(self._tables[table], pk, sk, item)  # noqa: SLF001 # not into the journal again

    def _remove(self, table: str, pk: str, sk: str) -> None:
        if table in self._tables:
            dynamodb._remove_item.__wrapped__(self._tables[table], pk, sk)  # noqa: SLF001 # as above

    def _put(self, stream: str, shard: str, record: Mapping[str, Any]) -> None:
        if stream not in self._streams:
            return
        shards = self._streams[stream]["shards"]
        if shard not in shards:  # it came of a split or a merge that was not saved
            hashed = kinesis._partition_key_to_hash(record["PartitionKey"])  # noqa: SLF001 # as above
            shard = kinesis._route_to_shard(hashed, self._streams[stream])  # noqa: SLF001 # as above
        records = shards[shard]["records"]
        if (stream, shard) not in self._known:  # once for all puts: a journal may hold as many as there are records
            self._known[stream, shard] = {each["SequenceNumber"] for each in records}
        known = self._known[stream, shard]
        if record["SequenceNumber"] not in known:
            known.add(record["SequenceNumber"])
            records.append(record)

    def _read(self, mapping: list[str], stream: str, shard: str, last: str) -> None:
        if tuple(mapping) not in lambda_svc._esms._data or stream not in self._streams:  # noqa: SLF001 # as above
            return
        if shard in self._streams[stream]["shards"]:
            positions = lambda_svc._kinesis_positions._data.setdefault(tuple(mapping), {})  # noqa: SLF001 # as above
            records = self._streams[stream]["shards"][shard]["records"]
            positions[shard] = sum(1 for each in records if each["SequenceNumber"] <= last)

    def _table(self, account: str, region: str, name: str, table: Any) -> None:
        database, _, _ = name.partition("/")
        if glue._databases.contains_scoped(account, region, database):  # noqa: SLF001 # as above
            glue._tables.set_scoped(account, region, name, table)  # noqa: SLF001 # as above


def _places() -> Iterator[tuple[tuple[Any, ...], str]]:
    """How far every mapping has read each shard of its stream: up to which sequence number."""
    streams = {stream["StreamARN"]: stream for stream in kinesis._streams.all_values()}  # noqa: SLF001 # as above
    for mapping, positions in list(lambda_svc._kinesis_positions._data.items()):  # noqa: SLF001 # as above
        source = lambda_svc._esms._data.get(mapping, {}).get("EventSourceArn")  # noqa: SLF001 # as above
        shards = streams[source]["shards"] if source in streams else {}
        for shard, position in list(positions.items()):
            records = shards[shard]["records"] if shard in shards else []
            if 0 < position <= len(records):
                yield (mapping, source, shard), records[position - 1]["SequenceNumber"]


def _versions() -> dict[str, float]:
    """When the files were written that a journal adds to."""
    paths = {name: Path(STATE_DIR) / f"{name}.json" for name in _JOURNALED}
    return {name: path.stat().st_mtime_ns if path.exists() else 0 for name, path in paths.items()}
