"""The CloudWatch metrics of a stage by the names of its resources, for alarms and the dashboard."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.declaration import Function, Workflow
from infra.aws.names import WEBSOCKET_STAGE, Names
from infra.aws.rules import Rule
from shared.athena.client import WORK_GROUP
from shared.events.bus import EVENT_BUS
from shared.runtime.resources import DeadLetterQueue, Queue, Stream, Table

PERIOD = Duration.minutes(5)


class StageMetrics:
    """Metrics of one stage; those of a resource exist once the resource has been used."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of_function(self, function: Function, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return what Lambda measures of a function."""
        return _metric("AWS/Lambda", name, statistic, FunctionName=self._names.physical_name(function.name))

    def of_version(self, function: Function, version: str, name: str) -> cloudwatch.Metric:
        """Return what Lambda measures of a version that gets a part of the traffic of the function's alias."""
        own, invoked = self._names.physical_name(function.name), self._names.invoked_name(function)
        return _metric("AWS/Lambda", name, "Sum", FunctionName=own, Resource=invoked, ExecutedVersion=version)

    def errors_logged_by(self, function: Function, version: str) -> cloudwatch.Metric:
        """Return the errors in the log of a function that one of its versions wrote."""
        name = self._names.physical_name(function.name)
        return _metric(self._names.error_namespace, name, "Sum", function_version=version)

    def of_account(self, name: str, statistic: str) -> cloudwatch.Metric:
        """Return what Lambda measures of all functions of the account and region."""
        return _metric("AWS/Lambda", name, statistic)

    def of_mapping(self, mapping_id: str, name: str) -> cloudwatch.Metric:
        """Return what Lambda counts of an event source mapping."""
        return _metric("AWS/Lambda", name, "Sum", EventSourceMappingUUID=mapping_id)

    def emitted_by(self, function: Function, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return what a function emits itself."""
        return _metric(self._names.metric_namespace, name, statistic, service=function.name)

    def memory_of(self, function: Function) -> cloudwatch.Metric:
        """Return the most memory, in MB, that a run of a function used: read from its log, under its name."""
        return _metric(self._names.memory_namespace, self._names.physical_name(function.name), "Maximum")

    def of_workflow(self, workflow: Workflow, name: str) -> cloudwatch.Metric:
        """Return what Step Functions counts of a workflow."""
        arn = self._names.arn("states", f"stateMachine:{self._names.physical_name(workflow.name)}")
        return _metric("AWS/States", name, "Sum", StateMachineArn=arn)

    def of_queue(self, queue: Queue | DeadLetterQueue, name: str) -> cloudwatch.Metric:
        """Return what SQS measures of a queue."""
        return _metric("AWS/SQS", name, "Maximum", QueueName=self._names.resource_name(queue))

    def of_rule(self, rule: Rule, name: str) -> cloudwatch.Metric:
        """Return what EventBridge counts of a rule; it emits no zeros, and names every bus but that of the account."""
        bus = {} if rule.is_clock else {"EventBusName": self._names.resource_name(EVENT_BUS)}
        return _metric("AWS/Events", name, "Sum", RuleName=self._names.physical_name(rule.name), **bus)

    def of_stream(self, stream: Stream, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return what Kinesis measures of a stream."""
        return _metric("AWS/Kinesis", name, statistic, StreamName=self._names.resource_name(stream))

    def of_table(self, table: Table, name: str) -> cloudwatch.Metric:
        """Return what DynamoDB counts of a table; it emits no zeros."""
        return _metric("AWS/DynamoDB", name, "Sum", TableName=self._names.resource_name(table))

    def of_queries(self, name: str, statistic: str, *, state: str = "SUCCEEDED") -> cloudwatch.Metric:
        """Return what Athena measures of the queries of the stage that ended in a state."""
        work_group = self._names.resource_name(WORK_GROUP)
        return _metric("AWS/Athena", name, statistic, WorkGroup=work_group, QueryType="DML", QueryState=state)

    def of_rest_api(self, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return what API Gateway measures of the REST API."""
        return _metric("AWS/ApiGateway", name, statistic, ApiName=self._names.rest_api)

    def of_websocket_api(self, api_id: str, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        """Return what API Gateway measures of the WebSocket API."""
        return _metric("AWS/ApiGateway", name, statistic, ApiId=api_id, Stage=WEBSOCKET_STAGE)


def _metric(namespace: str, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimensions, statistic=statistic, period=PERIOD
    )
