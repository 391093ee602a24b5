"""Exact sums of numbers and amounts by group: integers whatever the order, so that slices add up to the same bits.

An amount is a whole number of 10^-10 units of the reporting currency, below 2^127. Sums are kept in three limbs of 48
bits (the last one has the rest) and computed from digits of 24 bits: as float64, sums of up to 2^26 digits times a
weight of at most 8 are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shared.fraud.counts import Cell
from shared.replay.facts import AMOUNT_PLACES, words_of

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DIGIT_BITS, LIMB_BITS = 24, 48
LIMBS = 3
_DIGITS = LIMBS * LIMB_BITS // DIGIT_BITS
_DIGIT = 2**DIGIT_BITS - 1
_WORD_BITS = 64


@dataclass(frozen=True, eq=False)
class Tally:
    """Numbers of decisions and their amounts, in arrays of any one shape; limbs are the last axis of amounts."""

    counts: Integers
    limbs: Integers

    @classmethod
    def zeros(cls, *shape: int) -> "Tally":
        """Return a tally of nothing."""
        return cls(np.zeros(shape, np.int64), np.zeros((*shape, LIMBS), np.int64))

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together; shapes are equal."""
        return Tally(self.counts + other.counts, _carried(self.limbs + other.limbs, LIMB_BITS))

    def __eq__(self, other: object) -> bool:
        """Whether all numbers and amounts are equal."""
        return (
            isinstance(other, Tally)
            and np.array_equal(self.counts, other.counts)
            and np.array_equal(self.limbs, other.limbs)
        )

    __hash__ = None  # type: ignore[assignment] # arrays have none

    def over(self, *axes: int) -> "Tally":
        """Return the sums over some axes, which are counted from the first."""
        return Tally(self.counts.sum(axis=axes), _carried(self.limbs.sum(axis=axes), LIMB_BITS))

    def reshaped(self, *shape: int) -> "Tally":
        """Return the same in another shape."""
        return Tally(self.counts.reshape(shape), self.limbs.reshape(*shape, LIMBS))

    def at(self, index: int | slice) -> "Tally":
        """Return the part at an index of the first axis."""
        return Tally(self.counts[index], self.limbs[index])

    def cell(self, *index: int) -> Cell:
        """Return one number and its amount."""
        return Cell(int(self.counts[index]), _amount(self.limbs[index]))


@dataclass(frozen=True)
class Amounts:
    """The amounts of rows, as digits of 24 bits, the lowest first; 0 where there is none."""

    digits: tuple[Floats, ...]
    missing: int

    def take(self, rows: npt.NDArray[np.intp]) -> "Amounts":
        """Return the amounts of some rows."""
        return Amounts(tuple(digit[rows] for digit in self.digits), 0)


def amounts_of(column: pa.Array) -> Amounts:
    """Read amounts; only as many digits as the largest one has.

    Args:
        column: decimal128 with 10 places, none of them negative.
    """
    words = words_of(column)
    low, high = words[:, 0], words[:, 1]
    used = int(np.bitwise_or.reduce(high)) << _WORD_BITS | int(np.bitwise_or.reduce(low))
    needed = -(-used.bit_length() // DIGIT_BITS)
    return Amounts(tuple(_digit(low, high, place) for place in range(needed)), column.null_count)


def _digit(low: npt.NDArray[np.uint64], high: npt.NDArray[np.uint64], place: int) -> Floats:
    shift = place * DIGIT_BITS
    if shift >= _WORD_BITS:
        return _as_floats(high >> np.uint64(shift - _WORD_BITS))
    part = low >> np.uint64(shift)
    if shift + DIGIT_BITS > _WORD_BITS:
        part = part | (high << np.uint64(_WORD_BITS - shift))
    return _as_floats(part)


def _as_floats(part: npt.NDArray[np.uint64]) -> Floats:
    return (part & np.uint64(_DIGIT)).astype(np.int64).astype(np.float64)


class Sums:
    """Adds up numbers and amounts by group, some rows at a time; at most 2^26 rows in all."""

    def __init__(self, groups: int) -> None:
        self._counts = np.zeros(groups, np.int64)
        self._digits: list[Floats] = []

    def add(self, groups: npt.NDArray[np.integer], amounts: Amounts) -> None:
        """Add rows.

        Args:
            groups: the group of each row, counted from 0.
            amounts: of the same rows.
        """
        size = len(self._counts)
        self._counts += np.bincount(groups, minlength=size)
        for place, digit in enumerate(amounts.digits):
            if place == len(self._digits):
                self._digits.append(np.zeros(size))
            self._digits[place] += np.bincount(groups, digit, size)

    def tally(self, *shape: int) -> Tally:
        """Return the sums, in a shape with as many places as there are groups."""
        return Tally(self._counts, limbs_of(self._digits, self._counts.shape)).reshaped(*shape)


def limbs_of(digits: Sequence[Floats], shape: tuple[int, ...]) -> Integers:
    """Return amounts from the sums of their digits, each an exact whole number below 2^53."""
    sums = np.zeros((*shape, _DIGITS), np.int64)
    for place, each in enumerate(digits):
        sums[..., place] = each
    carried = _carried(sums, DIGIT_BITS)
    return carried[..., 0::2] + (carried[..., 1::2] << DIGIT_BITS)


def _carried(parts: Integers, bits: int) -> Integers:
    """Carry what exceeds the bits of a part into the next one, so that equal amounts have equal parts."""
    carried = parts.copy()
    for place in range(parts.shape[-1] - 1):
        carried[..., place + 1] += carried[..., place] >> bits
        carried[..., place] &= (1 << bits) - 1
    return carried


def _amount(limbs: Integers) -> Decimal:
    whole = sum(int(limb) << (LIMB_BITS * place) for place, limb in enumerate(limbs))
    return Decimal(whole).scaleb(-AMOUNT_PLACES)
