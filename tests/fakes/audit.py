"""Changes for the audit log, and the entries found in it."""

from typing import Any

from shared.app.wiring import Wiring
from shared.audit.entry import Change
from shared.audit.links import Finding
from shared.audit.verification import Verification, verify


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
    """Everything that a verification finds wrong with the chains; the sizes of its parts make no difference."""
    verdicts = verify(wired.audit_trail, wired.anchors)
    found = [finding for verdict in verdicts for finding in verdict.findings]
    for most in (1, 2_000):
        parts = list(Verification(wired.audit_trail, wired.anchors, most_bytes=most, most_anchors=1).parts())
        assert sum(sum(part.entries.values()) for part in parts) == sum(each.entries for each in verdicts)
        assert sorted({finding for part in parts for finding in part.findings}) == found
    return found
