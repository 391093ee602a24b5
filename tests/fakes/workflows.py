"""Runs workflows in this process: their handlers, in the part of Step Functions' language that they use."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest

from functions.declaration import Step, Workflow
from functions.manifest import CUSTOMER_RUN
from shared.app.wiring import Wiring, wiring
from tests.events.api_gateway import context
from tests.moto_platform import environment

Handler = Callable[[Any, Any], Any]


def compute_customers(wired: Wiring) -> Any:
    """Run the daily computation in the environment of a wiring; return its result."""
    with in_environment_of(wired):
        return run_workflow(CUSTOMER_RUN, started=wired.clock())


@contextmanager
def in_environment_of(wired: Wiring) -> Iterator[None]:
    """Let functions that are called inside belong to the deployment of a wiring."""
    settings = wired.settings
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(settings).items():
            patch.setenv(name, value)
        patch.setenv("TALLY_REPORTING_CURRENCY", settings.reporting_currency)
        wiring.cache_clear()
        yield
    wiring.cache_clear()


def run_workflow(workflow: Workflow, *, started: datetime, given: Any = None) -> Any:
    """Run the steps in their order, the items of a step one after another; return the last result.

    A step that fails is not repeated; what the workflow does after a failure is done, and the error passes on.
    """
    context_object = {"Execution": {"StartTime": started.isoformat(timespec="milliseconds")}}
    state: Any = given or {}
    for step in workflow.steps:
        try:
            state = run_step(step, state, context_object)
        except Exception as error:
            if workflow.on_failure is not None:
                run_step(workflow.on_failure, {**state, "failure": _failure(error)}, context_object)
            raise
    return state


def _failure(error: Exception) -> Any:
    """What Step Functions says of the error of a function."""
    kind = type(error).__name__
    return {"Error": kind, "Cause": json.dumps({"errorType": kind, "errorMessage": str(error)})}


def run_step(step: Step, state: Any, context_object: Mapping[str, Any]) -> Any:
    """Run a step; return the state that the next one gets."""
    handler: Handler = import_module(f"functions.{step.function}.handler").handler
    if step.items is None:
        return _sent(handler(_filled(step.input, state, context_object), context()))
    for item in _at(step.items, state, context_object):
        handler(_filled(step.input, state, {**context_object, "Map": {"Item": {"Value": item}}}), context())
    return state


def _filled(template: Mapping[str, str], state: Any, context_object: Mapping[str, Any]) -> Any:
    return _sent({name.removesuffix(".$"): _at(path, state, context_object) for name, path in template.items()})


def _at(path: str, state: Any, context_object: Mapping[str, Any]) -> Any:
    found: Any = context_object if path.startswith("$$") else state
    for name in path.split(".")[1:]:
        found = found[name]
    return found


def _sent(value: Any) -> Any:
    """What is handed from step to step is JSON."""
    return json.loads(json.dumps(value))
