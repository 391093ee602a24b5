"""Quality scores, pipelines and silent sources have the values of their reports."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.app.wiring import Wiring
from shared.fraud.steps import floor
from shared.quality.question import QualityQuestion
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.functions.alerts.test_readings import rule, value


def test_quality_pipelines_and_silence_have_the_values_of_their_reports(everywhere: Wiring, clock: Clock) -> None:
    clock.now = datetime.now(UTC).replace(minute=30)
    rows = [sale(number) if number else sale(number, quantity="x") for number in range(10)]
    everywhere.loader.load(delivery(DataType.TRANSACTIONS, rows, origin="batch-1", at=clock(), source_id="web-shop"))
    end = floor(clock(), timedelta(hours=1)) + timedelta(hours=1)
    below, above = {"type": "below", "threshold": 5}, {"type": "above", "threshold": 5}
    quality = everywhere.quality_reports.report(QualityQuestion(start=end - timedelta(hours=2), end=end))

    by_source = rule(metric="quality_score", window="PT2H", condition=below, group_by="source_id")
    assert value(everywhere, rule(metric="quality_score", window="PT2H", condition=below), end) == quality.overall_score
    assert value(everywhere, by_source, end, "web-shop") == quality.overall_score
    assert (
        value(everywhere, rule(metric="quality_score", window="PT1H", condition=below), end - timedelta(days=2)) is None
    )

    clock.pass_by(timedelta(minutes=7))
    (merge,) = everywhere.pipeline_health.report("merge").pipelines
    assert (
        value(everywhere, rule(metric="pipeline:merge:freshness", condition=above), clock()) == merge.freshness_seconds
    )
    completeness = rule(metric="pipeline:merge:completeness", condition={"type": "below", "threshold": 0.9})
    assert value(everywhere, completeness, clock()) == merge.completeness
    assert value(everywhere, rule(metric="ingest:web-shop:silence", condition=above), clock()) == pytest.approx(
        420, abs=1
    )
    assert value(everywhere, rule(metric="ingest:nobody:silence", condition=above), clock()) is None
