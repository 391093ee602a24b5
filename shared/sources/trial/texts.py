"""Finds templates and time formats that cannot be applied, or whose result would be ambiguous."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from shared.mapping.model import columns_of_template, parts_of
from shared.mapping.time_patterns import local_time, pattern
from shared.mapping.written_times import MOST_FORMATS, DateFormat, is_strptime
from shared.records.schema import Kind, RecordSchema
from shared.sources.trial.sent import Fault, Path, Sent, entries, has_shape, rules

_MOST_COLUMNS = 20
_SAME_PART = ("Yy", "mbBj", "dj", "HI", "M", "S", "f", "p", "aA", "zZ")
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_TRIED = datetime(2024, 12, 31, 23, 58, 59, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
_FINER = ("month", "day", "hour", "minute", "second", "microsecond")
_DATE_FORMAT: TypeAdapter[Any] = TypeAdapter(DateFormat)


def find_wrong_templates(_: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield templates with misplaced braces or too many columns."""
    for field, template in entries(mapping, "templates", str):
        yield from _find_wrong_template(("templates", field), template)
    for number, rule in rules(mapping, "derive"):
        for field, template in entries(rule, "template", str):
            yield from _find_wrong_template(("derive", number, "template", field), template)


def _find_wrong_template(path: Path, template: str) -> Iterator[Fault]:
    if any(brace in fixed for fixed, _ in parts_of(template) for brace in "{}"):
        yield path, "must have a column's name between each { and }, and no other braces", template
    if len(columns_of_template(template)) > _MOST_COLUMNS or len(parts_of(template)) > _MOST_COLUMNS + 1:
        yield path, f"must name at most {_MOST_COLUMNS} columns", template


def find_wrong_formats(schema: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield time formats that do not read what is written in them."""
    for field, written in entries(mapping, "date_formats", dict):
        formats = written.get("formats")
        is_time = field in schema.by_name and schema.by_name[field].kind is Kind.TIMESTAMP
        if not is_time or not isinstance(formats, list) or len(formats) > MOST_FORMATS:
            continue
        for number, each in enumerate(formats):
            if has_shape(_DATE_FORMAT, each) and is_strptime(each) and (fault := _fault_of_format(each)):
                yield ("date_formats", field, "formats", number), fault, each


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
        read = local_time(_TRIED.strftime(written).strip(), pattern(written))
    except ValueError:
        read = None
    if read is None:
        return "must be a format that reads what strftime writes in it"
    if read.clock not in _known_moments():
        return "must name what its finer parts belong to: a month for %d, %p for %I, a day for an hour"
    return ""
