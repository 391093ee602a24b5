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
    import shared.athena.provider
    import shared.audit.provider
    import shared.auth.provider
    import shared.customers.provider
    import shared.customers.snapshot_provider
    import shared.decisions.provider
    import shared.health.provider
    import shared.idempotency.provider
    import shared.ingestion.batches.provider
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
    import shared.products.provider
    import shared.quality.provider
    import shared.quarantine.provider
    import shared.recovery.provider
    import shared.sources.provider
else:
    shared = LazyImport("shared")


class Wiring(Deployment):
    """The dependencies of functions, each built once, on first use."""

    anchors = cached_property(shared.audit.provider.anchors)
    athena = cached_property(shared.athena.provider.athena)
    audit_trail = cached_property(shared.audit.provider.audit_trail)
    batches = cached_property(shared.ingestion.batches.provider.batches)
    health_check = cached_property(shared.health.provider.health_check)
    connections = cached_property(shared.live.provider.connections)
    customer_snapshot_job = cached_property(shared.customers.snapshot_provider.customer_snapshot_job)
    customer_reports = cached_property(shared.customers.provider.customer_reports)
    decisions = cached_property(shared.decisions.provider.decisions)
    event_stream = cached_property(shared.ingestion.stream.provider.event_stream)
    file_loader = cached_property(shared.ingestion.uploads.loader_provider.file_loader)
    idempotency = cached_property(shared.idempotency.provider.idempotency)
    identity = cached_property(shared.auth.provider.identity)
    lake = cached_property(shared.lake.provider.lake)
    lake_tables = cached_property(shared.lake.table.provider.lake_tables)
    ledger = cached_property(shared.ledger.provider.ledger)
    lifecycle = cached_property(shared.ingestion.batches.provider.lifecycle)
    loader = cached_property(shared.ingestion.provider.loader)
    maintenance = cached_property(shared.merging.provider.maintenance)
    merger = cached_property(shared.merging.provider.merger)
    metric_reports = cached_property(shared.metrics.provider.metric_reports)
    product_reports = cached_property(shared.products.provider.product_reports)
    quarantine = cached_property(shared.quarantine.provider.quarantine)
    quarantine_reports = cached_property(shared.quarantine.provider.quarantine_reports)
    rate_classes = cached_property(shared.limits.provider.rate_classes)
    rate_limiter = cached_property(shared.limits.provider.rate_limiter)
    redriver = cached_property(shared.recovery.provider.redriver)
    redrive_service = cached_property(shared.recovery.provider.redrive_service)
    rollups = cached_property(shared.merging.provider.rollup_job)
    row_errors = cached_property(shared.ingestion.batches.provider.row_errors)
    source_configs = cached_property(shared.sources.provider.source_configs)
    sources = cached_property(shared.sources.provider.sources)
    sweeper = cached_property(shared.recovery.provider.sweeper)
    table_states = cached_property(shared.lake.provider.table_states)
    uploads = cached_property(shared.ingestion.uploads.provider.uploads)

    ledger_reports = cached_property(
        lambda self: shared.ledger.provider.ledger_reports(self, source_ids=self.sources.ids)
    )
    large_answers = cached_property(lambda self: LargeAnswers(self.clients.s3, self.name_of(RESULTS_BUCKET)))
    quality_reports = cached_property(
        lambda self: shared.quality.provider.quality_reports(
            self, source_ids=self.sources.ids, requirements_of=self.source_configs.requirements_of
        )
    )


@cache
def wiring() -> Wiring:
    """Return the wiring of this function, configured from its environment."""
    return Wiring(Settings.from_environment(os.environ))
