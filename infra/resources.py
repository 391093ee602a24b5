"""Every stateful resource of the platform, each declared beside the code that owns it."""

from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.audit.trail import AUDIT_TABLE
from shared.auth.key_store import KEYS_TABLE
from shared.auth.refresh_tokens import FAMILIES_TABLE
from shared.auth.signing import SIGNING_KEYS
from shared.customers.store import CUSTOMERS_TABLE
from shared.decisions.index import DECISIONS_TABLE
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.catalog.state import TABLE_STATES
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.storage.object_store import LAKE_BUCKET, TABLES_BUCKET
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.limits.counter import RATE_LIMITS_TABLE
from shared.live.connections import CONNECTIONS_TABLE
from shared.merging.events import EVENT_BUS
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE
from shared.quality.store import QUALITY_TABLE
from shared.quarantine.index import QUARANTINE_INDEX_TABLE
from shared.runtime.resources import Bucket, Queue, Resource, Stream, Table

RESOURCES: tuple[Resource, ...] = (
    LAKE_BUCKET,
    TABLES_BUCKET,
    RESULTS_BUCKET,
    LAKE_DATABASE,
    WORK_GROUP,
    LEDGER_TABLE,
    LEDGER_HOURS_TABLE,
    UPLOADS_TABLE,
    QUALITY_TABLE,
    QUARANTINE_INDEX_TABLE,
    SOURCES_TABLE,
    TABLE_STATES,
    RESULT_CACHE_TABLE,
    CUSTOMERS_TABLE,
    DECISIONS_TABLE,
    CONNECTIONS_TABLE,
    RATE_LIMITS_TABLE,
    KEYS_TABLE,
    FAMILIES_TABLE,
    SIGNING_KEYS,
    IDEMPOTENCY_TABLE,
    AUDIT_TABLE,
    ANCHORS_BUCKET,
    EVENT_STREAM,
    MERGE_QUEUE,
    ROLLUP_QUEUE,
    UPLOAD_QUEUE,
    EVENT_BUS,
)

DYNAMO_TABLES = tuple(each for each in RESOURCES if isinstance(each, Table))
BUCKETS = tuple(each for each in RESOURCES if isinstance(each, Bucket))
STREAMS = tuple(each for each in RESOURCES if isinstance(each, Stream))
QUEUES = tuple(each for each in RESOURCES if isinstance(each, Queue))
