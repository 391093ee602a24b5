"""Alarms on a new version of a function, which end its deployment and notify nobody.

They watch that version alone, and each version has its own: an alarm that is on because of the version before would
make CodeDeploy refuse the very deployment that repairs it.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.declaration import Function
from infra.aws.metrics import StageMetrics
from infra.aws.names import Names

_SOON = Duration.minutes(1)
_ERRORS = '{ $.level = "ERROR" }'
_VERSION = "function_version"


class ErrorMetric(Construct):
    """Makes a metric of the errors that each version of a function logs.

    Lambda does not count them as failures: functions answer unexpected errors of a request with 500, and report
    messages of a queue that they could not handle.
    """

    def __init__(self, scope: Construct, *, function: Function, log_group: logs.ILogGroup, names: Names) -> None:
        super().__init__(scope, "LoggedErrors")
        logs.MetricFilter(
            self,
            "Filter",
            log_group=log_group,
            filter_pattern=logs.FilterPattern.literal(_ERRORS),
            metric_namespace=names.error_namespace,
            metric_name=names.physical_name(function.name),
            metric_value="1",
            dimensions={_VERSION: f"$.{_VERSION}"},
        )


class VersionAlarms(Construct):
    """The alarms on failed runs and on logged errors of one version, each on within a minute or two."""

    def __init__(self, scope: Construct, *, function: Function, version: str, names: Names) -> None:
        super().__init__(scope, "VersionAlarms")
        metrics = StageMetrics(names)
        watched = {
            "failures": (metrics.of_version(function, version, "Errors"), "Runs of it fail."),
            "errors": (metrics.errors_logged_by(function, version), "It logs errors."),
        }
        self.alarms = [
            cloudwatch.Alarm(
                self,
                name,
                alarm_name=f"{names.physical_name(function.name)}-canary-{name}-{version}",
                alarm_description=f"Version {version} of {function.name}: {means} Its deployment is rolled back.",
                metric=metric.with_(period=_SOON),
                threshold=1,
                evaluation_periods=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for name, (metric, means) in watched.items()
        ]
