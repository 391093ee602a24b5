"""Refuses what no role may do: to write to a table in undeclared ways, and to delete what no function deletes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from functions.manifest import FUNCTIONS
from infra.resources import DYNAMO_TABLES
from shared.runtime.resources import Bucket, Write
from tests.moto_platform import name_of

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

_WRITES = {
    "PutItem": Write.PUT,
    "Put": Write.PUT,
    "UpdateItem": Write.UPDATE,
    "Update": Write.UPDATE,
    "DeleteItem": Write.DELETE,
    "Delete": Write.DELETE,
    "BatchWriteItem": Write.BATCH,
    "ConditionCheck": Write.CHECK,
}


class Undeclared(AssertionError):
    """No function may do this in AWS."""


def listen(events: "BaseEventHooks") -> None:
    """Check the calls of a client."""
    events.register("provide-client-params.dynamodb", _check_writes)
    events.register("provide-client-params.s3.DeleteObject", _check_deletion)
    events.register("provide-client-params.s3.DeleteObjects", _check_deletion)


def _check_writes(params: dict[str, Any], model: Any, **_: Any) -> None:
    declared = {name_of(table): table.writes for table in DYNAMO_TABLES}
    for operation, table in _written(model.name, params):
        if operation in _WRITES and table in declared and _WRITES[operation] not in declared[table]:
            raise Undeclared(f"{operation} to {table}")


def _written(operation: str, params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if operation == "TransactWriteItems":
        yield from ((kind, what["TableName"]) for each in params["TransactItems"] for kind, what in each.items())
    elif "RequestItems" in params:
        yield from ((operation, table) for table in params["RequestItems"])
    elif "TableName" in params:
        yield operation, params["TableName"]


def _check_deletion(params: dict[str, Any], **_: Any) -> None:
    declared = {
        (name_of(each.resource), f"{each.prefix}/" if each.prefix else "")
        for function in FUNCTIONS
        for each in function.reads
        if isinstance(each.resource, Bucket) and each.deletes
    }
    for key in [params["Key"]] if "Key" in params else [each["Key"] for each in params["Delete"]["Objects"]]:
        if not any(bucket == params["Bucket"] and key.startswith(prefix) for bucket, prefix in declared):
            raise Undeclared(f"deletion of {params['Bucket']}/{key}")
