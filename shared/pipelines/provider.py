"""Provides the health of the pipelines."""

from shared.athena.client import WORK_GROUP
from shared.customers.provider import customer_store
from shared.decisions.provider import fraud_configuration
from shared.health.checks import athena_check
from shared.ingestion.arrivals_provider import source_arrivals
from shared.ingestion.stream.failures import FEED_FAILURES, STREAM_FAILURES, DiscardedBatches
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.stream.provider import stream_positions
from shared.ingestion.uploads.provider import upload_store
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.provider import table_states
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.ledger.provider import hourly_totals, ledger
from shared.live.provider import connections, event_log
from shared.notifications.provider import entries as notification_entries
from shared.pipelines.files import WaitingFiles
from shared.pipelines.observer import Observer
from shared.pipelines.reports import PipelineReports
from shared.pipelines.run_register import RUN_REGISTER_TABLE, RunRegister
from shared.pipelines.services import WATCHED_QUEUES, QueueUrls, Services, WaitingRecords
from shared.pipelines.stores import Stores
from shared.pipelines.waiting import ATHENA, GLUE
from shared.runtime.deployment import Deployment, provider


@provider
def pipeline_health(deployment: Deployment) -> PipelineReports:
    """Build the reports on pipelines, which are judged by the service levels in force."""
    configuration = fraud_configuration(deployment)
    return PipelineReports(
        observe=Observer(stores=_stores(deployment), services=_services(deployment), clock=deployment.clock),
        objectives=lambda: configuration.get().slos.of,
        clock=deployment.clock,
    )


@provider
def run_register(deployment: Deployment) -> RunRegister:
    """Build the register of replay runs."""
    return RunRegister(dynamodb=deployment.clients.dynamodb, table=deployment.name_of(RUN_REGISTER_TABLE))


def _stores(deployment: Deployment) -> Stores:
    lake = LakeStore(deployment.clients.s3, deployment.name_of(LAKE_BUCKET))
    return Stores(
        arrivals=source_arrivals(deployment),
        hours=hourly_totals(deployment),
        ledger=ledger(deployment),
        states=table_states(deployment),
        files=WaitingFiles(uploads=upload_store(deployment), lake=lake),
        customers=customer_store(deployment),
        connections=connections(deployment),
        notifications=notification_entries(deployment),
        events=event_log(deployment),
        runs=run_register(deployment),
    )


def _services(deployment: Deployment) -> Services:
    clients, name_of = deployment.clients, deployment.name_of
    return Services(
        sqs=clients.best_effort_sqs,
        queues={
            each: QueueUrls(queue=name_of(each), dead_letters=name_of(each.dead_letters)) for each in WATCHED_QUEUES
        },
        stream=WaitingRecords(
            kinesis=clients.best_effort_kinesis,
            stream_name=name_of(EVENT_STREAM),
            positions=stream_positions(deployment),
        ),
        failures=DiscardedBatches(clients.best_effort_s3, name_of(STREAM_FAILURES)),
        feed_failures=DiscardedBatches(clients.best_effort_s3, name_of(FEED_FAILURES)),
        checks={
            ATHENA: athena_check(clients.best_effort_athena, name_of(WORK_GROUP)).ask,
            GLUE: lambda: clients.best_effort_glue.get_database(Name=name_of(LAKE_DATABASE)),
        },
    )
