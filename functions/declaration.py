"""The words in which functions are declared: triggers, routes, what each may use."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from shared.runtime.settings import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.app.http import Api
    from shared.app.route_policy import RoutePolicy


@dataclass(frozen=True)
class Access:
    """A resource that a function may use; for a bucket, only below the prefix."""

    resource: Resource
    prefix: str = ""


@dataclass(frozen=True, order=True)
class Route:
    """One method on one path of the REST API, as the OpenAPI document names it."""

    path: str
    method: str


@dataclass(frozen=True, kw_only=True)
class StreamTrigger:
    """Records of a Kinesis stream, in order per shard; a batch fails as a whole and is never split."""

    stream: Resource
    batch_size: int
    window_seconds: int
    retries: int
    maximum_age_seconds: int


@dataclass(frozen=True, kw_only=True)
class QueueTrigger:
    """Messages of an SQS queue, to so many runs at a time; those a run names as failed come again."""

    queue: Resource
    batch_size: int
    window_seconds: int
    maximum_concurrency: int


@dataclass(frozen=True, kw_only=True)
class ScheduleTrigger:
    """Every so many minutes."""

    every_minutes: int


@dataclass(frozen=True, kw_only=True)
class WebSocketTrigger:
    """Routes of the WebSocket API."""

    route_keys: tuple[str, ...]


Trigger = StreamTrigger | QueueTrigger | ScheduleTrigger | WebSocketTrigger


@dataclass(frozen=True, kw_only=True)
class Function:
    """One Lambda function: `functions/<name>/handler.py:handler`."""

    name: str
    description: str
    memory_mb: int
    timeout_seconds: int
    uses_lake: bool = False
    uses_science: bool = False
    reads: tuple[Access, ...] = ()
    writes: tuple[Access, ...] = ()

    @property
    def handler(self) -> str:
        """The entry point as Lambda names it."""
        return f"functions.{self.name}.handler.handler"

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Everything whose name the function is told."""
        return tuple(sorted({access.resource for access in (*self.reads, *self.writes)}))


@dataclass(frozen=True, kw_only=True)
class HttpFunction(Function):
    """A function behind the REST API; its routes are those its resolver declares."""

    @property
    def redirects_to_large_answers(self) -> bool:
        """Whether it may put an answer that is too large to be given where its caller is then sent."""
        return any(access.resource is Resource.RESULTS for access in self.writes)

    def app(self) -> "Api":
        """The resolver, as its handler module builds it."""
        app: Api = import_module(f"functions.{self.name}.handler").app
        return app

    def routes(self) -> "Iterator[Route]":
        """Every route that the resolver declares."""
        for method, path in self.app().policies:
            yield Route(path=path, method=method)

    def policy_of(self, route: Route) -> "RoutePolicy":
        """What a route declares about itself."""
        return self.app().policies[route.method, route.path]


@dataclass(frozen=True, kw_only=True)
class TriggeredFunction(Function):
    """A function that something other than an HTTP request starts."""

    trigger: Trigger
