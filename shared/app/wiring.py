"""The composition root: everything that functions may use, each by the provider of the package that it belongs to.

A package is imported when something of it is first used, so that a function pays only for what it uses.
"""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from shared.app.large_responses import RESULTS_BUCKET, LargeAnswers
from shared.runtime.deployment import Deployment, LazyProviders
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.athena import provider as _athena
    from shared.audit import provider as _audit
    from shared.auth import provider as _auth
    from shared.customers import computing_provider as _customer_computing
    from shared.customers import provider as _customers
    from shared.decisions import provider as _decisions
    from shared.health import provider as _health
    from shared.idempotency import provider as _idempotency
    from shared.ingestion import provider as _ingestion
    from shared.ingestion.batches import provider as _batches
    from shared.ingestion.stream import provider as _stream
    from shared.ingestion.uploads import loader_provider as _file_loader
    from shared.ingestion.uploads import provider as _uploads
    from shared.lake import provider as _lake
    from shared.ledger import provider as _ledger
    from shared.limits import provider as _limits
    from shared.live import provider as _live
    from shared.merging import provider as _merging
    from shared.metrics import provider as _metrics
    from shared.products import provider as _products
    from shared.quality import provider as _quality
    from shared.quarantine import provider as _quarantine
    from shared.recovery import provider as _recovery
    from shared.sources import provider as _sources
else:
    _athena = LazyProviders("shared.athena.provider")
    _audit = LazyProviders("shared.audit.provider")
    _auth = LazyProviders("shared.auth.provider")
    _batches = LazyProviders("shared.ingestion.batches.provider")
    _customer_computing = LazyProviders("shared.customers.computing_provider")
    _customers = LazyProviders("shared.customers.provider")
    _decisions = LazyProviders("shared.decisions.provider")
    _file_loader = LazyProviders("shared.ingestion.uploads.loader_provider")
    _health = LazyProviders("shared.health.provider")
    _idempotency = LazyProviders("shared.idempotency.provider")
    _ingestion = LazyProviders("shared.ingestion.provider")
    _lake = LazyProviders("shared.lake.provider")
    _ledger = LazyProviders("shared.ledger.provider")
    _limits = LazyProviders("shared.limits.provider")
    _live = LazyProviders("shared.live.provider")
    _merging = LazyProviders("shared.merging.provider")
    _metrics = LazyProviders("shared.metrics.provider")
    _products = LazyProviders("shared.products.provider")
    _quality = LazyProviders("shared.quality.provider")
    _quarantine = LazyProviders("shared.quarantine.provider")
    _recovery = LazyProviders("shared.recovery.provider")
    _sources = LazyProviders("shared.sources.provider")
    _stream = LazyProviders("shared.ingestion.stream.provider")
    _uploads = LazyProviders("shared.ingestion.uploads.provider")


class Wiring(Deployment):
    """What functions use, each built once, when it is first used."""

    anchors = cached_property(_audit.anchors)
    athena = cached_property(_athena.athena)
    audit_trail = cached_property(_audit.audit_trail)
    batches = cached_property(_batches.batches)
    checkup = cached_property(_health.checkup)
    connections = cached_property(_live.connections)
    customer_computing = cached_property(_customer_computing.customer_computing)
    customer_reports = cached_property(_customers.customer_reports)
    decisions = cached_property(_decisions.decisions)
    deliveries = cached_property(_ledger.deliveries)
    event_stream = cached_property(_stream.event_stream)
    file_loader = cached_property(_file_loader.file_loader)
    idempotency = cached_property(_idempotency.idempotency)
    identity = cached_property(_auth.identity)
    lake = cached_property(_lake.lake)
    late_labels = cached_property(_recovery.late_labels)
    ledger = cached_property(_ledger.ledger)
    lifecycle = cached_property(_batches.lifecycle)
    loader = cached_property(_ingestion.loader)
    merger = cached_property(_merging.merger)
    metric_reports = cached_property(_metrics.metric_reports)
    product_reports = cached_property(_products.product_reports)
    quarantine = cached_property(_quarantine.quarantine)
    quarantine_pages = cached_property(_quarantine.quarantine_pages)
    rate_classes = cached_property(_limits.rate_classes)
    rate_limiter = cached_property(_limits.rate_limiter)
    redriver = cached_property(_recovery.redriver)
    redrives = cached_property(_recovery.redrives)
    result_cache = cached_property(_athena.result_cache)
    row_errors = cached_property(_batches.row_errors)
    source_configs = cached_property(_sources.source_configs)
    sources = cached_property(_sources.sources)
    sweeper = cached_property(_recovery.sweeper)
    uploads = cached_property(_uploads.uploads)
    versions = cached_property(_lake.versions)

    accounts = cached_property(lambda self: _ledger.accounts(self, source_ids=self.sources.ids))
    large_answers = cached_property(lambda self: LargeAnswers(self.clients.s3, self.name_of(RESULTS_BUCKET)))
    quality_reports = cached_property(
        lambda self: _quality.quality_reports(
            self, source_ids=self.sources.ids, requirements_of=self.source_configs.requirements_of
        )
    )


@cache
def wiring() -> Wiring:
    """Return the wiring of this function, from its environment."""
    return Wiring(Settings.from_environment(os.environ))
