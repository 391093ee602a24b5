"""What is watched of queues, rules, the stream, tables, queries, the APIs and the account."""

from collections.abc import Iterator

from aws_cdk import Duration

from functions.declaration import Function
from infra.aws.alarms.sections import Section
from infra.aws.alarms.watch import Watch
from infra.aws.metrics import StageMetrics
from infra.aws.rules import Rule
from shared.runtime.resources import DeadLetterQueue, Queue, Stream, Table

_HOUR = Duration.hours(1)
_SLOW_QUERY, _LONG_WAIT, _SLOW_ANSWER = 9_000, 5_000, 10_000
"""Milliseconds; the time that an answer may take is half used up by the first and the third."""
_OF_CONCURRENCY = 0.8
_IN_A_QUARTER_OF_AN_HOUR = 3


def of_dead_letters(queue: DeadLetterQueue, metrics: StageMetrics) -> Watch:
    """Watch for the first message in a dead-letter queue."""
    return Watch(
        name=queue.name,
        metric=metrics.of_queue(queue, "ApproximateNumberOfMessagesVisible"),
        at=1,
        means="A message failed permanently and is in a dead-letter queue.",
        do="Read it and the log of its consumer; once that is repaired, `./tally dead-letters redrive` moves it back.",
        section=Section.QUEUES,
    )


def of_queue(queue: Queue, metrics: StageMetrics) -> Watch:
    """Watch how long the oldest message waits: longer than a first attempt, which its visibility timeout covers."""
    return Watch(
        name=f"{queue.name}-age",
        metric=metrics.of_queue(queue, "ApproximateAgeOfOldestMessage"),
        at=queue.visibility_seconds,
        means=f"A message has been in the queue for more than {queue.visibility_seconds} s: it failed, or waits.",
        do="If its consumer fails, its log has the reason; otherwise it is too slow or its mapping is disabled.",
        section=Section.QUEUES,
    )


def of_rule(rule: Rule, metrics: StageMetrics) -> Watch:
    """Watch for what a rule could not start; what it started and then failed is counted there."""
    return Watch(
        name=f"{rule.name}-failed-invocations",
        metric=metrics.of_rule(rule, "FailedInvocations"),
        at=1,
        means="EventBridge has given up sending to the target of this rule, and drops what it could not send.",
        do="Does the target exist, and do its policy and its key let EventBridge in?",
        section=Section.FUNCTIONS,
    )


def of_stream(stream: Stream, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield what Kinesis refuses."""
    for name, metric, means, do in (
        (
            "rejected-writes",
            "WriteProvisionedThroughputExceeded",
            "Kinesis rejects records; the API answers 503, and other producers have to send them again.",
            "Add shards: `shards` of the stream's declaration.",
        ),
        (
            "rejected-reads",
            "ReadProvisionedThroughputExceeded",
            "Kinesis rejects readings, which delays the consumer.",
            "Stop what else reads the stream.",
        ),
    ):
        rejected = metrics.of_stream(stream, metric)
        yield Watch(
            name=f"{stream.name}-{name}",
            metric=rejected,
            at=1,
            means=means,
            do=do,
            section=Section.QUOTAS,
            periods=_IN_A_QUARTER_OF_AN_HOUR,
        )


def of_table(table: Table, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield what DynamoDB throttles for longer than it takes to grow a table on demand."""
    for name, metric in (("throttled-reads", "ReadThrottleEvents"), ("throttled-writes", "WriteThrottleEvents")):
        yield Watch(
            name=f"{table.name}-{name}",
            metric=metrics.of_table(table, metric),
            at=1,
            means=f"DynamoDB throttles the table {table.name}: callers get late answers or 503.",
            do="Find the hot key with Contributor Insights; ask for a higher quota if all keys are busy.",
            section=Section.QUOTAS,
            periods=_IN_A_QUARTER_OF_AN_HOUR,
        )


def of_queries(metrics: StageMetrics) -> Iterator[Watch]:
    """Yield failures and delays of Athena."""
    yield Watch(
        name="queries-failed",
        metric=metrics.of_queries("TotalExecutionTime", "SampleCount", state="FAILED"),
        at=3,
        means="Queries fail in Athena; callers get 503.",
        do="The history of the work group has each statement with its reason.",
        section=Section.ANSWERS,
    )
    yield Watch(
        name="queries-slow",
        metric=metrics.of_queries("TotalExecutionTime", "p50"),
        at=_SLOW_QUERY,
        means="Half of the queries take so long that answers are close to their time limit.",
        do="Look at the bytes scanned in the history of the work group; is table maintenance failing?",
        section=Section.ANSWERS,
        periods=_IN_A_QUARTER_OF_AN_HOUR,
    )
    yield Watch(
        name="queries-waiting",
        metric=metrics.of_queries("QueryQueueTime", "p90"),
        at=_LONG_WAIT,
        means="Queries wait for capacity in Athena.",
        do="Ask for a higher quota of active queries, or lower `queries_at_once` of the stage.",
        section=Section.QUOTAS,
        periods=_IN_A_QUARTER_OF_AN_HOUR,
    )


def of_apis(websocket_api: str, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield errors and delays of the two APIs."""
    yield Watch(
        name="rest-api-5xx",
        metric=metrics.of_rest_api("5XXError"),
        at=5,
        means="The REST API returns server errors.",
        do="Search the access log for the status and the logs of the functions for its request ids.",
        section=Section.ANSWERS,
    )
    yield Watch(
        name="rest-api-latency",
        metric=metrics.of_rest_api("Latency", "p95"),
        at=_SLOW_ANSWER,
        means="One of twenty answers of the REST API takes more than ten seconds.",
        do="The dashboard shows which function is slow, and whether Athena is.",
        section=Section.ANSWERS,
        periods=_IN_A_QUARTER_OF_AN_HOUR,
    )
    yield Watch(
        name="websocket-api-errors",
        metric=metrics.of_websocket_api(websocket_api, "ExecutionError"),
        at=5,
        means="The WebSocket API cannot call its function: handshakes and messages of clients fail.",
        do="Look at errors and throttles of `live`.",
        section=Section.ANSWERS,
    )


def of_account(concurrency: int, metrics: StageMetrics) -> Watch:
    """Watch the concurrency of all functions of the account and region, of this stage or not."""
    return Watch(
        name="account-concurrency",
        metric=metrics.of_account("ConcurrentExecutions", "Maximum"),
        at=_OF_CONCURRENCY * concurrency,
        means=f"Functions use most of the {concurrency} concurrent executions of the account; then they are throttled.",
        do="Ask for a higher quota, and state it as `lambda_concurrency` of the stage.",
        section=Section.QUOTAS,
    )


def of_anchors(anchor: Function, metrics: StageMetrics) -> Watch:
    """Watch that the audit log goes on being anchored, which happens twice an hour."""
    return Watch(
        name="anchor-missing",
        metric=metrics.emitted_by(anchor, "AnchorsStored").with_(period=_HOUR),
        at=1,
        means="The audit log has not been anchored for an hour; entries since then could be cut off unnoticed.",
        do="Look at the errors and the schedule of `anchor`; in the first half hour of a stage this is normal.",
        section=Section.AUDIT_LOG,
        is_heartbeat=True,
    )
