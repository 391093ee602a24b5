"""The functions of the template."""

from pathlib import Path
from typing import Any

import pytest

from functions.declaration import Function
from functions.manifest import FUNCTIONS
from infra.resources import RESOURCES
from tests.infra.assembly import Assembly, flat


def made(assembly: Assembly, function: Function) -> Any:
    """The Lambda function of an entry of the manifest."""
    name = f"tally-{assembly.stage.name}-{function.name.replace('_', '-')}"
    (found,) = [each for each in assembly.functions() if each["FunctionName"] == name]
    return found


def test_there_is_one_function_for_each_entry_of_the_manifest(dev: Assembly) -> None:
    assert len(dev.functions()) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_has_the_memory_and_timeout_of_the_manifest(function: Function, dev: Assembly) -> None:
    resource = made(dev, function)

    assert resource["Handler"] == f"functions.{function.name}.handler.handler"
    assert resource["MemorySize"] == function.memory_mb
    assert resource["Timeout"] == function.timeout_seconds
    assert resource["EphemeralStorage"] == {"Size": function.disk_mb}
    assert resource["Runtime"] == "python3.13"
    assert resource["Architectures"] == ["arm64"]
    assert resource["TracingConfig"] == {"Mode": "Active"}
    assert resource["LoggingConfig"]["LogFormat"] == "JSON"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_environment_names_only_its_resources(function: Function, dev: Assembly) -> None:
    variables = made(dev, function)["Environment"]["Variables"]

    told = {resource for resource in RESOURCES if resource.variable in variables}

    assert told == {access.resource for access in (*function.reads, *function.writes, *function.watches)}
    assert variables["TALLY_STAGE"] == "dev"
    assert variables["TALLY_REPORTING_CURRENCY"] == "USD"
    assert variables["TALLY_CORS_ORIGINS"] == "http://localhost:3008"
    assert variables["POWERTOOLS_SERVICE_NAME"] == function.name


def test_only_functions_that_share_credentials_name_themselves_in_requests(dev: Assembly, local: Assembly) -> None:
    deployed, shared = (
        {each["FunctionName"]: each["Environment"]["Variables"].get("AWS_SDK_UA_APP_ID") for each in stage.functions()}
        for stage in (dev, local)
    )

    assert set(deployed.values()) == {None}
    assert all(name == function for function, name in shared.items())


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_functions_with_numpy_compute_in_one_thread(function: Function, dev: Assembly) -> None:
    variables = made(dev, function)["Environment"]["Variables"]

    assert variables.get("OPENBLAS_NUM_THREADS") == ("1" if function.uses_numpy else None)


def test_environments_contain_queue_urls_and_names_of_all_other_resources(dev: Assembly) -> None:
    variables = {
        name: flat(value) for each in dev.functions() for name, value in each["Environment"]["Variables"].items()
    }

    assert variables["TALLY_MERGE_QUEUE"] == "https://sqs.<Region>.<URLSuffix>/<AccountId>/tally-dev-merge-queue"
    assert variables["TALLY_LAKE"] == "tally-dev-lake-<AccountId>-<Region>"
    assert variables["TALLY_LEDGER"] == "tally-dev-ledger"


def test_each_function_has_a_log_group_with_retention(dev: Assembly, prod: Assembly) -> None:
    for assembly, days in ((dev, 7), (prod, 90)):
        groups = assembly.of_type("AWS::Logs::LogGroup").values()

        for function in FUNCTIONS:
            name = f"/aws/lambda/tally-{assembly.stage.name}-{function.name.replace('_', '-')}"
            (group,) = [each for each in groups if each["LogGroupName"] == name]
            assert group["RetentionInDays"] == days


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_functions_have_only_the_layers_that_they_use(function: Function, dev: Assembly) -> None:
    layers = dev.of_type("AWS::Lambda::LayerVersion")

    names = {layers[layer["Ref"]]["LayerName"] for layer in made(dev, function)["Layers"]}

    lake = {"tally-dev-lake"} if function.uses_lake else set()
    numpy = {"tally-dev-numpy"} if function.uses_numpy else set()
    scipy = {"tally-dev-scipy"} if function.uses_scipy else set()
    reports = {"tally-dev-reports"} if function.uses_reports else set()
    assert names == {"tally-dev-dependencies"} | lake | numpy | scipy | reports


def test_local_functions_use_the_packages_of_the_host(local: Assembly) -> None:
    assert local.of_type("AWS::Lambda::LayerVersion") == {}
    assert all("Layers" not in each for each in local.functions())


def test_the_code_asset_is_two_packages_without_build_artefacts(dev: Assembly) -> None:
    (asset,) = {each["Code"]["S3Key"].removesuffix(".zip") for each in dev.functions()}
    packed = dev.directory / f"asset.{asset}"

    files = [path.relative_to(packed) for path in packed.rglob("*") if path.is_file()]

    assert {path.parts[0] for path in files} == {"functions", "shared"}
    assert Path("functions/manifest.py") in files
    assert not [path for path in files if "__pycache__" in path.parts or path.suffix == ".pyc"]


def test_every_stage_packs_the_same_code(local: Assembly, dev: Assembly, prod: Assembly) -> None:
    keys = {each["Code"]["S3Key"] for assembly in (local, dev, prod) for each in assembly.functions()}

    assert len(keys) == 1
