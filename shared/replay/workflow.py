"""Executions of the workflow of runs: each is named after its run, so that none is started twice."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import StateMachine

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

REPLAY_RUN = StateMachine("replay_run")


class ExecutionState(StrEnum):
    """What Step Functions knows of the execution of a run."""

    ABSENT = "absent"
    UNDER_WAY = "under way"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class RunWorkflow:
    """Starts, stops and looks up executions."""

    client: "SFNClient"
    arn: str

    def start(self, scenario_id: str, run_id: str) -> None:
        """Start the execution of a run; a repetition changes nothing."""
        given = orjson.dumps({"scenario_id": scenario_id, "run_id": run_id}).decode()
        try:
            self.client.start_execution(stateMachineArn=self.arn, name=run_id, input=given)
        except self.client.exceptions.ExecutionAlreadyExists:
            return

    def stop(self, run_id: str) -> None:
        """Stop the execution of a run, if there is one."""
        try:
            self.client.stop_execution(executionArn=self._execution(run_id), cause="The run was cancelled")
        except self.client.exceptions.ExecutionDoesNotExist:
            return

    def state(self, run_id: str) -> ExecutionState:
        """Return the state of the execution of a run."""
        try:
            found = self.client.describe_execution(executionArn=self._execution(run_id))
        except self.client.exceptions.ExecutionDoesNotExist:
            return ExecutionState.ABSENT
        return ExecutionState.UNDER_WAY if found["status"] == "RUNNING" else ExecutionState.ENDED

    def _execution(self, run_id: str) -> str:
        return REPLAY_RUN.execution(self.arn, run_id)
