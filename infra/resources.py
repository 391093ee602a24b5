"""Every stateful resource of the platform, each declared beside the code that owns it."""

from functions.declaration import SCHEDULE_FAILURES
from shared.alerts.alert_store import ALERTS_TABLE
from shared.alerts.queue import ALERT_QUEUE
from shared.alerts.rule_store import ALERT_RULES_TABLE
from shared.app.large_responses import RESULTS_BUCKET
from shared.athena.client import WORK_GROUP
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.audit.trail import AUDIT_TABLE
from shared.auth.key_store import KEYS_TABLE
from shared.auth.refresh_tokens import FAMILIES_TABLE
from shared.auth.signing import SIGNING_KEYS
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.customers.store import CUSTOMERS_TABLE
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.decisions.configuration_store import CONFIGURATION_TABLE
from shared.decisions.index import DECISIONS_TABLE
from shared.drift.store import DRIFT_BASELINES_TABLE
from shared.events.bus import EVENT_BUS
from shared.experiments.store import EXPERIMENTS_TABLE
from shared.exports.files import EXPORT_FILES_BUCKET
from shared.exports.queue import EXPORT_QUEUE
from shared.exports.store import EXPORTS_TABLE
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.ingestion.stream.accepted import STREAM_RECORDS_TABLE
from shared.ingestion.stream.failures import FEED_FAILURES, STREAM_FAILURES
from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.storage.object_store import LAKE_BUCKET, TABLES_BUCKET
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE
from shared.limits.counter import RATE_LIMITS_TABLE
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.posting import OPEN_CONNECTIONS
from shared.live.turns import TURNS_TABLE
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE
from shared.notifications.outbox import OUTBOX_TABLE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.notifications.topic import NOTIFICATION_TOPIC
from shared.pipelines.run_register import RUN_REGISTER_TABLE
from shared.policies.store import POLICIES_TABLE
from shared.push.queue import PUSH_QUEUE
from shared.quality.store import QUALITY_TABLE
from shared.quarantine.index import QUARANTINE_INDEX_TABLE
from shared.replay.rule_thresholds import RULE_THRESHOLDS_TABLE
from shared.replay.run_files import REPLAY_RUNS_BUCKET
from shared.replay.store import REPLAYS_TABLE
from shared.replay.workflow import REPLAY_RUN
from shared.runtime.resources import Bucket, DeadLetterQueue, Queue, Resource, StateMachine, Stream, Table, Topic

_QUEUES = (
    MERGE_QUEUE,
    ROLLUP_QUEUE,
    UPLOAD_QUEUE,
    WIDGET_QUEUE,
    PUSH_QUEUE,
    DELIVERY_QUEUE,
    ALERT_QUEUE,
    NOTIFICATION_QUEUE,
    EXPORT_QUEUE,
)

RESOURCES: tuple[Resource, ...] = (
    LAKE_BUCKET,
    TABLES_BUCKET,
    RESULTS_BUCKET,
    CUSTOMER_RUNS_BUCKET,
    REPLAY_RUNS_BUCKET,
    EXPORT_FILES_BUCKET,
    STREAM_FAILURES,
    FEED_FAILURES,
    LAKE_DATABASE,
    WORK_GROUP,
    LEDGER_TABLE,
    LEDGER_HOURS_TABLE,
    UPLOADS_TABLE,
    STREAM_POSITIONS_TABLE,
    STREAM_RECORDS_TABLE,
    QUALITY_TABLE,
    QUARANTINE_INDEX_TABLE,
    SOURCES_TABLE,
    TABLE_STATES,
    RESULT_CACHE_TABLE,
    CUSTOMERS_TABLE,
    DECISIONS_TABLE,
    CONFIGURATION_TABLE,
    DRIFT_BASELINES_TABLE,
    EXPERIMENTS_TABLE,
    POLICIES_TABLE,
    DASHBOARDS_TABLE,
    WIDGET_ANSWERS_TABLE,
    CONNECTIONS_TABLE,
    ALERT_RULES_TABLE,
    ALERTS_TABLE,
    OUTBOX_TABLE,
    EXPORTS_TABLE,
    LISTENERS_TABLE,
    EVENT_LOG_TABLE,
    TURNS_TABLE,
    RUN_REGISTER_TABLE,
    REPLAYS_TABLE,
    RULE_THRESHOLDS_TABLE,
    RATE_LIMITS_TABLE,
    KEYS_TABLE,
    FAMILIES_TABLE,
    SIGNING_KEYS,
    IDEMPOTENCY_TABLE,
    AUDIT_TABLE,
    ANCHORS_BUCKET,
    EVENT_STREAM,
    *_QUEUES,
    SCHEDULE_FAILURES,
    *(queue.dead_letters for queue in _QUEUES),
    EVENT_BUS,
    NOTIFICATION_TOPIC,
    OPEN_CONNECTIONS,
    REPLAY_RUN,
)

DYNAMO_TABLES = tuple(each for each in RESOURCES if isinstance(each, Table))
BUCKETS = tuple(each for each in RESOURCES if isinstance(each, Bucket))
STREAMS = tuple(each for each in RESOURCES if isinstance(each, Stream))
DEAD_LETTER_QUEUES = tuple(each for each in RESOURCES if isinstance(each, DeadLetterQueue))
QUEUES = tuple(each for each in RESOURCES if isinstance(each, Queue))
STATE_MACHINES = tuple(each for each in RESOURCES if isinstance(each, StateMachine))
TOPICS = tuple(each for each in RESOURCES if isinstance(each, Topic))
