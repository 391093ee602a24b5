"""Files of reference rates: read whole, or refused with every mistake by line and field."""

import gzip
import io
import zipfile
from decimal import Decimal

import pytest

from shared.currency import decompression
from shared.currency.decompression import text_of
from shared.currency.mistakes import WrongRates
from shared.currency.parser import read
from shared.currency.quotes import Quote

AS_THE_ECB_WRITES = "Date,USD,JPY,HRK,\n2026-10-30,1.1172,175.68,N/A,\n2022-12-30,1.0666,N/A,7.5365,\n"
FRIDAY, DECEMBER = "2026-10-30", "2022-12-30"


def quoted(currency: str, day: str, rate: str, base: str = "EUR") -> Quote:
    return Quote(currency, day, base, Decimal(rate))


def mistakes(text: str) -> list[str]:
    """Every error of a file, as reported."""
    with pytest.raises(WrongRates) as caught:
        read(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_ecb_table_is_read_as_units_per_euro_without_missing_values() -> None:
    found = read(AS_THE_ECB_WRITES)

    assert set(found) == {
        quoted("USD", FRIDAY, "1.1172"),
        quoted("JPY", FRIDAY, "175.68"),
        quoted("USD", DECEMBER, "1.0666"),
        quoted("HRK", DECEMBER, "7.5365"),
    }


def test_the_daily_ecb_file_has_its_date_in_words() -> None:
    found = read("Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n")

    assert list(found) == [quoted("USD", FRIDAY, "1.1172"), quoted("JPY", FRIDAY, "175.68")]


def test_a_rate_per_line_is_per_euro_unless_it_names_a_base() -> None:
    found = read("date,currency,rate,base\n2026-10-30,USD,1.1172,\n2026-10-30,AED,3.6725,USD\n")

    assert list(found) == [quoted("USD", FRIDAY, "1.1172"), quoted("AED", FRIDAY, "3.6725", "USD")]


def test_columns_of_rates_per_line_may_be_in_any_order() -> None:
    found = read("Rate,Date,Currency\n1.1172,2026-10-30,USD\n")

    assert list(found) == [quoted("USD", FRIDAY, "1.1172")]


def zipped(*contents: str) -> bytes:
    with io.BytesIO() as sink:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, content in enumerate(contents):
                archive.writestr(f"eurofxref-hist-{number}.csv", content)
        return sink.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        AS_THE_ECB_WRITES.encode(),
        AS_THE_ECB_WRITES.encode("utf-8-sig"),
        AS_THE_ECB_WRITES.replace("\n", "\r\n").encode(),
        gzip.compress(AS_THE_ECB_WRITES.encode(), mtime=0),
        zipped(AS_THE_ECB_WRITES),
    ],
    ids=["plain", "byte order mark", "windows", "gz", "zip"],
)
def test_any_supported_compression_is_read(data: bytes) -> None:
    assert read(text_of(data)) == read(AS_THE_ECB_WRITES)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (zipped(), "contains 0 files instead of one"),
        (zipped("a", "b"), "contains 2 files instead of one"),
        (zipped(AS_THE_ECB_WRITES)[:-30], "is a zip archive that cannot be read"),
        (gzip.compress(AS_THE_ECB_WRITES.encode(), mtime=0)[:-9], "is damaged gzip"),
        (b"Date,USD\n2026-10-30,\xff\n", "is not UTF-8 text"),
        (gzip.compress(bytes(decompression.LARGEST + 1), 1, mtime=0), "exceeds 64 MB"),
        (zipped("0" * (decompression.LARGEST + 1)), "exceeds 64 MB"),
    ],
)
def test_a_corrupt_archive_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(WrongRates) as caught:
        text_of(data)

    assert why in str(caught.value.mistakes[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1, header: this is not a file of rates"),
        ("USD,1.1172\n", "line 1, header: this is not a file of rates"),
        ("Date;USD\n2026-10-30;1,1172\n", "line 1, header: this is not a file of rates"),
        ("Date,USD\n", "line 1, file: contains no rate"),
        ("Date,USD\n2026-10-30,N/A\n", "line 1, file: contains no rate"),
        ("Date,USD,USD\n2026-10-30,1,1\n", "line 1, header: USD occurs twice"),
        ("Date,USD,,JPY\n2026-10-30,1,,2\n", "line 1, : '' is not a currency"),
        ("Date,USB\n2026-10-30,1.1\n", "line 1, USB: 'USB' is not a currency"),
        ("Date,EUR\n2026-10-30,1\n", "line 1, EUR: rates are per EUR"),
        ("Date,USD\n30.10.2026,1.1\n", "line 2, Date: '30.10.2026' is not a date"),
        ("Date,USD\n2026-02-30,1.1\n", "line 2, Date: '2026-02-30' is not a date"),
        ("Date,USD,JPY\n2026-10-30,1.1\n", "line 2, Date: has 2 cells, but the header has 3"),
        ("Date,USD\n2026-10-30,1.1,7\n", "line 2, Date: has 3 cells, but the header has 2"),
        ("Date,USD\n2026-10-30,1.1\n2026-10-30,1.2\n", "line 3, USD: USD has two rates on 2026-10-30"),
        ("Date,USD\n2026-10-30,\n2026-10-29,1.1.1\n", "line 3, USD: '1.1.1' is not a rate"),
        ('Date,USD\n2026-10-30,"1.1\n', "line 2, file: is not valid CSV"),
        ("date,currency\n2026-10-30,USD\n", "line 1, header: rate is missing"),
        ("date,currency,rate,quote\n", "line 1, header: quote is unknown"),
        ("date,currency,rate\n2026-10-30,EUR,1.04\n", "line 2, currency: EUR cannot be its own base"),
        ("date,currency,rate,base\n2026-10-30,AED,3.67,USDT\n", "line 2, base: 'USDT' is not a currency"),
        ("date,currency,rate\n2026-10-30,USD,1.1,EUR\n", "line 2, date: has more than the 3 cells of the header"),
        ("date,currency,rate\n2026-10-30,USD\n", "line 2, rate: '' is not a rate"),
    ],
)
def test_an_error_names_line_and_field(text: str, expected: str) -> None:
    [mistake] = mistakes(text)

    assert mistake.startswith(expected)


