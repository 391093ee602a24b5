"""The alarms in the template of a stage, by what they watch."""

from typing import Any

from tests.infra.assembly import Assembly, flat


def alarms(assembly: Assembly, namespace: str, metric: str | None = None) -> list[Any]:
    """The alarms on a metric, or on all metrics of a namespace."""
    every = assembly.of_type("AWS::CloudWatch::Alarm").values()
    return [each for each in every if each["Namespace"] == namespace and metric in {None, each["MetricName"]}]


def watched(assembly: Assembly, namespace: str, metric: str) -> dict[str, Any]:
    """The alarms on a metric by what they watch: the value of their only dimension."""
    return {flat(each["Dimensions"][0]["Value"]): each for each in alarms(assembly, namespace, metric)}


def name_of(part: str) -> str:
    """The name that something has in the stage `dev`."""
    return f"tally-dev-{part.replace('_', '-')}"
