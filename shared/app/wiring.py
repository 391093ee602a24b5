"""The composition root: everything that functions may use, built by the provider of each package.

A package is imported when one of its objects is first used, so that a function loads only what it needs.
"""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from shared.app.large_responses import RESULTS_BUCKET, LargeAnswers
from shared.runtime.deployment import Deployment, LazyImport
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    import shared.alerts.provider
    import shared.athena.provider
    import shared.audit.provider
    import shared.auth.provider
    import shared.customers.provider
    import shared.customers.publication_provider
    import shared.customers.run_provider
    import shared.dashboards.provider
    import shared.dashboards.reader_provider
    import shared.decisions.provider
    import shared.drift.provider
    import shared.events.provider
    import shared.experiments.provider
    import shared.explanations.provider
    import shared.exports.provider
    import shared.exports.runner_provider
    import shared.fraud.provider
    import shared.health.provider
    import shared.idempotency.provider
    import shared.ingestion.arrivals_provider
    import shared.ingestion.batches.provider
    import shared.ingestion.preview.provider
    import shared.ingestion.provider
    import shared.ingestion.stream.provider
    import shared.ingestion.uploads.loader_provider
    import shared.ingestion.uploads.provider
    import shared.lake.provider
    import shared.lake.table.provider
    import shared.ledger.provider
    import shared.limits.provider
    import shared.live.provider
    import shared.merging.provider
    import shared.metrics.provider
    import shared.notifications.notifier_provider
    import shared.notifications.provider
    import shared.pipelines.provider
    import shared.policies.provider
    import shared.products.provider
    import shared.push.deliverer_provider
    import shared.push.provider
    import shared.push.pusher_provider
    import shared.quality.provider
    import shared.quarantine.provider
    import shared.recovery.provider
    import shared.replay.computing_provider
    import shared.replay.provider
    import shared.replay.step_provider
    import shared.sources.provider
else:
    shared = LazyImport("shared")


