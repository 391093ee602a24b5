"""Columns of times are read as each of their texts is."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.mapping.times import utc_times
from shared.mapping.time_reader import reader
from shared.mapping.written_times import WrittenTimes
from shared.mapping.zone_offsets import UnreadableTime
from shared.runtime.models import sortable

BERLIN, LOS_ANGELES = "Europe/Berlin", "America/Los_Angeles"
FORMATS: list[dict[str, Any] | None] = [
    None,
    {"formats": ["%Y-%m-%d %H:%M:%S.%f"], "timezone": BERLIN},
    {"formats": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
    {"formats": ["%b %d, %Y %I:%M:%S %p %Z"], "timezone": LOS_ANGELES},
    {"formats": ["%b %d, %Y %I:%M:%S %p %Z"], "abbreviations": {"PDT": "-07:00", "PST": "-08:00"}},
    {"formats": ["%B %d %Y %I:%M%p"], "ambiguous": "first"},
    {"formats": ["%Y%m%dT%H%M%S%z", "%Y%m%d%H%M%S"], "ambiguous": "second", "timezone": "America/Recife"},
    {"formats": ["%y-%j %H", "%A %d %B %Y"], "timezones": {"%y-%j %H": "Asia/Kathmandu"}},
    {"formats": ["epoch_s", "epoch_ms", "%Y-%m-%d %H:%M:%S %z"]},
    {"formats": ["excel_serial"], "timezone": LOS_ANGELES},
]
WRITTEN = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%b %d, %Y %I:%M:%S %p PST"]
WRITTEN += ["%b %d, %Y %I:%M:%S %p PDT", "%B %d %Y %I:%M%p", "%Y%m%dT%H%M%S+0430", "%Y%m%d%H%M%S", "%y-%j %H"]
WRITTEN += ["%A %d %B %Y", "%Y-%m-%d %H:%M:%S -0330", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d", "%s", "%s.5", "%s123"]
ODD = [None, "", " ", "x", "2026-02-30", "2026-02-28T24:00:00", "2026-06-30T23:59:60Z", "31/04/2026", "45000.5", "60"]
ODD += ["2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+23:59", "0001-01-01", "9999-12-31T23:59:59-12", "13/13/2026"]
ODD += ["Feb 29, 2026 1:00:00 AM PST", "Jan 1, 2026 13:00:00 PM PST", "20260101", "2026-01-01T00:00:00.1234567891Z"]
ODD += ["Nov 1, 2026\u202f1:30:00\u202fAM PST", "2026-01-01t10:15:00,5z", "2026-1-1", "1/2/2026", "\u0662026-01-01"]
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2037, 1, 1)) | st.sampled_from(  # noqa: DTZ001 # local times
    [datetime(2026, 11, 1, 1, 30), datetime(2026, 3, 8, 2, 30), datetime(2000, 10, 15, 0, 0)]  # noqa: DTZ001 # as above
)


@pytest.mark.parametrize("formats", FORMATS)
@given(
    texts=st.lists(
        st.sampled_from(ODD) | st.builds(datetime.strftime, MOMENTS, st.sampled_from(WRITTEN)), min_size=1, max_size=20
    )
)
def test_columns_are_read_as_their_texts(formats: dict[str, Any] | None, texts: list[str | None]) -> None:
    written = None if formats is None else WrittenTimes(**formats)

    found = utc_times(pa.array(texts, pa.string()), written, "Europe/London")

    times = reader(written, "Europe/London")
    for place, text in enumerate(texts):
        try:
            expected = times.read(text) if text and text.strip() else None
        except UnreadableTime as fault:
            expected = str(fault)
        assert found.faults.get(place, found.values[place].as_py()) == expected


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 # local times
    st.sampled_from([BERLIN, LOS_ANGELES, "America/Recife", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_local_time_is_the_same_in_utc_as_in_the_zone(clock: datetime, zone: str) -> None:
    found = utc_times(pa.array([f"{clock:%Y-%m-%d %H:%M:%S}"]), None, zone)

    moment = clock.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    if moment.utcoffset() == moment.replace(fold=1).utcoffset():
        assert found.values.to_pylist() == [sortable(moment)]
    else:
        assert list(found.faults) == [0]


def test_the_hour_that_occurs_twice_is_told_apart_by_the_zone_that_it_names() -> None:
    texts = pa.array(["Nov 1, 2026 1:30:00 AM PDT", "Nov 1, 2026 1:30:00 AM PST"])

    for formats in FORMATS[3:5]:
        found = utc_times(texts, WrittenTimes(**(formats or {})), "UTC")
        assert found.values.to_pylist() == ["2026-11-01T08:30:00.000Z", "2026-11-01T09:30:00.000Z"]


def test_a_column_of_many_times_is_read_as_a_whole() -> None:
    start = datetime(2026, 1, 1)  # noqa: DTZ001 # a local time
    texts = [f"{start + timedelta(minutes=7 * step):%d/%m/%Y %H:%M}" for step in range(5_000)]

    found = utc_times(pa.array(texts), WrittenTimes(formats=["%d/%m/%Y %H:%M"]), "Asia/Tokyo")

    assert found.values[4_999].as_py() == sortable(start + timedelta(minutes=7 * 4_999) - timedelta(hours=9))
    assert not found.faults
