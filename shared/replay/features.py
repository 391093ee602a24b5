"""Features of a slice as columns, decoded from how decisions store them: `shared.records.features` for many rows."""

from collections.abc import Callable, Mapping, Sequence
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
    columns_of = _by_name(rows, places, kinds, numbers, (len(features), len(names)))
    texts = np.flatnonzero(kinds == Kind.TEXT)
    found = {}
    for place, name in enumerate(names):
        chosen = texts[places[texts] == place]
        found[name] = Column(*columns_of(place), stored.take(pa.array(chosen)), rows[chosen])
    return found


def _by_name(
    rows: Integers, places: Integers, kinds: Kinds, numbers: Floats, shape: tuple[int, int]
) -> Callable[[int], tuple[Kinds, Floats]]:
    """Return what gives the kinds and numbers of all rows for the place of a name."""
    if _is_regular(rows, places, shape):
        back = np.argsort(places[: shape[1]])
        return lambda place: (kinds[back[place] :: shape[1]], numbers[back[place] :: shape[1]])
    of_kind, of_number = np.zeros(shape[::-1], np.uint8), np.full(shape[::-1], np.nan)
    of_kind[places, rows], of_number[places, rows] = kinds, numbers
    return lambda place: (of_kind[place], of_number[place])


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
    first = np.where(ends > starts, data.take(starts, mode="clip"), 0) if len(data) else np.zeros(len(stored), np.uint8)
    starts_number = _STARTS_NUMBER[first]
    if starts_number.all():
        parsed = _parsed_at_once(stored)
        if parsed is not None and np.isfinite(parsed).all():
            kinds[:] = Kind.NUMBER
            return kinds, parsed
    _parse_numbers(stored, np.flatnonzero(starts_number), kinds, numbers)
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
    return parsed if _is_json(*_bytes(candidates)) else None


def _is_json(starts: Integers, ends: Integers, data: Kinds) -> bool:
    """Whether numbers that Arrow can read, and that start with a digit or a minus, are written as JSON has them."""
    if not len(starts):
        return True
    first = data[starts]
    rows = np.flatnonzero((first == _ZERO) | (first == _MINUS))
    lead, end = starts[rows] + (first[rows] == _MINUS), ends[rows]
    digit, second = data[lead], data[np.minimum(lead + 1, end - 1)]
    has_zero_before = (digit == _ZERO) & (second >= _ZERO) & (second <= _NINE) & (end - lead > 1)
    lacks_digit = (digit < _ZERO) | (digit > _NINE)
    text = data[starts[0] : ends[-1]].tobytes()
    return not (
        has_zero_before.any() or lacks_digit.any() or (data[ends - 1] == _POINT).any() or b".e" in text or b".E" in text
    )


def _bytes(texts: pa.Array) -> tuple[Integers, Integers, Kinds]:
    """Return where each text starts and ends, and the bytes of all."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        nowhere = np.zeros(len(texts), np.int64)
        return nowhere, nowhere, np.zeros(0, np.uint8)
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return edges[:-1], edges[1:], np.frombuffer(data, np.uint8)