class Wiring(Deployment):
    """The dependencies of functions, each built once, on first use."""

    alert_changes = cached_property(shared.alerts.provider.alert_changes)
    alert_reports = cached_property(shared.alerts.provider.alert_reports)
    alert_rules = cached_property(shared.alerts.provider.alert_rules)
    anchors = cached_property(shared.audit.provider.anchors)
    athena = cached_property(shared.athena.provider.athena)
    audit_trail = cached_property(shared.audit.provider.audit_trail)
    baseline_freezer = cached_property(shared.drift.provider.baseline_freezer)
    batches = cached_property(shared.ingestion.batches.provider.batches)
    health_check = cached_property(shared.health.provider.health_check)
    connections = cached_property(shared.live.provider.connections)
    decision_feed = cached_property(shared.push.provider.decision_feed)
    deliveries = cached_property(shared.live.provider.deliveries)
    event_log = cached_property(shared.live.provider.event_log)
    health_watch = cached_property(shared.push.pusher_provider.health_watch)
    poster = cached_property(shared.live.provider.poster)
    turns = cached_property(shared.live.provider.turns)
    customer_preparation = cached_property(shared.customers.run_provider.customer_preparation)
    customer_publication = cached_property(shared.customers.publication_provider.customer_publication)
    customer_reports = cached_property(shared.customers.provider.customer_reports)
    customer_slices = cached_property(shared.customers.run_provider.customer_slices)
    dashboard_reader = cached_property(shared.dashboards.reader_provider.dashboard_reader)
    dashboards = cached_property(shared.dashboards.provider.dashboards)
    decisions = cached_property(shared.decisions.provider.decisions)
    discarded_batches = cached_property(shared.ingestion.stream.provider.discarded_batches)
    drift_baselines = cached_property(shared.drift.provider.drift_baselines)
    drift_reports = cached_property(shared.drift.provider.drift_reports)
    event_stream = cached_property(shared.ingestion.stream.provider.event_stream)
    experiments = cached_property(shared.experiments.provider.experiments)
    experiment_reports = cached_property(shared.experiments.provider.experiment_reports)
    experiment_changes = cached_property(shared.experiments.provider.experiment_changes)
    explanations = cached_property(shared.explanations.provider.explanations)
    export_runner = cached_property(shared.exports.runner_provider.export_runner)
    exporter = cached_property(shared.exports.provider.exporter)
    file_loader = cached_property(shared.ingestion.uploads.loader_provider.file_loader)
    idempotency = cached_property(shared.idempotency.provider.idempotency)
    fraud_reports = cached_property(shared.fraud.provider.fraud_reports)
    fraud_configuration = cached_property(shared.decisions.provider.fraud_configuration)
    identity = cached_property(shared.auth.provider.identity)
    lake = cached_property(shared.lake.provider.lake)
    lake_tables = cached_property(shared.lake.table.provider.lake_tables)
    ledger = cached_property(shared.ledger.provider.ledger)
    lifecycle = cached_property(shared.ingestion.batches.provider.lifecycle)
    loader = cached_property(shared.ingestion.provider.loader)
    maintenance = cached_property(shared.merging.provider.maintenance)
    merger = cached_property(shared.merging.provider.merger)
    previewer = cached_property(shared.ingestion.preview.provider.previewer)
    platform_events = cached_property(shared.events.provider.platform_events)
    pipeline_health = cached_property(shared.pipelines.provider.pipeline_health)
    metric_reports = cached_property(shared.metrics.provider.metric_reports)
    notifier = cached_property(shared.notifications.notifier_provider.notifier)
    outbox = cached_property(shared.notifications.provider.outbox)
    policies = cached_property(shared.policies.provider.policies)
    promotions = cached_property(shared.experiments.provider.promotions)
    product_reports = cached_property(shared.products.provider.product_reports)
    quarantine = cached_property(shared.quarantine.provider.quarantine)
    quarantine_reports = cached_property(shared.quarantine.provider.quarantine_reports)
    rate_classes = cached_property(shared.limits.provider.rate_classes)
    rate_limiter = cached_property(shared.limits.provider.rate_limiter)
    reconciler = cached_property(shared.recovery.provider.reconciler)
    redriver = cached_property(shared.recovery.provider.redriver)
    redrive_service = cached_property(shared.recovery.provider.redrive_service)
    replay_failures = cached_property(shared.replay.step_provider.replay_failures)
    replay_files = cached_property(shared.replay.provider.replay_files)
    replay_planning = cached_property(shared.replay.step_provider.replay_planning)
    replay_reduction = cached_property(shared.replay.computing_provider.replay_reduction)
    replay_runs = cached_property(shared.replay.provider.replay_runs)
    replay_slices = cached_property(shared.replay.computing_provider.replay_slices)
    replay_scenarios = cached_property(shared.replay.provider.replay_scenarios)
    replays = cached_property(shared.replay.provider.replays)
    rollup_requests = cached_property(shared.merging.provider.rollup_requests)
    rollup_runs = cached_property(shared.merging.provider.rollup_runs)
    rollups = cached_property(shared.merging.provider.rollup_job)
    row_errors = cached_property(shared.ingestion.batches.provider.row_errors)
    rule_thresholds = cached_property(shared.replay.provider.rule_thresholds)
    scheduled_baseline_freezer = cached_property(shared.drift.provider.scheduled_baseline_freezer)
    source_configs = cached_property(shared.sources.provider.source_configs)
    sources = cached_property(shared.sources.provider.sources)
    source_arrivals = cached_property(shared.ingestion.arrivals_provider.source_arrivals)
    stream_positions = cached_property(shared.ingestion.stream.provider.stream_positions)
    sweeper = cached_property(shared.recovery.provider.sweeper)
    table_states = cached_property(shared.lake.provider.table_states)
    uploads = cached_property(shared.ingestion.uploads.provider.uploads)
    webhook_addresses = cached_property(shared.notifications.provider.webhook_addresses)

    alert_evaluator = cached_property(
        lambda self: shared.alerts.provider.alert_evaluator(self, quality=self.quality_reports)
    )
    back_test = cached_property(
        lambda self: shared.alerts.provider.back_test(self, quality=self.quality_reports, source_ids=self.sources.ids)
    )
    batch_list = cached_property(
        lambda self: shared.ingestion.batches.provider.batch_list(self, source_ids=self.sources.ids)
    )
    dashboard_data = cached_property(
        lambda self: shared.dashboards.provider.dashboard_data(self, quality=self.quality_reports)
    )
    widget_refresher = cached_property(
        lambda self: shared.dashboards.provider.widget_refresher(self, quality=self.quality_reports)
    )
    admission = cached_property(lambda self: shared.push.provider.admission(self, dashboards=self.dashboard_reader))
    conversation = cached_property(
        lambda self: shared.push.provider.conversation(self, dashboards=self.dashboard_reader)
    )
    deliverer = cached_property(
        lambda self: shared.push.deliverer_provider.deliverer(
            self, dashboards=self.dashboard_reader, data=self.dashboard_data
        )
    )
    ledger_reports = cached_property(
        lambda self: shared.ledger.provider.ledger_reports(
            self, source_ids=self.sources.ids, discarded=self.discarded_batches.summary
        )
    )
    rule_changes = cached_property(lambda self: shared.alerts.provider.rule_changes(self, source_ids=self.sources.ids))
    large_answers = cached_property(lambda self: LargeAnswers(self.clients.s3, self.name_of(RESULTS_BUCKET)))
    pusher = cached_property(
        lambda self: shared.push.pusher_provider.pusher(
            self, dashboards=self.dashboard_reader, data=self.widget_refresher
        )
    )
    quality_reports = cached_property(
        lambda self: shared.quality.provider.quality_reports(
            self, source_ids=self.sources.ids, requirements_of=self.source_configs.requirements_of
        )
    )


@cache
def wiring() -> Wiring:
    """Return the wiring of this function, configured from its environment."""
    return Wiring(Settings.from_environment(os.environ))