@pytest.mark.parametrize(
    ("rate", "why"),
    [
        ("0", "a rate must be greater than zero"),
        ("0.000", "a rate must be greater than zero"),
        ("-1.1", "'-1.1' is out of range"),
        ("1e3", "'1e3' is out of range"),
        ("1234567890", "'1234567890' is out of range"),
        ("1.1234567890123", "'1.1234567890123' is out of range"),
        ("NaN", "'NaN' is not a rate"),
        ("Infinity", "'Infinity' is not a rate"),
        ("\N{FULLWIDTH DIGIT ONE}.1", "is not a rate"),
        ("1_000", "'1_000' is not a rate"),
    ],
)
def test_a_rate_is_a_decimal_above_zero(rate: str, why: str) -> None:
    [mistake] = mistakes(f"Date,USD\n2026-10-30,{rate}\n")

    assert why in mistake


def test_all_errors_are_reported_together_in_line_order() -> None:
    text = "Date,USD,XXY,JPY\n2026-10-30,one,1,two\nyesterday,1,1,1\n2026-10-29,1.1,1,0\n"

    assert [mistake.partition(":")[0] for mistake in mistakes(text)] == [
        "line 1, XXY",
        "line 2, USD",
        "line 2, JPY",
        "line 3, Date",
        "line 4, JPY",
    ]


def test_withdrawn_currencies_have_rates_because_older_records_have_them() -> None:
    assert list(read("Date,HRK\n2022-12-30,7.5365\n")) == [quoted("HRK", DECEMBER, "7.5365")]
