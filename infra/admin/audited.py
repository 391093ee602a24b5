"""Changes from the command line, recorded in the audit log like those through the API."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from infra.admin.stage import Stage
from infra.local.terminal import echo
from shared.audit.entry import Change
from shared.audit.trail import AuditTrail
from shared.runtime.errors import Unavailable
from shared.runtime.models import now

_NOWHERE = "command line"


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """A user with credentials for a stage's account, and the audit log of their changes."""

    trail: AuditTrail
    who: str

    @classmethod
    def of(cls, stage: Stage) -> "Administrator":
        """Act on a stage, as whom AWS takes us for.

        Raises:
            NotDeployed: the stage has no audit log to put changes on record in.
        """
        return cls(
            trail=AuditTrail(stage.client("dynamodb"), stage.output("AuditTableName"), now),
            who=stage.client("sts").get_caller_identity()["Arn"],
        )

    def record(self, action: str, resource: str, *, before: Any, after: Any) -> None:
        """Record a change; a failure is only reported, since the change was made and a secret may have to be shown."""
        change = Change(
            action=action,
            user_id=self.who,
            key_id=_NOWHERE,
            resource=resource,
            request_id=str(uuid4()),
            source_ip=_NOWHERE,
            before=before,
            after=after,
        )
        try:
            self.trail.record(change)
        except (Unavailable, BotoCoreError, ClientError) as error:
            echo(f"This change could not be written to the audit log ({error}): {asdict(change)}", err=True)
