"""Every function declared once, as data: what triggers it, how big it is, what it reads and what it writes.

CDK derives the functions, their grants and their environment from this; so do the drift tests.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from shared.audit.anchors import PREFIX as ANCHORED
from shared.lake.paths import BASE, INCOMING, LANDING, QUARANTINE, ROLLUP
from shared.runtime.settings import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.runtime.http import Api


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

    def app(self) -> "Api":
        """The resolver, as its handler module builds it."""
        app: Api = import_module(f"functions.{self.name}.handler").app
        return app

    def routes(self) -> "Iterator[Route]":
        """Every route, read from the resolver's own OpenAPI document."""
        for path, item in (self.app().get_openapi_schema().paths or {}).items():
            for method in item.model_dump(exclude_none=True, include=_METHODS):
                yield Route(path=path, method=method.upper())


_METHODS = {"get", "put", "post", "delete", "patch"}


@dataclass(frozen=True, kw_only=True)
class TriggeredFunction(Function):
    """A function that something other than an HTTP request starts."""

    trigger: Trigger


_QUERY = (
    Access(Resource.WORK_GROUP),
    Access(Resource.DATABASE),
    Access(Resource.RESULTS),
    Access(Resource.LAKE, BASE),
    Access(Resource.LAKE, ROLLUP),
)

_IDENTITY = (Access(Resource.KEYS), Access(Resource.SIGNING_KEYS))
"""What it takes to tell who calls: every function that people reach has it."""

HTTP_FUNCTIONS = (
    HttpFunction(
        name="auth",
        description="Gives tokens for API keys, and administers the keys.",
        memory_mb=1024,
        timeout_seconds=10,
        reads=_IDENTITY,
        writes=(Access(Resource.KEYS), Access(Resource.FAMILIES), Access(Resource.SIGNING_KEYS)),
    ),
    HttpFunction(
        name="ingest",
        description="Takes batches and single records in, and tells what became of them.",
        memory_mb=1769,
        timeout_seconds=29,
        uses_lake=True,
        reads=(*_IDENTITY, Access(Resource.LEDGER), Access(Resource.SOURCES), Access(Resource.DECISIONS)),
        writes=(
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.DECISIONS),
            Access(Resource.LAKE, LANDING),
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, QUARANTINE),
            Access(Resource.EVENT_STREAM),
        ),
    ),
    HttpFunction(
        name="metrics",
        description="Answers business metrics from Athena or from the result cache.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(
            *_IDENTITY,
            *_QUERY,
            Access(Resource.VERSIONS),
            Access(Resource.RESULT_CACHE),
            Access(Resource.SOURCES),
        ),
        writes=(Access(Resource.RESULTS), Access(Resource.RESULT_CACHE)),
    ),
    HttpFunction(
        name="health",
        description="Says which dependencies answer.",
        memory_mb=512,
        timeout_seconds=10,
        reads=(
            *_IDENTITY,
            Access(Resource.VERSIONS),
            Access(Resource.LAKE, "health"),  # nothing lies there: to ask for the bucket is enough
            Access(Resource.EVENT_STREAM),
            Access(Resource.WORK_GROUP),
        ),
    ),
    HttpFunction(
        name="docs",
        description="Serves the OpenAPI document and a page that shows it.",
        memory_mb=512,
        timeout_seconds=10,
        reads=_IDENTITY,
    ),
    HttpFunction(
        name="audit",
        description="Tells who changed or took out what.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(
            *_IDENTITY,
            Access(Resource.AUDIT),
        ),
    ),
)

TRIGGERED_FUNCTIONS = (
    TriggeredFunction(
        name="stream_consumer",
        description="Turns records of the event stream into incoming rows.",
        memory_mb=1769,
        timeout_seconds=120,
        uses_lake=True,
        trigger=StreamTrigger(
            stream=Resource.EVENT_STREAM,
            batch_size=10_000,
            window_seconds=2,
            retries=10,
            maximum_age_seconds=6 * 3600,
        ),
        reads=(
            Access(Resource.EVENT_STREAM),
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.DECISIONS),
        ),
        writes=(
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.DECISIONS),
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, QUARANTINE),
        ),
    ),
    TriggeredFunction(
        name="merger",
        description="Merges incoming rows into their partitions and rolls those up.",
        memory_mb=3008,
        timeout_seconds=120,
        uses_lake=True,
        trigger=QueueTrigger(queue=Resource.MERGE_QUEUE, batch_size=200, window_seconds=1, maximum_concurrency=20),
        reads=(
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, BASE),
            Access(Resource.LAKE, ROLLUP),
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
        ),
        writes=(
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, BASE),
            Access(Resource.LAKE, ROLLUP),
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.VERSIONS),
            Access(Resource.EVENT_BUS),
        ),
    ),
    TriggeredFunction(
        name="sweeper",
        description="Finishes deliveries that a crash left half-way.",
        memory_mb=1769,
        timeout_seconds=300,
        uses_lake=True,
        trigger=ScheduleTrigger(every_minutes=5),
        reads=(
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.DECISIONS),
            Access(Resource.LAKE, LANDING),
            Access(Resource.LAKE, INCOMING),
        ),
        writes=(
            Access(Resource.LEDGER),
            Access(Resource.SOURCES),
            Access(Resource.DECISIONS),
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, QUARANTINE),
            Access(Resource.MERGE_QUEUE),
        ),
    ),
    TriggeredFunction(
        name="anchor",
        description="Puts the heads of the audit log's chains where nobody can change them.",
        memory_mb=512,
        timeout_seconds=60,
        trigger=ScheduleTrigger(every_minutes=30),
        reads=(Access(Resource.AUDIT),),
        writes=(Access(Resource.ANCHORS, ANCHORED),),
    ),
    TriggeredFunction(
        name="live",
        description="Keeps the connections of the WebSocket API.",
        memory_mb=512,
        timeout_seconds=10,
        trigger=WebSocketTrigger(route_keys=("$connect", "$disconnect", "$default")),
        reads=(*_IDENTITY, Access(Resource.CONNECTIONS)),
        writes=(Access(Resource.CONNECTIONS),),
    ),
)

FUNCTIONS: tuple[Function, ...] = (*HTTP_FUNCTIONS, *TRIGGERED_FUNCTIONS)
