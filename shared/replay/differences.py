"""How much KPIs differ between replay and record, with intervals of the paired bootstrap."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from shared.fraud.counts import Counts
from shared.fraud.kpis import KPIS, Facts, Value, values
from shared.replay.counting import recorded, replayed, resampled
from shared.replay.models import KpiDifference, KpiDifferences
from shared.replay.plan import RESAMPLES, ReplayPlan
from shared.replay.totals import SliceTotals
from shared.runtime.numbers import to_json_number

_PERCENTILES = (2.5, 97.5)
_LEAST_DEFINED = 0.95
_IN_MONEY = ("false_positive_cost", "fraud_loss")


def differences(totals: SliceTotals, plan: ReplayPlan) -> KpiDifferences:
    """Return the difference of every KPI, replayed - recorded, with its 95 % interval.

    In each resample the customers of both sides have the same weights; the interval has the percentiles 2.5 and 97.5
    of the differences (linear between neighbours).
    """
    value = _differences(recorded(totals.cells), replayed(totals.cells), plan)
    drawn = [_differences(*pair, plan) for pair in resampled(totals.resamples)]
    return KpiDifferences(**{name: _difference(name, value[name], [each[name] for each in drawn]) for name in KPIS})


def _differences(before: Counts, after: Counts, plan: ReplayPlan) -> Mapping[str, Value]:
    of_record, of_replay = (values(Facts(counts, plan.cost_parameters, plan.seconds)) for counts in (before, after))
    return {name: _minus(of_replay[name], of_record[name]) for name in KPIS}


def _minus(after: Value, before: Value) -> Value:
    return None if after is None or before is None else after - before


def _difference(name: str, value: Value, drawn: Sequence[Value]) -> KpiDifference:
    defined = [each for each in drawn if each is not None]
    if value is None or len(defined) < _LEAST_DEFINED * RESAMPLES:
        return KpiDifference(value=_shown(name, value), interval=None)
    low, high = (float(each) for each in np.percentile(defined, _PERCENTILES))
    return KpiDifference(value=_shown(name, value), interval=(_shown(name, low) or 0.0, _shown(name, high) or 0.0))


def _shown(name: str, value: Value) -> Value:
    """Round amounts as all are; their difference as floats may have more places."""
    return value if value is None or name not in _IN_MONEY else to_json_number(Decimal(value))
