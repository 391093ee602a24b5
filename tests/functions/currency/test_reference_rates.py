"""Reference rates are loaded whole and once, also by concurrent and repeated loads."""

import gzip
import hashlib
from decimal import Decimal

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.currency.mistakes import WrongRates
from shared.currency.rate_intervals import RateInterval, RateNotDerivable
from shared.currency.rate_tables import QUOTES_KEY, TABLE_KEY, file_key
from shared.currency.rates import ReferenceRates
from shared.lake.catalog.versions import VERSIONS_TABLE, TableVersions
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore, StoredObject
from tests.fakes.fault_injection import CrashPoint, FaultInjector

FRIDAY, MONDAY = "2025-01-31", "2025-02-03"
OF_FRIDAY = b"Date,USD,GBP,\n2025-01-31,1.0393,0.83608,\n"
OF_MONDAY = b"Date,USD,GBP,\n2025-02-03,1.0274,0.83,\n"
CORRECTED = b"Date,USD,\n2025-01-31,1.05,\n"


@pytest.fixture
def rates(wired: Wiring) -> ReferenceRates:
    return reference_rates(wired)


def reference_rates(wired: Wiring, *, reporting_currency: str = "USD") -> ReferenceRates:
    return ReferenceRates(wired.lake, wired.versions, wired.clock, reporting_currency=reporting_currency)


def version(wired: Wiring) -> int:
    return wired.versions.get_many(["exchange_rates"])[0]


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


def test_a_file_loaded_twice_changes_nothing(wired: Wiring, rates: ReferenceRates) -> None:
    rates.load("friday.csv", OF_FRIDAY)
    before = {key: wired.lake.get(key) for key in (TABLE_KEY, QUOTES_KEY)}

    again = rates.load("friday.csv", OF_FRIDAY)

    assert (again.new, again.changed) == (0, 0)
    assert {key: wired.lake.get(key) for key in (TABLE_KEY, QUOTES_KEY)} == before


def test_every_load_invalidates_cached_results(wired: Wiring, rates: ReferenceRates) -> None:
    versions = [version(wired)]
    for name in ("first", "again"):
        rates.load(name, OF_FRIDAY)
        versions.append(version(wired))

    assert versions == sorted(set(versions))


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
    before, held = version(wired), rates.quotes()

    with pytest.raises(refusal):
        rates.load("wrong.csv", content)

    assert (version(wired), rates.quotes(), euro(rates, MONDAY)) == (before, held, Decimal("1.0393"))


def test_rates_for_another_reporting_currency_are_unused_until_derived_again(wired: Wiring) -> None:
    reference_rates(wired).load("friday.csv", OF_FRIDAY)
    in_pounds = reference_rates(wired, reporting_currency="GBP")

    assert in_pounds.on(FRIDAY) == []
    in_pounds.load("friday.csv", OF_FRIDAY)
    assert euro(in_pounds, FRIDAY) == Decimal("0.83608")


WRITES = ["PutObject", "PutObject", "PutObject", "UpdateItem"]


@pytest.mark.parametrize("moment", list(CrashPoint))
@pytest.mark.parametrize("step", range(len(WRITES)))
def test_a_load_killed_anywhere_is_completed_by_repeating_it(wired: Wiring, step: int, moment: CrashPoint) -> None:
    reference_rates(wired).load("friday.csv", OF_FRIDAY)
    fault_injector, session = FaultInjector(), boto3.Session()
    fault_injector.listen(session.events)
    mortal = ReferenceRates(
        LakeStore(session.client("s3"), wired.settings.name_of(LAKE_BUCKET)),
        TableVersions(session.client("dynamodb"), wired.settings.name_of(VERSIONS_TABLE)),
        wired.clock,
        reporting_currency="USD",
    )
    before = version(wired)

    with fault_injector.killing(step, moment):
        mortal.load("monday.csv", OF_MONDAY)
    rates = reference_rates(wired)
    died_with = euro(rates, MONDAY)
    rates.load("monday.csv", OF_MONDAY)

    assert died_with in (Decimal("1.0393"), Decimal("1.0274"))
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.0393"), Decimal("1.0274"))
    assert len(rates.quotes()) == 4
    assert version(wired) > before


class Rival(LakeStore):
    """A lake in which another file is loaded, once, right before an object of this key is written."""

    def __init__(self, wired: Wiring, key: str, content: bytes) -> None:
        super().__init__(boto3.client("s3"), wired.settings.name_of(LAKE_BUCKET))
        self._wired, self._key, self._contents = wired, key, [content]

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Let the rival go first."""
        if key == self._key and self._contents:
            reference_rates(self._wired).load("rival.csv", self._contents.pop())
        return super().replace(key, body, expected=expected)


@pytest.mark.parametrize("overtaken_at", [QUOTES_KEY, TABLE_KEY])
def test_concurrent_loads_lose_nothing(wired: Wiring, overtaken_at: str) -> None:
    rates = ReferenceRates(Rival(wired, overtaken_at, OF_FRIDAY), wired.versions, wired.clock, reporting_currency="USD")

    loaded = rates.load("monday.csv", OF_MONDAY)

    assert (loaded.new, loaded.changed) == (2, 0)
    assert (euro(rates, FRIDAY), euro(rates, MONDAY)) == (Decimal("1.0393"), Decimal("1.0274"))
    assert len(rates.quotes()) == 4
