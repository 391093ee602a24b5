"""Rows, scored as a delivery is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.lake.parquet.columns import IngestMetadata
from shared.lake.quality.assess import assess
from shared.lake.validation.rows import validate_rows
from shared.quality.state import QualityCounts
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.fakes.records import NOW


def assessed(
    data_type: DataType, rows: Sequence[Any], *, at: datetime = NOW, cadence: timedelta | None = None
) -> QualityCounts:
    """The counts of rows that arrive together."""
    stamp = IngestMetadata(source_id="web-shop", ingested_at=at, origin="batch-1", reporting_currency="USD")
    taken = validate_rows(data_type, rows, form=Form.TYPED, at=at, stamp=stamp)
    return assess(data_type, taken.table, taken.errors, cadence=cadence)
