"""The query parameters and the request body of the drift routes."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from shared.decisions.parameters import FraudRangeQuery
from shared.drift.question import NO_MODEL, DriftQuestion
from shared.metrics.split import Interval
from shared.records.value_schemas import EARLIEST
from shared.runtime.errors import FieldError
from shared.runtime.models import CamelModel, Timestamp
from shared.runtime.paging import LARGEST_LIMIT, LARGEST_OFFSET
from shared.runtime.query import Query
from shared.runtime.query_fields import WholeNumber, trimmed

LONGEST_RANGE = timedelta(days=366)
LONGEST_NAME = 4096
_MODEL = f"Version of the model; `{NO_MODEL}` for decisions without one."
_TOO_EARLY = f"must not be before {EARLIEST:%Y-%m-%d}, as records are not"
_TOO_LONG = f"the range must not be longer than {LONGEST_RANGE.days} days"


def _names(values: Sequence[Any]) -> tuple[str, ...]:
    """Read names separated by commas; a name with commas or quotes is in quotes, as in CSV."""
    if not all(isinstance(value, str) for value in values):
        raise ValueError("must be names separated by commas")
    try:
        rows = list(csv.reader([value.replace("\n", " ").replace("\r", " ") for value in values], strict=True))
    except csv.Error:
        raise ValueError("must be names separated by commas; a name with commas is in quotes") from None
    names = [name for row in rows for name in row]
    if not names or not all(0 < len(name) <= LONGEST_NAME for name in names):
        raise ValueError("must be names separated by commas, none of which is empty")
    return tuple(dict.fromkeys(names))


_Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": "string"}),
]
_Model = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), trimmed]


class DriftQuery(FraudRangeQuery):
    """The features and the range of a question about drift."""

    feature_names: _Names = Field(
        default=(),
        alias="featureNames",
        description="Comma-separated names of features (default: all). A name with a comma is in double quotes. The "
        "decision's own fields are `score` and `amount`; features with these names have `features.` before them.",
        examples=["transaction_amount,score"],
    )
    model_version: _Model | None = Field(
        default=None,
        alias="modelVersion",
        description=f"Added: {_MODEL} Default: the version with most decisions of the range, which the answer names.",
        examples=["fraud-2025-10"],
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range and the time up to which decisions count."""
        yield from super().contradictions(valid, now)
        start, end, as_of = (valid.get(name) for name in ("start", "end", "as_of"))
        if start and end and end - start > LONGEST_RANGE:
            yield FieldError("endDate", _TOO_LONG, end)
        if start and start < EARLIEST:
            yield FieldError("startDate", _TOO_EARLY, start)
        if start and as_of and as_of < start:
            yield FieldError("asOf", "must not be before startDate", as_of)

    @property
    def question(self) -> DriftQuestion:
        """Return the parameters as a question."""
        return DriftQuestion(
            start=self.start,
            end=self.end,
            as_of=self.as_of,
            model_version=self.model_version,
            feature_names=self.feature_names,
        )


class BaselinesQuery(Query):
    """A page of baselines."""

    model_version: _Model | None = Field(default=None, alias="modelVersion", description=f"Only this version. {_MODEL}")
    limit: Annotated[int, WholeNumber(1, LARGEST_LIMIT)] = Field(
        default=50, description="Maximum number of items to return."
    )
    offset: Annotated[int, WholeNumber(0, LARGEST_OFFSET)] = Field(
        default=0, description="Number of items to skip. The oldest baseline comes first."
    )


class BaselineRequest(CamelModel):
    """The decisions to freeze as the baseline of a model version."""

    model_config = ConfigDict(extra="forbid")

    start_date: Timestamp = Field(
        description="Start of the range, inclusive; a bare date is midnight UTC.", examples=["2025-02-01T00:00:00Z"]
    )
    end_date: Timestamp = Field(
        description=f"End of the range, exclusive, at most {LONGEST_RANGE.days} days after its start.",
        examples=["2025-02-15T00:00:00Z"],
    )
    model_version: _Model = Field(description=_MODEL, examples=["fraud-2025-10"])

    @model_validator(mode="after")
    def _check_range(self) -> "BaselineRequest":
        if self.start_date >= self.end_date:
            raise ValueError("endDate must be after startDate")
        if self.end_date - self.start_date > LONGEST_RANGE:
            raise ValueError(_TOO_LONG)
        if self.start_date < EARLIEST:
            raise ValueError(f"startDate {_TOO_EARLY}")
        return self

    @property
    def range(self) -> Interval:
        """The range as an interval."""
        return Interval(self.start_date, self.end_date)
