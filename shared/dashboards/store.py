"""Stores dashboards, the number of each user's, and the changes to publish, in one table.

A change and its event are one transaction: an item stays until the event is published, so that after a crash
`publish_pending` finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.dashboards.built_ins import BUILT_INS
from shared.dashboards.events import DASHBOARD_CHANGED
from shared.dashboards.models import Dashboard, DashboardRequest
from shared.ingestion.ids import truncate_to_milliseconds
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import Conflict, Forbidden, NotFound, Unavailable, Unprocessable
from shared.runtime.index_queries import query_index, query_shards, shard_of
from shared.runtime.models import sortable
from shared.runtime.observability import count, logger
from shared.runtime.parallel import both
from shared.runtime.resources import Index, Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.events.bus import PlatformEvents
    from shared.runtime.models import Clock

_BY_OWNER = Index(name="by_owner", partition_key="owner_key", sort_key="listed_at")
_PUBLIC = Index(name="public", partition_key="public_key", sort_key="listed_at")

DASHBOARDS_TABLE = Table(
    "dashboards",
    writes=Write.PUT | Write.UPDATE | Write.DELETE,
    partition_key="dashboard_id",
    indexes=(_BY_OWNER, _PUBLIC),
)

MOST_DASHBOARDS = 200

_TRIES = 8
_LONGEST_NAME_OF_COPY = 190
_EVERYONE, _CHANGES = "everyone", "changes"
_NOT_MET = "ConditionalCheckFailed"
_IS_NEW = "attribute_not_exists(dashboard_id)"
_LEAST_STEP = timedelta(milliseconds=1)
_PENDING_FOR = timedelta(minutes=1)
"""Time after which a change counts as left over."""


@dataclass(frozen=True, kw_only=True)
class DashboardReader:
    """Reads dashboards."""

    dynamodb: "DynamoDBClient"
    table: str

    def get(self, dashboard_id: str) -> Dashboard:
        """Return a dashboard, whoever may see it.

        Raises:
            NotFound: it does not exist.
        """
        if dashboard_id in BUILT_INS:
            return BUILT_INS[dashboard_id]
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(dashboard_id), ConsistentRead=True)
        item = deserialize(answer.get("Item", {}))
        if "body" not in item:
            raise _not_found()
        return _read(item)

    def get_visible(self, dashboard_id: str, user: str) -> Dashboard:
        """Return a dashboard that a user may see.

        Raises:
            NotFound: it does not exist, or is another user's and not public.
        """
        found = self.get(dashboard_id)
        if not found.is_public and found.owner != user:
            raise _not_found()
        return found


@dataclass(frozen=True, kw_only=True)
class Dashboards(DashboardReader):
    """Reads dashboards, and changes those of their owners."""

    events: "PlatformEvents"
    clock: "Clock"

    def get_own(self, dashboard_id: str, user: str) -> Dashboard:
        """Return a dashboard that a user may change.

        Raises:
            NotFound: the user may not even see it.
            Forbidden: it comes with the platform, or is another user's.
        """
        found = self.get_visible(dashboard_id, user)
        if dashboard_id in BUILT_INS:
            raise Forbidden("Dashboards that come with the platform cannot be changed; make a copy")
        if found.owner != user:
            raise Forbidden("Only its owner can change a dashboard; make a copy")
        return found

    def list_visible(self, user: str) -> Sequence[Dashboard]:
        """Return the dashboards that a user may see; a change of a second ago may be missing."""
        public, own = both(self._public, lambda: self._own(user))
        return list({each.dashboard_id: each for each in (*BUILT_INS.values(), *public, *own)}.values())

    def add(self, request: DashboardRequest, owner: str) -> Dashboard:
        """Store a new dashboard.

        Raises:
            Unprocessable: the user has as many as a user may have.
        """
        now = truncate_to_milliseconds(self.clock())
        made = Dashboard(
            **dict(request), dashboard_id=str(uuid4()), created_at=now, updated_at=now, owner=owner, version=1
        )
        put = {"TableName": self.table, "Item": _item(made), "ConditionExpression": _IS_NEW}
        if self._transact({"Put": put}, self._counted(owner, 1)):
            raise Unprocessable(f"A user has at most {MOST_DASHBOARDS} dashboards; delete one first")
        return made

    def copy(self, original: Dashboard, owner: str) -> Dashboard:
        """Store a private copy of a dashboard.

        Raises:
            Unprocessable: the user has as many as a user may have.
        """
        content = {name: getattr(original, name) for name in DashboardRequest.model_fields}
        name = f"{original.name[:_LONGEST_NAME_OF_COPY]} (copy)"
        return self.add(DashboardRequest(**{**content, "name": name, "is_public": False}), owner)

    def replace(self, current: Dashboard, request: DashboardRequest) -> Dashboard:
        """Replace a dashboard as it was read, and publish the change.

        Raises:
            Conflict: it was changed or deleted since.
        """
        content = {name: getattr(request, name) for name in DashboardRequest.model_fields}
        now = max(truncate_to_milliseconds(self.clock()), current.updated_at + _LEAST_STEP)
        times = {"updated_at": now, "version": current.version + 1}
        changed = Dashboard(**{**dict(current), **content, **times})
        put = {
            "TableName": self.table,
            "Item": _item(changed),
            "ConditionExpression": "version = :seen",
            "ExpressionAttributeValues": serialize({":seen": current.version}),
        }
        change_id, pending = self._pending(changed.dashboard_id, "updated")
        if self._transact({"Put": put}, pending):
            raise Conflict("The dashboard was changed or deleted since it was read; read it and try again")
        self._publish(change_id, changed.dashboard_id, "updated")
        return changed

    def delete(self, dashboard: Dashboard) -> None:
        """Delete a dashboard, and publish that.

        Raises:
            NotFound: it is deleted already.
        """
        delete = {
            "TableName": self.table,
            "Key": _key(dashboard.dashboard_id),
            "ConditionExpression": "attribute_exists(dashboard_id)",
        }
        change_id, pending = self._pending(dashboard.dashboard_id, "deleted")
        if self._transact({"Delete": delete}, self._counted(dashboard.owner, -1), pending):
            raise _not_found()
        self._publish(change_id, dashboard.dashboard_id, "deleted")

    def publish_pending(self) -> int:
        """Publish changes that were made over a minute ago and are not known to be published; return their number."""
        left = [
            each
            for each in query_shards(self.dynamodb, self.table, _BY_OWNER, _CHANGES)
            if datetime.fromisoformat(each["listed_at"]) < self.clock() - _PENDING_FOR
        ]
        for each in left:
            self._publish(each["dashboard_id"], each["changed_id"], each["change"])
        return len(left)

    def _counted(self, owner: str, change: int) -> dict[str, Any]:
        """Return the update of the number of a user's dashboards, which must stay within bounds."""
        allowed = "attribute_not_exists(dashboards) OR dashboards < :most" if change > 0 else "dashboards > :none"
        bound = {":most": MOST_DASHBOARDS} if change > 0 else {":none": 0}
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(f"count#{owner}"),
                "UpdateExpression": "ADD dashboards :change",
                "ConditionExpression": allowed,
                "ExpressionAttributeValues": serialize({":change": change, **bound}),
            }
        }

    def _pending(self, dashboard_id: str, change: str) -> tuple[str, dict[str, Any]]:
        change_id = f"change#{uuid4()}"
        item = {
            "dashboard_id": change_id,
            "owner_key": shard_of(_CHANGES, change_id),
            "listed_at": sortable(self.clock()),
            "changed_id": dashboard_id,
            "change": change,
        }
        return change_id, {"Put": {"TableName": self.table, "Item": serialize(item)}}

    def _publish(self, change_id: str, dashboard_id: str, change: str) -> None:
        """Publish a change and forget it; if that fails, the change stays for `publish_pending`."""
        try:
            self.events.publish(DASHBOARD_CHANGED, {"dashboard_id": dashboard_id, "change": change})
            self.dynamodb.delete_item(TableName=self.table, Key=_key(change_id))
        except (BotoCoreError, ClientError, ConnectionError) as error:
            logger().warning("a change of a dashboard is not published yet", dashboard_id=dashboard_id, exc_info=error)
            count("DashboardChangesPending")

    def _transact(self, *writes: Mapping[str, Any]) -> bool:
        """Make all writes or none; return whether a condition was not met.

        Raises:
            Unavailable: others kept changing the same items.
        """
        for _ in retry(_TRIES):
            try:
                self.dynamodb.transact_write_items(TransactItems=list(writes))  # type: ignore[arg-type] # as declared
            except self.dynamodb.exceptions.TransactionCanceledException as cancelled:
                codes = {reason.get("Code") for reason in cancelled.response["CancellationReasons"]}
                if _NOT_MET in codes:
                    return True
            else:
                return False
        raise Unavailable("Another request is changing the same dashboards; retry later", retry_after=1)

    def _public(self) -> list[Dashboard]:
        return list(map(_read, query_shards(self.dynamodb, self.table, _PUBLIC, _EVERYONE)))

    def _own(self, user: str) -> list[Dashboard]:
        key = {":key": _owner_key(user)}
        return list(map(_read, query_index(self.dynamodb, self.table, _BY_OWNER.name, "owner_key = :key", key)))


def _not_found() -> NotFound:
    return NotFound("The dashboard does not exist")


def _key(dashboard_id: str) -> dict[str, Any]:
    return serialize({"dashboard_id": dashboard_id})


def _owner_key(user: str) -> str:
    return f"user#{user}"


def _item(dashboard: Dashboard) -> dict[str, Any]:
    return serialize(
        {
            "dashboard_id": dashboard.dashboard_id,
            "owner_key": _owner_key(dashboard.owner),
            "public_key": shard_of(_EVERYONE, dashboard.dashboard_id) if dashboard.is_public else None,
            "listed_at": f"{sortable(dashboard.created_at)}#{dashboard.dashboard_id}",
            "version": dashboard.version,
            "body": dashboard.model_dump_json(),
        }
    )


def _read(item: Mapping[str, Any]) -> Dashboard:
    return Dashboard.model_validate_json(item["body"])
