"""Texts of a slice as whole numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

UNKNOWN = -1


def codes_of(column: pa.DictionaryArray, codes: Mapping[str | None, int]) -> npt.NDArray[np.int64]:
    """Return the code of each value, `UNKNOWN` for one without a code; None stands for null."""
    of_values = [codes.get(value, UNKNOWN) for value in (*column.dictionary.to_pylist(), None)]
    return np.array(of_values, np.int64)[_places(column)]


def distinct(column: pa.DictionaryArray) -> Sequence[str | None]:
    """Return the values that occur, each once; None for null."""
    values = [*column.dictionary.to_pylist(), None]
    counted = np.bincount(_places(column), minlength=len(values))
    return [values[place] for place in np.flatnonzero(counted)]


def _places(column: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    """Return the place of each value in the dictionary; that after the last one for null."""
    places = column.indices
    return np.asarray(places.fill_null(len(column.dictionary)) if places.null_count else places)
