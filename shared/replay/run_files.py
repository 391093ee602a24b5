"""The objects of runs. Steps hand them to each other; only results are kept.

runs/<work>/rows/<attempt>/slice=<n>/…   decisions, which Athena writes
runs/<work>/plan.json                    the plan, written once, after the decisions are complete
runs/<work>/totals/<n>                   the totals of a slice
results/<scenario>/<run>.json            the results of a run
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.lake.storage.object_store import LakeStore, LostUpdate
from shared.replay.models import ReplayResults
from shared.replay.queries import SLICE
from shared.replay.run_plan import RunPlan
from shared.runtime.errors import InternalError
from shared.runtime.resources import Bucket

RUNS, RESULTS = "runs", "results"

REPLAY_RUNS_BUCKET = Bucket("replay_runs", versioned=False, expire_days=((f"{RUNS}/", 7),))
"""A failed run can be continued for as long as its objects are kept."""


@dataclass(frozen=True)
class ReplayFiles:
    """Reads and writes the objects of runs."""

    objects: LakeStore
    bucket: str

    def rows_location(self, work_id: str, attempt: str) -> str:
        """Return the location for the decisions of an attempt to plan a run."""
        return f"s3://{self.bucket}/{_rows(work_id, attempt)}"

    def rows(self, work_id: str, plan: RunPlan, place: int) -> Iterator[bytes]:
        """Yield the Parquet files of a slice."""
        for name in self.objects.names(f"{_rows(work_id, plan.attempt)}{SLICE}={place}/"):
            yield self._get(name.key)

    def find_plan(self, work_id: str) -> RunPlan | None:
        """Return the plan of a run; None if there is none yet, or it is not kept any more."""
        found = self.objects.get(_plan(work_id))
        return None if found is None else RunPlan.model_validate_json(found.body)

    def plan(self, work_id: str) -> RunPlan:
        """Return the plan of a run.

        Raises:
            InternalError: there is none.
        """
        return RunPlan.model_validate_json(self._get(_plan(work_id)))

    def put_plan(self, work_id: str, plan: RunPlan) -> RunPlan:
        """Write the plan of a run unless there is one; return the one that is in force."""
        self._put_once(_plan(work_id), plan.model_dump_json().encode())
        return self.plan(work_id)

    def find_totals(self, work_id: str, place: int) -> bytes | None:
        """Return the totals of a slice; None if it is not computed."""
        found = self.objects.get(_totals(work_id, place))
        return None if found is None else found.body

    def put_totals(self, work_id: str, place: int, totals: bytes) -> None:
        """Write the totals of a slice; a repetition writes the same."""
        self.objects.put(_totals(work_id, place), totals)

    def put_results(self, results: ReplayResults) -> None:
        """Write the results of a run; a repetition leaves the first ones."""
        self._put_once(_results(results.scenario_id, results.run_id), results.model_dump_json(by_alias=True).encode())

    def results(self, scenario_id: str, run_id: str) -> ReplayResults:
        """Return the results of a completed run.

        Raises:
            InternalError: there are none.
        """
        return ReplayResults.model_validate_json(self._get(_results(scenario_id, run_id)))

    def _put_once(self, key: str, body: bytes) -> None:
        try:
            self.objects.replace(key, body, expected=None)
        except LostUpdate:
            return

    def _get(self, key: str) -> bytes:
        found = self.objects.get(key)
        if found is None:
            raise InternalError(f"{key} does not exist")
        return found.body


def _rows(work_id: str, attempt: str) -> str:
    return f"{RUNS}/{work_id}/rows/{attempt}/"


def _plan(work_id: str) -> str:
    return f"{RUNS}/{work_id}/plan.json"


def _totals(work_id: str, place: int) -> str:
    return f"{RUNS}/{work_id}/totals/{place}"


def _results(scenario_id: str, run_id: str) -> str:
    return f"{RESULTS}/{scenario_id}/{run_id}.json"
