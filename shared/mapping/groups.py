"""What rows of one group share, such as the lines of an order: cells to fill down and amounts to allocate."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.runtime.models import Model

Column = Annotated[str, Field(min_length=1, max_length=200)]

LINE_AMOUNT = "amount"
"""In an allocation, the amount of the record: quantity x unit price."""


class FillDown(Model):
    """Blank cells that take the value of the first row of their group: consecutive rows with one value in a column."""

    model_config = ConfigDict(extra="forbid")

    within: Column = Field(description="Source column that tells the groups apart, e.g. the order number.")
    columns: list[Column] = Field(min_length=1, max_length=200, description="Source columns to fill.")


class Allocation(Model):
    """An amount of a group that is shared over its records in proportion, to the cent, so that the sum is exact."""

    model_config = ConfigDict(extra="forbid")

    within: Column = Field(description="Source column that tells the groups apart, e.g. the order number.")
    column: Column = Field(description="Source column with the group's amount, on its first row or on all.")
    to: Column = Field(description="Field that receives each record's share, e.g. `discount`.")
    by: Column = Field(
        default=LINE_AMOUNT,
        description="What shares are proportional to: a field or source column; `amount` is quantity x unit price.",
    )
