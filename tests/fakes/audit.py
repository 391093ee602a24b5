"""Changes for the audit log, and the entries found in it."""

from typing import Any

from shared.app.wiring import Wiring
from shared.audit.entry import Change
from shared.audit.verification import Finding, verify


def change(number: int = 1, **fields: Any) -> Change:
    """A change of a dashboard."""
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


def findings(wired: Wiring) -> list[Finding]:
    """Everything that a check finds wrong with the chains."""
    return [finding for verdict in verify(wired.audit_trail, wired.anchors) for finding in verdict.findings]
