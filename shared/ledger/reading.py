"""Reads the entries that an index of the ledger names: it has few of their attributes."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.ledger.items import entry_of_values
from shared.runtime.dynamodb import get_items

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.entry import LedgerEntry

_TOGETHER = 100


def entries_in_order(
    dynamodb: "DynamoDBClient", table: str, found: Iterable[Mapping[str, Any]]
) -> Iterator["LedgerEntry"]:
    """Yield the entries that an index names, as they are in the table."""
    named = iter(found)
    while together := [each["origin"] for each in islice(named, _TOGETHER)]:
        items = get_items(dynamodb, table, [{"origin": origin} for origin in together])
        entries = {item["origin"]: item for item in items}
        yield from (entry_of_values(entries[origin]) for origin in together if origin in entries)
