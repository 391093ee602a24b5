"""Exact decimals: numbers as text without a declared number format, and numbers with a fixed number of places."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow

MOST_DIGITS = 76
"""Maximum number of digits of a computed number: that of Arrow's widest decimals."""

EXACT = Context(prec=MOST_DIGITS, Emax=MOST_DIGITS - 1, traps=[Inexact, InvalidOperation, Overflow])
"""Arithmetic that raises an error instead of rounding."""

_ROOMY = Context(prec=400)
_FLOAT = Context(prec=15)

LONGEST_NUMBER = 60
"""Characters. Longer text is not read as a number."""

PLAIN_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?"
"""`12`, `-1240.5`, `.99`, `10.`, `+5`, `1e3`: no thousands separators, symbols or blanks."""

_PLAIN_NUMBER = re.compile(PLAIN_NUMBER, re.ASCII)


def plain_decimal(text: str) -> Decimal | None:
    """Read a plain number exactly; None if the text is anything else, or the number has too many digits."""
    if len(text) > LONGEST_NUMBER or not _PLAIN_NUMBER.fullmatch(text):
        return None
    try:
        return EXACT.create_decimal(text)
    except DecimalException:
        return None


def decimal_text(number: Decimal) -> str:
    """Write a number that `EXACT` computed in full, without an exponent or trailing zeros."""
    return format(EXACT.normalize(number), "f") if number else "0"


def without_noise(number: Decimal, places: int) -> Decimal | None:
    """Return a number with at most so many decimal places; None if that would lose more than the noise of floats.

    Sums of binary floats are written as 0.30000000000000004. A number is taken as noise and cut if its first 15
    significant digits, which any float keeps, have no further places.
    """
    kept = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _ROOMY)
    return kept if kept in (number, _FLOAT.plus(number)) else None
