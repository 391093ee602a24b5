"""The first step of a run: the policy under which decisions were recorded, and the decisions by slice, from Athena."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.athena.sql import pinned
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.table.port import SnapshotExpired
from shared.records.schema import DataType
from shared.replay.overrides import features_of
from shared.replay.plan import ReplayPlan
from shared.replay.policy import ObservedRules, policy_of
from shared.replay.queries import ReplayedDecisions, decision_rows, recorded_policies
from shared.replay.records import StoredRun, StoredScenario
from shared.replay.run_plan import MOST_DECISIONS, PER_SLICE, RunPlan, slices_of
from shared.replay.states import ReplayStatus
from shared.runtime.errors import Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.decisions.configuration import FraudParameters
    from shared.lake.catalog.states import TableStates
    from shared.replay.estimates import Estimates
    from shared.replay.rule_thresholds import RuleThresholdsStore
    from shared.replay.run_files import ReplayFiles
    from shared.replay.store import ReplayStore

_TABLES = (DataType.DECISIONS, EXCHANGE_RATES.name)
"""The tables whose states are read; that of decisions has the snapshot of the labels."""

_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class ReplayPlanning:
    """Fixes what all slices of a run share, once: a repetition of the step finds the plan."""

    athena: "Athena"
    states: "TableStates"
    store: "ReplayStore"
    files: "ReplayFiles"
    rules: "RuleThresholdsStore"
    parameters: "Callable[[], FraudParameters]"
    estimates: "Estimates"
    reporting_currency: str
    per_slice: int = PER_SLICE

    def plan(self, scenario_id: str, run_id: str) -> int:
        """Plan a run, and return the number of its slices; 0 if it has ended, or has too many decisions.

        Raises:
            Unavailable: the tables changed too quickly to be read at one state.
        """
        run = self.store.run(scenario_id, run_id)
        if not run.is_under_way:
            return 0
        planned = self.files.find_plan(run.work_id) or self._write(self.store.get(scenario_id), run)
        if planned is None:
            return 0
        if run.status is ReplayStatus.QUEUED:
            estimated = run.requested_at + self.estimates.time_of(planned.decisions)
            self.store.set_running(run, total=planned.decisions, slices=planned.slices, estimated_at=estimated)
        return planned.slices

    def _write(self, scenario: StoredScenario, run: StoredRun) -> RunPlan | None:
        for _ in range(_TRIES):
            states = self.states.get_many(_TABLES)
            snapshots = {name: each for state in states.values() for name, each in state.snapshots.items()}
            try:
                return self._write_at(snapshots, scenario, run)
            except SnapshotExpired as error:
                logger().warning("a snapshot expired between two queries", exc_info=error)
        raise Unavailable("The tables change too quickly to be read at one state; retry later", retry_after=60)

    def _write_at(self, snapshots: Mapping[str, int], scenario: StoredScenario, run: StoredRun) -> RunPlan | None:
        parameters, request = self.parameters(), scenario.request
        asked = ReplayedDecisions(
            start=request.time_window.start,
            end=request.time_window.end,
            as_of=run.as_of,
            horizon=timedelta(days=parameters.maturity_horizon_days),
            filters=request.filters,
            with_features=bool(features_of(request.overrides)),
        )
        recorded = self.athena.run(pinned(recorded_policies(asked), snapshots))
        decisions = sum(each["decisions"] for each in recorded)
        if decisions > MOST_DECISIONS:
            self._refuse(run, decisions)
            return None
        # A new place for each attempt, because Athena writes only to locations without objects.
        attempt, slices = uuid4().hex, slices_of(decisions, per_slice=self.per_slice)
        if slices:
            rows = decision_rows(
                asked,
                currency=self.reporting_currency,
                has_labels=DataType.LABELS in snapshots,
                slices=slices,
                location=self.files.rows_location(run.work_id, attempt),
            )
            self.athena.execute(pinned(rows, snapshots))
        plan = ReplayPlan(
            scenario_id=scenario.scenario_id,
            overrides=request.overrides,
            policy=policy_of(map(_observed, recorded), self._registered()),
            start=asked.start,
            end=asked.end,
            as_of=run.as_of,
            horizon_days=parameters.maturity_horizon_days,
            cost_parameters=parameters.cost_parameters,
            currency=self.reporting_currency,
        )
        made = RunPlan(attempt=attempt, slices=slices, decisions=decisions, plan=plan)
        return self.files.put_plan(run.work_id, made)

    def _registered(self) -> Mapping[str, Any]:
        return {each.rule_version: each.thresholds for each in self.rules.list_all()}

    def _refuse(self, run: StoredRun, decisions: int) -> None:
        error = (
            f"The window has {decisions} decisions; a run replays at most {MOST_DECISIONS}. Create a scenario with a "
            "shorter window or with filters."
        )
        self.store.end(run, ReplayStatus.FAILED, error=error, refused=True)


def _observed(row: Mapping[str, Any]) -> ObservedRules:
    return ObservedRules(
        rule_version=row["rule_version"],
        lowest_declined=row["lowest_declined"],
        lowest_reviewed=row["lowest_reviewed"],
    )
