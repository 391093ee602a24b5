"""Models of the routes of cohorts."""

from typing import Annotated

from pydantic import Field

from shared.decisions.configuration import CostParameters
from shared.fraud.cohort_ids import Dimension
from shared.fraud.models import Kpis, Maturity
from shared.runtime.models import CamelModel, Timestamp

_Interval = Annotated[tuple[float, float], Field(description="Lowest and highest value.")] | None


class Intervals(CamelModel):
    """Wilson's 95 % score intervals; null without a denominator."""

    precision: _Interval = Field(description="Of TP among TP + FP.")
    recall: _Interval = Field(description="Of TP among TP + FN.")
    fraud_rate: _Interval = Field(description="Of TP + FN among TP + FP + FN + TN.")
    approval_rate: _Interval = Field(description="Of approved among all decisions.")


class Difference(CamelModel):
    """A rate of the cohort minus that of the rest."""

    difference: float | None = Field(description="Cohort minus rest; null where either has no denominator.")
    interval: _Interval = Field(description="Newcombe's hybrid score interval (method 10), 95 %, not adjusted.")
    significant: bool | None = Field(
        description="Whether the difference is significant at a false discovery rate of 5 % (Benjamini and Hochberg) "
        "over the listed cohorts, by a two-sided pooled z test; null where either has no denominator."
    )


class VersusRest(CamelModel):
    """The cohort against all other decisions of the answer, those of suppressed cohorts included."""

    precision: Difference = Field(description="Difference of precision.")
    recall: Difference = Field(description="Difference of recall.")
    fraud_rate: Difference = Field(description="Difference of the fraud rate.")
    approval_rate: Difference = Field(description="Difference of the approval rate.")


class Cohort(CamelModel):
    """The decisions with one value of a dimension."""

    id: str = Field(description="Id for `/cohorts/compare` and `/explain/cohort/{cohortId}/top-drivers`.")
    name: str = Field(description="The value; `(none)` for decisions without the dimension.")
    dimension: Dimension = Field(description="The dimension.")
    count: int = Field(description="Number of decisions.")
    share: float = Field(description="Share of all decisions of the answer, 0 to 1.")
    metrics: Kpis = Field(description="KPIs of the cohort.")
    intervals: Intervals = Field(description="95 % intervals of four rates.")
    versus_rest: VersusRest = Field(description="Differences of the four rates from those of all other decisions.")
    maturity: Maturity = Field(description="How many decisions have labels.")


class Overall(CamelModel):
    """All decisions of the answer."""

    count: int = Field(description="Number of decisions.")
    metrics: Kpis = Field(description="KPIs of all decisions.")
    maturity: Maturity = Field(description="How many decisions have labels.")


class Suppressed(CamelModel):
    """The cohorts with fewer than `minCount` decisions, added up."""

    cohorts: int = Field(description="Number of cohorts.")
    count: int = Field(description="Number of decisions.")


class CohortAnalysisResponse(CamelModel):
    """The cohorts of a dimension, the largest first."""

    dimension: Dimension = Field(description="The dimension.")
    start_date: Timestamp = Field(description="Start of the range, inclusive.")
    end_date: Timestamp = Field(description="End of the range, exclusive.")
    min_count: int = Field(description="Fewest decisions of a listed cohort.")
    currency: str = Field(description="The reporting currency of all amounts.", examples=["USD"])
    overall: Overall = Field(description="All decisions.")
    cohorts: list[Cohort] = Field(description="The cohorts, by count and then by name.")
    suppressed: Suppressed = Field(description="The cohorts that are too small to be listed.")
    cost_parameters: CostParameters = Field(description="The parameters behind `falsePositiveCost`.")
    data_freshness: Timestamp = Field(
        description="Every live source of decisions has delivered up to this time; 1970 without any."
    )


class ComparedCohort(CamelModel):
    """A cohort with the KPIs that were asked for."""

    id: str = Field(description="Id of the cohort.")
    name: str = Field(description="The value; `(none)` for decisions without the dimension.")
    dimension: Dimension = Field(description="The dimension.")
    start_date: Timestamp = Field(description="Start of the range, inclusive.")
    end_date: Timestamp = Field(description="End of the range, exclusive.")
    count: int = Field(description="Number of decisions.")
    metrics: dict[str, float | None] = Field(description="The KPIs that were asked for, by name.")
    maturity: Maturity = Field(description="How many decisions have labels.")


class Performer(CamelModel):
    """The best or the worst cohort by a KPI."""

    cohort_id: str = Field(description="Id of the cohort.")
    metric: str = Field(description="Name of the KPI.", examples=["f1Score"])
    value: float = Field(description="Value of the KPI.")
    conclusive: bool = Field(
        description="Whether its 95 % interval does not overlap that of the next one; never for sums and amounts. "
        "Intervals are Wilson's; that of F1 is Wilson's of x = TP ÷ (TP + FP + FN), mapped by 2x ÷ (1 + x)."
    )


class Performers(CamelModel):
    """The best and the worst cohort by a KPI; null where no cohort has a value."""

    best_performer: Performer | None = Field(description="The best cohort.")
    worst_performer: Performer | None = Field(description="The worst cohort.")


class Comparison(Performers):
    """The best and the worst cohort by the first KPI that was asked for, and by each of them."""

    by_metric: dict[str, Performers] = Field(description="By each KPI that has a better direction.")


class CohortComparison(CamelModel):
    """Cohorts side by side."""

    cohorts: list[ComparedCohort] = Field(description="The cohorts, in the order of their ids in the request.")
    comparison: Comparison = Field(description="The best and the worst.")
    currency: str = Field(description="The reporting currency of all amounts.", examples=["USD"])
    cost_parameters: CostParameters = Field(description="The parameters behind `falsePositiveCost`.")
