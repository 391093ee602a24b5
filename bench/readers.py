"""Questions while deliveries are merged, rolled up and compacted: every answer is held against that of its snapshot.

Each snapshot of the sales is known by the number of deliveries in it, and `Books` has the right answer for that. So an
answer is wrong if it differs from this one, and torn if it is not even the answer after any other number of deliveries.
"""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

from bench.analytics_lake import empty_lake, patient
from bench.countable_sales import MONTHS, REGIONS, Answer, Asked, Books, lines_of
from bench.measure import Row, milliseconds
from shared.app.wiring import Wiring
from shared.ingestion.delivery import Delivery
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.table.iceberg import IcebergTables
from shared.lake.table.port import TableChange, TableSnapshot
from shared.ledger.entry import DeliveryKind
from shared.metrics.models import MetricsResponse
from shared.metrics.parameters import MetricQuery
from shared.metrics.reports import MetricReports
from shared.records.schema import DataType
from shared.runtime.errors import TallyError, Unavailable

SALES = DataType.TRANSACTIONS
QUESTIONS = 10_000
READERS = 4
_START = datetime(2026, 7, 1, tzinfo=UTC)
_MOST_KEPT, _KEPT_SECONDS = 50, 180.0
"""Answers that are asked for again: snapshots are kept for five minutes at least."""
_MERGE_SECONDS, _ROLLUP_SECONDS, _MAINTENANCE_SECONDS = 2.0, 4.0, 45.0
"""Pauses of the workers, so that they leave some of two cores to the questions."""
_NEW_EVERY, _AT_SNAPSHOTS_EVERY = 15, 6
_CLOSE = 1e-6
_SHOWN = 3


@dataclass
class _Tally:
    """What the readers saw, and what went on meanwhile."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    work: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str) -> int:
        """Return the number of faults of a kind."""
        return sum(1 for each, _ in self.faults if each == kind)


@dataclass(frozen=True)
class _CountingTables:
    """Tables that note how many deliveries each snapshot of the sales has, before anyone can see it."""

    tables: IcebergTables
    deliveries: dict[int | None, int]
    added: int

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Commit and note."""
        made = self.tables.commit(table, parent, change)
        if table is BASE_TABLES[SALES]:
            self.deliveries[made.id] = self.deliveries[parent.id] + self.added
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tables, name)


@dataclass(frozen=True)
class _Market:
    """A lake in which everything goes on at once."""

    wired: Wiring
    reports: MetricReports
    tally: _Tally = field(default_factory=_Tally)
    books: Books = field(default_factory=Books)
    deliveries: dict[int | None, int] = field(default_factory=lambda: {None: 0})
    answered: deque[tuple[float, Asked, Mapping[str, int]]] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    done: threading.Event = field(default_factory=threading.Event)

    def merge(self, number: int) -> None:
        """Load a delivery and merge it."""
        self.books.write(number)
        at = _START + timedelta(seconds=number)
        self.wired.loader.load(
            Delivery(
                delivery_id=f"batch-{number}",
                kind=DeliveryKind.BATCH,
                source_id="shop",
                data_type=SALES,
                received_at=at,
                rows=list(lines_of(number)),
                ingested_at=at,
            )
        )
        tables: Any = _CountingTables(self.wired.lake_tables, self.deliveries, added=1)
        merger = replace(self.wired.merger, cycle=replace(self.wired.merger.cycle, tables=tables))
        # The next delivery may only come once this one is merged, or its snapshot would have two.
        while merger.merge([SALES], has_time=lambda: True):
            self.tally.work["merges repeated"] += 1
        self.tally.work["merges"] += 1

    def roll_up(self) -> None:
        """Compute the roll-ups of what has changed."""
        self.wired.rollups.run(SALES)
        self.tally.work["roll-up runs"] += 1

    def maintain(self) -> None:
        """Compact and tag."""
        tables: Any = _CountingTables(self.wired.lake_tables, self.deliveries, added=0)
        report = replace(self.wired.maintenance, tables=tables).run(has_time=lambda: True)
        self.tally.work["compacted files"] += report.compacted_files

    def ask(self, number: int) -> None:
        """Ask a question and hold the answer against the books."""
        dice = random.Random(number)  # noqa: S311 # no secret
        asked, snapshots = self._question(dice, number)
        question = replace(MetricQuery.read(asked.parameters).question, as_of=snapshots)
        began = time.perf_counter()
        try:
            told = self.reports.report(question)
            self.tally.seconds.append(time.perf_counter() - began)
            self._check(asked, told, snapshots)
            if number % _NEW_EVERY == 0:
                pinned = {name: int(each) for name, each in told.metadata.snapshots.items()}
                self.answered.append((began, asked, pinned))
        except Unavailable:
            self.tally.kinds["refused with a time to retry"] += 1
        except Exception as error:  # noqa: BLE001 # every failure of an answer counts
            self.tally.faults.append(("failed", f"{asked}: {error!r}"))

    def _question(self, dice: random.Random, number: int) -> tuple[Asked, Mapping[str, int]]:
        """Return a new question, an earlier one, or an earlier one at its snapshots, in turn."""
        oldest = time.perf_counter() - _KEPT_SECONDS
        known = [each for each in tuple(self.answered) if each[0] > oldest]
        if not known or number % _NEW_EVERY == 0:
            return _any_question(dice), {}
        _, asked, snapshots = dice.choice([known[-1], dice.choice(known)])
        return asked, snapshots if number % _AT_SNAPSHOTS_EVERY == 0 else {}

    def _check(self, asked: Asked, told: MetricsResponse, chosen: Mapping[str, int]) -> None:
        snapshots = {name: int(each) for name, each in told.metadata.snapshots.items()}
        kind = "at snapshots" if chosen else "remembered" if told.metadata.cache_hit else "cold"
        self.tally.kinds[kind] += 1
        answer, pinned = _answer(told), snapshots[SALES]
        if chosen and chosen[SALES] != pinned:
            self.tally.faults.append(("wrong", f"{asked}: asked at {chosen}, told at {snapshots}"))
        deliveries = self.deliveries[pinned]
        if not _equal(answer, self.books.told(deliveries, asked)):
            is_torn = not any(_equal(answer, self.books.told(each, asked)) for each in range(len(self.books)))
            fault = f"{asked}, {kind}, after {deliveries} deliveries: {answer[1]}"
            self.tally.faults.append(("torn" if is_torn else "wrong", fault))


