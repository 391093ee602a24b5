"""Strange features are answered the same from roll-ups and from the base."""

from datetime import timedelta

from shared.drift.queries import rows_of
from shared.metrics.split import Interval, Split
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from tests.functions.drift.conftest import Desk
from tests.functions.drift.decisions import OPENED, Decided, table_of
from tests.unit.lake.test_features_rollup import decided, texts

KEYS = ("dt", "model_version", "half", "feature", "kind", "bucket", "decisions", "weight")
DAY = timedelta(days=1)


def rows(desk: Desk, time: Split) -> list[tuple[object, ...]]:
    (statement,) = rows_of(time, None)
    return sorted(tuple(row[key] for key in KEYS) for row in desk.wired.athena.run(statement))


def test_every_value_has_the_same_row_from_the_base_as_in_the_roll_up(desk: Desk) -> None:
    desk.lake.keep_table(DataType.DECISIONS, table_of(decided(800)))
    whole = Interval(OPENED, OPENED + 5 * DAY)

    assert rows(desk, Split((), (whole,))) == rows(desk, Split((whole,), ()))


def test_10_000_texts_are_answered_by_hash_from_either(desk: Desk) -> None:
    desk.lake.keep_table(DataType.DECISIONS, table_of(texts(10_000)))
    desk.lake.merge_table(
        DataType.DECISIONS, table_of([Decided(decision_id="late", at=OPENED + DAY, features={"id": '"id-1"'})])
    )

    answer = desk.get(startDate=rfc3339(OPENED), endDate=rfc3339(OPENED + 2 * DAY), featureNames="id")

    (metric,) = answer.body["driftMetrics"]
    assert answer.body["decisions"] == 10_001
    assert [each["name"] for each in metric["bins"]] == ["(never seen)"]  # nothing was decided before
    assert len(answer.body["driftMetrics"][0]["history"]) == 2


def test_a_range_with_10_000_texts_is_compared_by_hash_with_one_that_has_few(desk: Desk) -> None:
    desk.lake.keep_table(DataType.DECISIONS, table_of(texts(10_000)))
    few = [Decided(decision_id=f"early-{n}", at=OPENED - DAY, features={"id": f'"id-{n}"'}) for n in range(500)]
    desk.lake.keep_table(DataType.DECISIONS, table_of(few))

    answer = desk.get(startDate=rfc3339(OPENED), endDate=rfc3339(OPENED + DAY), featureNames="id")

    (metric,) = answer.body["driftMetrics"]
    assert {each["name"] for each in metric["bins"]} == {f"(hash {n})" for n in range(20)}
    assert metric["driftDetected"] is False
