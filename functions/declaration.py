"""The vocabulary in which functions are declared: triggers, routes and access to resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from shared.app.large_responses import RESULTS_BUCKET
from shared.runtime.resources import Bucket, DeadLetterQueue, Queue, Resource, Stream, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.app.http import Api
    from shared.app.route_policy import RoutePolicy


Declared = TypeVar("Declared", bound="Function")


class IllegalPrefix(ValueError):
    """A prefix is not written as grants need it."""


@dataclass(frozen=True)
class Access:
    """A resource that a function may access: a bucket only below the prefix, a table by keys unless it is scanned.

    Only where it says so, objects that are read may be deleted, or Athena acts on a bucket with the function's rights.
    """

    resource: Resource
    prefix: str = ""
    scanned: bool = False
    deletes: bool = False
    by_athena: bool = False

    def __post_init__(self) -> None:
        """Reject a prefix with a slash at its start or end: the grant of `prefix//*` would match no object.

        Raises:
            IllegalPrefix: the prefix begins or ends with a slash.
        """
        if self.prefix != self.prefix.strip("/"):
            raise IllegalPrefix(f"{self.prefix!r} of {self.resource.name} must neither begin nor end with a slash")


@dataclass(frozen=True, order=True)
class Route:
    """A method and path of the REST API, as in the OpenAPI document."""

    path: str
    method: str


@dataclass(frozen=True, kw_only=True)
class StreamTrigger:
    """Records of a Kinesis stream, in order per shard; a batch fails as a whole and is never split.

    A failed batch is tried again until it is too old, then stored in `failures` with its records.
    """

    stream: Stream
    failures: Bucket
    batch_size: int
    window_seconds: int
    maximum_age_seconds: int


@dataclass(frozen=True, kw_only=True)
class TableStreamTrigger:
    """Changes of the items of a table that have an attribute, in order per item; a batch fails as a whole.

    A failed batch is tried again until it is too old, then stored in `failures` with its changes.
    """

    table: Table
    attribute: str
    failures: Bucket
    batch_size: int
    window_seconds: int
    maximum_age_seconds: int


@dataclass(frozen=True, kw_only=True)
class QueueTrigger:
    """Messages of an SQS queue, with bounded concurrency; messages reported as failed are delivered again."""

    queue: Queue
    batch_size: int
    window_seconds: int
    maximum_concurrency: int


SCHEDULE_FAILURES = DeadLetterQueue("schedule_failures")
"""Where Lambda reports scheduled runs that failed three times, each with its error; all schedules share it."""


@dataclass(frozen=True, kw_only=True)
class ScheduleTrigger:
    """A fixed interval in minutes."""

    every_minutes: int


@dataclass(frozen=True, kw_only=True)
class WebSocketTrigger:
    """Routes of the WebSocket API."""

    route_keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeploymentTrigger:
    """A deployment in which this digest of declarations changed; it fails if the function does."""

    digest: str


@dataclass(frozen=True, kw_only=True)
class TaskTrigger:
    """A workflow of which the function is a step; a step that fails is retried."""

    workflow: str


Trigger = (
    StreamTrigger
    | TableStreamTrigger
    | QueueTrigger
    | ScheduleTrigger
    | WebSocketTrigger
    | DeploymentTrigger
    | TaskTrigger
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a workflow: a function, and its input in the notation of Step Functions.

    With `items`, the path of a list, the function runs once for each item, `at_once` at a time. Such a step hands its
    own input on; any other one the result of its function. All items must succeed.
    """

    function: str
    input: Mapping[str, str]
    items: str | None = None
    at_once: int = 1


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Functions that run one after another, on demand and, if given, at a fixed interval in minutes.

    If a step fails for good, `on_failure` runs with the error of the step in its input, before the execution fails.
    """

    name: str
    description: str
    timeout_minutes: int
    steps: tuple[Step, ...]
    every_minutes: int | None = None
    on_failure: Step | None = None

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """The steps, and the one that runs after a failure."""
        return self.steps if self.on_failure is None else (*self.steps, self.on_failure)


@dataclass(frozen=True, kw_only=True)
class Function:
    """One Lambda function: `functions/<name>/handler.py:handler`; `disk_mb` is what it has for temporary files.

    Of what it watches, it may see how much there is and how old it is, but not the contents; of a table, single items.
    """

    name: str
    description: str
    memory_mb: int
    timeout_seconds: int
    disk_mb: int = 512
    uses_lake: bool = False
    uses_numpy: bool = False
    uses_scipy: bool = False
    uses_reports: bool = False
    reads: tuple[Access, ...] = ()
    writes: tuple[Access, ...] = ()
    watches: tuple[Access, ...] = ()

    @property
    def handler(self) -> str:
        """The handler in the notation of Lambda."""
        return f"functions.{self.name}.handler.handler"

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All resources whose names are in the environment of the function."""
        granted = {access.resource for access in (*self.reads, *self.writes, *self.watches)}
        return tuple(sorted(granted, key=lambda each: each.label))


@dataclass(frozen=True, kw_only=True)
class HttpFunction(Function):
    """A function behind the REST API, with the routes of its resolver."""

    @property
    def redirects_to_large_answers(self) -> bool:
        """Whether it can store a large response and redirect to it."""
        return any(access.resource is RESULTS_BUCKET for access in self.writes)

    def app(self) -> "Api":
        """Return the resolver of its handler module."""
        app: Api = import_module(f"functions.{self.name}.handler").app
        return app

    def routes(self) -> "Iterator[Route]":
        """Yield the routes of the resolver."""
        for method, path in self.app().policies:
            yield Route(path=path, method=method)

    def policy_of(self, route: Route) -> "RoutePolicy":
        """Return the policy of a route."""
        return self.app().policies[route.method, route.path]


@dataclass(frozen=True, kw_only=True)
class TriggeredFunction(Function):
    """A function with a trigger other than an HTTP request."""

    trigger: Trigger

    @property
    def requests_itself(self) -> bool:
        """Whether it sends messages to the queue that starts it, to continue what took too long."""
        trigger = self.trigger
        return isinstance(trigger, QueueTrigger) and any(each.resource is trigger.queue for each in self.writes)


def declared(kind: type[Declared], *names: str) -> tuple[Declared, ...]:
    """Return the declarations of functions: `functions/<name>/function.py:FUNCTION`.

    Raises:
        TypeError: a declaration is of another kind or another name.
    """
    functions = {name: import_module(f"functions.{name}.function").FUNCTION for name in names}
    misplaced = [name for name, each in functions.items() if not isinstance(each, kind) or each.name != name]
    if misplaced:
        raise TypeError(f"not declared as {kind.__name__} of the same name: {misplaced}")
    return tuple(functions.values())
