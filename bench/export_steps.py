"""Exports, each in a process of its own that imports what its function imports."""

import io
from collections.abc import Iterator
from time import process_time

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from bench.function_process import tell, timed
from bench.measure import medians
from shared.app.wiring import Wiring, wiring
from shared.exports.columns import CellKind
from shared.exports.decision_cells import decision_cells
from shared.exports.decision_columns import COLUMNS
from shared.exports.details import ExportDetails
from shared.exports.files import STAGING
from shared.exports.filters import read_filters
from shared.exports.formats import csv_file, json_file
from shared.exports.models import ExportRequest
from shared.lake.parquet.unloaded import read_unloaded

RUNS = 5


def background(export_id: str) -> None:
    """Prepare an export as the function in the background does."""
    wired = wiring()
    _, seconds = timed(lambda: wired.export_runner.run(export_id))
    stored = wired.exporter.exports.get(export_id)
    tell({"state": stored and stored.state, "rows": stored and stored.rows}, seconds)


def writers() -> None:
    """Write decisions as Athena has unloaded them, in turn with pandas and Arrow, and tell seconds of CPU."""
    stored = _unloaded(wiring())
    texts = pa.concat_tables(decision_cells(stored))
    frame = _frame(stored, texts)
    contenders = {
        "csv": lambda: _written(csv_file(COLUMNS, decision_cells(stored))),
        "json": lambda: _written(json_file(COLUMNS, decision_cells(stored), {})),
        "pandas": lambda: frame.to_csv(io.StringIO(), index=False),
        "arrow": lambda: pa_csv.write_csv(texts, pa.BufferOutputStream()),
    }
    taken, seconds = timed(lambda: medians(contenders, runs=RUNS, clock=process_time))
    tell({"rows": len(stored), **taken}, seconds)


def document(request: str) -> None:
    """Ask for metrics and draw them as a document, the first time with all that is loaded for it."""
    parsed = ExportRequest.model_validate_json(request)
    query = read_filters(parsed.data_type, parsed.filters)
    report, asked = timed(lambda: wiring().exporter.reports.read(parsed, query))
    details = ExportDetails(request=parsed, query=query, rows=len(report.table.rows), watermark=report.watermark)
    made, first = timed(lambda: report.document(details).draw())
    again = medians({"draw": lambda: report.document(details).draw()}, runs=RUNS, clock=process_time)
    tell({"bytes": len(made), "charts": len(report.document(details).charts), "first": first, **again}, asked)


def _written(pieces: Iterator[bytes]) -> int:
    return sum(map(len, pieces))


def _unloaded(wired: Wiring) -> pa.Table:
    """Read the first chunk that the export in the background has left."""
    files = wired.export_runner.source.files
    first = next(iter(files.names(f"{STAGING}/"))).key.rsplit("/", 1)[0]
    bodies = [files.get(each.key) for each in files.names(f"{first}/")]
    return pa.concat_tables([read_unloaded(each.body) for each in bodies if each]).combine_chunks()


def _frame(stored: pa.Table, texts: pa.Table) -> pd.DataFrame:
    """Return decisions as pandas has them, in their order: times as times, numbers as numbers, and maps as JSON."""
    frame: pd.DataFrame = stored.to_pandas().sort_values(["timestamp", "decision_id"])
    for column, name in zip(COLUMNS, frame.columns, strict=False):
        match column.kind:
            case CellKind.TIME:
                frame[name] = pd.to_datetime(frame[name], unit="ms")
            case CellKind.JSON:
                frame[name] = texts[column.name].to_pylist()
    return frame
