"""Models of the audit route."""

from typing import Any

from pydantic import Field

from shared.audit.entry import AuditEntry, parse
from shared.audit.links import Finding, Tampering
from shared.runtime.models import CamelModel, Model, Optional


class AuditLog(Model):
    """One audited action."""

    id: str = Field(
        description="The hash chain and the position of the entry in it.", examples=["chain-03-000000000012"]
    )
    timestamp: str = Field(description="Time of the action.", examples=["2026-11-22T12:00:00.000Z"])
    userId: str = Field(description="The user who acted: the `sub` of the token.")  # noqa: N815 # the contract's spelling
    keyId: str = Field(description="The API key that obtained the user's token.")  # noqa: N815 # as above
    action: str = Field(description="The action.", examples=["export.create"])
    resource: str = Field(description="The resource acted on.", examples=["/api/v1/analytics/export"])
    before: Optional[Any] = Field(default=None, description="State of the resource before the action.")
    after: Optional[Any] = Field(default=None, description="State of the resource after the action.")
    requestId: str = Field(description="Id of the request.")  # noqa: N815 # the contract's spelling
    sourceIp: str = Field(  # noqa: N815 # as above
        description="IP address that called the API: the client's, or that of a server of CloudFront if the request "
        "came through it; `background` or `command line` if no request did it."
    )
    hash: str = Field(description="SHA-256 of the entry, included in the next entry of its chain.")

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditLog":
        """Convert an entry to its API form."""
        said = parse(entry.body)
        return cls(
            id=f"{entry.chain}-{entry.sequence:012d}",
            timestamp=entry.at,
            userId=said["user_id"],
            keyId=said["key_id"],
            action=said["action"],
            resource=said["resource"],
            before=said["before"],
            after=said["after"],
            requestId=said["request_id"],
            sourceIp=said["source_ip"],
            hash=entry.hash,
        )


class AuditLogsResponse(Model):
    """A slice of the audit log and the total number of entries."""

    logs: list[AuditLog] = Field(description="The entries, oldest first.")
    total: int = Field(ge=0, description="Number of entries that match the filters.")


class AuditFinding(Model):
    """One sign of tampering."""

    chain: str = Field(description="The hash chain.", examples=["chain-03"])
    sequence: int = Field(ge=0, description="Number of the entry in its chain; 0 if its key is not a number.")
    tampering: Tampering = Field(description="What was done to it.")
    message: str = Field(description="The finding as a sentence.")

    @classmethod
    def of(cls, finding: Finding) -> "AuditFinding":
        """Convert a finding to its API form."""
        return cls(
            chain=finding.chain, sequence=finding.sequence, tampering=finding.tampering, message=finding.sentence
        )


class AuditVerificationResponse(CamelModel):
    """What one part of a verification of the audit log found."""

    entries: int = Field(ge=0, description="Number of entries verified in this part.")
    anchors: int = Field(ge=0, description="Number of anchors compared in this part.")
    total_entries: int = Field(ge=0, description="Number of entries in the log, for progress.")
    findings: list[AuditFinding] = Field(
        description="Signs of tampering found in this part; several parts may report the same one."
    )
    next: Optional[str] = Field(description="The `cursor` of the next part; absent after the last part.")
