"""The register of replay runs: those under way, and those that ended lately.

An entry is written in the transaction that begins or ends the run, so the health of the pipeline and estimates of how
long a run takes are never about a run that does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

RUN_REGISTER_TABLE = Table(
    "run_register", writes=Write.PUT | Write.DELETE, partition_key="state", sort_key="entry", expires_by="expires_at"
)

COMPLETED, FAILED, REFUSED = "completed", "failed", "refused"
"""How runs end, besides that they are cancelled; one is refused if its scenario cannot run."""

_ACTIVE, _ENDED = "active", "ended"
_KEPT = timedelta(days=90)
_OF_STATE = "#state = :state"
_NAMES = {"#state": "state"}


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """A run that ended: how, when, and how long its decisions took."""

    status: str
    at: datetime
    decisions: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class RunCounts:
    """What the health of the pipeline is judged by: when the runs under way began, and the runs that ended lately."""

    active: Sequence[datetime] = ()
    ended: Sequence[EndedRun] = ()

    @property
    def completed_at(self) -> datetime | None:
        """When a run last completed."""
        return max((each.at for each in self.ended if each.status == COMPLETED), default=None)

    @property
    def failures(self) -> int:
        """The number of runs that failed since one last completed."""
        since = self.completed_at
        return sum(each.status == FAILED and (since is None or each.at > since) for each in self.ended)


@dataclass(frozen=True, kw_only=True)
class RunRegister:
    """Gives the writes that begin and end entries, and reads entries."""

    dynamodb: "DynamoDBClient"
    table: str

    def begin(self, run_id: str, at: datetime) -> dict[str, Any]:
        """Return the write that enters a run under way."""
        return self._put({"state": _ACTIVE, "entry": run_id, "since": sortable(at)})

    def end(self, run_id: str, ended: EndedRun) -> list[dict[str, Any]]:
        """Return the writes that enter a run as ended."""
        item = {
            "state": _ENDED,
            "entry": f"{sortable(ended.at)}#{run_id}",
            "status": ended.status,
            "decisions": ended.decisions,
            "milliseconds": round(ended.seconds * 1000),
            "expires_at": int((ended.at + _KEPT).timestamp()),
        }
        key = serialize({"state": _ACTIVE, "entry": run_id})
        return [{"Delete": {"TableName": self.table, "Key": key}}, self._put(item)]

    def since(self, moment: datetime) -> RunCounts:
        """Return the runs under way, and those that ended since a moment."""
        active = self._query(_OF_STATE, {":state": _ACTIVE})
        ended = self._query(f"{_OF_STATE} AND entry >= :since", {":state": _ENDED, ":since": sortable(moment)})
        return RunCounts(
            active=[datetime.fromisoformat(each["since"]) for each in active], ended=list(map(_ended, ended))
        )

    def latest(self, number: int) -> Sequence[EndedRun]:
        """Return so many of the runs that ended last."""
        answer = self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression=_OF_STATE,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=serialize({":state": _ENDED}),
            ScanIndexForward=False,
            Limit=number,
        )
        return [_ended(deserialize(item)) for item in answer["Items"]]

    def _put(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self.table, "Item": serialize(item)}}

    def _query(self, condition: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=serialize(values),
            ConsistentRead=True,
        )
        return [deserialize(item) for page in pages for item in page["Items"]]


def _ended(item: Mapping[str, Any]) -> EndedRun:
    return EndedRun(
        status=item["status"],
        at=datetime.fromisoformat(item["entry"].partition("#")[0]),
        decisions=int(item["decisions"]),
        seconds=int(item["milliseconds"]) / 1000,
    )
