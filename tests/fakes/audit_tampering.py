"""Tampers with the audit log."""

from dataclasses import asdict
from typing import Any

import boto3
import orjson

from shared.audit.entry import AuditEntry, ChainHead
from shared.audit.trail import CHAINS, item_of

CHAIN = CHAINS[3]
"""The chain that is worked on."""


class AuditTampering:
    """An attacker with access to the table, who knows how entries are hashed."""

    def __init__(self, table: str) -> None:
        self._dynamodb: Any = boto3.client("dynamodb")
        self._table = table

    def put(self, entry: AuditEntry) -> None:
        """Put an entry at its own position."""
        self._dynamodb.put_item(TableName=self._table, Item=item_of(entry))

    def remove(self, entry: AuditEntry) -> None:
        """Delete an entry."""
        self.delete(entry.number, entry.chain)

    def delete(self, number: str, chain: str = CHAIN) -> None:
        """Delete the entry at a position."""
        self._dynamodb.delete_item(TableName=self._table, Key={"chain": {"S": chain}, "sequence": {"S": number}})

    def set_head(self, head: ChainHead) -> None:
        """Replace the stored head."""
        item = {
            "chain": {"S": f"head#{head.chain}"},
            "sequence": {"S": "head"},
            "body": {"S": orjson.dumps(asdict(head)).decode()},
        }
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def put_malformed(self, **texts: str) -> None:
        """Put an item of any shape."""
        item = {name: {"S": value} for name, value in {"chain": CHAIN, **texts}.items()}
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def alter(self, entry: AuditEntry, attribute: str, value: str) -> None:
        """Change one attribute of an entry."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"chain": {"S": entry.chain}, "sequence": {"S": entry.number}},
            UpdateExpression="SET #attribute = :value",
            ExpressionAttributeNames={"#attribute": attribute},
            ExpressionAttributeValues={":value": {"S": value}},
        )
