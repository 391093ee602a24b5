"""The state machines of the template, compared with the workflows of the manifest."""

import json
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_events import Schedule

from functions.declaration import TaskTrigger
from functions.manifest import CUSTOMER_RUN, TRIGGERED_FUNCTIONS, WORKFLOWS
from tests.infra.assembly import Assembly, flat

PREPARE, COMPUTE, PUBLISH = (step.function for step in CUSTOMER_RUN.steps)
NAME = "tally-dev-customer-run"


def machine(assembly: Assembly) -> Any:
    """The one state machine of the template."""
    (found,) = assembly.of_type("AWS::StepFunctions::StateMachine").values()
    return found


def states(assembly: Assembly) -> Any:
    """The states of its definition."""
    return json.loads(flat(machine(assembly)["DefinitionString"]))["States"]


def test_steps_are_the_functions_that_name_the_workflow() -> None:
    for workflow in WORKFLOWS:
        named = {each.name for each in TRIGGERED_FUNCTIONS if each.trigger == TaskTrigger(workflow=workflow.name)}
        assert {step.function for step in workflow.steps} == named


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


def test_every_step_is_retried_and_waits_longer_than_its_function_may_take(dev: Assembly) -> None:
    found = states(dev)
    tasks = {
        PREPARE: found[PREPARE],
        COMPUTE: found[COMPUTE]["ItemProcessor"]["States"]["item"],
        PUBLISH: found[PUBLISH],
    }

    for function in TRIGGERED_FUNCTIONS:
        if function.name in tasks:
            task = tasks[function.name]
            assert task["TimeoutSeconds"] > function.timeout_seconds
            assert (task["Retry"][0]["ErrorEquals"], task["Retry"][0]["MaxAttempts"]) == (["States.ALL"], 3)


def test_a_state_machine_may_only_invoke_its_functions_run_items_log_and_trace(dev: Assembly) -> None:
    (role,) = [
        each for each in dev.of_type("AWS::IAM::Role").values() if flat(each.get("RoleName", "")) == f"{NAME}-<Region>"
    ]
    (policy,) = role["Policies"]

    allowed = {
        (action, flat(resource))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    }

    states_arn = "arn:<Partition>:states:<Region>:<AccountId>"
    assert {resource for action, resource in allowed if action == "states:StartExecution"} == {
        f"{states_arn}:stateMachine:{NAME}"
    }
    assert {action.split(":")[0] for action, resource in allowed if resource == "*"} == {"logs", "xray"}
    assert len([action for action, _ in allowed if action == "lambda:InvokeFunction"]) == len(CUSTOMER_RUN.steps)


def test_executions_are_logged_and_traced(dev: Assembly) -> None:
    found = machine(dev)

    assert found["LoggingConfiguration"]["Level"] == "ALL"
    assert "IncludeExecutionData" not in found["LoggingConfiguration"]
    assert found["TracingConfiguration"] == {"Enabled": True}


def test_its_schedule_starts_it(dev: Assembly) -> None:
    ((logical, _),) = dev.of_type("AWS::StepFunctions::StateMachine").items()

    (rule,) = [each for each in dev.of_type("AWS::Events::Rule").values() if each["Name"] == NAME]

    assert rule["Targets"][0]["Arn"] == {"Ref": logical}
    assert rule["ScheduleExpression"] == Schedule.rate(Duration.minutes(CUSTOMER_RUN.every_minutes)).expression_string


def test_failed_and_late_executions_alarm(dev: Assembly) -> None:
    alarms = {each["AlarmName"] for each in dev.of_type("AWS::CloudWatch::Alarm").values()}

    assert {f"{NAME}-failures", f"{NAME}-timeouts"} <= alarms


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
