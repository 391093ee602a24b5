"""Reads from the logs of functions how much memory their runs used, which Lambda measures nowhere else."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.declaration import Function
from infra.aws.names import Names

# Lambda's own record at the end of a run: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
_REPORT = '{ $.type = "platform.report" }'
_USED = "$.record.metrics.maxMemoryUsedMB"


class MemoryMetric(Construct):
    """Makes a metric of the memory that the runs of a function used."""

    def __init__(self, scope: Construct, *, function: Function, names: Names) -> None:
        super().__init__(scope, f"{function.name}-memory-used")
        logs.MetricFilter(
            self,
            "Filter",
            log_group=logs.LogGroup.from_log_group_name(self, "Logs", names.log_group(function)),
            filter_pattern=logs.FilterPattern.literal(_REPORT),
            metric_namespace=names.memory_namespace,
            metric_name=names.physical_name(function.name),
            metric_value=_USED,
        )
