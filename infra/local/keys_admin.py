"""Administration of a stage's API keys by somebody with credentials for its account: on record, as through the API."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import uuid4

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.keys import identity_of
from infra.local.stage import Stage
from shared.audit.entry import Change
from shared.audit.trail import AuditTrail
from shared.auth.key_store import ApiKeys
from shared.auth.models import ApiKey, ApiKeyWithSecret, NewApiKey
from shared.runtime.errors import Unavailable
from shared.runtime.models import now

_NOWHERE = "command line"


@dataclass(frozen=True, kw_only=True)
class KeysAdmin:
    """The keys of a stage, and who changes them."""

    keys: ApiKeys
    trail: AuditTrail
    who: str

    @classmethod
    def of(cls, stage: Stage) -> "KeysAdmin":
        """Act on a stage, as whom AWS takes us for.

        Raises:
            NotDeployed: the stage has no audit log to put changes on record in.
        """
        return cls(
            keys=identity_of(stage.clients, stage.endpoint, stage.outputs, stage.name).keys,
            trail=AuditTrail(stage.client("dynamodb"), stage.output("AuditTableName"), now),
            who=stage.client("sts").get_caller_identity()["Arn"],
        )

    def create(self, wanted: NewApiKey) -> ApiKeyWithSecret:
        """Make a key."""
        made = self.keys.create(wanted)
        self._record("create", None, made)
        return made

    def revoke(self, key_id: str) -> ApiKey:
        """Make a key good for nothing."""
        before = self._as_it_is(key_id)
        revoked = self.keys.revoke(key_id)
        self._record("revoke", before, revoked)
        return revoked

    def rotate(self, key_id: str, *, grace: timedelta) -> ApiKeyWithSecret:
        """Give a key a new secret."""
        before = self._as_it_is(key_id)
        rotated = self.keys.rotate(key_id, grace=grace)
        self._record("rotate", before, rotated)
        return rotated

    def _as_it_is(self, key_id: str) -> ApiKey | None:
        found = self.keys.find(key_id)
        return found and found[0]

    def _record(self, what: str, before: ApiKey | None, after: ApiKey) -> None:
        """Put a change on record; where that fails, say so and go on: a secret that is not shown now is lost."""
        change = Change(
            action=f"keys {what}",
            user_id=self.who,
            key_id=_NOWHERE,
            resource=f"/api/v1/auth/keys/{after.id}",
            request_id=str(uuid4()),
            source_ip=_NOWHERE,
            before=before and before.model_dump(mode="json"),
            after=after.model_dump(mode="json", exclude={"client_secret"}),
        )
        try:
            self.trail.record(change)
        except (Unavailable, BotoCoreError, ClientError) as error:
            typer.echo(f"This change is missing in the audit log ({error}): {asdict(change)}", err=True)
