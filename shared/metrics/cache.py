"""Results kept in DynamoDB: a key names the statement and the versions of its tables, so a hit is never stale."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.athena import Statement, literal
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ingestion.versions import TableVersions
    from shared.runtime.models import Clock

LARGEST_BODY = 350 * 1024
KEPT_FOR = timedelta(days=1)
_UNREACHABLE = (BotoCoreError, ClientError)

T = TypeVar("T")
U = TypeVar("U")


def cache_key(statement: Statement, versions: Sequence[int]) -> str:
    """Name what a statement says of tables at these versions; equal questions make equal statements."""
    told = [statement.text, [literal(value) for value in statement.values], list(versions)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


class ResultCache:
    """Remembers results until a merge changes a table they were read from; expiry only clears up behind it."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, versions: "TableVersions", clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._versions = versions
        self._clock = clock

    def recall(
        self, statement: Statement, tables: Sequence[str], form: "TypeAdapter[T]", compute: Callable[[], T]
    ) -> tuple[T, bool]:
        """Return a statement's result and whether it was remembered; a cache out of reach costs only time.

        The versions are read before the result is computed: a merge in between makes the kept result newer than its
        key, never older.
        """
        key = _if_reachable(lambda: cache_key(statement, self._versions.of(tables)))
        body = _if_reachable(lambda: self._get(key)) if key else None
        if body is not None:
            return form.validate_json(body), True
        result = compute()
        if key:
            _if_reachable(lambda: self._put(key, form.dump_json(result)))
        return result, False

    def _get(self, key: str) -> bytes | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key={"cache_key": {"S": key}})
        return zlib.decompress(answer["Item"]["body"]["B"]) if "Item" in answer else None

    def _put(self, key: str, body: bytes) -> None:
        packed = zlib.compress(body)
        if len(packed) > LARGEST_BODY:
            return
        expires_at = int((self._clock() + KEPT_FOR).timestamp())
        self._dynamodb.put_item(
            TableName=self._table,
            Item={"cache_key": {"S": key}, "body": {"B": packed}, "expires_at": {"N": str(expires_at)}},
        )


def _if_reachable(step: Callable[[], U]) -> U | None:
    try:
        return step()
    except _UNREACHABLE as error:
        logger().warning("result cache out of reach", exc_info=error)
        count("ResultCacheUnreachable")
        return None
