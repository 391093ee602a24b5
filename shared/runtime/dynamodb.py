"""Items of DynamoDB as plain values, and many of them in as few calls as possible.

Numbers are read as Decimals, binary values as bytes, sets as sets.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_SERIALIZE, _DESERIALIZE = TypeSerializer().serialize, TypeDeserializer().deserialize
_PER_READ = _PER_TRANSACTION = 100
_PER_WRITE = 25
_PARALLEL, _TRIES = 8, 10
_NOT_MET, _FINE = "ConditionalCheckFailed", "None"
_PASSING = {_FINE, "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""What cancels a transaction and may not do so again a moment later."""


def serialize(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write plain values as attribute values; those that are None are left out."""
    return {name: _SERIALIZE(value) for name, value in values.items() if value is not None}


def deserialize(item: Mapping[str, Any]) -> dict[str, Any]:
    """Read the attribute values of an item."""
    # boto3 wraps binary values in a class of its own.
    return {name: value["B"] if "B" in value else _DESERIALIZE(value) for name, value in item.items()}


def get_items(
    dynamodb: "DynamoDBClient",
    table: str,
    keys: Sequence[Mapping[str, Any]],
    *,
    attributes: Sequence[str] = (),
    tries: int = _TRIES,
) -> list[dict[str, Any]]:
    """Read the items with these keys that exist, in no order, or only some attributes of them.

    Raises:
        Unavailable: DynamoDB did not return all of them in any of the tries.
    """
    wanted: dict[str, Any] = {"ConsistentRead": True}
    if attributes:
        wanted["ProjectionExpression"] = ", ".join(f"#{name}" for name in attributes)
        wanted["ExpressionAttributeNames"] = {f"#{name}": name for name in attributes}

    def get(chunk: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        waiting: Any = {table: {"Keys": list(map(serialize, chunk)), **wanted}}
        for _ in retry(tries):
            answer = dynamodb.batch_get_item(RequestItems=waiting)
            yield from map(deserialize, answer["Responses"].get(table, ()))
            waiting = answer.get("UnprocessedKeys")
            if not waiting:
                return
        raise _unprocessed()

    return _in_chunks(keys, _PER_READ, get)


def replace_items(
    dynamodb: "DynamoDBClient",
    table: str,
    *,
    puts: Iterable[Mapping[str, Any]] = (),
    deletes: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Put items and delete those with these keys, in no order, without conditions.

    Raises:
        Unavailable: DynamoDB did not take all of them in any of the tries; some are written.
    """

    def write(chunk: Sequence[Any]) -> Iterator[None]:
        waiting: Any = {table: chunk}
        for _ in retry(_TRIES):
            waiting = dynamodb.batch_write_item(RequestItems=waiting)["UnprocessedItems"]
            if not waiting:
                return iter(())
        raise _unprocessed()

    requests = [{"PutRequest": {"Item": serialize(each)}} for each in puts]
    requests += [{"DeleteRequest": {"Key": serialize(each)}} for each in deletes]
    _in_chunks(requests, _PER_WRITE, write)


def update_items(dynamodb: "DynamoDBClient", updates: Sequence[Any]) -> list[Any]:
    """Make every update whose condition holds; return the others. No two of them may be about one item.

    Raises:
        Unavailable: others kept changing the same items.
    """

    def update(chunk: Sequence[Any]) -> Iterator[Any]:
        waiting = list(chunk)
        for _ in retry(_TRIES):
            refused, waiting = _update(dynamodb, waiting)
            yield from refused
            if not waiting:
                return
        raise Unavailable("Another request is changing the same items; retry later", retry_after=1)

    return _in_chunks(updates, _PER_TRANSACTION, update)


class ConditionNotMet(Exception):
    """A condition of a transaction does not hold, so none of its writes was made."""


def transact(dynamodb: "DynamoDBClient", writes: Sequence[Any]) -> None:
    """Make all writes or none, at most 100, and again while other transactions hold their items.

    Raises:
        ConditionNotMet: a condition does not hold.
        Unavailable: others kept changing the same items.
    """
    for _ in retry(_TRIES):
        try:
            dynamodb.transact_write_items(TransactItems=writes)
        except dynamodb.exceptions.TransactionCanceledException as cancelled:
            codes = {reason.get("Code", _FINE) for reason in cancelled.response["CancellationReasons"]}
            if _NOT_MET in codes:
                raise ConditionNotMet(str(cancelled)) from None
            if not codes <= _PASSING:
                raise
        else:
            return
    raise Unavailable("Another request is changing the same items; retry later", retry_after=1)


def _update(dynamodb: "DynamoDBClient", updates: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Try some updates in one transaction; return those whose condition does not hold, and those to try again."""
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": each} for each in updates])
    except dynamodb.exceptions.TransactionCanceledException as cancelled:
        codes = [reason.get("Code", _FINE) for reason in cancelled.response["CancellationReasons"]]
        refused = [each for each, code in zip(updates, codes, strict=True) if code == _NOT_MET]
        return refused, [each for each, code in zip(updates, codes, strict=True) if code != _NOT_MET]
    return [], []


def _in_chunks(items: Sequence[Any], size: int, act: Callable[[Sequence[Any]], Iterator[T]]) -> list[T]:
    """Do something with chunks of items side by side, each within the time that the caller's answer has."""
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    if len(chunks) <= 1:
        return [found for chunk in chunks for found in act(chunk)]
    contexts = [copy_context() for _ in chunks]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        done = pool.map(lambda context, chunk: context.run(lambda: list(act(chunk))), contexts, chunks)
        return [found for each in done for found in each]


def _unprocessed() -> Unavailable:
    return Unavailable("A dependency is temporarily unavailable; retry later", retry_after=1)
