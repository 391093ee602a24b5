"""Administration of a stage's API keys with credentials for its account, recorded as through the API."""

from dataclasses import dataclass
from datetime import timedelta

from infra.admin.audited import Administrator
from infra.admin.stage import Stage
from infra.local.keys import identity_of
from shared.auth.key_store import ApiKeys
from shared.auth.models import ApiKey, ApiKeyWithSecret, NewApiKey


@dataclass(frozen=True, kw_only=True)
class KeysAdmin:
    """The keys of a stage, and their administrator."""

    keys: ApiKeys
    by: Administrator

    @classmethod
    def of(cls, stage: Stage) -> "KeysAdmin":
        """Act on a stage.

        Raises:
            NotDeployed: the stage has no audit log to put changes on record in.
        """
        keys = identity_of(stage.clients, stage.endpoint, stage.outputs, stage.name).keys
        return cls(keys=keys, by=Administrator.of(stage))

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
        self.by.record(
            f"keys {what}",
            f"/api/v1/auth/keys/{after.id}",
            before=before and before.model_dump(mode="json"),
            after=after.model_dump(mode="json", exclude={"client_secret"}),
        )
