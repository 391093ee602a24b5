"""Texts of a slice as whole numbers."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

UNKNOWN = -1

_Integer = TypeVar("_Integer", np.int8, np.int64)


def codes_of(
    column: pa.DictionaryArray, codes: Mapping[str | None, int], dtype: type[_Integer]
) -> npt.NDArray[_Integer]:
    """Return the code of each value, `UNKNOWN` for one without a code; None stands for null."""
    of_values = np.array([codes.get(value, UNKNOWN) for value in (*column.dictionary.to_pylist(), None)], dtype)
    return of_values.take(places(column), mode="clip")  # clipping is faster than refusing, and never necessary


def places(column: pa.DictionaryArray) -> npt.NDArray[np.integer]:
    """Return the place of each value in the dictionary; that after the last one for null."""
    found = column.indices
    return np.asarray(found.fill_null(len(column.dictionary)) if found.null_count else found)


def with_few_values(column: pa.DictionaryArray, most: int) -> pa.DictionaryArray:
    """Return a column whose dictionary has at most so many values, or only those that occur."""
    return column if len(column.dictionary) <= most else column.dictionary_decode().dictionary_encode()
