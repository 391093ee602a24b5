"""The composition root: the one place that turns settings and clients into the stores a function works with."""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from shared.decisions.index import DecisionIndex
from shared.ingestion.batches.lifecycle import Lifecycle
from shared.ingestion.batches.submission import Batches
from shared.ingestion.cancellation import Withdrawal
from shared.ingestion.stream.producer import EventStream
from shared.ingestion.uploads.announce import Uploads
from shared.ingestion.uploads.queue import UploadQueue
from shared.ingestion.uploads.store import UploadStore
from shared.lake.catalog.versions import TableVersions
from shared.lake.storage.object_store import LakeStore
from shared.ledger.by_source import Deliveries
from shared.ledger.store import Ledger
from shared.live.connections import Connections
from shared.records.schema import DataType
from shared.recovery.sweeper import Sweeper
from shared.runtime.models import Clock, now
from shared.runtime.settings import Resource, Settings
from shared.sources.config_store import SourceConfigs
from shared.sources.directory import Sources

if TYPE_CHECKING:
    from shared.app.large_responses import LargeAnswers
    from shared.athena.client import Athena
    from shared.athena.result_cache import ResultCache
    from shared.audit.anchors import Anchors
    from shared.audit.trail import AuditTrail
    from shared.auth.identity import Identity
    from shared.customers.computing import CustomerComputing
    from shared.customers.reports import CustomerReports
    from shared.customers.store import CustomerStore
    from shared.health.checks import Checkup
    from shared.idempotency.once import Idempotency
    from shared.ingestion.batches.row_errors import RowErrors
    from shared.ingestion.loader import Loader
    from shared.ingestion.restore import BringingBack
    from shared.ingestion.uploads.loader import FileLoader
    from shared.ledger.reports import Accounts
    from shared.limits.classes import RateClasses
    from shared.limits.counter import RateLimiter
    from shared.merging.merger import Merger
    from shared.metrics.reports import MetricReports
    from shared.products.reports import ProductReports
    from shared.quality.reports import QualityReports
    from shared.quarantine.reports import QuarantinePages
    from shared.quarantine.store import Quarantine
    from shared.recovery.late_labels import LateLabels
    from shared.recovery.redrive import Redriver
    from shared.recovery.redrive_requests import Redrives

_CLIENT = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=20, max_pool_connections=16
)
# Left alone, boto3 signs addresses in a version that not every region takes.
_SIGNING = _CLIENT.merge(Config(signature_version="s3v4"))
# For queries that somebody waits for: hanging calls at their end must not outlast the function.
_BRISK = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2, max_pool_connections=16
)
# For what may go unanswered: one try, and together no longer than the checkup waits.
_IMPATIENT = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1, max_pool_connections=16)
# For queries of the schedule: a run has 15 minutes.
_NOBODY_WAITS_SECONDS = 240
# Of the 29 s of a request: two calls to Athena that hang, 5 s each, and the answer have to fit in beside it.
_SOMEBODY_WAITS_SECONDS = 18


