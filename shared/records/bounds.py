"""How much a record may hold: what keeps sums exact, and one record from taking the memory of thousands.

`docs/decisions/0123-a-line-comes-to-less-than-10-to-the-15.md` and `0124-what-a-record-may-hold.md` derive the numbers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from shared.records.schema import Kind, RecordSchema

LARGEST_AMOUNT = 10**15
"""Quantity x price of a record is below it, whatever its sign."""

LARGEST_ATTRIBUTES = 16 * 1024
"""So many bytes of JSON the fields of one record may take that its schema does not know."""

LARGEST_ATTRIBUTES_OF_DELIVERY = 32 * 1024 * 1024
"""So many bytes all records of a delivery may take for such fields."""

LARGEST_MAP = 64 * 1024
"""So many bytes of JSON a map of a record may take."""

NEAR_LARGEST_AMOUNT = 0.99 * LARGEST_AMOUNT
"""Below it, a product of floats is surely below the bound; above, decimals decide."""

_MAPS = {Kind.TEXT_MAP, Kind.NUMBER_MAP}


@dataclass(frozen=True)
class Excess:
    """One way in which a record holds too much: a JSON pointer, a code, a sentence and the value."""

    field: str
    code: str
    message: str
    value: Any = None


@dataclass
class Bounds:
    """Holds the records of one delivery against the bounds of their schema, in their order."""

    schema: RecordSchema
    taken: int = field(default=0, init=False)

    def excesses(self, record: Mapping[str, Any]) -> list[Excess]:
        """Every bound that a valid record is over; the attributes of one that keeps all count for the delivery."""
        size = len(attributes_of(record, self.schema.by_name.keys()) or b"")
        found = [*_amounts(self.schema, record), *_maps(self.schema, record), *self._attributes(size)]
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
    """Write the fields of a record that its schema does not know as JSON; None if there are none."""
    unknown = {name: record[name] for name in record if name not in known}
    return orjson.dumps(unknown, default=str) if unknown else None


def _amounts(schema: RecordSchema, record: Mapping[str, Any]) -> Iterator[Excess]:
    for one, other in schema.amounts:
        factors = record.get(one), record.get(other)
        if None not in factors and _is_too_large(*factors):
            message = f"{one} x {other} must be below 10^15"
            yield Excess(f"/{other}", "amount_too_large", message, factors[1])


def _is_too_large(one: Any, other: Any) -> bool:
    """Numbers and decimal texts are compared as they are written, not as the nearest float."""
    if abs(float(one) * float(other)) < NEAR_LARGEST_AMOUNT:
        return False
    return abs(Decimal(str(one)) * Decimal(str(other))) >= LARGEST_AMOUNT


def _maps(schema: RecordSchema, record: Mapping[str, Any]) -> Iterator[Excess]:
    for each in schema.fields:
        if each.kind in _MAPS and record.get(each.name):
            size = len(orjson.dumps(record[each.name]))
            if size > LARGEST_MAP:
                message = f"has {size} bytes as JSON; {LARGEST_MAP} are the most"
                yield Excess(f"/{each.name}", "too_large", message)
