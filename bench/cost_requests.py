"""Counts what requests to AWS are charged for, by the events of botocore."""

import io
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.cost_prices import Meter
from bench.cost_units import (
    Item,
    index_entry,
    index_units,
    item_bytes,
    put_units,
    read_units,
    scanned_terabytes,
    write_units,
)
from bench.cost_usage import Usage
from infra.resources import DYNAMO_TABLES

_REQUEST_METERS = {
    "glue": Meter.GLUE_REQUEST,
    "sqs": Meter.SQS_REQUEST,
    "eventbridge": Meter.EVENT,
    "apigatewaymanagementapi": Meter.WEBSOCKET_MESSAGE,
}
_S3_WRITES = ("Put", "Copy", "Create", "Upload", "Complete", "List")
_KEY = "bench cost"
_TABLES = {f"tally-{each.label.replace('_', '-')}": each for each in DYNAMO_TABLES}


class Output(io.TextIOBase):
    """Standard output of a function, of which only the size is kept."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, text: str) -> int:
        """Take text."""
        self.size += len(text.encode())
        return len(text)


_NUMBER = re.compile("[0-9]+")


@dataclass
class RequestMeter:
    """Counts requests by operation, and their units by meter, since the last reset.

    Writes to DynamoDB are charged by the size of items before and after, which are looked up without being counted. The
    processor time of this bookkeeping is in `spent`.

    Attributes:
        calls: requests by service and operation.
        usage: units.
        put_bytes: bytes put into S3, by bucket and the first part of the key.
        kept_bytes: by how much items in DynamoDB grew, indexes included.
        scanned: the text of each query and the bytes that it scanned, by its id.
    """

    plain: Any
    calls: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    put_bytes: Counter[str] = field(default_factory=Counter)
    kept_bytes: int = 0
    scanned: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def scanned_in_order(self) -> list[int]:
        """The bytes that each query scanned, in an order that is the same whatever snapshots and times they name."""
        return [size for _, size in sorted(self.scanned.values(), key=lambda each: (_NUMBER.sub("", each[0]), each[0]))]

    def listen(self, events: Any) -> None:
        """Count the requests of all clients that are made with these events from now on."""
        events.register("provide-client-params.dynamodb", self._before)
        events.register("provide-client-params.kinesis.PutRecord", self._put_record)
        events.register("before-send", self._sent)
        events.register("after-call", self._received)

    def reset(self) -> None:
        """Start at zero."""
        for each in (self.calls, self.usage, self.put_bytes, self.scanned):
            each.clear()
        self.kept_bytes, self.spent = 0, 0.0

    @contextmanager
    def _apart(self) -> Iterator[None]:
        began = time.thread_time()
        with self._lock:
            yield
            self.spent += time.thread_time() - began

    def _sent(self, event_name: str, request: Any, **_: Any) -> None:
        with self._apart():
            service, operation = event_name.split(".")[1:]
            self.calls[f"{service} {operation}"] += 1
            if service == "s3":
                self._sent_to_s3(operation, request)
            elif service in _REQUEST_METERS:
                self.usage[_REQUEST_METERS[service]] += 1
            elif (service, operation) == ("kms", "Sign"):
                self.usage[Meter.KMS_SIGNATURE] += 1

    def _sent_to_s3(self, operation: str, request: Any) -> None:
        if operation.startswith("Delete"):
            return
        is_write = operation.startswith(_S3_WRITES)
        self.usage[Meter.S3_WRITE if is_write else Meter.S3_READ] += 1
        if operation in {"PutObject", "UploadPart"}:
            path = request.url.split("://")[1].split("?")[0].split("/", 1)[1]
            kind = "data" if "/data/" in path else "metadata" if "/metadata/" in path else _prefix(path)
            self.put_bytes[kind] += int(request.headers.get("Content-Length") or 0)

    def _before(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._apart():
            written = [(table, key, self._look(table, key)) for table, key in _keys(model.name, params)]
            context[_KEY] = (params, written)

    def _put_record(self, params: Mapping[str, Any], **_: Any) -> None:
        self.usage[Meter.KINESIS_PUT_UNIT] += put_units(len(params["Data"]) + len(params["PartitionKey"]))

    def _received(self, event_name: str, parsed: Any, context: Mapping[str, Any], **_: Any) -> None:
        with self._apart():
            service, operation = event_name.split(".")[1:]
            if service == "dynamodb" and _KEY in context:
                params, written = context[_KEY]
                self.usage[Meter.DYNAMODB_READ] += _read(operation, params, parsed)
                for table, key, before in written:
                    self._written(table, before, self._look(table, key), in_transaction=operation.startswith("Tr"))
            elif operation == "GetQueryExecution":
                self._asked(parsed["QueryExecution"])

    def _asked(self, execution: Mapping[str, Any]) -> None:
        identity = execution["QueryExecutionId"]
        if execution["Status"]["State"] == "SUCCEEDED" and identity not in self.scanned:
            scanned = execution["Statistics"]["DataScannedInBytes"]
            self.scanned[identity] = execution["Query"], scanned
            self.usage[Meter.ATHENA_TB] += scanned_terabytes(scanned)

    def _look(self, table: str, key: Mapping[str, Any]) -> Item:
        item: Item = self.plain.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return item

    def _written(self, table: str, before: Item, after: Item, *, in_transaction: bool) -> None:
        sizes = [item_bytes(each) if each else 0 for each in (before, after)]
        self.usage[Meter.DYNAMODB_WRITE] += write_units(max(sizes), in_transaction=in_transaction)
        self.kept_bytes += sizes[1] - sizes[0]
        if before == after:
            return
        for index in _TABLES[table].indexes:
            entries = [index_entry(_TABLES[table], index, each) for each in (before, after)]
            self.usage[Meter.DYNAMODB_WRITE] += index_units(index, *entries)
            sizes = [item_bytes(each) if each else 0 for each in entries]
            self.kept_bytes += sizes[1] - sizes[0]


def _prefix(path: str) -> str:
    return path.split("/")[1] if path.startswith("tally-") else path.split("/", maxsplit=1)[0]


def _keys(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the table and key of each item that a request writes."""
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield params["TableName"], _key(params)
    for each in params.get("TransactItems", ()) if operation == "TransactWriteItems" else ():
        ((_, content),) = each.items()
        yield content["TableName"], _key(content)
    for table, requests in params.get("RequestItems", {}).items() if operation == "BatchWriteItem" else ():
        for each in requests:
            ((_, content),) = each.items()
            yield table, _key({"TableName": table, **content})


