"""Features of a slice as columns, decoded from how decisions store them: `shared.records.features` for many rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shared.records.features import FeatureValue, Stored, decode

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint8]

_TRUE, _FALSE = str(Stored.TRUE), str(Stored.FALSE)
_STARTS_NUMBER = np.isin(np.arange(256), [ord(each) for each in "-0123456789"])
_ZERO, _NINE, _POINT, _MINUS = (ord(each) for each in "09.-")
_EXPONENT, _LOWER = ord("e"), 0x20


class Kind(IntEnum):
    """What a value is; a feature without a value, or with null, is absent."""

    ABSENT = 0
    NUMBER = 1
    BOOLEAN = 2
    TEXT = 3


@dataclass(frozen=True)
class Column:
    """One feature of all rows: kinds, numbers (booleans as 0 and 1, else NaN), and the stored texts of its texts."""

    kinds: Kinds
    numbers: Floats
    texts: pa.Array
    text_rows: Integers

    @classmethod
    def of_numbers(cls, numbers: Floats) -> "Column":
        """Return a column of numbers, absent where they are NaN."""
        kinds = np.where(np.isnan(numbers), Kind.ABSENT, Kind.NUMBER).astype(np.uint8)
        return cls(kinds, numbers, pa.array([], pa.string()), np.zeros(0, np.int64))

    @cached_property
    def _decoded(self) -> tuple[Sequence[FeatureValue], Integers]:
        """The distinct texts, and which of them each row of `text_rows` has."""
        encoded = self.texts.dictionary_encode()
        return list(map(decode, encoded.dictionary.to_pylist())), np.asarray(encoded.indices)

    def is_text(self, wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return for each row whether it is one of these texts."""
        found = np.zeros(len(self.kinds), np.bool_)
        if len(self.text_rows):
            distinct, which = self._decoded
            found[self.text_rows] = np.array([each in wanted for each in distinct], np.bool_)[which]
        return found


def columns(features: pa.MapArray, names: Sequence[str]) -> Mapping[str, Column]:
    """Return the named features of all rows.

    Args:
        features: maps of names to stored values; a slice of an array, or a whole one.
        names: as stored, each once.
    """
    offsets = np.asarray(features.offsets)
    keys, stored = (part.slice(offsets[0], offsets[-1] - offsets[0]) for part in (features.keys, features.items))
    places = _places(keys, names)
    rows = np.repeat(np.arange(len(features)), np.diff(offsets))
    is_wanted = places >= 0
    if features.null_count:
        is_wanted &= np.asarray(features.is_valid())[rows]
    if not is_wanted.all():
        rows, places, stored = rows[is_wanted], places[is_wanted], stored.filter(pa.array(is_wanted))
    kinds, numbers = parse(stored)
    of_kind, of_number = _by_name(rows, places, kinds, numbers, (len(features), len(names)))
    texts = np.flatnonzero(kinds == Kind.TEXT)
    found = {}
    for place, name in enumerate(names):
        chosen = texts[places[texts] == place]
        found[name] = Column(of_kind[:, place], of_number[:, place], stored.take(pa.array(chosen)), rows[chosen])
    return found


def _by_name(
    rows: Integers, places: Integers, kinds: Kinds, numbers: Floats, shape: tuple[int, int]
) -> tuple[Kinds, Floats]:
    """Return kinds and numbers as tables, a row for each decision and a column for each name."""
    if _is_regular(rows, places, shape):
        back = np.argsort(places[: shape[1]])
        return kinds.reshape(shape)[:, back], numbers.reshape(shape)[:, back]
    of_kind, of_number = np.zeros(shape, np.uint8), np.full(shape, np.nan)
    of_kind[rows, places], of_number[rows, places] = kinds, numbers
    return of_kind, of_number


