"""`rates`: reference rates loaded and shown from the command line, on record like any other change."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import AUDIT_TABLE, Asked
from shared.runtime.paging import Window
from tests.fakes.stacks import Stacks

SERIES = "Date,USD,JPY,HRK,\n2025-01-31,1.0393,161.06,N/A,\n2022-12-30,1.0666,140.66,7.5365,\n"


@pytest.fixture(autouse=True)
def _reporting_currency(stage: str, stacks: Stacks) -> None:
    stacks.outputs[f"tally-{stage}-data"]["ReportingCurrency"] = "USD"


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """A file of rates."""
    file = tmp_path / "eurofxref-hist.csv"
    file.write_text(SERIES)
    return file


def rates(*words: str | Path) -> Result:
    """Run a command of `rates`."""
    return CliRunner().invoke(app, ["rates", *map(str, words), "--stage", "dev"])


def table(answer: Result) -> list[list[str]]:
    """The words of each line that a command prints."""
    return [line.split() for line in answer.stdout.splitlines()]


def on_record(wired: Wiring) -> list[Mapping[str, Any]]:
    """The entries of the audit log."""
    return [parse(entry.body) for entry in wired.audit_trail.find(Asked(), Window(0, 100)).items]


def test_loading_reports_the_result_and_convertible_currencies(series: Path) -> None:
    answer = rates("load", series)

    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines() == [
        "eurofxref-hist.csv: 5 quotes, 5 of them new, 0 changed.",
        "3 currencies are converted to USD from 2022-12-30 on; the latest quotes are from 2025-01-31.",
    ]


def test_a_load_is_audited_with_actor_and_changes(wired: Wiring, series: Path) -> None:
    rates("load", series)

    [entry] = on_record(wired)
    assert (entry["action"], entry["resource"]) == ("rates load", "exchange_rates")
    assert entry["user_id"] == boto3.client("sts").get_caller_identity()["Arn"]
    assert entry["after"]["file"] == "eurofxref-hist.csv"
    assert (entry["after"]["new"], len(entry["after"]["sha256"])) == (5, 64)


def test_a_file_with_errors_is_refused_with_all_of_them_and_not_audited(wired: Wiring, series: Path) -> None:
    series.write_text(SERIES.replace("161.06", "161,06").replace("2022-12-30", "30.12.2022"))

    answer = rates("load", series)

    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[0] == "eurofxref-hist.csv: Nothing was loaded: the file has 2 errors."
    assert [line.partition(":")[0].strip() for line in answer.stderr.splitlines()[1:]] == [
        "line 2, Date",
        "line 3, Date",
    ]
    assert on_record(wired) == []


def test_of_many_errors_the_first_and_the_remaining_count_are_shown(series: Path) -> None:
    series.write_text("Date,USD\n" + "never,1\n" * 50)

    lines = rates("load", series).stderr.splitlines()

    assert len(lines) == 22
    assert lines[-1].strip() == "and 30 more"


def test_a_missing_file_is_named() -> None:
    answer = rates("load", "nowhere.csv")

    assert answer.exit_code == 2
    assert "nowhere.csv" in answer.stderr


def test_a_missing_quote_of_the_reporting_currency_is_reported(series: Path) -> None:
    series.write_text("Date,JPY\n2025-01-31,161.06\n")

    assert "no quote contains USD" in rates("load", series).stdout


def test_all_rates_of_a_day_are_shown_in_the_order_of_their_currencies(series: Path) -> None:
    rates("load", series)

    answer = rates("show", "--on", "2025-02-02")

    assert table(answer) == [
        ["Currency", "Rate", "In"],
        ["EUR", "1.0393", "USD"],
        ["HRK", "0.137902209248325", "USD"],
        ["JPY", "0.006452874705079", "USD"],
    ]


def test_one_rate_is_shown_with_the_quotes_it_is_derived_from(series: Path) -> None:
    rates("load", series)

    rows = table(rates("show", "JPY", "--on", "2025-02-02"))

    assert rows[1:3] == [["JPY", "0.006452874705079", "USD"], []]
    assert rows[3][:5] == ["Day", "Units", "Currency", "Per", "File"]
    assert [row[:5] for row in rows[4:]] == [
        ["2025-01-31", "161.06", "JPY", "EUR", "eurofxref-hist.csv"],
        ["2025-01-31", "1.0393", "USD", "EUR", "eurofxref-hist.csv"],
    ]


def test_rates_as_json_are_one_document_with_the_quotes(series: Path) -> None:
    rates("load", series)

    document = json.loads(rates("show", "JPY", "--on", "2025-02-02", "--json").stdout)

    assert (document["day"], document["reporting_currency"]) == ("2025-02-02", "USD")
    [rate] = document["rates"]
    assert (rate["currency"], rate["rate"]) == ("JPY", "0.006452874705079")
    assert [(quote["rate"], quote["currency"], quote["base"]) for quote in rate["quotes"]] == [
        ("161.06", "JPY", "EUR"),
        ("1.0393", "USD", "EUR"),
    ]


def test_the_reporting_currency_needs_no_rate_in_json_either() -> None:
    answer = rates("show", "USD", "--json")

    assert (answer.exit_code, json.loads(answer.stdout)["rates"]) == (0, [])


def test_a_rate_along_two_bases_names_each_quote_once(series: Path, tmp_path: Path) -> None:
    pegged = tmp_path / "pegged.csv"
    pegged.write_text("date,currency,rate,base\n2025-01-31,AED,3.6725,USD\n")
    rates("load", series)
    rates("load", pegged)

    rows = table(rates("show", "AED", "--on", "2025-01-31"))

    assert rows[1] == ["AED", "0.272294077603812", "USD"]
    assert [row[:4] for row in rows[4:]] == [["2025-01-31", "3.6725", "AED", "USD"]]


def test_the_reporting_currency_needs_no_rate() -> None:
    answer = rates("show", "USD")

    assert answer.exit_code == 0
    assert answer.stdout == "USD is the reporting currency; amounts in it are not converted.\n"


@pytest.mark.parametrize("words", [("show",), ("show", "CHF"), ("show", "JPY", "--on", "1998-12-31")])
def test_a_missing_rate_names_the_next_step(series: Path, words: tuple[str, ...]) -> None:
    if "JPY" in words:
        rates("load", series)

    answer = rates(*words)

    assert answer.exit_code == 1
    assert "`./tally rates load FILE`" in answer.stderr


def test_a_load_succeeds_even_if_it_cannot_be_audited(wired: Wiring, series: Path) -> None:
    boto3.client("dynamodb").delete_table(TableName=wired.settings.name_of(AUDIT_TABLE))

    answer = rates("load", series)

    assert answer.exit_code == 0
    assert "This change could not be written to the audit log" in answer.stderr
    assert rates("show", "EUR").exit_code == 0
