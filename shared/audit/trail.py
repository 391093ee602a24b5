"""The chains in DynamoDB: appended to by conditional writes only, several so that writers rarely meet."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain as joined
from typing import TYPE_CHECKING, Any

import orjson

from shared.audit.entry import AuditEntry, ChainHead, Change, append_after, format_number, heads_in, number_of
from shared.runtime.dynamodb import deserialize, get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.models import sortable
from shared.runtime.observability import count
from shared.runtime.paging import Slice, Window
from shared.runtime.resources import Index, Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

AUDIT_TABLE = Table(
    "audit",
    writes=Write.PUT,
    partition_key="chain",
    sort_key="sequence",
    indexes=(Index(name="by_time", partition_key="chain", sort_key="position"),),
)

CHAINS = tuple(f"chain-{number:02d}" for number in range(16))
BY_TIME = "by_time"
_ATTRIBUTES = ("chain", "sequence", "position", "body", "hash", "user_id", "action")
_ATTEMPTS = 40
_LONGEST_WAIT = 0.05
_FIRST, _LAST = "0", "~"
Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Filters of entries: times are half-open, None matches everything."""

    user_id: str | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def conditions(self) -> tuple[bool, str, Item]:
        """Whether time matters, the filter, and the values that key condition and filter name."""
        wanted = {"user_id": self.user_id, "action": self.action}
        named = {name: value for name, value in wanted.items() if value is not None}
        values: Item = {f":{name}": value for name, value in named.items()}
        by_time = bool(self.start or self.end)
        if by_time:
            values[":first"] = sortable(self.start) if self.start else _FIRST
            values[":last"] = sortable(self.end) if self.end else _LAST
        return by_time, " AND ".join(f"#{name} = :{name}" for name in named), values


