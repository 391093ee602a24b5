"""Every function declared once, as data: what triggers it, how big it is, what it reads and what it writes.

CDK derives the functions, their grants and their environment from this; so do the drift tests.
"""

from functions.declaration import (
    Access,
    Function,
    HttpFunction,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TriggeredFunction,
    WebSocketTrigger,
)
from shared.app.large_responses import ANSWERS
from shared.audit.anchors import PREFIX as ANCHORED
from shared.lake.storage.paths import BASE, INCOMING, KEYS, LANDING, QUARANTINE, REDRIVES, REFERENCE, ROLLUP, UPLOADS
from shared.runtime.settings import Resource

_QUERY = (
    Access(Resource.WORK_GROUP),
    Access(Resource.DATABASE),
    Access(Resource.RESULTS),
    Access(Resource.RESULT_CACHE),
    Access(Resource.LAKE, BASE),
    Access(Resource.LAKE, ROLLUP),
    Access(Resource.LAKE, REFERENCE),
)

_QUERY_WRITES = (Access(Resource.RESULTS), Access(Resource.RESULT_CACHE))
"""What Athena finds, what is remembered of it, and who is querying."""

_LARGE_ANSWERS = (Access(Resource.RESULTS, ANSWERS),)
"""What it takes to redirect to an answer that is too large to be given: those that query have it."""

_IDENTITY = (Access(Resource.KEYS), Access(Resource.FAMILIES), Access(Resource.SIGNING_KEYS))
"""What it takes to tell who calls: every function that people reach has it."""

_COUNTED = (Access(Resource.RATE_LIMITS),)
"""What it takes to count a caller's requests: every function behind the REST API has it."""

_ON_RECORD = (Access(Resource.IDEMPOTENCY), Access(Resource.AUDIT))
"""What it takes to change something: once, and on record."""

_LEDGER = (
    Access(Resource.LEDGER),
    Access(Resource.LEDGER_HOURS),
    Access(Resource.SOURCES),
    Access(Resource.QUALITY),
)
"""Entries, and the totals and counts that move with them."""

_LOADING_READS = (*_LEDGER, Access(Resource.DECISIONS), Access(Resource.QUARANTINE), Access(Resource.LAKE, QUARANTINE))
_LOADING_WRITES = (*_LOADING_READS, Access(Resource.LAKE, INCOMING))

HTTP_FUNCTIONS = (
    HttpFunction(
        name="auth",
        description="Issues tokens for API keys and manages the keys.",
        memory_mb=1024,
        timeout_seconds=10,
        reads=(*_IDENTITY, *_ON_RECORD),
        writes=(
            *_COUNTED,
            *_ON_RECORD,
            Access(Resource.KEYS),
            Access(Resource.FAMILIES),
            Access(Resource.SIGNING_KEYS),
        ),
    ),
    HttpFunction(
        name="ingest",
        description="Accepts batches, records and uploads, and reports their outcomes.",
        memory_mb=1769,
        timeout_seconds=29,
        uses_lake=True,
        reads=(
            *_IDENTITY,
            *_ON_RECORD,
            *_LARGE_ANSWERS,
            *_LOADING_READS,
            Access(Resource.UPLOADS),
            Access(Resource.LAKE, LANDING),
            Access(Resource.LAKE, UPLOADS),
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, REDRIVES),
        ),
        writes=(
            *_COUNTED,
            *_ON_RECORD,
            *_LARGE_ANSWERS,
            *_LOADING_WRITES,
            Access(Resource.UPLOADS),
            Access(Resource.UPLOAD_QUEUE),
            Access(Resource.LAKE, LANDING),
            Access(Resource.LAKE, UPLOADS),
            Access(Resource.LAKE, REDRIVES),
            Access(Resource.EVENT_STREAM),
        ),
    ),
    HttpFunction(
        name="metrics",
        description="Serves business metrics from Athena or the result cache.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(
            *_IDENTITY,
            *_QUERY,
            Access(Resource.VERSIONS),
            Access(Resource.SOURCES),
        ),
        writes=(*_COUNTED, *_QUERY_WRITES),
    ),
    HttpFunction(
        name="customers",
        description="Serves customer segments and profiles.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(*_IDENTITY, *_LARGE_ANSWERS, Access(Resource.CUSTOMERS)),
        writes=(*_COUNTED, *_LARGE_ANSWERS),
    ),
    HttpFunction(
        name="products",
        description="Serves product performance from Athena or the result cache.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(
            *_IDENTITY,
            *_QUERY,
            Access(Resource.VERSIONS),
            Access(Resource.SOURCES),
        ),
        writes=(*_COUNTED, *_QUERY_WRITES),
    ),
    HttpFunction(
        name="quality",
        description="Serves data quality reports.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(*_IDENTITY, *_LARGE_ANSWERS, Access(Resource.QUALITY), Access(Resource.SOURCES)),
        writes=(*_COUNTED, *_LARGE_ANSWERS),
    ),
    HttpFunction(
        name="health",
        description="Reports the health of the platform and its dependencies.",
        memory_mb=512,
        timeout_seconds=10,
        reads=(
            *_IDENTITY,
            Access(Resource.VERSIONS),
            Access(Resource.LAKE, "health"),  # nothing lies there: to ask for the bucket is enough
            Access(Resource.EVENT_STREAM),
            Access(Resource.WORK_GROUP),
        ),
        writes=_COUNTED,
    ),
    HttpFunction(
        name="docs",
        description="Serves the OpenAPI document and a page that displays it.",
        memory_mb=512,
        timeout_seconds=10,
        reads=_IDENTITY,
        writes=_COUNTED,
    ),
    HttpFunction(
        name="audit",
        description="Serves the audit log.",
        memory_mb=1024,
        timeout_seconds=29,
        reads=(*_IDENTITY, *_LARGE_ANSWERS, Access(Resource.AUDIT)),
        writes=(*_COUNTED, *_LARGE_ANSWERS),
    ),
)

