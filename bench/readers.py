"""Questions while deliveries are merged, rolled up and compacted: every answer must be that of one moment.

Each delivery adds lines of 1.00 and corrects lines of the one before to 2.00, so that at any snapshot the revenue, the
number of lines and the orders follow from each other. Some answers are asked again at their snapshots.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Any

from bench.analytics_lake import empty_lake
from bench.measure import Row, milliseconds
from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.merge.cycle import MergeCycle, MergeResult
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.paths import incoming_key
from shared.metrics.parameters import MetricQuery
from shared.metrics.reports import MetricReports
from shared.records.schema import DataType

SALES = DataType.TRANSACTIONS
QUESTIONS = 10_000
READERS = 4
_LINES, _CORRECTED = 40, 10
_START = datetime(2026, 1, 1, tzinfo=UTC)
_DAYS = 60
_ASKED_AGAIN = 50


@dataclass
class _Tally:
    """What the readers saw."""

    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    again: int = 0
    merges: int = 0


def measure(questions: int = QUESTIONS) -> list[Row]:
    """Ask so many questions while merging."""
    with empty_lake() as wired:
        tally, done = _Tally(), threading.Event()
        merging = threading.Thread(target=_merge_until, args=(wired, tally, done))
        merging.start()
        try:
            with ThreadPoolExecutor(READERS) as pool:
                list(pool.map(lambda number: _ask(wired.metric_reports, number, tally), range(questions)))
        finally:
            done.set()
            merging.join()
    return [
        Row(
            name=f"{questions:,} questions during {tally.merges:,} merges, {tally.again} of them asked again",
            ours=f"{len(tally.wrong)} wrong",
            against="median, 99th percentile of an answer",
            theirs=", ".join(map(milliseconds, quantiles(tally.seconds, n=100)[49::49])),
            ratio=float(len(tally.wrong)),
            aim="none",
            met=not tally.wrong,
        )
    ]


def _merge_until(wired: Wiring, tally: _Tally, done: threading.Event) -> None:
    cycle = MergeCycle(lake=wired.lake, tables=wired.lake_tables, index=KeyIndex(wired.lake_tables))
    for number in _numbers(done):
        name = f"delivery-{number}"
        stamp = IngestMetadata(
            source_id="shop", ingested_at=_START + timedelta(seconds=number), origin=name, reporting_currency="USD"
        )
        rows = write_parquet(to_table(SALES, list(_lines(number)), stamp))
        wired.lake.put(incoming_key(SALES, name), rows)
        result = cycle.run(SALES, wired.table_states.get(SALES))
        if result is not None:
            wired.table_states.update(SALES, partial(_with_merge, result))
            wired.lake.delete(result.consumed)
        tally.merges += 1
        if number % 5 == 0:
            wired.rollups.run(SALES)
        if number % 40 == 0:
            wired.maintenance.run(has_time=lambda: True)


def _with_merge(made: MergeResult, state: TableState) -> TableState:
    return state.with_commit(made.snapshot.id or 0, made.snapshot.sequence, made.days)


def _numbers(done: threading.Event) -> Iterator[int]:
    number = 0
    while not done.is_set():
        yield number
        number += 1


def _lines(number: int) -> Iterator[dict[str, Any]]:
    for line in range(_LINES):
        yield _line(number, line, "1.00")
    for line in range(_CORRECTED if number else 0):
        yield _line(number - 1, line, "2.00")


def _line(number: int, line: int, price: str) -> dict[str, Any]:
    return {
        "transaction_id": f"{number}-{line}",
        "order_id": f"order-{number}-{line}",
        "timestamp": _START + timedelta(days=(number * 7 + line) % _DAYS, minutes=line),
        "product_id": "thing",
        "quantity": "1",
        "unit_price": price,
        "currency": "USD",
        "status": "completed",
    }


def _ask(reports: MetricReports, number: int, tally: _Tally) -> None:
    metric = ("revenue", "transactions", "average_order_value")[number % 3]
    question = MetricQuery.read(
        {
            "metric_type": [metric],
            "granularity": ["daily"],
            "time_range[start]": [_START.isoformat()],
            "time_range[end]": [(_START + timedelta(days=_DAYS - number % 20)).isoformat()],
        }
    ).question
    began = time.perf_counter()
    try:
        answer = reports.report(question)
        tally.seconds.append(time.perf_counter() - began)
        if number % 20 == 0 and metric != "average_order_value" and question.end == _START + timedelta(days=_DAYS):
            _check(metric, answer.summary.total, tally)
        snapshots = {name: int(each) for name, each in answer.metadata.snapshots.items()}
        if number % _ASKED_AGAIN == 0 and snapshots:
            again = reports.report(replace(question, as_of=snapshots))
            tally.again += 1
            if (again.summary, again.data) != (answer.summary, answer.data):
                tally.wrong.append(f"{metric} at {snapshots}: {answer.summary.total}, again {again.summary.total}")
    except Exception as error:  # noqa: BLE001 # every failure of an answer counts
        tally.wrong.append(f"{metric}: {error!r}")


def _check(metric: str, total: Any, tally: _Tally) -> None:
    """Of n deliveries there are 40 n lines, of which 10 (n - 1) cost 2.00; any other number is torn."""
    count = total / _LINES if metric == "transactions" else (total + _CORRECTED) / (_LINES + _CORRECTED)
    if total and count != int(count):
        tally.wrong.append(f"{metric} is {total}, which no number of deliveries gives")
