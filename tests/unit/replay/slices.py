"""Slices of decisions for tests of replays: rows as dictionaries, and the table that a slice has them in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shared.decisions.configuration import FraudConfiguration
from shared.records.features import encode
from shared.replay.facts import schema_of
from shared.replay.overrides import Overrides
from shared.replay.plan import ReplayPlan
from shared.replay.policy import ObservedRules, PolicyThresholds, policy_of

Row = dict[str, Any]
START = datetime(2025, 1, 1, tzinfo=UTC)
COSTS = FraudConfiguration.of_stage({}).cost_parameters
NUMBERS = ("revised", "after_horizon")


def row(number: int = 0, **changes: Any) -> Row:
    """A decision, approved and presumed legitimate unless changed; features by value."""
    return {
        "decision_id": f"d{number}",
        "customer_id": f"c{number}",
        "moment": START + timedelta(minutes=number),
        "score": 0.1,
        "outcome": "approve",
        "rule_version": "r1",
        "truth": "presumed",
        "charged_back": False,
        "revised": 0,
        "after_horizon": 0,
        "amount": Decimal(100),
        "channel": "web",
        "risk_band": "low",
        "features": {},
        **changes,
    }


def slice_of(rows: Sequence[Row], overrides: Overrides) -> pa.Table:
    """The rows as Athena writes them."""
    stored = [
        {
            **each,
            "moment": each["moment"].replace(tzinfo=None),
            "features": [(name, encode(value)) for name, value in (each["features"] or {}).items()],
        }
        for each in rows
    ]
    return pa.Table.from_pylist(stored, schema=schema_of(overrides))


def observed(rows: Iterable[Row]) -> list[ObservedRules]:
    """What rows show of the versions of the rules."""
    lowest: dict[str | None, dict[str, float]] = {}
    for each in rows:
        known = lowest.setdefault(each["rule_version"], {})
        known[each["outcome"]] = min(each["score"], known.get(each["outcome"], 1.0))
    return [
        ObservedRules(rule_version=version, lowest_declined=found.get("decline"), lowest_reviewed=found.get("review"))
        for version, found in lowest.items()
    ]


def plan_of(
    rows: Sequence[Row],
    overrides: Mapping[str, Any] | Overrides,
    registered: Mapping[str, PolicyThresholds] | None = None,
    **changes: Any,
) -> ReplayPlan:
    """A plan for all decisions of 2025, at its end."""
    fields = {
        "scenario_id": "scenario-1",
        "overrides": Overrides.model_validate(overrides),
        "policy": policy_of(observed(rows), registered or {}),
        "start": START,
        "end": START + timedelta(days=100),
        "as_of": START + timedelta(days=365),
        "horizon_days": 45,
        "cost_parameters": COSTS,
        "currency": "USD",
    }
    return ReplayPlan(**{**fields, **changes})
