"""Any file has a defined result: every record is a row, malformed, or after the reported position."""

import io

import pytest

from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Part
from shared.lake.files.reader import read_parts
from shared.lake.parquet.columns import IngestMetadata
from shared.lake.validation.rows import validate_rows, validate_table
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.fakes.malformed_files import ALL, DAMAGED_GZIP, TRUNCATED_GZIP, MalformedFile
from tests.fakes.records import NOW

STAMP = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch-1", reporting_currency="EUR")


class Trickle(io.BytesIO):
    """A stream that gives as few bytes at a time as it likes."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 1, 1000))


def read(
    content: bytes, options: dict[str, object], rows_per_part: int = 50_000
) -> tuple[list[Part], UnreadableFile | None]:
    """All parts, and what ended them."""
    parts: list[Part] = []
    try:
        parts.extend(read_parts(Trickle(content), FileOptions.model_validate(options), rows_per_part=rows_per_part))
    except UnreadableFile as error:
        return parts, error
    return parts, None


def rejected(part: Part) -> list[int]:
    """The places of the rows that transactions does not take."""
    if isinstance(part.rows, list):
        typed = all(isinstance(row, dict) and isinstance(row.get("quantity", 0), int) for row in part.rows[:1])
        form = Form.TYPED if typed else Form.TEXT
        taken = validate_rows(DataType.TRANSACTIONS, part.rows, form=form, at=NOW, stamp=STAMP)
    else:
        is_text = all(str(each) == "string" for each in part.rows.schema.types)
        form = Form.TEXT if is_text else Form.TYPED
        taken = validate_table(DataType.TRANSACTIONS, part.rows, form=form, at=NOW, stamp=STAMP)
    return sorted({part.places[error.row] for error in taken.errors if error.row is not None})


@pytest.mark.parametrize("file", ALL, ids=str)
def test_every_malformed_file_has_the_expected_result(file: MalformedFile) -> None:
    parts, error = read(file.content, dict(file.options))

    assert (error.code if error else None) == file.failure
    assert sum(len(part.rows) for part in parts) == file.rows
    assert [each.place for part in parts for each in part.malformed] == list(file.malformed)
    if file.failure is None:
        assert [place for part in parts for place in rejected(part)] == list(file.bad)


@pytest.mark.parametrize("file", ALL, ids=str)
def test_splitting_a_file_into_parts_loses_and_moves_no_record(file: MalformedFile) -> None:
    whole, _ = read(file.content, dict(file.options))
    parts, error = read(file.content, dict(file.options), rows_per_part=2)

    assert (error.code if error else None) == file.failure
    assert [part.number for part in parts] == list(range(len(parts)))
    assert all(part.received == 2 for part in parts[:-1])
    assert [place for part in parts for place in part.places] == [place for part in whole for place in part.places]
    assert [each for part in parts for each in part.malformed] == [each for part in whole for each in part.malformed]


@pytest.mark.parametrize(("content", "code"), [(TRUNCATED_GZIP, "truncated"), (DAMAGED_GZIP, "corrupt")])
def test_rows_before_the_damage_of_a_compressed_file_are_read(content: bytes, code: str) -> None:
    parts, error = read(content, {"compression": "gzip"}, rows_per_part=100)

    assert error is not None
    assert error.code == code
    assert 1000 < sum(part.received for part in parts) <= 3000
    assert not any(part.malformed or rejected(part) for part in parts)


def test_a_broken_connection_is_not_a_malformed_file() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError(size)

    with pytest.raises(ConnectionResetError):
        list(read_parts(Broken(), FileOptions()))
