"""An answer is the same from roll-ups and from the base, whatever days it is about and whatever features say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.athena.pinned_queries import LakeView, PinnedQueries
from shared.drift.question import DriftQuestion
from shared.drift.reports import DriftReports
from shared.replay.known_features import KnownFeatures
from tests.functions.drift.conftest import Desk, Uncached
from tests.functions.drift.decisions import OPENED
from tests.tiers import examples

DAY = timedelta(days=1)


class FromBase(PinnedQueries):
    """Reads every day from the base."""

    def view(self, tables: Sequence[str], chosen: Mapping[str, int] | None = None) -> LakeView:
        """Return a view at chosen snapshots, for which there are no roll-ups."""
        return super().view(
            tables, chosen or {name: super(FromBase, self).view(tables).snapshots[name] for name in tables}
        )


def queries_of_base(desk: Desk) -> PinnedQueries:
    return FromBase(desk.wired.athena.run, Uncached(), desk.wired.table_states)  # type: ignore[arg-type] # see it


def from_base(desk: Desk) -> DriftReports:
    return replace(desk.wired.drift_reports, queries=queries_of_base(desk))


@st.composite
def questions(draw: st.DrawFn) -> DriftQuestion:
    unit = draw(st.sampled_from([DAY, DAY, timedelta(hours=5, milliseconds=1)]))
    start = OPENED - DAY + draw(st.integers(0, 28 * DAY // unit)) * unit
    end = start + draw(st.integers(1, 20 * DAY // unit)) * unit
    return DriftQuestion(
        start=start,
        end=end,
        as_of=draw(st.none() | st.just(start + (end - start) / 2)),
        model_version=draw(st.sampled_from([None, None, "model-1", "model-2"])),
    )


@given(questions())
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_roll_ups_give_the_same_drift_as_the_base(busy: Desk, question: DriftQuestion) -> None:
    assert busy.uncached.drift(question) == from_base(busy).drift(question)


def test_roll_ups_give_the_same_quality_as_the_base(busy: Desk) -> None:
    question = DriftQuestion(start=OPENED + 10 * DAY, end=OPENED + 20 * DAY)

    assert busy.uncached.data_quality(question) == from_base(busy).data_quality(question)


def test_roll_ups_give_the_same_names_of_features_as_the_base(busy: Desk) -> None:
    window = (OPENED + 59.5 * DAY, OPENED + 63 * DAY)

    names = KnownFeatures(queries=busy.uncached.queries).of(*window)

    assert names == {"score", "features.score", "Größe"}
    assert names == KnownFeatures(queries=queries_of_base(busy)).of(*window)
