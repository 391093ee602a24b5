"""Reference rates are loaded whole and once, also by concurrent and repeated loads."""

import gzip
import hashlib
from decimal import Decimal

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.currency.mistakes import WrongRates
from shared.currency.rate_intervals import RateInterval, RateNotDerivable
from shared.currency.rate_tables import QUOTES_KEY, file_key
from shared.currency.rates import ReferenceRates
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore, StoredObject
from shared.lake.table.port import TableChange, TableSnapshot
from tests.fakes.fault_injection import CrashPoint, FaultInjector
from tests.fakes.memory_tables import MemoryTables

FRIDAY, MONDAY = "2025-01-31", "2025-02-03"
OF_FRIDAY = b"Date,USD,GBP,\n2025-01-31,1.0393,0.83608,\n"
OF_MONDAY = b"Date,USD,GBP,\n2025-02-03,1.0274,0.83,\n"
CORRECTED = b"Date,USD,\n2025-01-31,1.05,\n"


@pytest.fixture
def tables() -> MemoryTables:
    return MemoryTables()


@pytest.fixture
def rates(wired: Wiring, tables: MemoryTables) -> ReferenceRates:
    return reference_rates(wired, tables)


def reference_rates(wired: Wiring, tables: MemoryTables, *, reporting_currency: str = "USD") -> ReferenceRates:
    return ReferenceRates(
        wired.lake,
        tables,
        wired.table_states,
        wired.clock,
        reporting_currency=reporting_currency,
        events=wired.platform_events,
    )


def state(wired: Wiring) -> TableState:
    return wired.table_states.get(EXCHANGE_RATES.name)


def euro(rates: ReferenceRates, day: str) -> Decimal | None:
    return {span.currency: span.rate for span in rates.on(day)}.get("EUR")


def test_loaded_rates_convert_and_are_stored_unchanged(wired: Wiring, rates: ReferenceRates) -> None:
    packed = gzip.compress(OF_FRIDAY)

    loaded = rates.load("friday.csv.gz", packed)

    assert rates.on(FRIDAY) == [
        RateInterval("EUR", FRIDAY, "9999-12-31", Decimal("1.0393")),
        RateInterval("GBP", FRIDAY, "9999-12-31", Decimal("1.243062864797627")),
    ]
    assert rates.on("2025-01-30") == []
    assert (loaded.quotes, loaded.new, loaded.changed) == (2, 2, 0)
    assert (loaded.currencies, loaded.first_day, loaded.last_day) == (["EUR", "GBP"], FRIDAY, FRIDAY)
    kept = wired.lake.get(file_key(hashlib.sha256(packed).hexdigest()))
    assert kept
    assert kept.body == packed


def test_every_quote_records_its_file_and_load_time(wired: Wiring, rates: ReferenceRates) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    rates.load("monday.csv", OF_MONDAY)
    rates.load("corrected.csv", CORRECTED)

    files = {(held.quote.currency, held.quote.day): held.origin.file for held in rates.quotes()}

    assert files == {
        ("GBP", FRIDAY): "friday.csv",
        ("GBP", MONDAY): "monday.csv",
        ("USD", FRIDAY): "corrected.csv",
        ("USD", MONDAY): "monday.csv",
    }
    assert {held.origin.loaded_at for held in rates.quotes()} == {wired.clock()}


def test_a_later_file_changes_only_the_rates_it_contains(rates: ReferenceRates) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    rates.load("monday.csv", OF_MONDAY)

    loaded = rates.load("corrected.csv", CORRECTED)

    assert (loaded.new, loaded.changed) == (0, 1)
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.05"), Decimal("1.0274"))


def test_a_file_loaded_twice_changes_nothing(wired: Wiring, rates: ReferenceRates, tables: MemoryTables) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    before = (tables.head(EXCHANGE_RATES), wired.lake.get(QUOTES_KEY), state(wired))

    again = rates.load("friday.csv", OF_FRIDAY)

    assert (again.new, again.changed) == (0, 0)
    assert (tables.head(EXCHANGE_RATES), wired.lake.get(QUOTES_KEY), state(wired)) == before


