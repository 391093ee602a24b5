"""Asks the lake about the variants of an experiment: one statement, cached."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from shared.athena.pinned_queries import LakeQuery
from shared.experiments.answers import ANSWERS, ArmsAnswer, read_answer
from shared.experiments.metrics import SAVINGS, UNIT_METRICS
from shared.experiments.queries import ArmsQuery
from shared.fraud.lake_reader import STATES, dependencies
from shared.records.schema import DataType
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.decisions.configuration import CostParameters
    from shared.experiments.models import StoredExperiment
    from shared.fraud.question import FraudQuestion


@dataclass(frozen=True, kw_only=True)
class ExperimentReader:
    """Answers questions about experiments from the lake."""

    queries: "PinnedQueries"
    reporting_currency: str

    def answer(self, experiment: "StoredExperiment", question: "FraudQuestion", costs: "CostParameters") -> ArmsAnswer:
        """Return the variants of an experiment, over the decisions of a question."""
        view = self.queries.view(STATES)
        names = (*_compared(experiment), *SAVINGS)
        asked = ArmsQuery(
            question=question,
            variants=sorted(each.id for each in experiment.variants),
            unit=experiment.unit,
            metrics=[UNIT_METRICS.get(name) or SAVINGS[name] for name in names],
            costs=costs,
            currency=self.reporting_currency,
            has_labels=view.states is None or DataType.LABELS.value in view.snapshots,
        )
        query: LakeQuery[ArmsAnswer] = LakeQuery(
            statement=asked.statement,
            identity=replace(asked, question=question.identity).statement,
            apart=(*names, "now" if question.is_current else "as of"),
            depends_on=dependencies(question),
            form=ANSWERS,
            parse=partial(read_answer, as_of=question.as_of, metrics=names),
        )
        told, hit = self.queries.answer(query, view)
        logger().info("experiment read", tables=asked.statement.tables, cache_hit=hit, arms=len(told.result.arms))
        return told.result


def _compared(experiment: "StoredExperiment") -> list[str]:
    """Return the metrics of an experiment, each once."""
    guarded = sorted(each.metric for each in experiment.guardrails)
    return list(dict.fromkeys([experiment.primary_metric, *guarded]))
