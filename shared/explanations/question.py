"""A question about what drives the scores of a cohort: validated, in UTC."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.fraud.cohort_ids import CohortId

DEFAULT_LIMIT, MOST_DRIVERS = 10, 100


@dataclass(frozen=True, kw_only=True)
class DriverQuestion:
    """A cohort, the number of features, and the time up to which decisions count, unless the cohort names it."""

    cohort: CohortId
    limit: int = DEFAULT_LIMIT
    as_of: datetime | None = None

    @property
    def compared(self) -> CohortId:
        """The cohort with the time up to which decisions count."""
        return self.cohort if self.as_of is None else replace(self.cohort, as_of=self.as_of)
