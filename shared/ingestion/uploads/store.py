"""Stores uploads in DynamoDB, one item each, with optimistic changes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.ingestion.uploads.state import Upload
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize, get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.index_queries import Within, query_keys
from shared.runtime.models import sortable
from shared.runtime.resources import Index, Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BY_PROGRESS = Index(name="open", partition_key="open", sort_key="created_at")
UPLOADS_TABLE = Table("uploads", writes=Write.PUT, partition_key="batch_id", indexes=(_BY_PROGRESS,))

_OPEN, _EMPTY = "yes", "empty"
"""The first parts of the keys of the index, before the data type.

They are those of unfinished uploads, and of uploads that ended before any of their rows was read. Earlier versions had
no data type in them.
"""

Change = Callable[[Upload], Upload]
_TRIES = 8


class NoSuchUpload(LookupError):
    """The upload does not exist."""


class UploadStore:
    """Stores uploads; every change is conditional on the revision that was read."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def add(self, upload: Upload) -> None:
        """Store a new upload."""
        self._dynamodb.put_item(
            TableName=self._table, Item=_item(upload), ConditionExpression="attribute_not_exists(batch_id)"
        )

    def get(self, batch_id: str) -> Upload | None:
        """Read an upload; None if it does not exist."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=serialize({"batch_id": batch_id}), ConsistentRead=True
        )
        return _upload(answer["Item"]) if "Item" in answer else None

    def change(self, batch_id: str, change: Change) -> Upload:
        """Change an existing upload.

        Args:
            batch_id: the upload.
            change: returns the changed upload for the current one; may be called again, and may raise.

        Raises:
            NoSuchUpload: the upload does not exist.
            Unavailable: concurrent changes did not stop.
        """
        for _ in retry(_TRIES):
            before = self.get(batch_id)
            if before is None:
                raise NoSuchUpload(batch_id)
            after = change(before)
            if after == before:
                return before
            try:
                return self._replace(before, after)
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                continue
        raise Unavailable("Another request is changing the upload; retry later", retry_after=1)

    def open(self, before: datetime) -> Iterator[Upload]:
        """Yield the unfinished uploads created before a time, oldest first."""
        return self._in_state(_OPEN, None, Within("created_at < :before", {":before": sortable(before)}))

    def unfinished(self, data_type: DataType, most: int) -> Iterator[Upload]:
        """Yield the oldest unfinished uploads of a data type."""
        return islice(self._in_state(_OPEN, data_type), most)

    def without_rows(self, start: datetime, end: datetime) -> Iterator[Upload]:
        """Yield the uploads created in a half-open range that are unfinished, or ended without a row in the ledger."""
        range_ = {":first": sortable(start), ":last": sortable(end - timedelta(milliseconds=1))}
        for state in (_OPEN, _EMPTY):
            yield from self._in_state(state, None, Within("created_at BETWEEN :first AND :last", range_))

    def get_many(self, batch_ids: Iterable[str]) -> list[Upload]:
        """Read several uploads; those that do not exist are omitted."""
        keys = [{"batch_id": each} for each in batch_ids]
        return [Upload.model_validate(item) for item in get_items(self._dynamodb, self._table, keys)]

    def _in_state(self, state: str, data_type: DataType | None, *within: Within) -> Iterator[Upload]:
        keys = [_key(state, data_type)] if data_type else [state, *(_key(state, each) for each in DataType)]
        found = query_keys(self._dynamodb, self._table, _BY_PROGRESS, keys, *within)
        return map(Upload.model_validate, found)

    def _replace(self, before: Upload, after: Upload) -> Upload:
        stored = after.model_copy(update={"revision": before.revision + 1})
        self._dynamodb.put_item(
            TableName=self._table,
            Item=_item(stored),
            ConditionExpression="revision = :revision",
            ExpressionAttributeValues=serialize({":revision": before.revision}),
        )
        return stored


def _item(upload: Upload) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in upload.model_dump().items()}
    return serialize({**plain, "open": _progress_key(upload)})


def _progress_key(upload: Upload) -> str | None:
    if upload.is_open:
        return _key(_OPEN, upload.data_type)
    return None if upload.cuts else _key(_EMPTY, upload.data_type)


def _key(state: str, data_type: DataType) -> str:
    return f"{state}-{data_type}"


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return sortable(value)
        case dict():
            return {name: _plain(each) for name, each in value.items() if each is not None}
        case _:
            return value


def _upload(item: Any) -> Upload:
    return Upload.model_validate(deserialize(item))
