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
_DIGITS = "0123456789"
_ZERO, _POINT, _MINUS = (ord(each) for each in "0.-")


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
    if not pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_encode()
    sizes = np.diff(offsets)
    common = None if features.null_count else _common_keys(keys, sizes)
    if common is not None:
        return _strided(common, stored, names)
    rows = np.repeat(np.arange(len(features)), sizes)
    is_known = np.asarray(features.is_valid())
    return _scattered(keys, stored, names, rows, is_known)


def _common_keys(keys: pa.DictionaryArray, sizes: Integers) -> Sequence[str] | None:
    """Return the keys of every map if all have the same in the same order, as decisions of one model usually have."""
    size = sizes[0] if len(sizes) else 0
    if not size or (sizes != size).any():
        return None
    codes = np.asarray(keys.indices).reshape(-1, size)
    if (codes != codes[0]).any():
        return None
    common: Sequence[str] = keys.dictionary.take(pa.array(codes[0])).to_pylist()
    return common if len(set(common)) == size else None


def _strided(common: Sequence[str], stored: pa.Array, names: Sequence[str]) -> Mapping[str, Column]:
    """Return features of maps with common keys: each is in every so many values."""
    rows = len(stored) // len(common)
    wanted = np.flatnonzero([key in names for key in common])
    if len(wanted) < len(common):
        stored = stored.take(pa.array(np.add.outer(np.arange(rows) * len(common), wanted).ravel()))
    kinds, numbers = parse(stored)
    has_texts, width = (kinds == Kind.TEXT).any(), len(wanted)
    found = {name: Column.of_numbers(np.full(rows, np.nan)) for name in names if name not in common}
    for place, of_common in enumerate(wanted.tolist()):
        mine = kinds[place::width]
        texts = np.flatnonzero(mine == Kind.TEXT) if has_texts else np.zeros(0, np.int64)
        found[common[of_common]] = Column(mine, numbers[place::width], _taken(stored, texts * width + place), texts)
    return found


def _scattered(
    keys: pa.DictionaryArray, stored: pa.Array, names: Sequence[str], rows: Integers, is_known: npt.NDArray[np.bool_]
) -> Mapping[str, Column]:
    """Return features of any maps; `rows` are those of the keys."""
    of_keys = np.asarray(pc.index_in(keys.dictionary, pa.array(names, pa.string())).fill_null(-1), np.int64)
    places = of_keys[np.asarray(keys.indices)]
    is_wanted = (places >= 0) & is_known[rows]
    rows, places, stored = rows[is_wanted], places[is_wanted], stored.filter(pa.array(is_wanted))
    kinds, numbers = parse(stored)
    shape = (len(names), len(is_known))
    of_kind, of_number = np.zeros(shape, np.uint8), np.full(shape, np.nan)
    of_kind[places, rows], of_number[places, rows] = kinds, numbers
    texts = np.flatnonzero(kinds == Kind.TEXT)
    found = {}
    for place, name in enumerate(names):
        mine = texts[places[texts] == place]
        found[name] = Column(of_kind[place], of_number[place], _taken(stored, mine), rows[mine])
    return found


def _taken(stored: pa.Array, rows: Integers) -> pa.Array:
    """Return the values at some places; mostly there are none, and `take` is slow to find that out."""
    return stored.take(pa.array(rows)) if len(rows) else stored.slice(0, 0)


def parse(stored: pa.Array) -> tuple[Kinds, Floats]:
    """Return the kind of each stored value and its number: booleans are 0 and 1, others that are no number NaN."""
    parsed = None if stored.null_count else _parsed_at_once(stored)
    if parsed is not None:
        return np.full(len(stored), Kind.NUMBER, np.uint8), parsed
    kinds = np.full(len(stored), Kind.TEXT, np.uint8)
    numbers = np.full(len(stored), np.nan)
    if stored.null_count:
        kinds[np.asarray(stored.is_null())] = Kind.ABSENT
        stored = stored.fill_null("")
    starts, ends, data = _bytes(stored)
    first = np.where(ends > starts, data.take(starts, mode="clip"), 0) if len(data) else np.zeros(len(stored), np.uint8)
    _parse_numbers(stored, np.flatnonzero(_is_digit(first) | (first == _MINUS)), kinds, numbers)
    for text, number in ((_TRUE, 1.0), (_FALSE, 0.0)):
        rows = np.flatnonzero(first == ord(text[0]))
        if len(rows):
            rows = rows[np.asarray(pc.equal(stored.take(pa.array(rows)), text))]
            kinds[rows], numbers[rows] = Kind.BOOLEAN, number
    return kinds, numbers


def _parse_numbers(stored: pa.Array, rows: Integers, kinds: Kinds, numbers: Floats) -> None:
    """Fill in what is a number among the values that start like one."""
    candidates = _taken(stored, rows)
    parsed = _parsed_at_once(candidates)
    if parsed is None:
        is_number = pc.match_substring_regex(candidates, Stored.NUMBER)
        rows = rows[np.asarray(is_number)]
        parsed = np.asarray(candidates.filter(is_number).cast(pa.float64()))
    is_finite = np.isfinite(parsed)
    kinds[rows[is_finite]], numbers[rows[is_finite]] = Kind.NUMBER, parsed[is_finite]


def _parsed_at_once(stored: pa.Array) -> Floats | None:
    """Return the numbers if all values are finite ones, written as JSON has them."""
    if not _may_be_json(*_bytes(stored)):
        return None
    try:
        parsed: Floats = np.asarray(stored.cast(pa.float64()))
    except pa.ArrowInvalid:
        return None
    return parsed if np.isfinite(parsed).all() else None


def _may_be_json(starts: Integers, ends: Integers, data: Kinds) -> bool:
    """Whether texts are numbers as JSON has them, provided that Arrow, which reads more forms, can read them."""
    if not len(data):
        return not len(starts)
    starts = starts + (data.take(starts, mode="clip") == _MINUS)
    first, second, last = (data.take(at, mode="clip") for at in (starts, starts + 1, ends - 1))
    has_zero_before = (first == _ZERO) & _is_digit(second) & (ends - starts > 1)
    if (has_zero_before | ~_is_digit(first) | (last == _POINT) | (ends <= starts)).any():
        return False
    text = data[starts[0] : ends[-1]].tobytes()
    return not any(each in text and b"." + each in text for each in (b"e", b"E"))  # looking for one byte is fast


def _is_digit(characters: Kinds) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = characters - np.uint8(_ZERO) < len(_DIGITS)  # those before zero wrap around
    return found


def _bytes(texts: pa.Array) -> tuple[Integers, Integers, Kinds]:
    """Return where each text starts and ends, and the bytes of all."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        nowhere = np.zeros(len(texts), np.int64)
        return nowhere, nowhere, np.zeros(0, np.uint8)
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return edges[:-1], edges[1:], np.frombuffer(data, np.uint8)
