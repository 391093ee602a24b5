"""Shares an amount of a group over its rows in proportion, so that the sum is exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal

from shared.records.currencies import minor_places

_WIDE = Context(prec=1_000)
"""More digits than a number has that is shared; plain numbers have exponents of two digits."""


@dataclass(frozen=True)
class Shares:
    """The share of each row, and the reason for each row that has none though its group has an amount."""

    shares: dict[int, Decimal] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def allocate(
    groups: Sequence[range],
    amounts: Mapping[int, Decimal],
    weights: Mapping[int, Decimal],
    currencies: Sequence[str | None],
) -> Shares:
    """Share the amount of each group in proportion to the weights of its rows, by largest remainder.

    The amount is on the first row of its group, or equal on all of its rows. Shares are whole units of the currency's
    minor unit, or of a smaller one if the amount itself has more decimal places. Of equal remainders that of the
    earlier row comes first. If all weights are zero, all rows share alike. Weights of both signs (sales and returns in
    one order) are a fault, because it is not certain which of them the amount is about.

    Args:
        groups: the rows of each group that has an amount.
        amounts: the amount by row.
        weights: the weight by row.
        currencies: the currency of each row; None means two decimal places.
    """
    found = Shares()
    for rows in groups:
        without = [row for row in rows if row not in weights]
        fault = _fault_of(rows, amounts, weights, currencies)
        if without:
            found.faults.update(dict.fromkeys(without, "has no number to allocate by"))
        elif fault:
            found.faults.update(dict.fromkeys(rows, fault))
        else:
            places = minor_places(currencies[rows[0]] or "")
            found.shares.update(
                zip(rows, divide(amounts[rows[0]], [weights[row] for row in rows], places), strict=True)
            )
    return found


def _fault_of(
    rows: range,
    amounts: Mapping[int, Decimal],
    weights: Mapping[int, Decimal],
    currencies: Sequence[str | None],
) -> str:
    given = [row for row in rows if row in amounts]
    if len({amounts[row] for row in given}) > 1:
        return "belongs to a group with different amounts"
    if given != [rows[0]] and given != list(rows):
        return "belongs to a group whose amount is neither on its first row only nor on all of its rows"
    if len({currencies[row] for row in rows}) > 1:
        return "belongs to a group with several currencies"
    signs = {weights[row] > 0 for row in rows if weights.get(row)}
    return "belongs to a group with both sales and returns" if len(signs) > 1 else ""


def divide(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """Divide an amount in proportion to weights of one sign; the sum of the parts is the amount."""
    written = -int(amount.as_tuple().exponent)
    places = max(places, written)
    units = _units(amount, places)
    finest = max(0, *(-int(weight.as_tuple().exponent) for weight in weights))
    whole = [_units(weight, finest) for weight in weights]
    if not any(whole):
        whole = [1] * len(whole)
    total = sum(whole)
    parts = [units * each // total for each in whole]
    left = units - sum(parts)
    order = sorted(range(len(whole)), key=lambda row: -(units * whole[row] % total))
    for row in order[:left]:
        parts[row] += 1
    sign = -1 if amount < 0 else 1
    return [Decimal(f"{sign * part}E{-places}") for part in parts]


def _units(number: Decimal, places: int) -> int:
    """Return the size of a number in units of its last of so many decimal places, however many digits that has."""
    return abs(int(number.scaleb(places, _WIDE)))