def test_a_load_publishes_the_snapshot_that_it_committed(
    wired: Wiring, rates: ReferenceRates, tables: MemoryTables
) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    first = state(wired)
    rates.load("monday.csv", OF_MONDAY)

    head, second = tables.head(EXCHANGE_RATES), state(wired)
    assert (second.snapshot, second.sequence, dict(second.days)) == (head.id, head.sequence, {"all": head.sequence})
    assert second.last_change("2025-01-31", "2025-01-31") > first.last_change("2025-01-31", "2025-01-31")
    assert len(head.files) == 1


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"Date,USD,\n2025-02-03,1.02,\n2025-02-04,oops,\n", WrongRates),
        (b"date,currency,rate,base\n2025-02-03,EUR,0.97,USD\n", RateNotDerivable),
        (b"", WrongRates),
    ],
)
def test_a_file_with_an_error_is_not_loaded(
    wired: Wiring, rates: ReferenceRates, content: bytes, refusal: type[Exception]
) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    before, held = state(wired), rates.quotes()

    with pytest.raises(refusal):
        rates.load("wrong.csv", content)

    assert (state(wired), rates.quotes(), euro(rates, MONDAY)) == (before, held, Decimal("1.0393"))


def test_rates_for_another_reporting_currency_are_unused_until_derived_again(
    wired: Wiring, rates: ReferenceRates, tables: MemoryTables
) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    in_pounds = reference_rates(wired, tables, reporting_currency="GBP")

    assert in_pounds.on(FRIDAY) == []
    in_pounds.load("friday.csv", OF_FRIDAY)
    assert euro(in_pounds, FRIDAY) == Decimal("0.83608")


CALLS = ["PutObject", "PutObject", "PutItem"]


@pytest.mark.parametrize("moment", list(CrashPoint))
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_a_load_killed_anywhere_is_completed_by_repeating_it(
    wired: Wiring, rates: ReferenceRates, tables: MemoryTables, step: int, moment: CrashPoint
) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    fault_injector, session = FaultInjector(), boto3.Session()
    fault_injector.listen(session.events)
    mortal = ReferenceRates(
        LakeStore(session.client("s3"), wired.settings.name_of(LAKE_BUCKET)),
        tables,
        TableStates(session.client("dynamodb"), wired.settings.name_of(TABLE_STATES)),
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )
    before = state(wired)

    with fault_injector.killing(step, moment):
        mortal.load("monday.csv", OF_MONDAY)
    died_with = euro(rates, MONDAY)
    rates.load("monday.csv", OF_MONDAY)

    assert died_with in (Decimal("1.0393"), Decimal("1.0274"))
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.0393"), Decimal("1.0274"))
    assert len(rates.quotes()) == 4
    assert state(wired).sequence > before.sequence
    assert state(wired).snapshot == tables.head(EXCHANGE_RATES).id


class RivalOfQuotes(LakeStore):
    """A lake in which another file is loaded, once, right before the quotes are written."""

    def __init__(self, rival: ReferenceRates, wired: Wiring) -> None:
        super().__init__(boto3.client("s3"), wired.settings.name_of(LAKE_BUCKET))
        self._rival, self._contents = rival, [OF_FRIDAY]

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Let the rival go first."""
        if self._contents:
            self._rival.load("rival.csv", self._contents.pop())
        return super().replace(key, body, expected=expected)


class RivalOfTable(MemoryTables):
    """Tables to which another file is loaded, once, right before a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[ReferenceRates] = []

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Let the rival go first."""
        if self.rivals:
            self.rivals.pop().load("rival.csv", OF_FRIDAY)
        return super().commit(table, parent, change)


def test_quotes_of_concurrent_loads_are_all_kept(wired: Wiring, rates: ReferenceRates, tables: MemoryTables) -> None:
    overtaken = ReferenceRates(
        RivalOfQuotes(rates, wired),
        tables,
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )

    loaded = overtaken.load("monday.csv", OF_MONDAY)

    assert (loaded.new, loaded.changed) == (2, 0)
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.0393"), Decimal("1.0274"))
    assert len(rates.quotes()) == 4


def test_a_commit_overtaken_by_another_load_is_made_again_with_its_quotes(wired: Wiring) -> None:
    tables = RivalOfTable()
    rates = reference_rates(wired, tables)
    tables.rivals.append(reference_rates(wired, tables))

    loaded = rates.load("monday.csv", OF_MONDAY)

    assert (loaded.new, loaded.changed) == (2, 0)
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.0393"), Decimal("1.0274"))
    assert len(rates.quotes()) == 4


def test_the_table_is_derived_again_from_the_stored_quotes(wired: Wiring, rates: ReferenceRates) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    rates.load("monday.csv", OF_MONDAY)
    lost = reference_rates(wired, MemoryTables())

    assert lost.restore()

    assert lost.on(MONDAY) == rates.on(MONDAY)


def test_without_quotes_no_table_is_derived(wired: Wiring, rates: ReferenceRates) -> None:
    assert not rates.restore()
    assert state(wired).snapshot is None
