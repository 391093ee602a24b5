"""Shares the amounts of all groups of a part at once, in whole numbers of 64 bits; rare cases are left to others."""

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.groups import Groups

_NUMBER = r"^(?P<whole>[0-9]{1,12})(?:\.(?P<fraction>[0-9]{0,6}))?$"
_FINEST = 6
_MOST = 2**62
"""Half of what 64 bits hold, for products and sums."""


def common_shares(
    amounts: pa.StringArray, weights: Sequence[pa.StringArray], groups: Groups, places: int
) -> pa.StringArray | None:
    """Share the amount of each group in proportion to the weights of its rows, by largest remainder.

    The result is that of `allocation.allocate`, which also explains what cannot be shared.

    Args:
        amounts: the amount of each group, on its first row; null in groups without one.
        weights: columns whose product is the weight of a row.
        groups: the groups.
        places: the decimal places of shares.

    Returns:
        The share of each row as text, null in groups without an amount. None if some group is not of the common kind:
        amounts on first rows only, plain numbers without sign of moderate size, and weights that are not all zero.
    """
    has_amount = pc.is_valid(amounts)
    firsts = has_amount.take(groups.firsts)
    if pc.sum(has_amount).as_py() != pc.sum(firsts).as_py():
        return None
    concerned = firsts.take(groups.numbers)
    units = _whole_numbers([amounts.filter(has_amount)], places)
    sizes = _whole_numbers([each.filter(concerned) for each in weights], None)
    if units is None or sizes is None or not _fits(units, sizes):
        return None
    group = groups.numbers.filter(concerned).dictionary_encode().indices
    parts = _divide(units, sizes, group)
    if parts is None:
        return None
    texts = pc.multiply(parts.cast(pa.decimal128(19, 0)), _unit(places)).cast(pa.string())
    place = pc.subtract(pc.cumulative_sum(concerned.cast(pa.int64())), 1)
    return texts.take(pc.if_else(concerned, place, pa.scalar(None, pa.int64())))


def _divide(units: pa.Int64Array, sizes: pa.Int64Array, group: pa.Int32Array) -> pa.Int64Array | None:
    """Divide the units of each group; None if a group has only weights of zero."""
    totals = _sums(sizes, group)
    if pc.min(totals).as_py() == 0:
        return None
    total = totals.take(group)
    products = pc.multiply(units.take(group), sizes)
    parts = pc.divide(products, total)
    remainders = pc.subtract(products, pc.multiply(parts, total))
    left = pc.subtract(units, _sums(parts, group))
    # Sorting keeps groups where they are and, as it is stable, earlier rows before later ones with equal remainders.
    order = pc.sort_indices(
        pa.table({"group": group, "remainder": remainders}),
        sort_keys=[("group", "ascending"), ("remainder", "descending")],
    )
    row = pa.array(range(len(group)), pa.int64())
    begins = pc.not_equal(group.slice(1), group.slice(0, len(group) - 1))
    first = pc.indices_nonzero(pa.concat_arrays([pa.array([True]), begins])).cast(pa.int64())
    rank = pc.subtract(row, first.take(group))
    more = pc.less(rank, left.take(group)).cast(pa.int64())
    return pc.add(parts, more.take(pc.sort_indices(order)))


def _sums(values: pa.Int64Array, group: pa.Int32Array) -> pa.Int64Array:
    table = pa.table({"group": group, "value": values})
    found = table.group_by("group", use_threads=False).aggregate([("value", "sum")])
    return found["value_sum"].combine_chunks()  # groups are in the order of their first rows


def _fits(units: pa.Int64Array, sizes: pa.Int64Array) -> bool:
    largest = pc.max(sizes).as_py()
    return bool(max(pc.max(units).as_py(), len(sizes)) * largest < _MOST)


def _whole_numbers(columns: Sequence[pa.StringArray], places: int | None) -> pa.Int64Array | None:
    """Return the product of columns in units of their last decimal place; None if some are not of the common kind.

    Args:
        columns: plain numbers as text.
        places: the decimal places of a unit; None for as many as the numbers have.
    """
    product = None
    for texts in columns:
        found = pc.extract_regex(texts, pattern=_NUMBER)
        if not len(found) or found.null_count:
            return None
        whole, fraction = (pc.struct_field(found, name) for name in ("whole", "fraction"))
        most = pc.max(pc.utf8_length(fraction)).as_py()
        if most > (_FINEST if places is None else places):
            return None
        padded = pc.utf8_rpad(fraction, width=most if places is None else places, padding="0")
        numbers = pc.binary_join_element_wise(whole, padded, "").cast(pa.int64())
        if product is None:
            product = numbers
        elif pc.max(product).as_py() * pc.max(numbers).as_py() < _MOST:
            product = pc.multiply(product, numbers)
        else:
            return None
    return product


def _unit(places: int) -> pa.Scalar:
    return pa.scalar(Decimal(1).scaleb(-places))