TRIGGERED_FUNCTIONS = (
    TriggeredFunction(
        name="stream_consumer",
        description="Validates and loads records of the event stream.",
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
            *_LOADING_READS,
        ),
        writes=(*_LOADING_WRITES,),
    ),
    TriggeredFunction(
        name="file_loader",
        description="Loads uploaded files, part by part.",
        memory_mb=3008,
        timeout_seconds=900,
        uses_lake=True,
        trigger=QueueTrigger(queue=Resource.UPLOAD_QUEUE, batch_size=1, window_seconds=0, maximum_concurrency=10),
        reads=(
            *_LOADING_READS,
            Access(Resource.UPLOADS),
            Access(Resource.LAKE, UPLOADS),
            Access(Resource.LAKE, INCOMING),
        ),
        writes=(
            *_LOADING_WRITES,
            Access(Resource.UPLOADS),
            Access(Resource.LAKE, UPLOADS),
            Access(Resource.UPLOAD_QUEUE),
        ),
    ),
    TriggeredFunction(
        name="merger",
        description="Merges incoming rows into their partitions and refreshes the roll-ups.",
        memory_mb=3008,
        timeout_seconds=120,
        uses_lake=True,
        trigger=QueueTrigger(queue=Resource.MERGE_QUEUE, batch_size=200, window_seconds=1, maximum_concurrency=20),
        reads=(
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, BASE),
            Access(Resource.LAKE, KEYS),
            Access(Resource.LAKE, ROLLUP),
            *_LEDGER,
        ),
        writes=(
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, BASE),
            Access(Resource.LAKE, KEYS),
            Access(Resource.LAKE, ROLLUP),
            *_LEDGER,
            Access(Resource.VERSIONS),
            Access(Resource.EVENT_BUS),
        ),
    ),
    TriggeredFunction(
        name="sweeper",
        description="Completes deliveries that a crash interrupted.",
        memory_mb=1769,
        timeout_seconds=300,
        uses_lake=True,
        trigger=ScheduleTrigger(every_minutes=5),
        reads=(
            *_LOADING_READS,
            Access(Resource.UPLOADS),
            Access(Resource.LAKE, LANDING),
            Access(Resource.LAKE, UPLOADS),
            Access(Resource.LAKE, INCOMING),
            Access(Resource.LAKE, REDRIVES),
        ),
        writes=(
            *_LOADING_WRITES,
            Access(Resource.LAKE, REDRIVES),
            Access(Resource.UPLOADS),
            Access(Resource.MERGE_QUEUE),
            Access(Resource.UPLOAD_QUEUE),
        ),
    ),
    TriggeredFunction(
        name="anchor",
        description="Stores checkpoints of the audit chains under Object Lock.",
        memory_mb=512,
        timeout_seconds=60,
        trigger=ScheduleTrigger(every_minutes=30),
        reads=(Access(Resource.AUDIT),),
        writes=(Access(Resource.ANCHORS, ANCHORED),),
    ),
    TriggeredFunction(
        name="customer_models",
        description="Computes customer scores and fits the repeat-purchase model.",
        memory_mb=3008,
        timeout_seconds=900,
        uses_science=True,
        trigger=ScheduleTrigger(every_minutes=24 * 60),
        reads=(*_QUERY, Access(Resource.CUSTOMERS)),
        writes=(*_QUERY_WRITES, Access(Resource.CUSTOMERS)),
    ),
    TriggeredFunction(
        name="live",
        description="Manages the connections of the WebSocket API.",
        memory_mb=512,
        timeout_seconds=10,
        trigger=WebSocketTrigger(route_keys=("$connect", "$disconnect", "$default")),
        reads=(*_IDENTITY, Access(Resource.CONNECTIONS)),
        writes=(Access(Resource.CONNECTIONS),),
    ),
)

FUNCTIONS: tuple[Function, ...] = (*HTTP_FUNCTIONS, *TRIGGERED_FUNCTIONS)
