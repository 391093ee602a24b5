"""Changes for the audit log."""

from typing import Any

from shared.audit.entry import Change


def change(number: int = 1, **fields: Any) -> Change:
    """Somebody changed a dashboard."""
    return Change(
        **{
            "action": "dashboards.update",
            "user_id": "ann",
            "key_id": "key-1",
            "resource": f"/api/v1/dashboards/d-{number}",
            "request_id": f"req-{number}",
            "source_ip": "192.0.2.1",
            "before": {"version": number},
            "after": {"version": number + 1},
            **fields,
        }
    )
