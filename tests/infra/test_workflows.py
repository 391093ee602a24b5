"""The state machines of the template, compared with the workflows of the manifest."""

import json
from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk.aws_events import Schedule

from functions.declaration import Function, TaskTrigger, Workflow
from functions.manifest import CUSTOMER_RUN, REPLAY_RUN, TRIGGERED_FUNCTIONS, WORKFLOWS
from tests.infra.assembly import Assembly, flat

PREPARE, COMPUTE, PUBLISH = (step.function for step in CUSTOMER_RUN.steps)
NAME = "tally-dev-customer-run"
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.name)


def physical_name(assembly: Assembly, workflow: Workflow) -> str:
    """The name of a workflow in AWS."""
    return f"tally-{assembly.stage.name}-{workflow.name.replace('_', '-')}"


def machine(assembly: Assembly, workflow: Workflow = CUSTOMER_RUN) -> Any:
    """The state machine of a workflow."""
    machines = assembly.of_type("AWS::StepFunctions::StateMachine").values()
    (found,) = [each for each in machines if each["StateMachineName"] == physical_name(assembly, workflow)]
    return found


def states(assembly: Assembly, workflow: Workflow = CUSTOMER_RUN) -> Any:
    """The states of its definition."""
    return json.loads(flat(machine(assembly, workflow)["DefinitionString"]))["States"]


def test_steps_are_the_functions_that_name_the_workflow() -> None:
    for workflow in WORKFLOWS:
        named = {each.name for each in TRIGGERED_FUNCTIONS if each.trigger == TaskTrigger(workflow=workflow.name)}
        assert {step.function for step in workflow.all_steps} == named


def test_the_steps_run_one_after_another(dev: Assembly) -> None:
    found = states(dev)

    assert [found[PREPARE]["Next"], found[COMPUTE]["Next"], found[PUBLISH]["End"]] == [COMPUTE, PUBLISH, True]
    assert found[PREPARE]["Parameters"]["Payload"] == {"started.$": "$$.Execution.StartTime"}


def test_slices_are_executions_of_their_own_and_none_may_fail(dev: Assembly) -> None:
    found = states(dev)[COMPUTE]

    assert (found["ItemsPath"], found["MaxConcurrency"], found["ToleratedFailurePercentage"]) == ("$.slices", 20, 0)
    assert found["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert found["ResultPath"] is None
    assert found["ItemSelector"] == {"run_id.$": "$.run_id", "slice.$": "$$.Map.Item.Value"}


def test_slices_run_side_by_side_on_a_laptop_only_as_its_stage_allows(local: Assembly) -> None:
    assert states(local)[COMPUTE]["MaxConcurrency"] == local.stage.queue_consumers == 2


@each_workflow
def test_every_step_is_retried_and_waits_longer_than_its_function_may_take(dev: Assembly, workflow: Workflow) -> None:
    by_name: dict[str, Function] = {each.name: each for each in TRIGGERED_FUNCTIONS}

    for step in workflow.all_steps:
        state = states(dev, workflow)[step.function]
        task = state["ItemProcessor"]["States"]["item"] if step.items else state
        assert task["TimeoutSeconds"] > by_name[step.function].timeout_seconds
        assert (task["Retry"][0]["ErrorEquals"], task["Retry"][0]["MaxAttempts"]) == (["States.ALL"], 3)


def test_every_step_of_a_replay_hands_its_failure_to_a_function_before_the_execution_fails(dev: Assembly) -> None:
    found = states(dev, REPLAY_RUN)

    for step in REPLAY_RUN.steps:
        caught = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "replay_failure"}
        assert found[step.function]["Catch"] == [caught]
    assert found["replay_failure"]["Parameters"]["Payload"]["failure.$"] == "$.failure"
    assert found[found["replay_failure"]["Next"]] == {"Type": "Fail"}
    assert "Catch" not in states(dev)[PREPARE]


def test_the_slices_of_a_replay_know_their_run(dev: Assembly) -> None:
    found = states(dev, REPLAY_RUN)["replay_slice"]

    assert found["ItemSelector"] == {
        "scenario_id.$": "$.scenario_id",
        "run_id.$": "$.run_id",
        "slice.$": "$$.Map.Item.Value",
    }
    assert (found["ItemsPath"], found["ResultPath"]) == ("$.slices", None)


def test_a_replay_starts_on_demand_alone(dev: Assembly) -> None:
    assert REPLAY_RUN.every_minutes is None
    assert physical_name(dev, REPLAY_RUN) not in {
        each.get("Name") for each in dev.of_type("AWS::Events::Rule").values()
    }


def test_only_the_replay_routes_may_start_and_stop_executions(dev: Assembly) -> None:
    allowed = {
        (flat(role["RoleName"]), action, flat(resource))
        for role in dev.of_type("AWS::IAM::Role").values()
        for policy in role.get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
        if action.startswith("states:") and _is_of_function(role)
    }

    arn = "arn:<Partition>:states:<Region>:<AccountId>"
    assert {(action, resource) for _, action, resource in allowed} == {
        ("states:StartExecution", f"{arn}:stateMachine:tally-dev-replay-run"),
        ("states:DescribeExecution", f"{arn}:execution:tally-dev-replay-run:*"),
        ("states:StopExecution", f"{arn}:execution:tally-dev-replay-run:*"),
    }
    assert {role for role, _, _ in allowed} == {"tally-dev-replay-<Region>"}


@each_workflow
def test_a_state_machine_may_only_invoke_its_functions_run_items_log_and_trace(
    dev: Assembly, workflow: Workflow
) -> None:
    name = physical_name(dev, workflow)
    roles = dev.of_type("AWS::IAM::Role").values()
    (role,) = [each for each in roles if flat(each.get("RoleName", "")) == f"{name}-<Region>"]
    (policy,) = role["Policies"]

    allowed = {
        (action, flat(resource))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    }

    states_arn = "arn:<Partition>:states:<Region>:<AccountId>"
    assert {resource for action, resource in allowed if action == "states:StartExecution"} == {
        f"{states_arn}:stateMachine:{name}"
    }
    assert {action.split(":")[0] for action, resource in allowed if resource == "*"} == {"logs", "xray"}
    assert len([action for action, _ in allowed if action == "lambda:InvokeFunction"]) == len(workflow.all_steps)


def test_executions_are_logged_and_traced(dev: Assembly) -> None:
    found = machine(dev)

    assert found["LoggingConfiguration"]["Level"] == "ALL"
    assert "IncludeExecutionData" not in found["LoggingConfiguration"]
    assert found["TracingConfiguration"] == {"Enabled": True}


def test_its_schedule_starts_it(dev: Assembly) -> None:
    machines = dev.of_type("AWS::StepFunctions::StateMachine")
    (logical,) = [key for key, each in machines.items() if each["StateMachineName"] == NAME]

    (rule,) = [each for each in dev.of_type("AWS::Events::Rule").values() if each["Name"] == NAME]

    assert rule["Targets"][0]["Arn"] == {"Ref": logical}
    assert (
        rule["ScheduleExpression"] == Schedule.rate(Duration.minutes(CUSTOMER_RUN.every_minutes or 0)).expression_string
    )


@each_workflow
def test_failed_and_late_executions_alarm(dev: Assembly, workflow: Workflow) -> None:
    alarms = {each["AlarmName"] for each in dev.of_type("AWS::CloudWatch::Alarm").values()}

    name = physical_name(dev, workflow)
    assert {f"{name}-failures", f"{name}-timeouts"} <= alarms


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_of_function(role: Any) -> bool:
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return bool(statement["Principal"] == {"Service": "lambda.amazonaws.com"})
