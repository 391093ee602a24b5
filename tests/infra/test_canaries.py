"""New code reaches the callers of a function by an alias whose traffic is shifted, and shifted back on alarms."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.declaration import DeploymentTrigger, Function, QueueTrigger, ScheduleTrigger, TriggeredFunction
from functions.manifest import FUNCTIONS, HTTP_FUNCTIONS, TRIGGERED_FUNCTIONS
from infra.aws.names import Names
from infra.aws.stage_errors import IllegalDeployments
from infra.aws.stages import DEV, LOCAL
from tests.infra.assembly import Assembly, flat

_ONLY_WITH_CANARIES = ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::CodeDeploy::")
_CANARY, _LINEAR = (
    f"CodeDeployDefault.Lambda{each}" for each in ("Canary10Percent5Minutes", "Linear10PercentEvery1Minute")
)
(STEP,) = [each for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, DeploymentTrigger)]
INVOKED = [each for each in FUNCTIONS if each is not STEP]
_LIVE = next(each for each in TRIGGERED_FUNCTIONS if each.name == "live")
_REQUESTED: tuple[Function, ...] = (*HTTP_FUNCTIONS, _LIVE)
_CONSUMERS: tuple[Function, ...] = tuple(
    each
    for each in TRIGGERED_FUNCTIONS
    if isinstance(each.trigger, QueueTrigger) or each.name in {"stream_consumer", "decision_feed"}
)
SHIFTED = dict.fromkeys(_REQUESTED, _CANARY) | dict.fromkeys(_CONSUMERS, _LINEAR)


def name_of(function: Function) -> str:
    """The name of a function in production."""
    return f"tally-prod-{function.name.replace('_', '-')}"


def aliases(assembly: Assembly) -> dict[str, str]:
    """The name of the function of each alias, by the logical id of the alias."""
    functions = assembly.of_type("AWS::Lambda::Function")
    made = assembly.of_type("AWS::Lambda::Alias").items()
    return {alias: functions[each["FunctionName"]["Ref"]]["FunctionName"] for alias, each in made}


def groups(assembly: Assembly) -> dict[str, Any]:
    """The deployment groups by their name, which is that of their function."""
    return {each["DeploymentGroupName"]: each for each in assembly.of_type("AWS::CodeDeploy::DeploymentGroup").values()}


def mentions(value: Any) -> Iterator[tuple[str, str]]:
    """All pairs of a function or alias that a value refers to by its logical id, and how."""
    match value:
        case {"Ref": str(name)}:
            yield name, "Ref"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            yield name, attribute
        case dict():
            for each in value.values():
                yield from mentions(each)
        case list():
            for each in value:
                yield from mentions(each)


def test_every_function_but_the_step_of_the_deployment_has_an_alias_of_its_newest_version(prod: Assembly) -> None:
    versions = prod.of_type("AWS::Lambda::Version")

    assert sorted(aliases(prod).values()) == sorted(map(name_of, INVOKED))
    for alias in prod.of_type("AWS::Lambda::Alias").values():
        version, attribute = alias["FunctionVersion"]["Fn::GetAtt"]
        assert (alias["Name"], attribute) == ("live", "Version")
        assert versions[version]["FunctionName"] == alias["FunctionName"]


def test_nothing_in_the_stack_of_the_functions_invokes_one_without_its_alias(prod: Assembly) -> None:
    functions = prod.of_type("AWS::Lambda::Function")
    made_of_a_function = (
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Version",
        "Custom::DeploymentStep",
    )

    bare = {
        (each["Type"], functions[name]["FunctionName"])
        for each in prod.templates["functions"]["Resources"].values()
        if each["Type"] not in made_of_a_function
        for name, _ in mentions(each.get("Properties", {}))
        if name in functions
    }

    assert bare == set()


def test_mappings_schedules_and_workflows_invoke_aliases(prod: Assembly) -> None:
    named = aliases(prod)
    resources = prod.templates["functions"]["Resources"].values()

    def invoked(kind: str) -> set[str]:
        return {
            named[name]
            for each in resources
            if each["Type"] == kind
            for name, _ in mentions(each["Properties"])
            if name in named
        }

    mapped = {each for each, shift in SHIFTED.items() if shift == _LINEAR}
    scheduled = {each for each in TRIGGERED_FUNCTIONS if isinstance(each.trigger, ScheduleTrigger)}
    steps = {each for each in TRIGGERED_FUNCTIONS if each not in mapped | scheduled | {STEP} and each.name != "live"}
    assert invoked("AWS::Lambda::EventSourceMapping") == set(map(name_of, mapped))
    assert invoked("AWS::Events::Rule") == invoked("AWS::Lambda::Permission") == set(map(name_of, scheduled))
    assert invoked("AWS::StepFunctions::StateMachine") == set(map(name_of, steps))


def test_the_apis_invoke_aliases_and_have_permission_for_them(prod: Assembly) -> None:
    uris = [
        *(each["Integration"]["Uri"] for each in prod.of_type("AWS::ApiGateway::Method").values()),
        *(each["IntegrationUri"] for each in prod.of_type("AWS::ApiGatewayV2::Integration").values()),
    ]
    permissions = [
        flat(each["Properties"]["FunctionName"])
        for each in prod.templates["api"]["Resources"].values()
        if each["Type"] == "AWS::Lambda::Permission"
    ]

    served = {f"{name_of(each)}:live" for each, shift in SHIFTED.items() if shift == _CANARY}
    assert {flat(each).split(":function:")[1].removesuffix("/invocations") for each in uris} == served
    assert {each.split(":function:")[1] for each in permissions} == served


def test_functions_with_steady_traffic_are_shifted_and_the_others_change_at_once(prod: Assembly) -> None:
    found = {name: each["DeploymentConfigName"] for name, each in groups(prod).items()}

    assert found == {name_of(function): shift for function, shift in SHIFTED.items()}


def test_the_alias_of_a_shifted_function_is_updated_by_its_group_after_the_tables_are(prod: Assembly) -> None:
    resources = prod.templates["functions"]["Resources"]
    (step,) = [name for name, each in resources.items() if each["Type"] == "Custom::DeploymentStep"]

    for alias, function in aliases(prod).items():
        update = resources[alias].get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
        assert step in resources[alias]["DependsOn"]
        if function not in groups(prod):
            assert update is None
            continue
        group = update["DeploymentGroupName"]["Ref"]
        assert resources[group]["Properties"]["DeploymentGroupName"] == function
        assert {
            group,
            *(each["Name"]["Ref"] for each in resources[group]["Properties"]["AlarmConfiguration"]["Alarms"]),
        } <= {*resources[alias]["DependsOn"]}


def test_a_deployment_is_rolled_back_when_runs_of_the_new_version_fail_or_log_errors(prod: Assembly) -> None:
    resources = prod.templates["functions"]["Resources"]

    for name, group in groups(prod).items():
        failures, errors = (
            resources[each["Name"]["Ref"]]["Properties"] for each in group["AlarmConfiguration"]["Alarms"]
        )
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        watched = {each["Name"]: flat(each["Value"]) for each in failures["Dimensions"]}
        version = watched.pop("ExecutedVersion")
        assert watched == {"FunctionName": name, "Resource": f"{name}:live"}
        assert {each["Name"]: flat(each["Value"]) for each in errors["Dimensions"]} == {"function_version": version}
        assert (failures["MetricName"], errors["MetricName"]) == ("Errors", name)
        assert {(each["Threshold"], each["Period"], each["TreatMissingData"]) for each in (failures, errors)} == {
            (1, 60, "notBreaching")
        }


def test_each_version_has_alarms_of_its_own_so_that_those_of_a_bad_one_do_not_hold_up_its_repair(
    prod: Assembly,
) -> None:
    versions = prod.of_type("AWS::Lambda::Version")
    canary = [each for each in prod.of_type("AWS::CloudWatch::Alarm").values() if "-canary-" in flat(each["AlarmName"])]

    assert len(canary) == 2 * len(SHIFTED)
    for each in canary:
        (named,) = [name for name, attribute in mentions(each["AlarmName"]) if attribute == "Version"]
        assert named in versions
        assert "AlarmActions" not in each


def test_errors_are_counted_by_the_version_that_logs_them(prod: Assembly) -> None:
    filters = {
        each["MetricTransformations"][0]["MetricName"]: each
        for each in prod.of_type("AWS::Logs::MetricFilter").values()
        if each["MetricTransformations"][0]["MetricNamespace"] == "Tally/prod/errors"
    }

    assert filters.keys() == set(map(name_of, SHIFTED))
    for each in filters.values():
        assert each["FilterPattern"] == '{ $.level = "ERROR" }'
        assert each["MetricTransformations"][0]["Dimensions"] == [
            {"Key": "function_version", "Value": "$.function_version"}
        ]


def test_all_groups_belong_to_one_application_and_role(prod: Assembly) -> None:
    (application,) = prod.of_type("AWS::CodeDeploy::Application")

    assert {flat(each["ApplicationName"]) for each in groups(prod).values()} == {f"<{application}>"}
    (role,) = {each["ServiceRoleArn"]["Fn::GetAtt"][0] for each in groups(prod).values()}
    allowed = prod.of_type("AWS::IAM::Role")[role]
    assert [flat(each) for each in allowed["ManagedPolicyArns"]] == [
        "arn:<Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    ]
    assert "Policies" not in allowed


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_stages_that_change_all_at_once_have_no_versions_and_no_deployments(
    stage: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert [each["Type"] for _, each in assembly.resources() if each["Type"].startswith(_ONLY_WITH_CANARIES)] == []
    assert ":live/invocations" not in flat(list(assembly.of_type("AWS::ApiGateway::Method").values()))


def test_the_operator_of_a_stage_decides_about_canaries() -> None:
    names = Names(stage=replace(DEV, deployments="canary"))
    function, step = FUNCTIONS[0], STEP

    assert names.invoked_name(function) == f"tally-dev-{function.name}:live"
    assert isinstance(step, TriggeredFunction)
    assert names.invoked_name(step) == "tally-dev-table-setup"


def test_a_stage_without_alarms_cannot_have_canaries() -> None:
    with pytest.raises(IllegalDeployments, match="local has no alarms"):
        replace(LOCAL, deployments="canary")
