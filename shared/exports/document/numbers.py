"""Numbers as documents show them."""

import math

_DIGITS = 4
_LARGE = 1000


def in_words(value: float | None) -> str:
    """Return a number with thousands separators and at most four decimals; small ones with four significant digits."""
    if value is None:
        return "-"
    if isinstance(value, int) or float(value).is_integer():
        return f"{value:,.0f}"
    if abs(value) >= _LARGE:
        return f"{value:,.2f}"
    places = _DIGITS if abs(value) >= 10**-_DIGITS * 1000 else _DIGITS - 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{places}f}".rstrip("0")
