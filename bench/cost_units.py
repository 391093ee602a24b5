"""How AWS turns sizes, times and rates into units that it charges. Pure."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from shared.runtime.resources import Index, Table

Item = Mapping[str, Any] | None

_MEGABYTE = 1024**2
_LEAST_SCANNED = 10 * _MEGABYTE
_PUT_UNIT = 25 * 1024
_FULL_CORE_MB = 1769
"""The memory with which a function has one core (Lambda Developer Guide, *Configure Lambda function memory*)."""

_ALWAYS_TRACED, _TRACED = 1.0, 0.05
"""Of a function's runs, X-Ray records the first of each second and a twentieth of the others."""


def write_units(size: int, *, in_transaction: bool = False) -> int:
    """Return the units of writing an item of so many bytes: one for each 1 KB begun, twice in a transaction."""
    return max(1, math.ceil(size / 1024)) * (2 if in_transaction else 1)


def index_entry(table: Table, index: Index, item: Item) -> Item:
    """Return what an index has of an item; None if the item does not have its key."""
    keys = [name for name in (index.partition_key, index.sort_key) if name]
    if item is None or any(name not in item for name in keys):
        return None
    if index.attributes is None:
        return item
    copied = {table.partition_key, table.sort_key, *keys, *index.attributes}
    return {name: value for name, value in item.items() if name in copied}


def index_units(index: Index, before: Item, after: Item) -> int:
    """Return the units of changing an entry of an index; one that moves is deleted and written.

    DynamoDB Developer Guide, *Using Global Secondary Indexes*: an entry that does not change is not written.
    """
    if before == after:
        return 0
    sizes = [item_bytes(each) if each else 0 for each in (before, after)]
    keys = [name for name in (index.partition_key, index.sort_key) if name]
    moves = before and after and any(before[key] != after[key] for key in keys)
    return write_units(max(sizes)) * (2 if moves else 1)


def read_units(size: int, *, consistent: bool = False, in_transaction: bool = False) -> float:
    """Return the units of reading so many bytes: half of one for each 4 KB begun, one if consistent, two together."""
    return max(1, math.ceil(size / 4096)) * (2.0 if in_transaction else 1.0 if consistent else 0.5)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item in DynamoDB's JSON (DynamoDB Developer Guide, *Item sizes and formats*)."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in {"NULL", "BOOL"}:
        return 1
    if kind == "L":
        return 3 + sum(1 + _value_bytes(each) for each in content)
    if kind == "M":
        return 3 + len(content) + item_bytes(content)
    return sum(map(_SCALARS[kind[0]], content if kind.endswith("S") and kind != "S" else [content]))


def _number_bytes(text: str) -> int:
    digits = len(Decimal(text).normalize().as_tuple().digits)
    return math.ceil(digits / 2) + 1


def put_units(size: int) -> int:
    """Return the payload units of a record of a stream: one for each 25 KB begun."""
    return max(1, math.ceil(size / _PUT_UNIT))


def scanned_terabytes(size: int) -> float:
    """Return what a query is charged for that scanned so many bytes: whole megabytes, ten at least."""
    return max(_LEAST_SCANNED, math.ceil(size / _MEGABYTE) * _MEGABYTE) / 1024**4


def cpu_seconds_in(memory_mb: int, cpu_seconds: float) -> float:
    """Return how long a function computes: one with less memory than a full core's has a share of a core."""
    return cpu_seconds * max(1.0, _FULL_CORE_MB / memory_mb)


def traces_a_second(runs_a_second: float) -> float:
    """Return how many runs of a function are traced."""
    return min(runs_a_second, _ALWAYS_TRACED) + max(0.0, runs_a_second - _ALWAYS_TRACED) * _TRACED


def shards(rate: float, record_bytes: float, *, least: int) -> int:
    """Return the shards for so many records a second: each takes 1 000 records and 1 MB."""
    return max(least, math.ceil(rate / 1000), math.ceil(rate * record_bytes / _MEGABYTE))


def queries_a_second(questions: int, *, every_seconds: float, at_once: int, seconds: float) -> float:
    """Return how many queries run a second, of questions that are to be asked again every so many seconds.

    No more run than so many at once can of so many seconds each.
    """
    return min(questions / every_seconds, at_once / seconds)


_SCALARS: Mapping[str, Callable[[Any], int]] = {"S": lambda text: len(text.encode()), "N": _number_bytes, "B": len}
