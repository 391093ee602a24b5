"""How a source writes numbers and amounts of money."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from shared.runtime.models import Model

SPACES = " \u00a0\u2007\u2009\u202f"
"""Spaces that separate thousands: plain, non-breaking, figure, thin and narrow non-breaking. Each stands for all."""

APOSTROPHES = "'\u2019"
MINUS = "\u2212"
"""The minus sign of Unicode, which stands for the hyphen."""

_NEVER_IN_SYMBOLS = frozenset("0123456789.,()+-%" + MINUS + APOSTROPHES)


def _symbol(text: str) -> str:
    symbol = text.strip()
    if not symbol or _NEVER_IN_SYMBOLS & set(symbol):
        raise ValueError("must be a currency symbol or unit without digits, signs or separators, e.g. $ or USD")
    return symbol


def _thousands(text: str) -> str:
    if text not in ("", ",", ".", *APOSTROPHES, *SPACES):
        raise ValueError("must be , . ' or a space, or empty for none")
    return text


_Symbol = Annotated[str, Field(min_length=1, max_length=10), AfterValidator(_symbol)]


class NumberFormat(Model):
    """How a source writes numbers. Without one, only plain numbers such as `-1240.5` or `1e3` are read.

    Thousands are grouped by three digits (1,240,000), or as in India (12,40,000). A minus sign may be before or after
    the number and its symbol. Text that has several readings, such as `1,24` with `,` for thousands, is rejected.
    """

    model_config = ConfigDict(extra="forbid")

    decimal: Annotated[str, Field(pattern=r"^[.,]$")] = Field(default=".", description="Decimal separator.")
    thousands: Annotated[str, Field(max_length=1), AfterValidator(_thousands)] = Field(
        default="", description="Thousands separator: `,` `.` `'` or a space (also a non-breaking one); empty for none."
    )
    symbols: list[_Symbol] = Field(
        default_factory=list, max_length=20, description="Texts before or after the number to remove, e.g. `$`, `USD`."
    )
    negative_in_parentheses: StrictBool = Field(default=False, description="Whether `(40.00)` means -40.")
    percent: StrictBool = Field(
        default=False, description="Whether `20%` means 0.2. A number without `%` is then rejected, except 0."
    )
    minor_units: StrictBool = Field(
        default=False,
        description="Whether amounts are in the currency's minor unit, e.g. cents: 1240 means 12.40. Only whole "
        "numbers are read.",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must be different separators")
        if self.percent and self.minor_units:
            raise ValueError("percent and minor_units must not both be true")
        return self
