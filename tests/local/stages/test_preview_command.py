"""`preview`: shows what would become of a file, without a running platform."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app

SALES = "invoice no,sku,qty,price,date\ni-1,MUG,2,2.50,2025-02-27T10:00:00Z\ni-2,MUG,x,2.50,2025-02-27T10:00:00Z\n"


def preview(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["preview", *map(str, words)])


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A file with one good row and one bad one."""
    file = tmp_path / "sales.csv"
    file.write_text(SALES)
    return file


def test_a_file_is_shown_with_its_columns_records_and_errors(sales: Path) -> None:
    told = preview(sales)

    assert told.exit_code == 0
    assert "1 of 2 rows would be loaded as transactions" in told.output
    assert "2.50" in told.output
    assert "must be a number" in told.output
    assert '"invoice no": "order_id"' in told.output


def test_a_program_reads_one_json_document(sales: Path) -> None:
    told = json.loads(preview(sales, "--json").output)

    assert (told["rows"], told["valid_rows"], told["mapping_used"]) == (2, 1, "suggested")


def test_a_mapping_is_tried(sales: Path, tmp_path: Path) -> None:
    suggested = json.loads(preview(sales, "--json").output)["suggested_mapping"]
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({**suggested, "constants": {"region": "north"}}))

    told = json.loads(preview(sales, "--mapping", mapping, "--data-type", "transactions", "--json").output)

    assert told["mapping_used"] == "given"
    assert told["records"][0]["records"][0]["region"] == "north"


def test_a_file_of_another_kind_than_its_preset_is_refused_by_name(sales: Path) -> None:
    told = preview(sales, "--preset", "square_items_csv")

    assert told.exit_code == 1
    assert "not an export of square_items_csv" in told.output


@pytest.mark.parametrize("mapping", ["no json", '{"columns": 7}', "[1]"])
def test_a_mapping_that_is_none_is_an_error_of_the_command(sales: Path, tmp_path: Path, mapping: str) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(mapping)

    told = preview(sales, "--mapping", file)

    assert told.exit_code == 1
    assert told.exception is not None
    assert type(told.exception).__name__ == "InvalidRequest"


def test_an_unreadable_file_is_an_error_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("")

    told = preview(file)

    assert (told.exit_code, str(told.exception)) == (1, "the file is empty")
