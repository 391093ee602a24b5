"""Columns computed from source columns, with the rows that have no certain value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Computed:
    """A computed column: null where the value is absent, and the reason by row where it cannot be computed."""

    values: pa.Array
    faults: Mapping[int, str] = field(default_factory=dict)


def combined(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def read_texts(values: pa.StringArray, sure: pa.StringArray, read: Callable[[str], str | None]) -> Computed:
    """Complete a column that was read as a whole: each other distinct text is read once.

    Args:
        values: the texts; null means absent.
        sure: the values of the texts that were certain, else null.
        read: returns the value of a text, or raises a ValueError whose message is the fault.
    """
    others = pc.indices_nonzero(pc.and_(pc.is_valid(values), pc.is_null(sure)))
    if not len(others):
        return Computed(sure)
    encoded = values.take(others).dictionary_encode()
    found, reasons = _read_all(encoded.dictionary.to_pylist(), read)
    read_values = pa.array(found, pa.string()).take(encoded.indices)
    wrong = pc.indices_nonzero(pc.is_in(encoded.indices, value_set=pa.array([*reasons], encoded.indices.type)))
    rows, numbers = others.take(wrong).to_pylist(), encoded.indices.take(wrong).to_pylist()
    faults = {row: reasons[number] for row, number in zip(rows, numbers, strict=True)}
    return Computed(replaced(sure, others.to_pylist(), read_values), faults)


def _read_all(texts: Sequence[str], read: Callable[[str], str | None]) -> tuple[list[str | None], dict[int, str]]:
    found: list[str | None] = []
    reasons = {}
    for number, text in enumerate(texts):
        try:
            found.append(read(text))
        except ValueError as fault:
            found.append(None)
            reasons[number] = str(fault)
    return found, reasons


def replaced(values: pa.Array, places: Sequence[int], others: pa.Array) -> pa.Array:
    """Return values with those at some places replaced by others, in the order of the places."""
    if not places:
        return values
    sources = [*range(len(values))]
    for number, place in enumerate(places):
        sources[place] = len(values) + number
    return pa.concat_arrays([values, others]).take(pa.array(sources, pa.int64()))
