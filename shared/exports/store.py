"""Stores exports that are prepared in the background, each with its state, progress and file."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.exports.job import ExportJob
from shared.exports.models import ExportProgress, ExportState, ExportStatus
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

EXPORTS_TABLE = Table("exports", writes=Write.PUT | Write.UPDATE, partition_key="export_id", expires_by="expires_at")

MOST_ATTEMPTS = 3
LEASE = timedelta(minutes=16)
"""Longer than an attempt can last, so that no two of them run at once."""

KEPT_FOR = timedelta(days=1)
"""Shorter than files are kept."""

_WAITING = "#state IN (:queued, :running) AND (attribute_not_exists(leased_until) OR leased_until < :now)"
_OWN = "#state = :running AND attempts = :attempt"
_STATE = {"#state": "state"}


@dataclass(frozen=True)
class StoredExport:
    """An export as it is stored."""

    job: ExportJob
    state: ExportState
    attempts: int
    rows: int
    sha256: str | None
    error: str | None

    @property
    def status(self) -> ExportStatus:
        """What its user is told."""
        total = self.job.rows
        percentage = round(100 * self.rows / total, 1) if total else 100.0
        return ExportStatus(
            export_id=self.job.export_id,
            status=self.state,
            progress=ExportProgress(rows=self.rows, total=total, percentage=percentage),
            created_at=self.job.created_at,
            request=self.job.request,
            error=self.error,
        )


@dataclass(frozen=True, kw_only=True)
class ExportStore:
    """Reads exports, and changes their state."""

    dynamodb: "DynamoDBClient"
    table: str
    clock: "Clock"

    def get(self, export_id: str) -> StoredExport | None:
        """Return an export; None if there is none."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(export_id), ConsistentRead=True)
        item = deserialize(answer.get("Item", {}))
        return _read(item) if item else None

    def add(self, job: ExportJob) -> StoredExport:
        """Store a new export, unless the same one is stored and has not failed; return the one that is stored."""
        item = {
            "export_id": job.export_id,
            "job": job.model_dump_json(by_alias=True),
            "state": ExportState.QUEUED,
            "attempts": 0,
            "rows": 0,
            "expires_at": int((job.created_at + KEPT_FOR).timestamp()),
        }
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item=serialize(item),
                ConditionExpression="attribute_not_exists(export_id) OR #state = :failed OR expires_at < :now",
                ExpressionAttributeNames=_STATE,
                ExpressionAttributeValues=serialize(
                    {":failed": ExportState.FAILED, ":now": int(self.clock().timestamp())}
                ),
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return self.get(job.export_id) or self.add(job)
        return _read(item)

    def claim(self, export_id: str) -> StoredExport | None:
        """Begin an attempt; None if there is nothing to do, or another attempt is under way."""
        now = self.clock()
        values = {
            ":queued": ExportState.QUEUED,
            ":running": ExportState.RUNNING,
            ":now": sortable(now),
            ":until": sortable(now + LEASE),
            ":none": 0,
            ":one": 1,
        }
        return self._update(
            export_id,
            "SET #state = :running, leased_until = :until, #rows = :none ADD attempts :one",
            _WAITING,
            values,
            {"#rows": "rows"},
        )

    def advance(self, claimed: StoredExport, rows: int) -> None:
        """Record how many rows an attempt has written."""
        self._change(claimed, "SET #rows = :rows", {":rows": rows}, {"#rows": "rows"})

    def release(self, claimed: StoredExport) -> None:
        """End an attempt that failed and may be repeated."""
        self._change(claimed, "REMOVE leased_until", {})

    def complete(self, claimed: StoredExport, sha256: str) -> None:
        """Record that the file is there."""
        values = {":completed": ExportState.COMPLETED, ":sha256": sha256, ":rows": claimed.job.rows}
        change = "SET #state = :completed, sha256 = :sha256, #rows = :rows REMOVE leased_until"
        self._change(claimed, change, values, {"#rows": "rows"})

    def fail(self, claimed: StoredExport, error: str) -> None:
        """Record that an export cannot be prepared, and why."""
        values = {":failed": ExportState.FAILED, ":error": error}
        self._change(claimed, "SET #state = :failed, #error = :error REMOVE leased_until", values, {"#error": "error"})

    def _change(
        self, claimed: StoredExport, change: str, values: dict[str, Any], names: dict[str, str] | None = None
    ) -> None:
        """Change an export if this attempt is still the last one; otherwise another one goes on."""
        own = {":running": ExportState.RUNNING, ":attempt": claimed.attempts}
        self._update(claimed.job.export_id, change, _OWN, {**own, **values}, names or {})

    def _update(
        self, export_id: str, change: str, condition: str, values: dict[str, Any], names: dict[str, str]
    ) -> StoredExport | None:
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(export_id),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={**_STATE, **names},
                ExpressionAttributeValues=serialize(values),
                ReturnValues="ALL_NEW",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return _read(deserialize(answer["Attributes"]))


def _key(export_id: str) -> Any:
    return serialize({"export_id": export_id})


def _read(item: dict[str, Any]) -> StoredExport:
    return StoredExport(
        job=ExportJob.model_validate_json(item["job"]),
        state=ExportState(item["state"]),
        attempts=int(item["attempts"]),
        rows=int(item["rows"]),
        sha256=item.get("sha256"),
        error=item.get("error"),
    )
