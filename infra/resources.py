"""Every stateful resource of the platform as plain data, read by CDK, by the laptop and by the moto fixtures."""

from dataclasses import dataclass

from shared.runtime.settings import Resource


@dataclass(frozen=True, kw_only=True)
class Index:
    """A global secondary index; sparse where only some items carry its key."""

    name: str
    partition_key: str
    sort_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class DynamoTable:
    """A DynamoDB table on demand, all of whose keys are text."""

    resource: Resource
    partition_key: str
    sort_key: str | None = None
    indexes: tuple[Index, ...] = ()
    expires_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """An S3 bucket and how long what lies under its prefixes is kept (days; absent: for good).

    Pages may put files into one that takes uploads, and read what they are redirected to in one that gives answers.
    What is locked cannot be changed or deleted for so many days, by
    anybody.
    """

    resource: Resource
    versioned: bool
    expire_days: tuple[tuple[str, int], ...] = ()
    takes_uploads: bool = False
    gives_answers: bool = False
    locked_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A Kinesis stream."""

    resource: Resource
    shards: int
    retention_hours: int


@dataclass(frozen=True, kw_only=True)
class Queue:
    """An SQS queue with a dead-letter queue behind it, fed by the lake's objects under a prefix."""

    resource: Resource
    visibility_seconds: int
    max_receives: int
    fed_by_prefix: str


DYNAMO_TABLES = (
    DynamoTable(
        resource=Resource.LEDGER,
        partition_key="origin",
        indexes=(
            Index(name="open", partition_key="open", sort_key="received_at"),
            Index(name="recent", partition_key="kind", sort_key="completed_at"),
            Index(name="by_batch", partition_key="batch_id", sort_key="origin"),
            Index(name="by_source", partition_key="source_id", sort_key="received_at"),
        ),
    ),
    DynamoTable(resource=Resource.LEDGER_HOURS, partition_key="source_id", sort_key="hour"),
    DynamoTable(
        resource=Resource.UPLOADS,
        partition_key="batch_id",
        indexes=(Index(name="open", partition_key="open", sort_key="created_at"),),
    ),
    DynamoTable(resource=Resource.QUALITY, partition_key="source_id", sort_key="hour"),
    DynamoTable(resource=Resource.QUARANTINE, partition_key="day", sort_key="delivery"),
    DynamoTable(resource=Resource.SOURCES, partition_key="source_id", sort_key="facet"),
    DynamoTable(resource=Resource.VERSIONS, partition_key="table_name"),
    DynamoTable(resource=Resource.RESULT_CACHE, partition_key="cache_key", expires_by="expires_at"),
    DynamoTable(resource=Resource.CUSTOMERS, partition_key="subject"),
    DynamoTable(
        resource=Resource.DECISIONS,
        partition_key="decision_id",
        indexes=(Index(name="due", partition_key="due", sort_key="decision_id"),),
    ),
    DynamoTable(resource=Resource.CONNECTIONS, partition_key="connection_id", expires_by="expires_at"),
    DynamoTable(resource=Resource.RATE_LIMITS, partition_key="window", expires_by="expires_at"),
    DynamoTable(resource=Resource.KEYS, partition_key="key_id"),
    DynamoTable(resource=Resource.FAMILIES, partition_key="family_id", expires_by="expires_at"),
    DynamoTable(resource=Resource.IDEMPOTENCY, partition_key="claim", expires_by="expires_at"),
    DynamoTable(
        resource=Resource.AUDIT,
        partition_key="chain",
        sort_key="sequence",
        indexes=(Index(name="by_time", partition_key="chain", sort_key="position"),),
    ),
)

TABLES_BY_RESOURCE = {table.resource: table for table in DYNAMO_TABLES}

BUCKETS = (
    Bucket(
        resource=Resource.LAKE,
        versioned=True,
        takes_uploads=True,
        expire_days=(
            ("landing/", 365),
            ("uploads/", 365),
            ("uploads/customers/", 7),  # as their sender wrote them, names and all, should they not be loaded
            ("incoming/", 30),
            ("redrives/", 30),
        ),
    ),
    Bucket(resource=Resource.RESULTS, versioned=False, expire_days=(("", 7), ("answers/", 1)), gives_answers=True),
    Bucket(resource=Resource.ANCHORS, versioned=True, locked_days=400),
)

STREAMS = (Stream(resource=Resource.EVENT_STREAM, shards=2, retention_hours=24),)

SIGNING_KEYS = ("signing-1",)
"""The keys in KMS that tokens are verified by, of which the first signs.

To rotate: put a new one last and deploy; a few minutes later put it first; a month later, when the last refresh token
of the old one has expired, take the old one out.
"""

QUEUES = (
    Queue(resource=Resource.MERGE_QUEUE, visibility_seconds=720, max_receives=5, fed_by_prefix="incoming/"),
    Queue(resource=Resource.UPLOAD_QUEUE, visibility_seconds=5400, max_receives=5, fed_by_prefix="uploads/"),
)
