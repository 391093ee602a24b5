"""Scenarios and runs as items of DynamoDB."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from shared.replay.records import StoredRun, StoredScenario
from shared.replay.scenario_models import ReplayScenarioRequest
from shared.replay.states import ReplayStatus
from shared.runtime.models import sortable

_MOMENTS = ("as_of", "requested_at", "estimated_at", "changed_at", "completed_at")
_NUMBERS = ("total", "processed", "slices")


def scenario_item(scenario: StoredScenario) -> dict[str, Any]:
    """Return a scenario as an item, without its key."""
    return {
        "body": scenario.request.model_dump_json(by_alias=True),
        "created_at": sortable(scenario.created_at),
        "created_by": scenario.created_by,
        "status": scenario.status,
        "as_of": None if scenario.as_of is None else sortable(scenario.as_of),
        "run_id": scenario.run_id,
    }


def read_scenario(item: Mapping[str, Any]) -> StoredScenario:
    """Read the item of a scenario."""
    return StoredScenario(
        scenario_id=item["id"],
        request=ReplayScenarioRequest.model_validate_json(item["body"]),
        created_at=datetime.fromisoformat(item["created_at"]),
        created_by=item["created_by"],
        status=ReplayStatus(item["status"]),
        as_of=datetime.fromisoformat(item["as_of"]) if "as_of" in item else None,
        run_id=item.get("run_id"),
    )


def run_item(run: StoredRun) -> dict[str, Any]:
    """Return a run as an item, without its key."""
    values = {each.name: getattr(run, each.name) for each in fields(run)}
    return {name: sortable(each) if isinstance(each, datetime) else each for name, each in values.items()}


def read_run(item: Mapping[str, Any]) -> StoredRun:
    """Read the item of a run."""
    known = {each.name: item[each.name] for each in fields(StoredRun) if each.name in item}
    moments = {name: datetime.fromisoformat(known[name]) for name in _MOMENTS if name in known}
    numbers = {name: int(known[name]) for name in _NUMBERS if name in known}
    return StoredRun(**{**known, **moments, **numbers, "status": ReplayStatus(known["status"])})
