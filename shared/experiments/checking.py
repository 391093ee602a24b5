"""Checks the fields of an experiment against each other, by JSON pointer. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.runtime.errors import FieldError
from shared.runtime.json_pointers import pointer
from shared.runtime.models import Timestamp

_LARGEST_CONFIGURATION, _DEEPEST_CONFIGURATION = 15_000, 50
_TOLERANCE = 1e-9
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Timestamp)


def contradictions(document: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what is wrong between fields of an experiment, as far as the fields themselves can be read."""
    variants = _objects(document.get("variants"))
    if variants:
        yield from _repeated(variants, "variants", "id")
        yield from _controls(variants)
        yield from _allocations(variants)
        yield from _sizes(variants)
    yield from _repeated(_objects(document.get("guardrails")), "guardrails", "metric")
    start, end = _moment(document.get("startDate")), _moment(document.get("endDate"))
    if start is not None and end is not None and start >= end:
        yield FieldError(pointer("endDate"), "must be after startDate", document.get("endDate"))


def _objects(given: Any) -> Sequence[Mapping[str, Any]]:
    """Return a list of objects; nothing if it is anything else."""
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        return ()
    return given


def _repeated(items: Sequence[Mapping[str, Any]], field: str, key: str) -> Iterator[FieldError]:
    first: dict[str, int] = {}
    for place, each in enumerate(items):
        value = each.get(key)
        if isinstance(value, str) and first.setdefault(value, place) != place:
            message = f"must be unique; item {first[value]} has it, too"
            yield FieldError(pointer(field, place, key), message, value)


def _controls(variants: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    controls = [place for place, each in enumerate(variants) if each.get("isControl") is True]
    if not controls:
        yield FieldError(pointer("variants"), "must have exactly one control; set isControl of one of them")
    for place in controls[1:]:
        message = f"must be false: variant {controls[0]} is the control"
        yield FieldError(pointer("variants", place, "isControl"), message, rejected_value=True)


def _allocations(variants: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    given = [each.get("allocation") for each in variants]
    known = [each for each in given if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(known) < len(given):
        return
    total = sum(known)
    if abs(total - 1) > _TOLERANCE:
        yield FieldError(pointer("variants"), f"the allocations must add up to 1, not {total:.12g}", given)


def _sizes(variants: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    for place, each in enumerate(variants):
        if len(orjson.dumps(each.get("configuration"))) > _LARGEST_CONFIGURATION:
            message = f"must have at most {_LARGEST_CONFIGURATION} bytes of JSON"
            yield FieldError(pointer("variants", place, "configuration"), message)
        elif _is_deep(each.get("configuration"), _DEEPEST_CONFIGURATION):
            message = f"must be nested at most {_DEEPEST_CONFIGURATION} levels deep"
            yield FieldError(pointer("variants", place, "configuration"), message)


def _is_deep(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(each, levels - 1) for each in inner)


def _moment(given: Any) -> datetime | None:
    try:
        return _MOMENT.validate_python(given)
    except ValidationError:
        return None
