"""Outputs of deployed stacks, for people and for the laptop host."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack

from infra.aws.names import Names
from infra.resources import RESOURCES
from shared.runtime.resources import Resource


def export_outputs(stack: Stack, values: Mapping[str, str]) -> None:
    """Add an output for every value, without CloudFormation exports: stacks refer to each other by name."""
    for name, value in values.items():
        CfnOutput(stack, name, value=value)


def output_name(resource: Resource) -> str:
    """Return the output that carries a resource's name: `LakeBucketName` for `lake_bucket`."""
    return "".join(part.capitalize() for part in resource.label.split("_")) + "Name"


def resource_names(names: Names) -> dict[str, str]:
    """Return the name of every resource under the name of its output."""
    return {output_name(resource): names.resource_name(resource) for resource in RESOURCES}
