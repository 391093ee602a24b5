"""The dashboard of a stage, made from the manifest of functions and the list of resources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from functions.declaration import (
    Function,
    HttpFunction,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TableStreamTrigger,
    TaskTrigger,
    TriggeredFunction,
    WebSocketTrigger,
)
from functions.manifest import FUNCTIONS
from infra import resources
from infra.aws.alarms.functions import holds_data, is_behind_a_stream
from infra.aws.metrics import PERIOD, StageMetrics
from infra.aws.names import Names

_WIDTH = 24
_HEIGHT = 6
_STARTED_BY = MappingProxyType(
    {
        "requests": None,
        "streams": StreamTrigger | TableStreamTrigger,
        "queues": QueueTrigger,
        "schedules": ScheduleTrigger,
        "workflows": TaskTrigger,
        "connections": WebSocketTrigger,
    }
)
_DEGRADED = (
    "AuditUnreachable",
    "DependencyDown",
    "IdempotencyUnreachable",
    "OutOfReach",
    "QuerySlotsTaken",
    "QuerySlotsUnreachable",
    "RateLimitUnreachable",
    "ResultCacheUnreachable",
    "TableStatesUnreachable",
    "UnexpectedFailures",
    "UnpublishedEvents",
)
"""What functions count while they answer without a dependency, or cannot answer; `OutOfReach` is a 503."""
_MERGES = (
    ("merger", "FailedMerges"),
    ("sweeper", "DeliveriesInFlightTooLong"),
    ("health_watch", "UnhealthyPipelines"),
    ("rollup_job", "FailedRollups"),
    ("table_maintenance", "FailedTableMaintenance"),
)


class StageDashboard(Construct):
    """Requests, functions by what starts them, the way of data into tables, and what the stage consumes."""

    def __init__(self, scope: Construct, *, names: Names, metrics: StageMetrics, websocket_api: str) -> None:
        super().__init__(scope, "Dashboard")
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=names.physical_name("stage"),
            widgets=[_row(titles) for titles in _rows(metrics, websocket_api)],
        )


def functions_by_starter() -> Mapping[str, Sequence[Function]]:
    """Return all functions but the steps of deployments, grouped by what starts them."""
    return {name: [each for each in FUNCTIONS if _is_started_by(each, kind)] for name, kind in _STARTED_BY.items()}


def _is_started_by(function: Function, kind: object) -> bool:
    if kind is None:
        return isinstance(function, HttpFunction)
    return isinstance(function, TriggeredFunction) and isinstance(function.trigger, kind)  # type: ignore[arg-type] # a union of classes


_Lines = Sequence[cloudwatch.IMetric]


def _rows(metrics: StageMetrics, websocket_api: str) -> Iterator[Mapping[str, _Lines]]:
    """Yield the titles of each row with the lines of their graphs."""
    rest, live = metrics.of_rest_api, metrics.of_websocket_api
    yield {
        "Requests": [rest("Count"), rest("4XXError"), rest("5XXError")],
        "Latency of requests (ms)": [rest("Latency", each) for each in ("p50", "p95", "p99")],
        "WebSocket": [live(websocket_api, each) for each in ("ConnectCount", "MessageCount", "ExecutionError")],
    }
    for starter, functions in functions_by_starter().items():
        yield {
            f"Runs by {starter}": [_line(metrics, each, "Invocations") for each in functions],
            f"Errors and throttles by {starter}": [
                _line(metrics, each, name) for each in functions for name in ("Errors", "Throttles")
            ],
            f"Duration by {starter} (ms, p95)": [_line(metrics, each, "Duration", "p95") for each in functions],
        }
    yield from _data(metrics)
    yield from _consumption(metrics)


def _data(metrics: StageMetrics) -> Iterator[Mapping[str, _Lines]]:
    """Yield the way of data: stream, queues, merges, queries."""
    queues, letters = resources.QUEUES, resources.DEAD_LETTER_QUEUES
    yield {
        "Stream: records": [
            metrics.of_stream(stream, name)
            for stream in resources.STREAMS
            for name in ("IncomingRecords", "GetRecords.Records", "WriteProvisionedThroughputExceeded")
        ],
        "Age of the oldest record of streams (ms)": [
            _line(metrics, each, "IteratorAge", "Maximum") for each in filter(is_behind_a_stream, FUNCTIONS)
        ],
        "Merges and freshness": [
            metrics.emitted_by(_named(function), name, "Maximum").with_(label=name) for function, name in _MERGES
        ],
    }
    yield {
        "Queues: messages": [metrics.of_queue(each, "ApproximateNumberOfMessagesVisible") for each in queues],
        "Queues: oldest message (s)": [metrics.of_queue(each, "ApproximateAgeOfOldestMessage") for each in queues],
        "Dead letters": [metrics.of_queue(each, "ApproximateNumberOfMessagesVisible") for each in letters],
    }
    yield {
        "Queries (ms)": [
            metrics.of_queries(name, statistic)
            for name in ("TotalExecutionTime", "QueryQueueTime")
            for statistic in ("p50", "p95")
        ],
        "Queries by end": [
            metrics.of_queries("TotalExecutionTime", "SampleCount", state=state).with_(label=state.lower())
            for state in ("SUCCEEDED", "FAILED", "CANCELED")
        ],
        "Answers without a dependency": [
            cloudwatch.MathExpression(expression=_over_functions(metrics, name), label=name, period=PERIOD)
            for name in _DEGRADED
        ],
    }


def _consumption(metrics: StageMetrics) -> Iterator[Mapping[str, _Lines]]:
    """Yield what the bill consists of."""
    tables = resources.DYNAMO_TABLES
    yield {
        "DynamoDB: write units": [metrics.of_table(each, "ConsumedWriteCapacityUnits") for each in tables],
        "DynamoDB: read units": [metrics.of_table(each, "ConsumedReadCapacityUnits") for each in tables],
        "Lambda: GB-seconds": [_gigabyte_seconds(metrics, each) for each in FUNCTIONS],
    }
    yield {
        "Athena: bytes scanned": [metrics.of_queries("ProcessedBytes", "Sum")],
        "Kinesis: bytes": [metrics.of_stream(each, "IncomingBytes") for each in resources.STREAMS],
        "Memory of functions that hold data (MB)": [
            metrics.memory_of(each).with_(label=each.name) for each in filter(holds_data, FUNCTIONS)
        ],
    }


def _line(metrics: StageMetrics, function: Function, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
    label = f"{function.name} throttled" if name == "Throttles" else function.name
    return metrics.of_function(function, name, statistic).with_(label=label)


def _gigabyte_seconds(metrics: StageMetrics, function: Function) -> cloudwatch.IMetric:
    return cloudwatch.MathExpression(
        expression=f"{function.name} * {function.memory_mb} / 1024 / 1000",
        using_metrics={function.name: metrics.of_function(function, "Duration")},
        label=function.name,
        period=PERIOD,
    )


def _over_functions(metrics: StageMetrics, name: str) -> str:
    """Return the sum of a metric over whichever functions emit it."""
    namespace = metrics.emitted_by(FUNCTIONS[0], name).namespace
    return f"""SUM(SEARCH('{{{namespace},service}} MetricName="{name}"', 'Sum'))"""


def _named(name: str) -> Function:
    return next(each for each in FUNCTIONS if each.name == name)


def _row(titles: Mapping[str, _Lines]) -> list[cloudwatch.IWidget]:
    width = _WIDTH // len(titles)
    return [_graph(title, lines, width) for title, lines in titles.items()]


def _graph(title: str, lines: Iterable[cloudwatch.IMetric], width: int) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(title=title, left=list(lines), width=width, height=_HEIGHT, period=PERIOD)
