"""Exports of decisions, 1 million with 15 features each, against pandas and Arrow, and of metrics as a document.

The export in the background and the document are made in processes of their own, against a lake in the emulator and
Athena on DuckDB in this process.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.analytics_lake import empty_lake
from bench.decisions import drawn_decisions
from bench.function_process import run_apart
from bench.measure import Row
from shared.app.wiring import Wiring
from shared.auth.models import Caller
from shared.exports.filters import ExportDataType
from shared.exports.models import ExportFormat, ExportRequest
from shared.exports.store import StoredExport
from shared.lake.rollups.label_publication import LabelPublication

DECISIONS, DAYS, DAYS_AT_ONCE, FEATURES = 1_000_000, 100, 10, 15
LEAST_FASTER, MOST_MEGABYTES, MOST_SECONDS_OF_DOCUMENT = 3, 512, 2
START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=DAYS)
CALLER = Caller(key_id="bench", subject="bench", scopes=frozenset())
_STEPS = "bench.export_steps"
_MEGABYTE = 1e6


def measure(decisions: int = DECISIONS) -> list[Row]:
    """Commit decisions and export them."""
    with empty_lake() as empty:
        wired = Wiring(empty.settings, lambda: END)
        for drawn in drawn_decisions(START, DAYS, decisions // DAYS, days_at_once=DAYS_AT_ONCE, features=FEATURES):
            drawn.commit(wired)
        LabelPublication(tables=wired.lake_tables, states=wired.table_states).refresh()
        return list(_rows(wired))


def _rows(wired: Wiring) -> Iterator[Row]:
    begun = wired.exporter.export(_request(ExportDataType.DECISIONS, ExportFormat.CSV), CALLER)
    if not isinstance(begun, StoredExport):
        raise SystemExit("so few decisions are exported while the client waits")
    done = run_apart(wired.settings.names, _STEPS, "background", begun.job.export_id)
    yield from _of_background(begun.job.rows, done)
    written = run_apart(wired.settings.names, _STEPS, "writers")
    yield from _of_writers(written)
    request = _request(ExportDataType.METRICS, ExportFormat.PDF)
    yield _of_document(run_apart(wired.settings.names, _STEPS, "document", request.model_dump_json(by_alias=True)))


def _request(data_type: ExportDataType, form: ExportFormat) -> ExportRequest:
    filters = {"startDate": START.isoformat(), "endDate": END.isoformat(), "asOf": END.isoformat()}
    return ExportRequest(format=form, dataType=data_type, filters=filters)


def _of_background(rows: int, done: dict[str, Any]) -> Iterator[Row]:
    yield Row(
        name=f"{rows:,} decisions as CSV in the background: {done['state']}",
        ours=f"{done['seconds']:.1f} s, {rows / done['seconds']:,.0f} rows/s",
        against="CPU of the function and its imports, without Athena and S3",
        theirs=f"{done['cpu']:.1f} s, {rows / done['cpu']:,.0f} rows/s",
        ratio=done["seconds"] / done["cpu"],
        aim="-",
        met=None,
    )
    yield Row(
        name="the same: peak memory of the function",
        ours=f"{done['peak']:.0f} MB",
        against="the most",
        theirs=f"{MOST_MEGABYTES} MB",
        ratio=done["peak"] / MOST_MEGABYTES,
        aim="at most 1",
        met=done["peak"] <= MOST_MEGABYTES,
    )


def _of_writers(done: dict[str, Any]) -> Iterator[Row]:
    rows = done["rows"]
    for form, peer, against, least in (
        ("csv", "pandas", "pandas to_csv, neither sorted nor safe from formulas, maps as JSON before", LEAST_FASTER),
        ("csv", "arrow", "Arrow's writer of texts that are sorted and converted before", None),
        ("json", "pandas", "pandas to_csv", None),
    ):
        ratio = done[peer] / done[form]
        yield Row(
            name=f"{rows:,} decisions sorted, converted and written as {form}, CPU time",
            ours=f"{rows / done[form]:,.0f} rows/s",
            against=against,
            theirs=f"{rows / done[peer]:,.0f} rows/s",
            ratio=ratio,
            aim="-" if least is None else f"at least {least} x faster",
            met=None if least is None else ratio >= least,
        )


def _of_document(done: dict[str, Any]) -> Row:
    return Row(
        name=f"metrics as a document of {done['bytes'] / 1e3:.0f} kB with {done['charts']} charts: drawn once",
        ours=f"{done['first']:.2f} s",
        against="CPU time of drawing it again; seconds of its questions",
        theirs=f"{done['draw']:.2f} s; {done['seconds']:.1f} s",
        ratio=done["first"] / done["draw"],
        aim=f"at most {MOST_SECONDS_OF_DOCUMENT} s",
        met=done["first"] <= MOST_SECONDS_OF_DOCUMENT,
    )
