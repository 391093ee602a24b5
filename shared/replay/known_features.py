"""The names of the features that decisions of a window have."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from shared.athena.pinned_queries import LakeQuery, PinnedResult
from shared.athena.sql import Statement, sql, table, union_all
from shared.drift.queries import STORED_NAME
from shared.drift.times import dependency, rolled_up, times
from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.rollups.feature_rules import OWN_FIELDS
from shared.metrics.queries.fragments import TIMESTAMP, in_days, in_intervals
from shared.metrics.split import Interval, Split
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries

_NAMES = """
    SELECT DISTINCT feature FROM (
        {names}
    ) AS named
"""
_OF_ROLLUP = """
    SELECT feature FROM {features_daily} WHERE {days} AND kind NOT IN ('decisions', 'attribution')
"""
# Most decisions have the same features: few lists of names differ, and no row is made for each value. Of a million
# decisions with 15 features, that would take longer than a request may.
_OF_BASE = """
    SELECT {name} AS feature FROM (
        SELECT DISTINCT n.name FROM (
            SELECT DISTINCT map_keys(features) AS names FROM {decisions} WHERE {intervals}
        ) AS lists CROSS JOIN UNNEST(lists.names) AS n (name)
    ) AS found
"""
_RESULT: TypeAdapter[PinnedResult[list[str]]] = TypeAdapter(PinnedResult[list[str]])
_OWN_FIELDS = ("score", "amount")
_PREFIX = "features."
_RENAMED = re.compile(OWN_FIELDS)


@dataclass(frozen=True, kw_only=True)
class KnownFeatures:
    """Reads the names from the profiles of features, and from decisions where there are none yet."""

    queries: "PinnedQueries"

    def of(self, start: datetime, end: datetime) -> frozenset[str]:
        """Return the names of the features of a half-open window.

        Raises:
            Unavailable: Athena does not respond.
        """
        whole = Interval(start, end)
        view = self.queries.view([DataType.DECISIONS])
        asked = LakeQuery(
            statement=feature_names(times(whole, view)),
            identity=feature_names(rolled_up(whole)),
            depends_on=[dependency(DataType.DECISIONS, whole)],
            form=_RESULT,
            parse=_read,
        )
        told, _ = self.queries.answer(asked, view)
        return frozenset(told.result)


def feature_names(time: Split) -> Statement:
    """Return the statement for the names of the features of a time, as the roll-up has them."""
    return sql(_NAMES, names=union_all(list(_names_of(time))))


def _names_of(time: Split) -> Iterator[Statement]:
    if time.rollup:
        yield sql(_OF_ROLLUP, features_daily=table(FEATURES_DAILY.name), days=in_days(time.rollup))
    if time.base:
        yield sql(
            _OF_BASE,
            name=STORED_NAME,
            decisions=table(DataType.DECISIONS),
            intervals=in_intervals(TIMESTAMP, time.base),
        )


def _read(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(_original(row["feature"] for row in rows))


def _original(names: Iterable[str]) -> set[str]:
    """Return the names as decisions have them; `score` and `amount` are fields of their own."""
    features = (name for name in names if name not in _OWN_FIELDS)
    return {name.removeprefix(_PREFIX) if _RENAMED.match(name) else name for name in features}
