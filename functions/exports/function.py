"""Declares the function `exports`."""

from functions.access import (
    COUNTED,
    EXPORTS,
    IDENTITY,
    ON_RECORD,
    PIPELINE_READS,
    PIPELINE_WATCHES,
    QUERY,
    QUERY_WRITES,
)
from functions.declaration import Access, HttpFunction
from shared.experiments.store import EXPERIMENTS_TABLE
from shared.exports.queue import EXPORT_QUEUE

FUNCTION = HttpFunction(
    name="exports",
    description="Exports metrics, cohorts, experiments and decisions as files.",
    memory_mb=1769,
    timeout_seconds=29,
    uses_lake=True,
    uses_reports=True,
    reads=(*IDENTITY, *ON_RECORD, *QUERY, *PIPELINE_READS, *EXPORTS, Access(EXPERIMENTS_TABLE)),
    writes=(*COUNTED, *ON_RECORD, *QUERY_WRITES, *EXPORTS, Access(EXPORT_QUEUE)),
    watches=PIPELINE_WATCHES,
)
