"""Connections for tests of stores."""

from datetime import timedelta
from typing import Any

from shared.live.connections import Connection
from tests.fakes.records import NOW


def connection(name: str = "connection-1", **fields: Any) -> Connection:
    """An open connection."""
    usual: dict[str, Any] = {
        "channel": "analytics",
        "endpoint": "http://127.0.0.1:1",
        "subject": "ann",
        "key_id": "key-1",
        "family": "family-1",
        "scopes": frozenset({"fraud:read"}),
        "token_expires_at": NOW + timedelta(hours=24),
        "connected_at": NOW,
    }
    return Connection(connection_id=name, **{**usual, **fields})
