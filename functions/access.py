"""Groups of resources that functions access for a common purpose."""

from functions.declaration import Access
from shared.alerts.alert_store import ALERTS_TABLE
from shared.alerts.rule_store import ALERT_RULES_TABLE
from shared.app.large_responses import ANSWERS, RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.audit.trail import AUDIT_TABLE
from shared.auth.key_store import KEYS_TABLE
from shared.auth.refresh_tokens import FAMILIES_TABLE
from shared.auth.signing import SIGNING_KEYS
from shared.customers.store import CUSTOMERS_TABLE
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE
from shared.decisions.configuration_store import CONFIGURATION_TABLE
from shared.decisions.index import DECISIONS_TABLE
from shared.drift.store import DRIFT_BASELINES_TABLE, PROFILES
from shared.events.bus import EVENT_BUS
from shared.exports.files import EXPORT_FILES_BUCKET
from shared.exports.store import EXPORTS_TABLE
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.ingestion.stream.accepted import STREAM_RECORDS_TABLE
from shared.ingestion.stream.failures import FEED_FAILURES, STREAM_FAILURES
from shared.ingestion.stream.failures import PREFIX as FAILED_BATCHES
from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.migration.former_paths import FORMER_BASE, FORMER_KEYS, FORMER_ROLLUPS
from shared.lake.storage.object_store import LAKE_BUCKET, TABLES_BUCKET
from shared.lake.storage.paths import INCOMING, QUARANTINE, UPLOADS
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.limits.counter import RATE_LIMITS_TABLE
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.notifications.outbox import OUTBOX_TABLE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.pipelines.services import WATCHED_QUEUES
from shared.quality.store import QUALITY_TABLE
from shared.quarantine.index import QUARANTINE_INDEX_TABLE

QUERY = (
    Access(WORK_GROUP),
    Access(LAKE_DATABASE),
    Access(TABLES_BUCKET, by_athena=True),
    Access(TABLE_STATES),
    Access(RESULTS_BUCKET, by_athena=True),
    Access(RESULT_CACHE_TABLE),
)
"""Read: tables through Athena, the snapshots to pin, and results."""

QUERY_WRITES = (Access(RESULTS_BUCKET, by_athena=True), Access(RESULT_CACHE_TABLE))
"""Written: results of Athena, cached results, and the slots of concurrent queries."""

TABLES = (Access(LAKE_DATABASE), Access(TABLES_BUCKET, deletes=True))
"""Read and written: the files of the lake's tables, and the pointers to their metadata in Glue."""

FORMER_LAKE = tuple(Access(LAKE_BUCKET, prefix, deletes=True) for prefix in (FORMER_BASE, FORMER_ROLLUPS, FORMER_KEYS))
"""Read and deleted: what an earlier version left in the lake and merges convert first."""

BASELINES = (Access(DRIFT_BASELINES_TABLE, scanned=True), Access(LAKE_BUCKET, PROFILES))
"""Read: the frozen baselines of drift."""

BASELINE_WRITES = (Access(DRIFT_BASELINES_TABLE), Access(LAKE_BUCKET, PROFILES))
"""Written: new baselines."""

FRESHNESS = (
    Access(SOURCES_TABLE, scanned=True),
    Access(LEDGER_TABLE),
    Access(UPLOADS_TABLE),
    Access(STREAM_POSITIONS_TABLE, scanned=True),
    Access(STREAM_RECORDS_TABLE),
)
"""Read: the freshness of data, and what was accepted but is not merged yet."""

FRESHNESS_WATCHES = (Access(LAKE_BUCKET, UPLOADS),)
"""Watched: files that have arrived."""

WIDGETS = (
    *QUERY,
    *FRESHNESS,
    Access(CONFIGURATION_TABLE),
    Access(CUSTOMERS_TABLE),
    Access(QUALITY_TABLE),
    *BASELINES,
    Access(ALERTS_TABLE),
    Access(WIDGET_ANSWERS_TABLE),
)
"""Read: what widgets show, beside the health of pipelines."""

