"""The query parameters of explanations."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.decisions.parameters import FraudQuery
from shared.explanations.question import DEFAULT_LIMIT, MOST_DRIVERS, DriverQuestion
from shared.fraud.cohort_ids import CohortId
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.query_fields import Moment, WholeNumber


class ExplanationQuery(FraudQuery):
    """The time up to which decisions count; explanations do not depend on labels."""

    as_of: Moment | None = Field(
        default=None,
        alias="asOf",
        description="Added: leaves out decisions made after this time, which must not be in the future (default: now).",
        examples=["2025-11-08T12:00:00Z"],
    )


class DriversQuery(ExplanationQuery):
    """The number of features, and the time up to which decisions count."""

    limit: Annotated[int, WholeNumber(1, MOST_DRIVERS)] = Field(
        default=DEFAULT_LIMIT, description=f"Maximum number of features (default: {DEFAULT_LIMIT})."
    )

    def question(self, cohort: CohortId, now: datetime) -> DriverQuestion:
        """Return the parameters as a question about a cohort.

        Raises:
            InvalidRequest: the cohort counts decisions up to a time in the future.
        """
        if cohort.as_of and cohort.as_of > now:
            problem = FieldError("cohortId", "must not count decisions up to a time in the future", cohort.as_of)
            raise InvalidRequest("Request validation failed", field_errors=[problem])
        return DriverQuestion(cohort=cohort, limit=self.limit, as_of=self.as_of)
