"""What is watched of functions and workflows: failures, time, memory, and how far they are behind their stream."""

from collections.abc import Iterator

from aws_cdk import Duration

from functions.declaration import Function, StreamTrigger, TableStreamTrigger, TriggeredFunction, Workflow
from infra.aws.alarms.sections import Section
from infra.aws.alarms.watch import Watch
from infra.aws.metrics import StageMetrics

_OLDEST_RECORD = Duration.minutes(10)
_OF_TIMEOUT = 0.97
"""Later than any function ends by itself: the one with the least time in reserve keeps 7 % of its timeout."""
_OF_MEMORY = 0.9
_MILLISECONDS = 1000


def of_function(function: Function, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield the watches that each function has."""
    yield Watch(
        name=f"{function.name}-errors",
        metric=metrics.of_function(function, "Errors"),
        at=1,
        means=f"Runs of {function.name} failed.",
        do="Search its log for `invocation failed`; what a queue, stream or schedule started runs again.",
        section=Section.FUNCTIONS,
    )
    yield Watch(
        name=f"{function.name}-throttles",
        metric=metrics.of_function(function, "Throttles"),
        at=1,
        means=f"Lambda turned away runs of {function.name}: the concurrency of the account is used up.",
        do="Ask for a higher quota of concurrent executions, or stop what uses it.",
        section=Section.QUOTAS,
    )
    yield Watch(
        name=f"{function.name}-duration",
        metric=metrics.of_function(function, "Duration", "Maximum"),
        at=_OF_TIMEOUT * function.timeout_seconds * _MILLISECONDS,
        means=f"A run of {function.name} took nearly its timeout of {function.timeout_seconds} s, or was cut off.",
        do="Find the slow step in its trace; give it more memory, or less work at once.",
        section=Section.FUNCTIONS,
    )
    if holds_data(function):
        yield Watch(
            name=f"{function.name}-memory",
            metric=metrics.memory_of(function),
            at=_OF_MEMORY * function.memory_mb,
            means=f"A run of {function.name} used nearly all of its {function.memory_mb} MB; beyond, it is killed.",
            do="Raise `memory_mb` in its declaration, or lower the limit of rows that it takes at once.",
            section=Section.FUNCTIONS,
        )
    if is_behind_a_stream(function):
        yield Watch(
            name=f"{function.name}-iterator-age",
            metric=metrics.of_function(function, "IteratorAge", "Maximum"),
            at=_OLDEST_RECORD.to_milliseconds(),
            means=f"Records wait for {function.name} for more than ten minutes.",
            do="If the function fails, repair that; otherwise records arrive faster than it takes them: add shards.",
            section=Section.STREAMS,
        )


def of_workflow(workflow: Workflow, metrics: StageMetrics) -> Iterator[Watch]:
    """Yield the watches that each workflow has."""
    for name, metric, means in (
        ("failures", "ExecutionsFailed", f"An execution of {workflow.name} failed."),
        ("timeouts", "ExecutionsTimedOut", f"An execution of {workflow.name} took too long."),
    ):
        yield Watch(
            name=f"{workflow.name}-{name}",
            metric=metrics.of_workflow(workflow, metric),
            at=1,
            means=means,
            do="The previous result is served; look for the failed step in the execution, and start another one.",
            section=Section.FUNCTIONS,
        )


def holds_data(function: Function) -> bool:
    """Whether the memory that a function needs depends on data: then its use is read from its log."""
    return function.uses_lake or function.uses_numpy or function.uses_reports


def is_behind_a_stream(function: Function) -> bool:
    """Whether records of a stream start a function."""
    return isinstance(function, TriggeredFunction) and isinstance(function.trigger, StreamTrigger | TableStreamTrigger)