def _key(content: Mapping[str, Any]) -> Mapping[str, Any]:
    table = _TABLES[content["TableName"]]
    whole = content.get("Key") or content["Item"]
    return {name: whole[name] for name in (table.partition_key, table.sort_key) if name}


def _read(operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    consistent = bool(params.get("ConsistentRead"))
    match operation:
        case "GetItem":
            return read_units(item_bytes(parsed.get("Item") or {}), consistent=consistent)
        case "Query" | "Scan":
            return read_units(sum(map(item_bytes, parsed.get("Items", ()))), consistent=consistent)
        case "BatchGetItem":
            return sum(_read_together(asked, parsed, table) for table, asked in params["RequestItems"].items())
        case "TransactGetItems":
            found = parsed.get("Responses", ())
            return sum(read_units(item_bytes(each.get("Item") or {}), in_transaction=True) for each in found)
    return 0.0


def _read_together(asked: Mapping[str, Any], parsed: Mapping[str, Any], table: str) -> float:
    """Return the units of reading some items of a table; one that does not exist is charged, too."""
    consistent = bool(asked.get("ConsistentRead"))
    items = parsed.get("Responses", {}).get(table, ())
    left = parsed.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ())
    absent = len(asked["Keys"]) - len(items) - len(left)
    return sum(read_units(item_bytes(each), consistent=consistent) for each in items) + absent * read_units(
        0, consistent=consistent
    )
