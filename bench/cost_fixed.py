"""What a stage costs that nobody uses: what its templates declare, and the runs of its clocks."""

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.cost_month import SECONDS, runs_in_a_month
from bench.cost_prices import Meter
from bench.cost_run import DECLARED, Run
from bench.cost_runs import Runs
from bench.cost_usage import Usage
from functions.declaration import QueueTrigger, ScheduleTrigger, TriggeredFunction
from functions.manifest import WORKFLOWS
from infra.aws.stages import PROD
from tests.infra.assembly import Assembly

TRANSITIONS_OF_A_RUN = 110
"""Of a run of a workflow with a hundred slices (docs/limits.md)."""

_EACH = {
    "AWS::CloudWatch::Dashboard": Meter.DASHBOARD,
    "AWS::KMS::Key": Meter.KMS_KEY,
    "AWS::WAFv2::WebACL": Meter.WAF_ACL,
    "AWS::SecretsManager::Secret": Meter.SECRET,
}


def prod_templates() -> Mapping[str, Any]:
    """Synthesise the stage `prod` as it is deployed, with a web application of one file."""
    stage = replace(PROD, alarm_emails=("operations@example.com",), monthly_budget=500)
    with tempfile.TemporaryDirectory() as directory:
        site = Path(directory) / "site"
        (site / "assets").mkdir(parents=True)
        (site / "index.html").write_text("<!doctype html>")
        return Assembly.of(stage, Path(directory) / "assembly", site).templates


def declared_usage(templates: Mapping[str, Any]) -> Usage:
    """Return what resources are charged for that exist, whether they are used or not."""
    usage = Usage()
    for template in templates.values():
        for resource in template["Resources"].values():
            kind, properties = resource["Type"], resource.get("Properties", {})
            if kind in _EACH:
                usage[_EACH[kind]] += 1
            elif kind == "AWS::CloudWatch::Alarm":
                usage[Meter.ALARM_METRIC] += _metrics_of(properties)
            elif kind == "AWS::Logs::MetricFilter":
                usage[Meter.METRIC] += _metrics_in(properties)
            if kind == "AWS::WAFv2::WebACL":
                usage[Meter.WAF_RULE] += len(properties["Rules"])
    return usage


def _metrics_of(alarm: Mapping[str, Any]) -> int:
    return max(1, sum("MetricStat" in each for each in alarm.get("Metrics", ())))


def _metrics_in(log: Mapping[str, Any]) -> int:
    """Return how many metrics always exist; those with dimensions do in the hours in which errors are logged."""
    return sum("Dimensions" not in each for each in log["MetricTransformations"])


def clocked(runs: Runs) -> Iterator[tuple[Run, float]]:
    """Run every function of a clock once; yield its run and how often it runs each second."""
    for function in DECLARED.values():
        trigger = function.trigger if isinstance(function, TriggeredFunction) else None
        if isinstance(trigger, ScheduleTrigger):
            yield runs.scheduled(function.name), 1 / (60 * trigger.every_minutes)
        elif isinstance(trigger, QueueTrigger) and trigger.queue.fed_every_minutes:
            yield runs.on_clock(function.name), 1 / (60 * trigger.queue.fed_every_minutes)


def fixed_usage(templates: Mapping[str, Any], clocks: list[tuple[Run, float]]) -> Usage:
    """Return the usage of a month without events and viewers."""
    usage = declared_usage(templates)
    for run, a_second in clocks:
        usage += runs_in_a_month(run, a_second)
    days = SECONDS / 86_400
    daily = sum(workflow.every_minutes is not None for workflow in WORKFLOWS)
    usage[Meter.STEP_TRANSITION] += math.ceil(daily * days) * TRANSITIONS_OF_A_RUN
    # Every function measures how long it takes; others are added by those that count more.
    usage[Meter.METRIC] += len(DECLARED)
    return usage