def _is_regular(rows: Integers, places: Integers, shape: tuple[int, int]) -> bool:
    """Whether every decision has each name once, in the same order, as decisions of one model usually have."""
    decisions, names = shape
    if len(places) != decisions * names or not decisions:
        return False
    ends = rows[0::names], rows[names - 1 :: names]  # rows are in order
    in_order = places.reshape(shape)
    return bool(
        all((end == np.arange(decisions)).all() for end in ends)
        and (in_order == in_order[0]).all()
        and len(set(in_order[0].tolist())) == names
    )


def _places(keys: pa.Array, names: Sequence[str]) -> Integers:
    """Return the place of each key among the names, -1 for others."""
    wanted = pa.array(names, pa.string())
    if not pa.types.is_dictionary(keys.type):
        return np.asarray(pc.index_in(keys, wanted).fill_null(-1), np.int64)
    by_code = np.asarray(pc.index_in(keys.dictionary, wanted).fill_null(-1), np.int64)
    found: Integers = by_code[np.asarray(keys.indices)]
    return found


def parse(stored: pa.Array) -> tuple[Kinds, Floats]:
    """Return the kind of each stored value and its number: booleans are 0 and 1, others that are no number NaN."""
    kinds = np.full(len(stored), Kind.TEXT, np.uint8)
    numbers = np.full(len(stored), np.nan)
    if stored.null_count:
        kinds[np.asarray(stored.is_null())] = Kind.ABSENT
        stored = stored.fill_null("")
    starts, ends, data = _bytes(stored)
    is_filled = ends > starts
    first = np.zeros(len(stored), np.uint8)
    first[is_filled] = data[starts[is_filled]]
    _parse_numbers(stored, np.flatnonzero(_STARTS_NUMBER[first]), kinds, numbers)
    for text, number in ((_TRUE, 1.0), (_FALSE, 0.0)):
        rows = np.flatnonzero(first == ord(text[0]))
        if len(rows):
            rows = rows[np.asarray(pc.equal(stored.take(pa.array(rows)), text))]
            kinds[rows], numbers[rows] = Kind.BOOLEAN, number
    return kinds, numbers


def _parse_numbers(stored: pa.Array, rows: Integers, kinds: Kinds, numbers: Floats) -> None:
    """Fill in what is a number among the values that start like one."""
    candidates = stored if len(rows) == len(stored) else stored.take(pa.array(rows))
    parsed = _parsed_at_once(candidates)
    if parsed is None:
        is_number = pc.match_substring_regex(candidates, Stored.NUMBER)
        rows = rows[np.asarray(is_number)]
        parsed = np.asarray(candidates.filter(is_number).cast(pa.float64()))
    is_finite = np.isfinite(parsed)
    kinds[rows[is_finite]], numbers[rows[is_finite]] = Kind.NUMBER, parsed[is_finite]


def _parsed_at_once(candidates: pa.Array) -> Floats | None:
    """Return the numbers if all are written as JSON has them, which Arrow's parser alone does not guarantee."""
    try:
        parsed: Floats = np.asarray(candidates.cast(pa.float64()))
    except pa.ArrowInvalid:
        return None
    starts, ends, data = _bytes(candidates)
    if not len(starts):
        return parsed
    starts = starts + (data[starts] == _MINUS)
    first, last = data[starts], data[ends - 1]
    second = data[np.minimum(starts + 1, ends - 1)]
    leads_with_zero = (first == _ZERO) & (second >= _ZERO) & (second <= _NINE) & (ends - starts > 1)
    lacks_digit = (first < _ZERO) | (first > _NINE) | (last == _POINT)
    text = data[starts[0] : ends[-1]]
    exponents = np.flatnonzero((text | _LOWER) == _EXPONENT)
    is_cut_off = text[exponents - 1] == _POINT
    return None if leads_with_zero.any() or lacks_digit.any() or is_cut_off.any() else parsed


def _bytes(texts: pa.Array) -> tuple[Integers, Integers, Kinds]:
    """Return where each text starts and ends, and the bytes of all."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        nowhere = np.zeros(len(texts), np.int64)
        return nowhere, nowhere, np.zeros(0, np.uint8)
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return edges[:-1], edges[1:], np.frombuffer(data, np.uint8)
