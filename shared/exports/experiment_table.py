"""The rows of an export of experiments: a variant each, with the results that the API answers with."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shared.exports.columns import CellKind, Column, DataTable, Value
from shared.fraud.models import Kpis

if TYPE_CHECKING:
    from shared.experiments.models import StoredExperiment, Variant
    from shared.experiments.result_models import ExperimentResults

KPI_COLUMNS = tuple(field.alias or name for name, field in Kpis.model_fields.items())
_ABOUT = (*("experimentId", "experimentName", "status", "variantId", "variantName", "primaryMetric", "recommendation"),)
_NUMBERS = ("allocation", "decisions", "units", *KPI_COLUMNS, "difference", "low", "high", "mismatchPValue")
COLUMNS = (
    *(Column(name, CellKind.TEXT) for name in _ABOUT),
    Column("isControl", CellKind.JSON),
    *(Column(name, CellKind.NUMBER) for name in _NUMBERS),
)
"""The columns; `difference`, `low` and `high` are of the primary metric, the variant minus the control."""


class ExportedExperiment(NamedTuple):
    """An experiment, and its results; None without decisions."""

    experiment: "StoredExperiment"
    results: "ExperimentResults | None"


def experiments_table(exported: Sequence[ExportedExperiment]) -> DataTable:
    """Return the variants of experiments."""
    return DataTable(COLUMNS, [list(_row(each, variant)) for each in exported for variant in each.experiment.variants])


def _row(exported: ExportedExperiment, variant: "Variant") -> Iterator[Value]:
    experiment, results = exported
    yield from (experiment.id, experiment.name, experiment.status.value, variant.id, variant.name)
    yield from (experiment.primary_metric, None if results is None else results.recommendation.value)
    yield from (variant.is_control, variant.allocation)
    if results is None:
        yield from (0, 0, *(None for _ in _NUMBERS[3:]))
        return
    found = next(each for each in results.variants if each.variant_id == variant.id)
    metrics = found.metrics.model_dump(mode="json", by_alias=True)
    yield from (found.decisions, found.units, *(metrics[name] for name in KPI_COLUMNS))
    compared = [each for each in results.comparisons if each.variant_id == variant.id]
    primary = next((each for each in compared if each.metric == experiment.primary_metric), None)
    yield primary.difference if primary else None
    yield from (primary.interval if primary and primary.interval else (None, None))
    yield results.sample_ratio_mismatch.p_value
