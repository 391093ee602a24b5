"""Explanations of decisions and of cohorts, as far as they were stored with the decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

import orjson

from shared.athena.pinned_queries import Dependency, LakeQuery
from shared.explanations import queries
from shared.explanations.decision import EXPLAINED_BY, explain
from shared.explanations.drivers import top_drivers
from shared.explanations.facts import DRIVER_ROWS, STORED_DECISIONS, DriverRow, driver_rows
from shared.explanations.models import FeatureAttribution, TopDriversResponse
from shared.lake.quarantine.decisions import TRUNCATED
from shared.records.features import decode
from shared.records.schema import DataType
from shared.runtime.errors import NotFound, Unavailable
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.decisions.index import DecisionIndex
    from shared.explanations.question import DriverQuestion

_MERGED_WITHIN_SECONDS = 60
_LAST_MOMENT = timedelta(milliseconds=1)
_MAPS = ("features", "attributions")


@dataclass(frozen=True, kw_only=True)
class Explanations:
    """Explains decisions from their index, and cohorts by one query."""

    queries: "PinnedQueries"
    decisions: "DecisionIndex"

    def explain(self, decision_id: str, as_of: datetime | None = None) -> FeatureAttribution:
        """Return what was stored with a decision to explain its score, in one read from DynamoDB.

        A decision that is too large for the index is read from the lake.

        Raises:
            NotFound: no decision has this id, or it was made after `as_of`.
            NotExplainable: it has no attributions.
            Unavailable: it is too large for the index and not merged yet.
        """
        found = self.decisions.get(decision_id)
        at = None if found is None else datetime.fromisoformat(found["timestamp"])
        if found is None or at is None or (as_of is not None and at > as_of):
            raise NotFound("No decision has this id")
        is_complete = EXPLAINED_BY.isdisjoint(found.get(TRUNCATED, ()))
        return explain(found if is_complete else self._large(decision_id, at))

    def top_drivers(self, question: "DriverQuestion") -> TopDriversResponse:
        """Return the features that drive the scores of a cohort.

        Raises:
            NotFound: the cohort has no decisions.
            NotExplainable: its decisions have no attributions.
        """
        began = perf_counter()
        cohort = question.compared
        statement = queries.drivers(question)
        asked: LakeQuery[Sequence[DriverRow]] = LakeQuery(
            statement=statement,
            identity=statement,
            depends_on=[_days(cohort.start, cohort.end - _LAST_MOMENT)],
            form=DRIVER_ROWS,
            parse=driver_rows,
        )
        told, hit = self.queries.answer(asked, self.queries.view([DataType.DECISIONS]), beside=())
        seconds = round(perf_counter() - began, 3)
        logger().info("drivers computed", cache_hit=hit, rows=len(told.result), seconds=seconds)
        return top_drivers(question.cohort, told.result)

    def _large(self, decision_id: str, at: datetime) -> Mapping[str, Any]:
        """Return a decision as merged, all fields of one version: the last one that the lake has."""
        statement = queries.decision(decision_id, at)
        asked: LakeQuery[Sequence[dict[str, Any]]] = LakeQuery(
            statement=statement,
            identity=statement,
            depends_on=[_days(at, at)],
            form=STORED_DECISIONS,
            parse=lambda rows: rows,
        )
        told, _ = self.queries.answer(asked, self.queries.view([DataType.DECISIONS]))
        if not told.result:
            raise Unavailable("The decision is large and being merged; retry later", retry_after=_MERGED_WITHIN_SECONDS)
        return _typed(told.result[0])


def _days(first: datetime, last: datetime) -> Dependency:
    return Dependency(DataType.DECISIONS, first.date().isoformat(), last.date().isoformat())


def _typed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the maps of a row, which Athena returns as JSON texts."""
    maps = {name: orjson.loads(row[name]) for name in _MAPS if row[name] is not None}
    features = {name: decode(stored) for name, stored in maps.get("features", {}).items()}
    return {**row, **maps, "features": features}
