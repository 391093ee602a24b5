"""Stores scenarios and their runs in one table, and with each run that begins or ends its entry in the register.

A scenario repeats the status of its latest run. Both change in one transaction, which is conditional on the status that
they leave, so of two that start, cancel or complete a run at the same time one succeeds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.pipelines.run_register import REFUSED, EndedRun
from shared.replay.ids import ID
from shared.replay.records import StoredRun, StoredScenario
from shared.replay.states import UNDER_WAY, ReplayStatus
from shared.replay.stored_items import read_run, read_scenario, run_item, scenario_item
from shared.runtime.dynamodb import ConditionNotMet, deserialize, get_items, serialize, transact
from shared.runtime.errors import NotFound
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.pipelines.run_register import RunRegister
    from shared.runtime.models import Clock

REPLAYS_TABLE = Table(
    "replays", writes=Write.PUT | Write.UPDATE, partition_key="part", sort_key="id", expires_by="expires_at"
)

_SCENARIOS = "scenarios"
_ID = re.compile(ID, re.ASCII)
_SLICES_KEPT = timedelta(days=30)
_STATUS = {"#status": "status"}


@dataclass(frozen=True, kw_only=True)
class ReplayStore:
    """Reads scenarios and runs, and moves them between their states."""

    dynamodb: "DynamoDBClient"
    table: str
    register: "RunRegister"
    clock: "Clock"

    def add(self, scenario: StoredScenario) -> None:
        """Store a new scenario."""
        item = {**_key(_SCENARIOS, scenario.scenario_id), **scenario_item(scenario)}
        self.dynamodb.put_item(TableName=self.table, Item=serialize(item))

    def get(self, scenario_id: str) -> StoredScenario:
        """Return a scenario.

        Raises:
            NotFound: it does not exist.
        """
        item = self._get(_SCENARIOS, scenario_id)
        if item is None:
            raise NotFound("There is no replay scenario with this id")
        return read_scenario(item)

    def list_all(self) -> Sequence[StoredScenario]:
        """Return all scenarios, the oldest first."""
        return list(map(read_scenario, self._query(_SCENARIOS)))

    def run(self, scenario_id: str, run_id: str) -> StoredRun:
        """Return a run of a scenario.

        Raises:
            NotFound: it does not exist.
        """
        item = self._get(_runs(scenario_id), run_id)
        if item is None:
            raise NotFound("There is no run with this id of the scenario")
        return read_run(item)

    def latest_run(self, scenario: StoredScenario) -> StoredRun | None:
        """Return the latest run of a scenario; None for a draft."""
        return self.run(scenario.scenario_id, scenario.run_id) if scenario.run_id else None

    def latest_runs(self, scenarios: Sequence[StoredScenario]) -> Mapping[str, StoredRun]:
        """Return the latest runs of scenarios by the ids of these."""
        keys = [_key(_runs(each.scenario_id), each.run_id) for each in scenarios if each.run_id]
        found = map(read_run, get_items(self.dynamodb, self.table, keys)) if keys else ()
        return {each.scenario_id: each for each in found}

    def runs(self, scenario_id: str) -> Sequence[StoredRun]:
        """Return all runs of a scenario, the oldest first."""
        return list(map(read_run, self._query(_runs(scenario_id))))

    def begin(self, scenario: StoredScenario, run: StoredRun) -> bool:
        """Queue a run of a scenario as it was read; return whether it was as it was read."""
        names = {**_STATUS, "#run": "run_id"}
        seen = "#run = :seen" if scenario.run_id else "attribute_not_exists(#run)"
        values = {":status": run.status, ":left": scenario.status, ":run": run.run_id, ":as_of": sortable(run.as_of)}
        update = {
            "TableName": self.table,
            "Key": serialize(_key(_SCENARIOS, scenario.scenario_id)),
            "UpdateExpression": "SET #status = :status, #run = :run, as_of = :as_of",
            "ConditionExpression": f"#status = :left AND {seen}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": serialize(
                {**values, **({":seen": scenario.run_id} if scenario.run_id else {})}
            ),
        }
        item = {**_key(_runs(run.scenario_id), run.run_id), **run_item(run)}
        put = {"Put": {"TableName": self.table, "Item": serialize(item)}}
        return self._transact([{"Update": update}, put, self.register.begin(run.run_id, run.requested_at)])

    def set_running(self, run: StoredRun, *, total: int, slices: int, estimated_at: datetime) -> bool:
        """Record that the slices of a queued run are written; return whether it was queued."""
        changes = {"total": total, "slices": slices, "estimated_at": sortable(estimated_at)}
        return self._transact(self._moves(run, [ReplayStatus.QUEUED], ReplayStatus.RUNNING, changes))

    def count_slice(self, run: StoredRun, place: int, decisions: int) -> None:
        """Count the decisions of a slice of a running run, unless they are counted."""
        now = self.clock()
        marker = {
            **_key(f"slices#{run.run_id}", f"{place:04}"),
            "decisions": decisions,
            "expires_at": int((now + _SLICES_KEPT).timestamp()),
        }
        counted = {
            "TableName": self.table,
            "Key": serialize(_key(_runs(run.scenario_id), run.run_id)),
            "UpdateExpression": "SET changed_at = :now ADD #processed :decisions",
            "ConditionExpression": "#status = :running",
            "ExpressionAttributeNames": {**_STATUS, "#processed": "processed"},
            "ExpressionAttributeValues": serialize(
                {":now": sortable(now), ":decisions": decisions, ":running": ReplayStatus.RUNNING}
            ),
        }
        put = {
            "TableName": self.table,
            "Item": serialize(marker),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        self._transact([{"Put": put}, {"Update": counted}])

    def end(
        self,
        run: StoredRun,
        status: ReplayStatus,
        *,
        checksum: str | None = None,
        error: str | None = None,
        refused: bool = False,
    ) -> bool:
        """End a run that is under way; return whether it was. A completed one must be running.

        A run that is refused has failed by its scenario, which is no failure of the pipeline.
        """
        now = self.clock()
        ended = replace(run, status=status, completed_at=now)
        left = [ReplayStatus.RUNNING] if status is ReplayStatus.COMPLETED else sorted(UNDER_WAY)
        changes = {"completed_at": sortable(now), "checksum": checksum, "error": error}
        entry = EndedRun(status=REFUSED if refused else status, at=now, decisions=run.total or 0, seconds=ended.seconds)
        return self._transact([*self._moves(run, left, status, changes), *self.register.end(run.run_id, entry)])

    def _moves(
        self, run: StoredRun, left: Sequence[ReplayStatus], to: ReplayStatus, changes: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the updates that move a run, and the scenario whose latest run it is, out of one of some states."""
        given = {name: each for name, each in changes.items() if each is not None}
        given = {**given, "status": to, "changed_at": sortable(self.clock())}
        states = {f":left{number}": each for number, each in enumerate(left)}
        of_run = {
            "TableName": self.table,
            "Key": serialize(_key(_runs(run.scenario_id), run.run_id)),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in given),
            "ConditionExpression": f"#status IN ({', '.join(states)})",
            "ExpressionAttributeNames": {f"#{name}": name for name in given},
            "ExpressionAttributeValues": serialize({**states, **{f":{name}": each for name, each in given.items()}}),
        }
        of_scenario = {
            "TableName": self.table,
            "Key": serialize(_key(_SCENARIOS, run.scenario_id)),
            "UpdateExpression": "SET #status = :status",
            "ConditionExpression": "run_id = :run",
            "ExpressionAttributeNames": _STATUS,
            "ExpressionAttributeValues": serialize({":status": to, ":run": run.run_id}),
        }
        return [{"Update": of_run}, {"Update": of_scenario}]

    def _transact(self, writes: Sequence[Any]) -> bool:
        try:
            transact(self.dynamodb, writes)
        except ConditionNotMet:
            return False
        return True

    def _get(self, part: str, identity: str) -> dict[str, Any] | None:
        if not _ID.fullmatch(identity):
            return None
        answer = self.dynamodb.get_item(TableName=self.table, Key=serialize(_key(part, identity)), ConsistentRead=True)
        return deserialize(answer["Item"]) if "Item" in answer else None

    def _query(self, part: str) -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="part = :part",
            ExpressionAttributeValues=serialize({":part": part}),
            ConsistentRead=True,
        )
        return [deserialize(item) for page in pages for item in page["Items"]]


def _runs(scenario_id: str) -> str:
    return f"runs#{scenario_id}"


def _key(part: str, identity: str | None) -> dict[str, Any]:
    return {"part": part, "id": identity}
