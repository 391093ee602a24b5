"""docs/mapping.md describes every key, and its examples do what it says."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from shared.mapping.explosion import explode, take_fields
from shared.mapping.file_shape import FileShape
from shared.mapping.model import SourceMapping
from shared.mapping.record_paths import RecordPaths
from shared.mapping.time_reader import reader
from shared.mapping.written_times import WrittenTimes

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text("utf-8")


def tables(*columns: str) -> Iterator[list[str]]:
    """The cells of all tables that have these columns."""
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if cells == list(columns):
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not set(line) <= set("|-"):
            yield cells


def code(cell: str) -> list[str]:
    """The texts of a cell that are code."""
    return re.findall(r"`([^`]+)`", cell)


KEYS = list(tables("key", "does", "example"))
TIMES = list(tables("key", "does", "example", "reads"))
RECORDS = list(tables("key", "does", "example", "document → rows"))
FILES = list(tables("key", "detected, or assumed, if absent"))


@pytest.mark.parametrize(
    ("model", "rows"),
    [(SourceMapping, KEYS), (WrittenTimes, TIMES), (RecordPaths, RECORDS), (FileShape, FILES)],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_every_key_is_described(model: type[BaseModel], rows: list[list[str]]) -> None:
    assert {name for row in rows for name in code(row[0])} >= model.model_fields.keys()


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row[0])
def test_the_example_of_a_key_is_a_mapping(row: list[str]) -> None:
    (example,) = code(row[2])

    for key in code(row[0])[:1]:
        found = SourceMapping.model_validate({key: json.loads(example)})
        assert found.model_fields_set == {key}


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row[0])
def test_the_example_of_a_time_is_read_as_documented(row: list[str]) -> None:
    ((example,), (text, moment)) = code(row[2]), code(row[3])
    written = WrittenTimes.model_validate_json(example)

    assert datetime.fromisoformat(reader(written, "UTC").read(text)) == datetime.fromisoformat(moment)
    for key in code(row[0])[1:]:
        assert key in written.formats


@pytest.mark.parametrize("row", RECORDS, ids=lambda row: row[0])
def test_the_example_of_a_document_has_the_documented_rows(row: list[str]) -> None:
    ((example,), (document, rows)) = code(row[2]), code(row[3])
    paths = RecordPaths.model_validate_json(example)

    found = take_fields(explode(json.loads(document), paths).records, paths)

    wanted = json.loads(rows)
    assert [{name: each[name] for name in row} for each, row in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize("block", re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
def test_the_longer_examples_are_mappings(block: str) -> None:
    assert SourceMapping.model_validate_json(block).model_fields_set