WIDGET_WRITES = (*QUERY_WRITES, Access(WIDGET_ANSWERS_TABLE))
"""Written: results and remembered answers."""

EXPORTS = (Access(EXPORTS_TABLE), Access(EXPORT_FILES_BUCKET, by_athena=True))
"""Read and written: exports that are prepared in the background, and files; large ones in parts, which are aborted."""

LARGE_ANSWERS = (Access(RESULTS_BUCKET, ANSWERS),)
"""Read and written: responses that are too large for Lambda; functions that run queries already have access to them."""

IDENTITY = (Access(KEYS_TABLE), Access(FAMILIES_TABLE), Access(SIGNING_KEYS))
"""Read: data that authenticates callers, for every function with routes that are not public, or with connections."""

COUNTED = (Access(RATE_LIMITS_TABLE),)
"""Written: request counters, for every function with routes of the REST API that are not public."""

ON_RECORD = (Access(IDEMPOTENCY_TABLE), Access(AUDIT_TABLE))
"""Read and written: idempotent requests and the audit log, for every function with routes that change data."""

LEDGER = (
    Access(LEDGER_TABLE),
    Access(LEDGER_HOURS_TABLE),
    Access(SOURCES_TABLE),
    Access(QUALITY_TABLE),
)
"""Read and written: ledger entries, and the totals and counts that change in the same transaction."""

PIPELINE_READS = (
    *FRESHNESS,
    Access(LEDGER_HOURS_TABLE),
    Access(QUALITY_TABLE),
    Access(TABLE_STATES),
    Access(CUSTOMERS_TABLE),
    Access(OUTBOX_TABLE),
    Access(CONNECTIONS_TABLE),
    Access(LISTENERS_TABLE),
    Access(EVENT_LOG_TABLE),
    Access(RUN_REGISTER_TABLE),
    Access(EVENT_STREAM),
    Access(CONFIGURATION_TABLE),
)
"""Read: what the health of pipelines is judged by."""

DISCARDED_BATCHES = Access(STREAM_FAILURES, FAILED_BATCHES.rstrip("/"))
"""Read or watched: batches of stream records that could not be loaded."""

PIPELINE_WATCHES = (
    *(Access(each) for queue in WATCHED_QUEUES for each in (queue, queue.dead_letters)),
    DISCARDED_BATCHES,
    Access(FEED_FAILURES, FAILED_BATCHES.rstrip("/")),
    *FRESHNESS_WATCHES,
    Access(LAKE_DATABASE),
    Access(WORK_GROUP),
)
"""Watched: queues, what consumers of streams gave up, files that have arrived, and whether Glue and Athena respond."""

ALERT_READS = (*QUERY, *PIPELINE_READS, *BASELINES, Access(ALERT_RULES_TABLE), Access(ALERTS_TABLE))
"""Read: alerts, rules and the data that rules judge. Rules about pipelines also need `PIPELINE_WATCHES`."""

ALERT_WRITES = (
    *QUERY_WRITES,
    Access(ALERT_RULES_TABLE),
    Access(ALERTS_TABLE),
    Access(OUTBOX_TABLE),
    Access(NOTIFICATION_QUEUE),
    Access(EVENT_BUS),
)
"""Written: rules and alerts, the notifications of their changes, and events about them."""

LOADING_READS = (
    *LEDGER,
    Access(DECISIONS_TABLE),
    Access(QUARANTINE_INDEX_TABLE),
    Access(LAKE_BUCKET, QUARANTINE, deletes=True),
)
"""Read: resources needed to load deliveries."""

LOADING_WRITES = (*LOADING_READS, Access(LAKE_BUCKET, INCOMING), Access(EVENT_BUS))
"""Written: resources changed by loading deliveries, and events about deliveries that never reach a merge."""
