"""Tries a configuration before it is saved: what could not be applied to a record is an error of one of its fields.

The trial reads what the client sent, so that its errors are reported together with those of the schema; entries with an
invalid schema are skipped here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.records.mapping import MOST_NAMES, Constant, in_form, parts_of
from shared.records.schema import DataType, Kind
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from shared.records.written_times import BLANKS, MOST_FORMATS, DateFormat, is_strptime

_FORMATS_REMEMBERED = 5
"""strptime caches five compiled formats; with a sixth it would compile all of them again for every text."""

_MOST_COLUMNS = 20
_SAME_PART = ("Yy", "mbBj", "dj", "HI", "M", "S", "f", "p", "aA", "z")
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_TRIED = datetime(2024, 12, 31, 23, 58, 59, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
_FINER = ("month", "day", "hour", "minute", "second", "microsecond")
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)

_DATE_FORMAT: TypeAdapter[Any] = TypeAdapter(DateFormat)
_CONSTANT: TypeAdapter[Any] = TypeAdapter(Constant)

Path = tuple[str | int, ...]
Fault = tuple[Path, str, Any]
"""Path of the error, message, and the value that was sent."""


def find_faults(mappings: Any) -> Iterator[Fault]:
    """Yield the errors of mappings by data type, as they were sent."""
    if isinstance(mappings, dict):
        for name, mapping in mappings.items():
            if name in set(DataType) and isinstance(mapping, dict):
                for path, message, value in _find_mapping_faults(DataType(name), mapping):
                    yield (name, *path), message, value


def _find_mapping_faults(data_type: DataType, mapping: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _find_wrong_targets(data_type, mapping)
    yield from _find_duplicate_targets(mapping)
    for field, template in _entries(mapping, "templates", str):
        yield from _find_wrong_template(("templates", field), template)
    for field, written in _entries(mapping, "date_formats", dict):
        if field in _times(data_type):
            yield from _find_wrong_formats(("date_formats", field, "formats"), written.get("formats"))
    for table in ("constants", "defaults"):
        for field, value in _entries(mapping, table, object):
            if field in SCHEMAS[data_type].by_name and _has_shape(_CONSTANT, value):
                yield from _find_wrong_value(data_type, (table, field), value)


def _entries(mapping: Mapping[str, Any], table: str, kind: Any) -> list[tuple[str, Any]]:
    """Return the entries of a table that have the right shape; none of a table that is too long."""
    found = mapping.get(table)
    if not isinstance(found, dict) or len(found) > MOST_NAMES:
        return []
    return [(name, value) for name, value in found.items() if isinstance(value, kind)]


def _find_wrong_targets(data_type: DataType, mapping: Mapping[str, Any]) -> Iterator[Fault]:
    targets: list[tuple[Path, str]] = [(("columns", name), field) for name, field in _entries(mapping, "columns", str)]
    for table in ("templates", "suffixes", "date_formats", "constants", "defaults"):
        targets += [((table, field), field) for field, _ in _entries(mapping, table, object)]
    known = SCHEMAS[data_type].by_name
    times = _times(data_type)
    for path, field in targets:
        if field not in known:
            yield path, f"must name a field of {data_type}: {', '.join(known)}", field
        elif path[0] == "date_formats" and field not in times:
            yield path, f"must name a time of {data_type}: {', '.join(times)}", field


def _times(data_type: DataType) -> list[str]:
    return [each.name for each in SCHEMAS[data_type].fields if each.kind is Kind.TIMESTAMP]


def _find_duplicate_targets(mapping: Mapping[str, Any]) -> Iterator[Fault]:
    """Two columns must not fill one field, and a constant field must not be filled by anything else."""
    columns = _entries(mapping, "columns", str)
    often = Counter(field for _, field in columns)
    constants = {field for field, _ in _entries(mapping, "constants", object)}
    for name, field in columns:
        if often[field] > 1:
            yield ("columns", name), f"must not fill {field}, as another column does; use one column", field
        elif field in constants:
            yield ("columns", name), f"must not fill {field}: it is a constant", field
    for table in ("templates", "suffixes", "date_formats", "defaults"):
        for field, _ in _entries(mapping, table, object):
            if field in constants:
                yield (table, field), f"has no effect: {field} is a constant", field


def _find_wrong_template(path: Path, template: str) -> Iterator[Fault]:
    parts = parts_of(template)
    if any(brace in fixed for fixed, _ in parts for brace in "{}"):
        yield path, "must have a column's name between each { and }, and no other braces", template
    if len(parts) > _MOST_COLUMNS + 1:
        yield path, f"must name at most {_MOST_COLUMNS} columns", template


def _find_wrong_formats(path: Path, formats: Any) -> Iterator[Fault]:
    if not isinstance(formats, list) or len(formats) > MOST_FORMATS:
        return
    if len(formats) > _FORMATS_REMEMBERED:
        yield path, f"must have at most {_FORMATS_REMEMBERED} formats", formats
    for number, each in enumerate(formats):
        if _has_shape(_DATE_FORMAT, each) and is_strptime(each) and (fault := _fault_of_format(each)):
            yield (*path, number), fault, each


@cache
def _known_moments() -> frozenset[datetime]:
    """Return the trial time, and the times that remain of it in a format without its finer parts."""
    coarse = _TRIED.replace(tzinfo=None)
    least = {"month": 1, "day": 1}
    found = [coarse]
    for part in reversed(_FINER):
        coarse = coarse.replace(**{part: least.get(part, 0)})  # type: ignore[arg-type] # parts of a time are numbers
        found.append(coarse)
    return frozenset(found)


def _fault_of_format(written: str) -> str:
    """Return why a time format is ambiguous, or an empty text: a time written in it must be parsed as it was."""
    named = Counter(_DIRECTIVE.findall(written))
    twice = [letters for letters in _SAME_PART if sum(named[each] for each in letters) > 1]
    if twice:
        return f"must name each part of a time once, so only one of {', '.join('%' + letter for letter in twice[0])}"
    try:
        read = datetime.strptime(_TRIED.strftime(written).strip(BLANKS), written)  # noqa: DTZ007 # it is compared without
    except (ValueError, re.error):
        return "must be a format that reads what strftime writes in it"
    if read.replace(tzinfo=None) not in _known_moments():
        return "must name what its finer parts belong to: a month for %d, %p for %I, a day for an hour"
    return ""


def _has_shape(model: TypeAdapter[Any], value: Any) -> bool:
    try:
        model.validate_python(value)
    except ValidationError:
        return False
    return True


def _find_wrong_value(data_type: DataType, path: Path, value: Any) -> Iterator[Fault]:
    """Return the validation error of a field with this value, in typed records and in text."""
    field = str(path[-1])
    for form in Form:
        errors = validate(data_type, [{field: in_form(value, form)}], form=form, at=_LATEST).errors
        reasons = [each for each in errors if each.field == f"/{field}"]
        if reasons:
            yield path, reasons[0].message, value
            return
