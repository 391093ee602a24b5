"""Deliveries of the largest records that the platform accepts, of any data type: texts that nobody repeats."""

import random
from collections.abc import Iterator
from typing import Any

from shared.ingestion.models import LARGEST_BATCH
from shared.records.bounds import LARGEST_ATTRIBUTES, LARGEST_ATTRIBUTES_OF_DELIVERY, LARGEST_MAP, MOST_ENTRIES
from shared.records.ids import LONGEST_ID
from shared.records.schema import DataType, Field, Kind
from shared.records.schemas import SCHEMAS
from shared.records.value_schemas import LONGEST_TEXT
from shared.runtime.request import LARGEST_INFLATED
from tests.fakes.records import good

_KEY_DIGITS = 6
_NOTE = LARGEST_ATTRIBUTES - len('{"note":""}')
_ENTRY = LARGEST_MAP // MOST_ENTRIES - len('"":"",') - _KEY_DIGITS


def wide_rows(data_type: DataType, name: str, most_bytes: int = LARGEST_INFLATED) -> list[dict[str, Any]]:
    """Build as many records as the largest request holds: every text as long as it may be, and other fields besides."""
    chance, rows, size = random.Random(name), list[dict[str, Any]](), 0  # noqa: S311 # plausible, not secret
    fields = [each for each in SCHEMAS[data_type].fields if each.kind in {Kind.TEXT, Kind.TEXT_MAP, Kind.NUMBER_MAP}]
    others_left = LARGEST_ATTRIBUTES_OF_DELIVERY // LARGEST_ATTRIBUTES
    while True:
        wide = {each.name: _value(each, chance) for each in fields}
        wide |= {SCHEMAS[data_type].key[0]: f"{name}-{len(rows):0{_KEY_DIGITS}}".ljust(LONGEST_ID, "x")}
        if len(rows) < others_left:
            wide["note"] = _text(chance, _NOTE)
        size += sum(map(_size, wide.values())) + len(str(good(data_type)))
        if size > most_bytes or len(rows) == LARGEST_BATCH:
            return rows
        rows.append(good(data_type, **wide))


def _value(each: Field, chance: random.Random) -> Any:
    match each.kind:
        case Kind.TEXT_MAP:
            return dict(_entries(chance))
        case Kind.NUMBER_MAP:
            return {name: chance.random() for name, _ in _entries(chance)}
    return _text(chance, LONGEST_TEXT)


def _entries(chance: random.Random) -> Iterator[tuple[str, str]]:
    for number in range(MOST_ENTRIES):
        yield f"{number:0{_KEY_DIGITS}}", _text(chance, _ENTRY)


def _text(chance: random.Random, size: int) -> str:
    return chance.randbytes(size // 2).hex()


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else sum(_KEY_DIGITS + 6 + len(str(each)) for each in value.values())
