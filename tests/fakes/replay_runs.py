"""Runs the executions of replay runs in this process, as they were started."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3

from functions.manifest import REPLAY_RUN
from shared.app.wiring import Wiring, wiring
from shared.replay.workflow import REPLAY_RUN as MACHINE
from tests.fakes.fault_injection import FaultInjector
from tests.fakes.workflows import in_environment_of, run_workflow

PER_SLICE = 2_000


def input_of(wired: Wiring, run_id: str) -> dict[str, Any]:
    """The input of the execution of a run."""
    arn = MACHINE.execution(wired.name_of(MACHINE), run_id)
    given: dict[str, Any] = json.loads(boto3.client("stepfunctions").describe_execution(executionArn=arn)["input"])
    return given


@contextmanager
def steps_of(wired: Wiring, injector: FaultInjector | None = None, *, per_slice: int = PER_SLICE) -> Iterator[Wiring]:
    """Let steps that are run inside belong to a deployment, with its clock and with small slices."""
    with in_environment_of(wired):
        inner = wiring()
        inner.clock = wired.clock
        inner.replay_planning = replace(inner.replay_planning, per_slice=per_slice)
        if injector is not None:
            for client in (inner.clients.s3, inner.clients.dynamodb):
                injector.listen(client.meta.events)
        yield inner


def execute(wired: Wiring, run_id: str, injector: FaultInjector | None = None, *, per_slice: int = PER_SLICE) -> Any:
    """Run the steps of a run whose execution was started."""
    with steps_of(wired, injector, per_slice=per_slice):
        return run_workflow(REPLAY_RUN, started=wired.clock(), given=input_of(wired, run_id))
