"""Gives rows the event time of the records they refer to: labels that of their decisions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT
from shared.records.schema import DataType, RecordSchema
from shared.records.schemas import SCHEMAS

TimesOf = Callable[[Collection[str]], Mapping[str, datetime]]
"""Returns the event times of the known ones among records; whoever asks is told again when one of them changes."""


def no_times(_: Collection[str]) -> Mapping[str, datetime]:
    """Know no record."""
    return {}


def with_event_times(data_type: DataType, tables: Sequence[pa.Table], times_of: TimesOf) -> Sequence[pa.Table]:
    """Replace the event times of rows by those of the records they refer to; rows of unknown records keep theirs."""
    schema = SCHEMAS[data_type]
    if schema.event_time_from is None or schema.event_time is None or not tables:
        return tables
    references = pa.chunked_array([chunk for each in tables for chunk in each[schema.key[0]].chunks], pa.string())
    times = times_of(pc.unique(references).to_pylist())
    return [with_times(schema, each, times) for each in tables]


def with_times(schema: RecordSchema, rows: pa.Table, times: Mapping[str, datetime]) -> pa.Table:
    """Replace the event times of the rows that refer to these records."""
    name = schema.event_time or ""
    known = pa.array(times.keys(), pa.string())
    moments = pa.array(times.values(), pa.timestamp("us", "UTC")).cast(MOMENT, safe=False)
    found = moments.take(pc.index_in(rows[schema.key[0]].combine_chunks(), value_set=known))
    own = rows[name].combine_chunks()
    return rows.set_column(rows.schema.get_field_index(name), name, pc.coalesce(found.cast(own.type), own))
