"""The scopes of the API."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """A permission of an API key; no scope includes another."""

    INGEST_WRITE = "ingest:write"
    INGEST_READ = "ingest:read"
    ANALYTICS_READ = "analytics:read"
    DASHBOARDS_READ = "dashboards:read"
    DASHBOARDS_WRITE = "dashboards:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    QUALITY_READ = "quality:read"
    FRAUD_READ = "fraud:read"
    EXPERIMENTS_READ = "experiments:read"
    EXPERIMENTS_WRITE = "experiments:write"
    REPLAY_READ = "replay:read"
    REPLAY_RUN = "replay:run"
    AUDIT_READ = "audit:read"
    EXPORT_RUN = "export:run"
    ADMIN = "admin"


PUBLIC = None
"""The scope of a route that requires no token."""


def scope_of_channel(channel: str) -> Scope:
    """Return the scope that a channel of the WebSocket API requires: that of the routes with the same data."""
    return Scope.DASHBOARDS_READ if channel.startswith("dashboards/") else Scope.FRAUD_READ


def spelt(scopes: Iterable[Scope]) -> str:
    """Format scopes as in tokens: separated by spaces, in a fixed order."""
    return " ".join(sorted(scopes))


def understood(words: str) -> frozenset[Scope]:
    """Parse the scopes of a token; unknown words are ignored."""
    said = frozenset(words.split())
    return frozenset(scope for scope in Scope if scope in said)