class AuditTrail:
    """Appends entries and finds them in order."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, clock: "Clock", *, choose: Callable[[], str] | None = None
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        # The head that this process wrote last saves a read; if it is outdated, the condition fails.
        self._known: dict[str, ChainHead] = {}
        self._choose = choose or (lambda: random.choice(CHAINS))  # noqa: S311 # spreads load, keeps no secret

    def record(self, change: Change) -> AuditEntry:
        """Append an entry to one of the chains.

        Raises:
            Unavailable: concurrent writers did not stop.
        """
        for _ in retry(_ATTEMPTS, first_wait=0.001, longest_wait=_LONGEST_WAIT):
            chain = self._choose()
            known = self._known.pop(chain, None)
            entry = append_after(known or self._last(chain), change, self._clock())
            try:
                self._dynamodb.put_item(
                    TableName=self._table, Item=item_of(entry), ConditionExpression="attribute_not_exists(chain)"
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                continue
            self._known[chain] = entry.head()
            self._advance(entry.head())
            return entry
        count("AuditContention")
        raise Unavailable("The audit log is busy; retry later", retry_after=1)

    def heads(self) -> list[ChainHead]:
        """Return the stored head of each chain; it may be behind the entries after a crash."""
        return [head for chain in CHAINS for head in self._read_heads(chain)]

    def entries(self, chain: str, since: str = "") -> Iterator[Item]:
        """The entries of a chain as they are stored, in the order of their keys, from one key on."""
        attributes = ("sequence", "position", "body", "hash", "user_id", "action")
        yield from self._query(chain, Asked(), attributes, since=since)

    def bodies(self, heads: Sequence[ChainHead]) -> dict[tuple[str, int], str]:
        """Return the texts of the entries that are named by heads, if they exist, by chain and sequence."""
        places = {(head.chain, format_number(head.sequence)) for head in heads}
        keys = [{"chain": chain, "sequence": number} for chain, number in sorted(places)]
        found = get_items(self._dynamodb, self._table, keys, attributes=("chain", "sequence", "body"))
        return {(item["chain"], int(item["sequence"])): str(item.get("body", "")) for item in found}

    def last(self, chain: str) -> int:
        """Return the highest sequence number in a chain: 0 if it is empty."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#chain = :chain",
            ExpressionAttributeNames={"#chain": "chain", "#sequence": "sequence"},
            ExpressionAttributeValues=serialize({":chain": chain}),
            ProjectionExpression="#sequence",
            ScanIndexForward=False,
        )
        keys = (str(deserialize(item)["sequence"]) for page in pages for item in page["Items"])
        return next(filter(None, map(number_of, keys)), 0)

    def find(self, asked: Asked, window: Window) -> Slice[AuditEntry]:
        """Return a window of the matching entries, oldest first."""
        with ThreadPoolExecutor(len(CHAINS)) as pool:
            found = pool.map(lambda chain: list(self._query(chain, asked, ("chain", "sequence", "position"))), CHAINS)
            keys = sorted(joined.from_iterable(found), key=lambda key: (key["position"], key["chain"]))
        return Slice([_entry(item) for item in self._get(window.of(keys))], len(keys), window)

    def _read_heads(self, chain: str) -> list[ChainHead]:
        key = serialize(_head_key(chain))
        item = deserialize(self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {}))
        return heads_in(str(item.get("body", ""))) if item else []

    def _last(self, chain: str) -> ChainHead:
        newest = self._dynamodb.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="chain = :chain",
            ExpressionAttributeValues=serialize({":chain": chain}),
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        return _entry(deserialize(newest[0])).head() if newest else ChainHead(chain=chain)

    def _advance(self, head: ChainHead) -> None:
        """Store the head of the chain, unless a later one is stored."""
        item = {**_head_key(head.chain), "told": head.sequence, "body": orjson.dumps(asdict(head)).decode()}
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize(item),
                ConditionExpression="attribute_not_exists(told) OR told < :told",
                ExpressionAttributeValues=serialize({":told": head.sequence}),
            )

    def _query(self, chain: str, asked: Asked, attributes: Sequence[str], *, since: str = "") -> Iterator[Item]:
        by_time, condition, values = asked.conditions()
        wanted = ", ".join(f"#{name}" for name in attributes)
        keys = "#chain = :chain" + (" AND #position BETWEEN :first AND :last" if by_time else "")
        if since:
            keys, values = f"{keys} AND #sequence >= :since", {**values, ":since": since}
        used = f"{wanted} {keys} {condition}"
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": keys,
            "ProjectionExpression": wanted,
            "ExpressionAttributeNames": {f"#{name}": name for name in _ATTRIBUTES if f"#{name}" in used},
            "ExpressionAttributeValues": serialize({":chain": chain, **values}),
            **({"IndexName": BY_TIME} if by_time else {"ConsistentRead": True}),
            **({"FilterExpression": condition} if condition else {}),
        }
        for page in self._dynamodb.get_paginator("query").paginate(**request):
            yield from map(deserialize, page["Items"])

    def _get(self, keys: Sequence[Item]) -> list[Item]:
        places = [{"chain": key["chain"], "sequence": key["sequence"]} for key in keys]
        found = {_place(item): item for item in get_items(self._dynamodb, self._table, places)}
        return [found[_place(key)] for key in keys if _place(key) in found]


def item_of(entry: AuditEntry) -> Item:
    """Return an entry as an item; user and action are attributes, so that DynamoDB can filter by them."""
    return serialize(
        {
            "chain": entry.chain,
            "sequence": entry.number,
            "position": entry.position,
            "body": entry.body,
            "hash": entry.hash,
            "user_id": entry.user_id,
            "action": entry.action,
        }
    )


def _entry(item: Item) -> AuditEntry:
    return AuditEntry(
        chain=item["chain"],
        sequence=int(item["sequence"]),
        at=item["position"].partition("#")[0],
        user_id=item["user_id"],
        action=item["action"],
        body=item["body"],
        hash=item["hash"],
    )


def _place(key: Item) -> tuple[str, str]:
    return key["chain"], key["sequence"]


def _head_key(chain: str) -> Item:
    return {"chain": f"head#{chain}", "sequence": "head"}
