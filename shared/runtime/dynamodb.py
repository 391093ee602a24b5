"""Many conditional updates of one table, a hundred in each call: those whose condition does not hold are left out."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from shared.runtime.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PER_CALL, _PARALLEL, _TRIES = 100, 8, 10
_NOT_MET, _FINE = "ConditionalCheckFailed", "None"


def write_all(dynamodb: "DynamoDBClient", updates: Sequence[Any]) -> list[Any]:
    """Make every update whose condition holds; return the others. No two of them may be about one item.

    Raises:
        Unavailable: others kept changing the same items.
    """
    chunks = [updates[start : start + _PER_CALL] for start in range(0, len(updates), _PER_CALL)]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        return [update for refused in pool.map(lambda chunk: _write(dynamodb, chunk), chunks) for update in refused]


def _write(dynamodb: "DynamoDBClient", updates: Sequence[Any]) -> list[Any]:
    waiting, refused = list(updates), list[Any]()
    for attempt in range(_TRIES):
        if not waiting:
            return refused
        try:
            dynamodb.transact_write_items(TransactItems=[{"Update": each} for each in waiting])
        except dynamodb.exceptions.TransactionCanceledException as cancelled:
            codes = [reason.get("Code", _FINE) for reason in cancelled.response["CancellationReasons"]]
            refused += [each for each, code in zip(waiting, codes, strict=True) if code == _NOT_MET]
            waiting = [each for each, code in zip(waiting, codes, strict=True) if code != _NOT_MET]
            if not all(code in {_NOT_MET, _FINE} for code in codes):  # else nobody else was in the way
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 # jitter, no secret
            continue
        return refused
    raise Unavailable("Another request is writing the decisions; retry later", retry_after=1)