def measure(questions: int = QUESTIONS) -> list[Row]:
    """Ask so many questions while merging."""
    with empty_lake() as wired:
        market = _Market(wired, patient(wired, wired.metric_reports))
        market.merge(0)
        market.roll_up()
        workers = [threading.Thread(target=_repeat, args=(market, work)) for work in _work(market)]
        for each in workers:
            each.start()
        try:
            with ThreadPoolExecutor(READERS) as pool:
                list(pool.map(market.ask, range(questions)))
        finally:
            market.done.set()
            for each in workers:
                each.join()
    return _table(market.tally, questions)


def _repeat(market: _Market, work: Callable[[], object]) -> None:
    """Work until all questions are asked; what another process would repeat is repeated, and anything else a fault."""
    while not market.done.is_set():
        try:
            work()
        except TallyError as error:
            market.tally.work[f"repeated after {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001 # it is reported
            market.tally.faults.append(("failed", f"{work}: {error!r}"))
            return


def _work(market: _Market) -> Iterator[Callable[[], object]]:
    def paused(work: Callable[[], object], seconds: float) -> Callable[[], object]:
        return lambda: (work(), market.done.wait(seconds))

    yield paused(lambda: market.merge(len(market.books) - 1), _MERGE_SECONDS)
    yield paused(market.roll_up, _ROLLUP_SECONDS)
    yield paused(market.maintain, _MAINTENANCE_SECONDS)


def _any_question(dice: random.Random) -> Asked:
    last = len(MONTHS) - 2
    earlier = dice.randrange(last)
    first, end = dice.choice([(last, last + 1), (0, last + 1), *[(earlier, earlier + 1)] * 6])
    return Asked(
        metric=dice.choice(["revenue", "transactions", "average_order_value"]),
        first=first,
        last=end,
        granularity=dice.choice(["daily", "monthly"]),
        region=dice.choice([None, *REGIONS]),
    )


def _answer(told: MetricsResponse) -> Answer:
    return {point.timestamp.date(): float(point.value) for point in told.data}, float(told.summary.total)


def _equal(one: Answer, other: Answer) -> bool:
    return (
        one[0].keys() == other[0].keys()
        and abs(one[1] - other[1]) < _CLOSE
        and all(abs(value - other[0][day]) < _CLOSE for day, value in one[0].items())
    )


def _table(tally: _Tally, questions: int) -> list[Row]:
    counts = {kind: tally.count(kind) for kind in ("torn", "wrong", "failed")}
    asked = ", ".join(f"{number:,} {kind}" for kind, number in sorted(tally.kinds.items()))
    work = ", ".join(f"{number:,} {what}" for what, number in sorted(tally.work.items()))
    answers = Row(
        name=f"{questions:,} questions ({asked}) during {work}",
        ours=", ".join(f"{number} {kind}" for kind, number in counts.items()),
        against="median, 99th percentile of an answer",
        theirs=", ".join(map(milliseconds, quantiles(tally.seconds, n=100)[49::49])),
        ratio=float(len(tally.faults)),
        aim="none",
        met=not tally.faults,
    )
    faults = [
        Row(name=fault, ours=kind, against="-", theirs="-", ratio=1.0, aim="-", met=False)
        for kind, fault in tally.faults[:_SHOWN]
    ]
    return [answers, *faults]
