"""The nouns of the audit route (contract F, Audit)."""

from typing import Any

from pydantic import Field

from shared.audit.entry import Entry, told
from shared.runtime.models import Model, Optional


class AuditLog(Model):
    """One thing that somebody did."""

    id: str = Field(description="Chain and place in it.", examples=["chain-03-000000000012"])
    timestamp: str = Field(examples=["2026-11-22T12:00:00.000Z"])
    userId: str  # noqa: N815 # the contract's spelling
    keyId: str = Field(description="The API key that the user's token was got for.")  # noqa: N815 # as above
    action: str = Field(examples=["export.create"])
    resource: str = Field(description="What it was done to.", examples=["/api/v1/analytics/export"])
    before: Optional[Any] = Field(default=None, description="The thing as it was.")
    after: Optional[Any] = Field(default=None, description="The thing as it was then.")
    requestId: str  # noqa: N815 # the contract's spelling
    sourceIp: str  # noqa: N815 # as above
    hash: str = Field(description="SHA-256 of the entry, which the next one in its chain carries.")

    @classmethod
    def of(cls, entry: Entry) -> "AuditLog":
        """Tell an entry as the API does."""
        said = told(entry.body)
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
    """A window of the audit log, and how many entries there are in all."""

    logs: list[AuditLog]
    total: int = Field(ge=0)