class Wiring:
    """Builds each store once, when it is first asked for."""

    def __init__(self, settings: Settings, clock: Clock = now) -> None:
        self.settings = settings
        self.clock = clock

    def _client(self, service: str, config: Config = _CLIENT) -> Any:
        return boto3.client(service, config=config)  # type: ignore[call-overload] # a service's name

    def _name(self, resource: Resource) -> str:
        return self.settings.name_of(resource)

    @cached_property
    def _dynamodb(self) -> Any:
        return self._client("dynamodb")

    @cached_property
    def _impatient_dynamodb(self) -> Any:
        return self._client("dynamodb", _IMPATIENT)

    @cached_property
    def lake(self) -> LakeStore:
        """The lake's objects."""
        return LakeStore(self._client("s3", _SIGNING), self._name(Resource.LAKE))

    @cached_property
    def ledger(self) -> Ledger:
        """What became of every delivery."""
        return Ledger(
            self._dynamodb,
            table=self._name(Resource.LEDGER),
            sources_table=self._name(Resource.SOURCES),
            hours_table=self._name(Resource.LEDGER_HOURS),
            quality_table=self._name(Resource.QUALITY),
            clock=self.clock,
        )

    @cached_property
    def sources(self) -> Sources:
        """Who delivers."""
        return Sources(
            self._dynamodb,
            self._name(Resource.SOURCES),
            deliveries=lambda: self.deliveries,
            active_for=self.settings.source_active_for,
        )

    @cached_property
    def source_configs(self) -> SourceConfigs:
        """What is configured of those who deliver."""
        return SourceConfigs(self._dynamodb, self._name(Resource.SOURCES), self.clock)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What each source delivered."""
        return Deliveries(self._dynamodb, self._name(Resource.LEDGER))

    @cached_property
    def accounts(self) -> "Accounts":
        """Tells what became of every record."""
        from shared.ledger.reports import Accounts, LedgerHours  # noqa: PLC0415 # only its own route pays

        return Accounts(
            hours=LedgerHours(self._dynamodb, self._name(Resource.LEDGER_HOURS)),
            source_ids=self.sources.ids,
            deliveries=self.deliveries,
            clock=self.clock,
        )

    @cached_property
    def versions(self) -> TableVersions:
        """The versions of the lake's tables."""
        return TableVersions(self._dynamodb, self._name(Resource.VERSIONS))

    @cached_property
    def quarantine(self) -> "Quarantine":
        """What was rejected."""
        from shared.quarantine.index import QuarantineIndex  # noqa: PLC0415 # Arrow: only calls that load rows pay
        from shared.quarantine.store import Quarantine  # noqa: PLC0415 # as above

        return Quarantine(lake=self.lake, index=QuarantineIndex(self._dynamodb, self._name(Resource.QUARANTINE)))

    @cached_property
    def quarantine_pages(self) -> "QuarantinePages":
        """Tells what was rejected."""
        from shared.quarantine.reports import QuarantinePages  # noqa: PLC0415 # only its own routes pay

        return QuarantinePages(quarantine=self.quarantine, clock=self.clock)

    @cached_property
    def redriver(self) -> "Redriver":
        """Drives rejected rows again."""
        from shared.recovery.redrive import Redriver  # noqa: PLC0415 # Arrow: only calls that load rows pay

        return Redriver(
            lake=self.lake,
            ledger=self.ledger,
            quarantine=self.quarantine,
            judge=self.loader.judge,
            configs=self.source_configs,
            decisions=self.decisions,
            clock=self.clock,
        )

    @cached_property
    def redrives(self) -> "Redrives":
        """Answers who asks for a re-drive."""
        from shared.recovery.redrive_requests import Redrives  # noqa: PLC0415 # only its own route pays

        return Redrives(ledger=self.ledger, quarantine=self.quarantine, redriver=self.redriver, clock=self.clock)

    @cached_property
    def late_labels(self) -> "LateLabels":
        """Brings labels to decisions that came after them."""
        from shared.recovery.late_labels import LateLabels  # noqa: PLC0415 # only the sweep pays

        return LateLabels(
            decisions=self.decisions, ledger=self.ledger, quarantine=self.quarantine, redriver=self.redriver
        )

    @cached_property
    def decisions(self) -> DecisionIndex:
        """Every decision by its id."""
        return DecisionIndex(self._dynamodb, self._name(Resource.DECISIONS))

    @cached_property
    def row_errors(self) -> "RowErrors":
        """Tells what is wrong with a batch's rows."""
        from shared.ingestion.batches.row_errors import RowErrors  # noqa: PLC0415 # only its own route pays

        return RowErrors(ledger=self.ledger, uploads=self._upload_store, quarantine=self.quarantine)

    @cached_property
    def loader(self) -> "Loader":
        """Brings deliveries in."""
        from shared.ingestion.loader import Loader  # noqa: PLC0415 # Arrow costs 100 ms: only calls that load pay
        from shared.ingestion.validation import Judge  # noqa: PLC0415 # as above

        return Loader(
            lake=self.lake,
            ledger=self.ledger,
            quarantine=self.quarantine,
            decisions=self.decisions,
            judge=Judge(
                decisions=self.decisions,
                reporting_currency=self.settings.reporting_currency,
                mapping_of=self.source_configs.mapping_of,
                requirements_of=self.source_configs.requirements_of,
            ),
            clock=self.clock,
        )

    @cached_property
    def batches(self) -> Batches:
        """Takes batches."""
        return Batches(
            lake=self.lake,
            ledger=self.ledger,
            loader=lambda: self.loader,
            bringing_back=lambda: self._bringing_back,
            clock=self.clock,
        )

    @cached_property
    def _bringing_back(self) -> "BringingBack":
        from shared.ingestion.restore import BringingBack  # noqa: PLC0415 # Arrow: only calls that load pay

        return BringingBack(lake=self.lake, ledger=self.ledger, judge=self.loader.judge, clock=self.clock)

    @cached_property
    def _upload_store(self) -> UploadStore:
        return UploadStore(self._dynamodb, self._name(Resource.UPLOADS))

    @cached_property
    def _upload_queue(self) -> UploadQueue:
        return UploadQueue(self._client("sqs"), self._name(Resource.UPLOAD_QUEUE))

    @cached_property
    def _withdrawal(self) -> Withdrawal:
        return Withdrawal(lake=self.lake, ledger=self.ledger)

    @cached_property
    def uploads(self) -> Uploads:
        """Takes files."""
        return Uploads(lake=self.lake, store=self._upload_store, queue=self._upload_queue, clock=self.clock)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Follows and steers batches."""
        return Lifecycle(
            lake=self.lake,
            ledger=self.ledger,
            batches=self.batches,
            uploads=self._upload_store,
            queue=self._upload_queue,
            withdrawal=self._withdrawal,
            clock=self.clock,
        )

    @cached_property
    def file_loader(self) -> "FileLoader":
        """Loads files."""
        from shared.ingestion.uploads.loader import FileLoader  # noqa: PLC0415 # Arrow: not on the request path
        from shared.ingestion.uploads.settlement import Settlement  # noqa: PLC0415 # as above

        return FileLoader(
            lake=self.lake,
            uploads=self._upload_store,
            ledger=self.ledger,
            loader=self.loader,
            bringing_back=self._bringing_back,
            settlement=Settlement(
                lake=self.lake,
                ledger=self.ledger,
                loader=self.loader,
                withdrawal=self._withdrawal,
                clock=self.clock,
            ),
            queue=self._upload_queue,
            clock=self.clock,
        )

    @cached_property
    def event_stream(self) -> EventStream:
        """Takes single records."""
        return EventStream(
            kinesis=self._client("kinesis"),
            stream_name=self._name(Resource.EVENT_STREAM),
            mapping_of=self.source_configs.mapping_of,
            clock=self.clock,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """Finishes what a crash left half-way."""
        return Sweeper(
            lake=self.lake,
            ledger=self.ledger,
            batches=self.batches,
            uploads=self.uploads,
            redriver=lambda: self.redriver,
            late_labels=lambda: self.late_labels,
            sqs=self._client("sqs"),
            queue_url=self._name(Resource.MERGE_QUEUE),
            clock=self.clock,
        )

    @cached_property
    def connections(self) -> Connections:
        """Who is connected."""
        return Connections(self._dynamodb, self._name(Resource.CONNECTIONS), self.clock)

    @cached_property
    def identity(self) -> "Identity":
        """Who may come in."""
        from shared.auth.identity import Identity, Places  # noqa: PLC0415 # only functions that people reach pay

        places = Places(
            keys_table=self._name(Resource.KEYS),
            families_table=self._name(Resource.FAMILIES),
            signing_keys=self._name(Resource.SIGNING_KEYS).split(","),
        )
        return Identity(
            dynamodb=self._dynamodb,
            kms=self._client("kms"),
            places=places,
            stage=self.settings.stage,
            clock=self.clock,
        )

    @cached_property
    def rate_classes(self) -> "RateClasses":
        """The rate classes in force."""
        from shared.limits.classes import RateClasses  # noqa: PLC0415 # only the functions behind the REST API pay

        return RateClasses.configured(self.settings.rate_limits)

    @cached_property
    def rate_limiter(self) -> "RateLimiter":
        """Counts requests."""
        from shared.limits.counter import RateLimiter  # noqa: PLC0415 # as above

        return RateLimiter(self._impatient_dynamodb, self._name(Resource.RATE_LIMITS), self.clock)

    @cached_property
    def idempotency(self) -> "Idempotency":
        """Lets what is sent twice happen once."""
        from shared.idempotency.once import Idempotency  # noqa: PLC0415 # only requests that carry a key pay

        return Idempotency(self._dynamodb, self._name(Resource.IDEMPOTENCY))

    @cached_property
    def audit_trail(self) -> "AuditTrail":
        """Who did what."""
        from shared.audit.trail import AuditTrail  # noqa: PLC0415 # as above

        return AuditTrail(self._dynamodb, self._name(Resource.AUDIT), self.clock)

    @cached_property
    def anchors(self) -> "Anchors":
        """What the audit log once was, out of everybody's reach."""
        from shared.audit.anchors import Anchors  # noqa: PLC0415 # only the function that anchors pays

        return Anchors(self._client("s3"), self._name(Resource.ANCHORS), self.clock)

    @cached_property
    def checkup(self) -> "Checkup":
        """Says what answers."""
        from shared.health import checks  # noqa: PLC0415 # only the health function pays

        asked = (
            checks.dynamodb_check(self._impatient_dynamodb, self._name(Resource.VERSIONS)),
            checks.s3_check(self._client("s3", _IMPATIENT), self._name(Resource.LAKE)),
            checks.kinesis_check(self._client("kinesis", _IMPATIENT), self._name(Resource.EVENT_STREAM)),
            checks.athena_check(self._client("athena", _IMPATIENT), self._name(Resource.WORK_GROUP)),
        )
        return checks.Checkup(asked, self.clock)

    @cached_property
    def athena(self) -> "Athena":
        """Runs queries that somebody waits for."""
        return self._athena(_BRISK, _SOMEBODY_WAITS_SECONDS)

    def _athena(self, config: Config, patience_seconds: float) -> "Athena":
        from shared.athena.client import Athena  # noqa: PLC0415 # only functions that query pay
        from shared.athena.concurrency import QuerySlots  # noqa: PLC0415 # as above

        return Athena(
            self._client("athena", config),
            work_group=self._name(Resource.WORK_GROUP),
            database=self._name(Resource.DATABASE),
            patience_seconds=patience_seconds,
            slots=QuerySlots(
                self._impatient_dynamodb,
                self._name(Resource.RESULT_CACHE),
                most=self.settings.queries_at_once,
                clock=self.clock,
            ),
        )

    @cached_property
    def result_cache(self) -> "ResultCache":
        """What queries found."""
        from shared.athena.result_cache import ResultCache  # noqa: PLC0415 # only functions that query pay

        return ResultCache(
            self._impatient_dynamodb, self._name(Resource.RESULT_CACHE), versions=self.versions, clock=self.clock
        )

    @cached_property
    def large_answers(self) -> "LargeAnswers":
        """Where answers go that are too large to be given."""
        from shared.app.large_responses import LargeAnswers  # noqa: PLC0415 # only such answers pay

        return LargeAnswers(self._client("s3", _SIGNING), self._name(Resource.RESULTS))

    @cached_property
    def metric_reports(self) -> "MetricReports":
        """Answers business metrics."""
        from shared.lake.catalog.first_day import first_day  # noqa: PLC0415 # only the functions that answer metrics pay
        from shared.metrics.reports import MetricReports  # noqa: PLC0415 # as above

        return MetricReports(
            athena=self.athena,
            cache=self.result_cache,
            sources=self.sources,
            first_day=lambda data_type: first_day(self.lake, data_type),
            reporting_currency=self.settings.reporting_currency,
            clock=self.clock,
        )

    @cached_property
    def product_reports(self) -> "ProductReports":
        """Answers how products perform."""
        from shared.lake.catalog.first_day import first_day  # noqa: PLC0415 # only the function that answers it pays
        from shared.lake.rollups.cost_days import cost_days  # noqa: PLC0415 # as above
        from shared.products.queries import LakeState  # noqa: PLC0415 # as above
        from shared.products.reports import ProductReports  # noqa: PLC0415 # as above

        return ProductReports(
            athena=self.athena,
            cache=self.result_cache,
            sources=self.sources,
            lake_state=lambda: LakeState(cost_days(self.lake), first_day(self.lake, DataType.INVENTORY)),
            reporting_currency=self.settings.reporting_currency,
            clock=self.clock,
        )

    @cached_property
    def customer_computing(self) -> "CustomerComputing":
        """Computes customers anew."""
        from shared.customers.computing import CustomerComputing  # noqa: PLC0415 # SciPy: not on the request path

        return CustomerComputing(
            athena=self._athena(_CLIENT, _NOBODY_WAITS_SECONDS),
            store=self._customer_store,
            reporting_currency=self.settings.reporting_currency,
            clock=self.clock,
        )

    @cached_property
    def customer_reports(self) -> "CustomerReports":
        """Tells of customers."""
        from shared.customers.reports import CustomerReports  # noqa: PLC0415 # only the function that tells pays

        return CustomerReports(self._customer_store)

    @cached_property
    def _customer_store(self) -> "CustomerStore":
        from shared.customers.store import CustomerStore  # noqa: PLC0415 # only functions about customers pay

        return CustomerStore(self._dynamodb, self._name(Resource.CUSTOMERS))

    @cached_property
    def quality_reports(self) -> "QualityReports":
        """Tells how good what sources delivered is."""
        from shared.quality.reports import QualityReports  # noqa: PLC0415 # only the function that tells it pays
        from shared.quality.store import QualityStates  # noqa: PLC0415 # as above

        return QualityReports(
            states=QualityStates(self._dynamodb, self._name(Resource.QUALITY)),
            source_ids=self.sources.ids,
            requirements_of=self.source_configs.requirements_of,
            clock=self.clock,
        )

    @cached_property
    def merger(self) -> "Merger":
        """Merges partitions."""
        from shared.lake.merge.key_index import KeyIndex  # noqa: PLC0415 # Arrow: not on the request path
        from shared.merging.events import MergeEvents  # noqa: PLC0415 # as above
        from shared.merging.merger import Merger  # noqa: PLC0415 # as above

        return Merger(
            lake=self.lake,
            index=KeyIndex(self.lake),
            ledger=self.ledger,
            versions=self.versions,
            events=MergeEvents(self._client("events"), self._name(Resource.EVENT_BUS)),
            clock=self.clock,
        )


@cache
def wiring() -> Wiring:
    """The wiring of this function, from its environment."""
    return Wiring(Settings.from_environment(os.environ))
