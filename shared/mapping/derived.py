"""Further records that a source row implies, such as the return that a refund column means."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from shared.mapping.expressions import parse, parse_condition
from shared.runtime.models import Model

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Text = Annotated[str, Field(max_length=500)]


def _condition(text: str) -> str:
    return parse_condition(text).text


def _expression(text: str) -> str:
    return parse(text).text


class DerivedRecord(Model):
    """A further record for each row that meets a condition: the row's own record with some fields replaced."""

    model_config = ConfigDict(extra="forbid")

    when: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_condition)] = Field(
        description="Condition over source columns, e.g. `refunded_amount > 0`."
    )
    template: dict[_Name, _Text] = Field(
        min_length=1,
        max_length=200,
        description="Field → text with source columns in braces, as in `templates`. It must set the key.",
    )
    expressions: dict[_Name, Annotated[_Text, AfterValidator(_expression)]] = Field(
        default_factory=dict, max_length=200, description="Field → expression over source columns, as in `expressions`."
    )
    omit: list[_Name] = Field(
        default_factory=list, max_length=200, description="Fields of the row's own record that the derived one lacks."
    )
