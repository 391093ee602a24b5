"""Messages that both channels have, each in the form of its contract. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.runtime.models import rfc3339

ANALYTICS = "analytics"
DASHBOARDS = "dashboards/"
_LONGEST_ID = 100


def dashboard_channel(dashboard_id: str) -> str:
    """Return the channel of a dashboard."""
    return f"{DASHBOARDS}{dashboard_id}"


def dashboard_of(channel: str) -> str | None:
    """Return the dashboard of a channel; None if it is not that of a dashboard."""
    found = channel.removeprefix(DASHBOARDS) if channel.startswith(DASHBOARDS) else ""
    return found if 0 < len(found) <= _LONGEST_ID else None


def analytics_message(event: str, data: Mapping[str, Any], *, cursor: int, at: datetime) -> dict[str, Any]:
    """Return an answer of `/ws/analytics`; its id is that up to which the connection has been sent events."""
    return {"event": event, "id": cursor, "timestamp": rfc3339(at), "data": data}


def dashboard_message(kind: str, at: datetime, **members: Any) -> dict[str, Any]:
    """Return a message of `/ws/dashboards/{id}`."""
    return {"type": kind, **members, "timestamp": rfc3339(at)}


def error(channel: str, code: str, text: str, *, cursor: int, at: datetime) -> dict[str, Any]:
    """Return an error in the form of a channel."""
    if channel == ANALYTICS:
        return analytics_message("error", {"code": code, "message": text}, cursor=cursor, at=at)
    return dashboard_message("error", at, code=code, error=text)
