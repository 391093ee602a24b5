"""The dashboard of a stage shows all that the manifest and the list of resources have."""

import json
import re
from pathlib import Path
from typing import Any

from functions.declaration import DeploymentTrigger, TriggeredFunction
from functions.manifest import FUNCTIONS
from infra import resources
from infra.aws.alarms.functions import holds_data
from infra.aws.dashboard import functions_by_starter
from tests.infra.alarms import name_of
from tests.infra.assembly import Assembly, flat

PROJECT = Path(__file__).resolve().parents[2]
_MOST_IN_A_WIDGET, _MOST = 500, 2_500


def widgets(assembly: Assembly) -> dict[str, Any]:
    """The lines of each graph by its title."""
    (dashboard,) = assembly.of_type("AWS::CloudWatch::Dashboard").values()
    body = json.loads(flat(dashboard["DashboardBody"]))
    return {each["properties"]["title"]: each["properties"] for each in body["widgets"]}


def shown(assembly: Assembly, title: str) -> set[str]:
    """The values of the dimensions in a graph: what it shows."""
    lines = widgets(assembly)[title]["metrics"]
    return {part for line in lines for part in line if isinstance(part, str) and part.startswith("tally")}


def test_every_function_is_in_exactly_one_group_except_steps_of_deployments() -> None:
    grouped = [function for group in functions_by_starter().values() for function in group]
    steps = [
        each
        for each in FUNCTIONS
        if isinstance(each, TriggeredFunction) and isinstance(each.trigger, DeploymentTrigger)
    ]

    assert all(functions_by_starter().values())
    assert sorted(each.name for each in (*grouped, *steps)) == sorted(each.name for each in FUNCTIONS)


def test_each_group_shows_runs_errors_and_durations_of_its_functions(dev: Assembly) -> None:
    for starter, functions in functions_by_starter().items():
        names = {name_of(each.name) for each in functions}
        for title in (f"Runs by {starter}", f"Errors and throttles by {starter}", f"Duration by {starter} (ms, p95)"):
            assert shown(dev, title) == names


def test_requests_to_both_apis_are_shown(dev: Assembly) -> None:
    found = widgets(dev)

    assert {line[1] for line in found["Requests"]["metrics"]} >= {"Count", "4XXError", "5XXError"}
    assert shown(dev, "Requests") == {"tally-dev-rest"}
    assert len(found["WebSocket"]["metrics"]) == 3


def test_every_queue_stream_and_table_is_shown(dev: Assembly) -> None:
    tables = {name_of(each.name) for each in resources.DYNAMO_TABLES}

    assert shown(dev, "Queues: messages") == {name_of(each.name) for each in resources.QUEUES}
    assert shown(dev, "Queues: oldest message (s)") == shown(dev, "Queues: messages")
    assert shown(dev, "Dead letters") == {name_of(each.name) for each in resources.DEAD_LETTER_QUEUES}
    assert shown(dev, "Stream: records") == {name_of(each.name) for each in resources.STREAMS}
    assert shown(dev, "DynamoDB: write units") == shown(dev, "DynamoDB: read units") == tables


def test_what_the_bill_consists_of_is_shown(dev: Assembly) -> None:
    found = widgets(dev)

    expressions = [line[0]["expression"] for line in found["Lambda: GB-seconds"]["metrics"] if "expression" in line[0]]

    assert sorted(expressions) == sorted(f"{each.name} * {each.memory_mb} / 1024 / 1000" for each in FUNCTIONS)
    assert found["Athena: bytes scanned"]["metrics"][0][:2] == ["AWS/Athena", "ProcessedBytes"]
    assert shown(dev, "Memory of functions that hold data (MB)") == {
        name_of(each.name) for each in FUNCTIONS if holds_data(each)
    }


def test_no_graph_shows_a_metric_that_no_code_emits(dev: Assembly) -> None:
    sources = [each.read_text() for part in ("shared", "functions") for each in (PROJECT / part).rglob("*.py")]
    emitted = {name for each in sources for name in re.findall(r'\bcount\(\s*"(\w+)"', each)}
    found = widgets(dev)
    searched = re.findall(r'MetricName="(\w+)"', json.dumps(found["Answers without a dependency"]).replace('\\"', '"'))

    assert searched
    assert set(searched) <= emitted
    assert {line[1] for line in found["Merges and freshness"]["metrics"]} <= emitted


def test_the_dashboard_stays_within_the_limits_of_cloudwatch(dev: Assembly) -> None:
    sizes = {title: len(each["metrics"]) for title, each in widgets(dev).items()}

    assert max(sizes.values()) <= _MOST_IN_A_WIDGET
    assert sum(sizes.values()) <= _MOST


def test_the_local_stage_has_no_dashboard(local: Assembly) -> None:
    assert local.of_type("AWS::CloudWatch::Dashboard") == {}
