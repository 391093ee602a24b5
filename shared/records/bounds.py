"""Limits of whole records: sizes, which keep sums exact and protect memory, and signs of amounts.

`docs/decisions/0123-a-line-comes-to-less-than-10-to-the-15.md` and `0124-what-a-record-may-hold.md` derive the numbers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from shared.records.schema import Kind, RecordSchema

LARGEST_AMOUNT = 10**15
"""Exclusive maximum of the absolute value of quantity x price in a record."""

LARGEST_ATTRIBUTES = 16 * 1024
"""Maximum size of the fields of one record that are not in its schema, in bytes of JSON."""

LARGEST_ATTRIBUTES_OF_DELIVERY = 32 * 1024 * 1024
"""Maximum size of such fields in all records of a delivery, in bytes of JSON."""

LARGEST_MAP = 64 * 1024
"""Maximum size of a map of a record, in bytes of JSON."""

MOST_ENTRIES = 1_000
"""Maximum number of entries of a map of a record."""

NEAR_LARGEST_AMOUNT = 0.99 * LARGEST_AMOUNT
"""A product of floats below this is certainly below the bound; larger ones are computed again as decimals."""

_MAPS = {Kind.TEXT_MAP, Kind.NUMBER_MAP}


@dataclass(frozen=True)
class Excess:
    """A limit that a record exceeds: JSON pointer, code, message and value."""

    field: str
    code: str
    message: str
    value: Any = None


@dataclass
class Bounds:
    """Checks the records of one delivery, in order, against the limits of their schema."""

    schema: RecordSchema
    taken: int = field(default=0, init=False)

    def excesses(self, record: Mapping[str, Any]) -> list[Excess]:
        """Return every limit that a valid record exceeds; rejected records do not count towards the delivery."""
        size = len(attributes_of(record, self.schema.by_name.keys()) or b"")
        found = [
            *_signs(self.schema, record),
            *_amounts(self.schema, record),
            *_maps(self.schema, record),
            *self._attributes(size),
        ]
        if not found:
            self.taken += size
        return found

    def _attributes(self, size: int) -> Iterator[Excess]:
        if size > LARGEST_ATTRIBUTES:
            message = f"has {size} bytes of fields that its data type does not know; {LARGEST_ATTRIBUTES} are the most"
            yield Excess("", "attributes_too_large", message)
        elif self.taken + size > LARGEST_ATTRIBUTES_OF_DELIVERY:
            most = LARGEST_ATTRIBUTES_OF_DELIVERY // 2**20
            message = f"comes after {most} MB of fields that the data type does not know; send smaller batches"
            yield Excess("", "attributes_too_large", message)


def attributes_of(record: Mapping[str, Any], known: Collection[str]) -> bytes | None:
    """Serialize the fields of a record that are not in its schema as JSON; None if there are none."""
    unknown = {name: record[name] for name in record if name not in known}
    return orjson.dumps(unknown, default=str) if unknown else None


def _signs(schema: RecordSchema, record: Mapping[str, Any]) -> Iterator[Excess]:
    for each in schema.fields:
        value = record.get(each.name)
        if each.sign_of is not None and value is not None and float(value) < 0 <= record[each.sign_of]:
            message = f"must be at least 0 unless {each.sign_of} is negative"
            yield Excess(f"/{each.name}", "range", message, value)


def _amounts(schema: RecordSchema, record: Mapping[str, Any]) -> Iterator[Excess]:
    for one, other in schema.amounts:
        factors = record.get(one), record.get(other)
        if None not in factors and _is_too_large(*factors):
            message = f"{one} x {other} must be below 10^15"
            yield Excess(f"/{other}", "amount_too_large", message, factors[1])


def _is_too_large(one: Any, other: Any) -> bool:
    """Compare numbers and decimal texts exactly as written, not as the nearest float."""
    if abs(float(one) * float(other)) < NEAR_LARGEST_AMOUNT:
        return False
    return abs(Decimal(str(one)) * Decimal(str(other))) >= LARGEST_AMOUNT


def _maps(schema: RecordSchema, record: Mapping[str, Any]) -> Iterator[Excess]:
    for each in schema.fields:
        entries = record.get(each.name) if each.kind in _MAPS else None
        if not entries:
            continue
        if len(entries) > MOST_ENTRIES:
            message = f"has {len(entries)} entries; {MOST_ENTRIES} are the most"
            yield Excess(f"/{each.name}", "too_many", message)
        size = len(orjson.dumps(entries))
        if size > LARGEST_MAP:
            message = f"has {size} bytes as JSON; {LARGEST_MAP} are the most"
            yield Excess(f"/{each.name}", "too_large", message)
