"""How an amount that was refunded for an order as a whole is split, where the export does not say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from tests.oracles.exports.sheet import Line

NONE = Fraction(0)


class Split(NamedTuple):
    """What was refunded of goods, of tax and of shipping, in cents."""

    goods: Fraction
    tax: Fraction
    shipping: Fraction


def split(
    refunded: Fraction,
    *,
    goods: Fraction,
    goods_tax: Fraction,
    shipping: Fraction = NONE,
    shipping_tax: Fraction = NONE,
) -> Split:
    """Refund goods with their tax first, in the proportion of the order, and shipping with what is left."""
    rest = refunded - goods - goods_tax
    if rest < 0:
        part = cents(refunded * goods / (goods + goods_tax))
        return Split(part, refunded - part, NONE)
    of_shipping = cents(rest * shipping / (shipping + shipping_tax)) if shipping else rest
    return Split(goods, goods_tax + rest - of_shipping, of_shipping)


def cents(amount: Fraction) -> Fraction:
    """Round to cents, half to even."""
    return round(amount * 100) / Fraction(100)


def all_back(sold: Sequence[Line], back: Split) -> Iterator[Line]:
    """Return every line of an order; tax and shipping are those of the order, here on its first line."""
    for number, line in enumerate(sold):
        tax, shipping = (back.tax, back.shipping) if number == 0 else (NONE, NONE)
        yield replace(line, units=-line.units, net=-line.net, tax=-tax, shipping=-shipping)


def unspecified(line: Line, back: Split) -> Line:
    """Return a refund of part of an order, whose items are not known."""
    return replace(line, product="refund", units=Fraction(-1), net=-back.goods, tax=-back.tax, shipping=-back.shipping)
