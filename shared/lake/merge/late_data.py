"""Late data: deliveries that change a day after its maturity."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

import pyarrow as pa

from shared.lake.merge.fingerprints import ORIGIN
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS


def closes_at(data_type: DataType, day: date) -> datetime:
    """Return when a day matures: at its end plus the allowed lateness of the data type, in UTC without zone."""
    return datetime.combine(day + timedelta(days=1), time()) + SCHEMAS[data_type].allowed_lateness  # as all in the lake


def restated_days(data_type: DataType, changes: pa.Table, known_days: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, by delivery, the days that it changed after their maturity, in order.

    The first rows of a day restate nothing: nobody has seen the day before.

    Args:
        data_type: the data type of the rows.
        changes: what `Settled.changes` has.
        known_days: the days that had rows before.
    """
    if SCHEMAS[data_type].event_time is None:
        return {}
    latest = changes.group_by(["day", ORIGIN], use_threads=False).aggregate([(INGESTED_AT, "max")])
    found = dict[str, set[str]]()
    for row in latest.to_pylist():
        day: date = row["day"]
        if day.isoformat() in known_days and row[f"{INGESTED_AT}_max"] > closes_at(data_type, day):
            found.setdefault(row[ORIGIN], set()).add(day.isoformat())
    return {delivery_id: tuple(sorted(days)) for delivery_id, days in found.items()}
