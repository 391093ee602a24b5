"""The scopes of the API and the table of the scope that each route requires."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


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


class RouteWithoutScope(LookupError):
    """A route has no entry in the scope table."""


PUBLIC = None
"""The scope of a route that requires no token."""

ROUTES: Mapping[str, Scope | None] = MappingProxyType(
    {
        "POST /auth/token": PUBLIC,
        "POST /auth/refresh": PUBLIC,
        "GET /.well-known/jwks.json": PUBLIC,
        "GET /openapi.json": PUBLIC,
        "GET /docs": PUBLIC,
        "GET /docs/{name}": PUBLIC,
        "GET /health": PUBLIC,
        "GET /auth/keys": Scope.ADMIN,
        "POST /auth/keys": Scope.ADMIN,
        "DELETE /auth/keys/{key_id}": Scope.ADMIN,
        "POST /auth/keys/{key_id}/rotate": Scope.ADMIN,
        "POST /ingest/batch": Scope.INGEST_WRITE,
        "POST /ingest/stream": Scope.INGEST_WRITE,
        "POST /ingest/uploads": Scope.INGEST_WRITE,
        "GET /ingest/batches/{batch_id}/status": Scope.INGEST_READ,
        "POST /ingest/batches/{batch_id}/cancel": Scope.INGEST_WRITE,
        "POST /ingest/batches/{batch_id}/resume": Scope.INGEST_WRITE,
        "GET /ingest/batches/{batch_id}/errors": Scope.INGEST_READ,
        "GET /ingest/ledger": Scope.INGEST_READ,
        "GET /ingest/quarantine": Scope.INGEST_READ,
        "POST /ingest/quarantine/redrive": Scope.INGEST_WRITE,
        "GET /ingest/sources": Scope.INGEST_READ,
        "PUT /ingest/sources/{source_id}": Scope.INGEST_WRITE,
        "GET /analytics/audit/logs": Scope.AUDIT_READ,
        "GET /analytics/metrics": Scope.ANALYTICS_READ,
        "GET /analytics/customers/segments": Scope.ANALYTICS_READ,
        "GET /analytics/customers/{customer_id}/profile": Scope.ANALYTICS_READ,
        "GET /analytics/products/performance": Scope.ANALYTICS_READ,
        "GET /data-quality/reports": Scope.QUALITY_READ,
    }
)


def scope_of(method: str, path: str) -> Scope | None:
    """Return the scope that a route requires; its path is that of the OpenAPI document, without the base path.

    Raises:
        RouteWithoutScope: the route is not in the table.
    """
    try:
        return ROUTES[f"{method} {path}"]
    except KeyError:
        raise RouteWithoutScope(f"{method} {path} has no scope: add one, or PUBLIC, to shared/auth/scopes.py") from None


def scope_of_channel(channel: str) -> Scope:
    """Return the scope that a channel of the WebSocket API requires: one dashboard, or all analytics."""
    return Scope.DASHBOARDS_READ if channel.startswith("dashboards/") else Scope.ANALYTICS_READ


def spelt(scopes: Iterable[Scope]) -> str:
    """Format scopes as in tokens: separated by spaces, in a fixed order."""
    return " ".join(sorted(scopes))


def understood(words: str) -> frozenset[Scope]:
    """Parse the scopes of a token; unknown words are ignored."""
    said = frozenset(words.split())
    return frozenset(scope for scope in Scope if scope in said)
