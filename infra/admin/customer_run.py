"""Starts the computation of all customers of a stage, and follows it to its end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import orjson

from functions.manifest import CUSTOMER_RUN
from infra.admin.stage import Stage
from infra.local.errors import NotComputed

_RUNNING, _SUCCEEDED = "RUNNING", "SUCCEEDED"
_POLL_SECONDS = 0.5

Tell = Callable[[int, int], None]
"""Takes the number of slices that are computed, and of all slices."""


@dataclass(frozen=True)
class CustomerExecution:
    """An execution of the workflow, which goes on whether or not anyone waits for it."""

    states: Any
    arn: str

    @classmethod
    def start(cls, stage: Stage) -> Self:
        """Start an execution on a stage."""
        identity = stage.client("sts").get_caller_identity()
        partition = identity["Arn"].split(":")[1]
        name = f"tally-{stage.name}-{CUSTOMER_RUN.name.replace('_', '-')}"
        machine = f"arn:{partition}:states:{stage.clients.region_name}:{identity['Account']}:stateMachine:{name}"
        states = stage.client("stepfunctions")
        return cls(states, states.start_execution(stateMachineArn=machine)["executionArn"])

    def wait(self, tell: Tell) -> Any:
        """Wait for the end, telling the slices meanwhile; return the result of the last step.

        Raises:
            NotComputed: the execution failed; the previous computation is still served.
        """
        while (found := self.states.describe_execution(executionArn=self.arn))["status"] == _RUNNING:
            self._tell(tell)
            time.sleep(_POLL_SECONDS)
        if found["status"] != _SUCCEEDED:
            raise NotComputed(found.get("error") or found["status"], found.get("cause") or "no cause is given")
        self._tell(tell)
        return orjson.loads(found["output"])

    def _tell(self, tell: Tell) -> None:
        for run in self.states.list_map_runs(executionArn=self.arn)["mapRuns"]:
            counts = self.states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
            tell(counts["succeeded"], counts["total"])
