"""How far the consumer is behind the stream can be watched."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from functions.stream_consumer.handler import handler
from shared.ingestion.stream.consumer import lag_ms
from tests.events.api_gateway import context
from tests.events.kinesis import kinesis_event
from tests.fakes.records import AT, NOW, sale

SOLD = {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def _metrics(text: str) -> dict[str, Any]:
    """The metrics among the lines of a log, in CloudWatch's embedded format."""
    lines = [orjson.loads(line) for line in text.splitlines() if line.startswith("{")]
    return {name: value for line in lines if "_aws" in line for name, value in line.items()}


def test_the_lag_is_the_age_of_the_newest_record() -> None:
    run = kinesis_event([SOLD] * 3)["Records"]  # a millisecond apart

    assert lag_ms(run, NOW + SECOND) == 998
    assert lag_ms(run[::-1], NOW + SECOND) == 998


def test_a_clock_behind_the_stream_gives_no_negative_lag() -> None:
    assert lag_ms(kinesis_event([SOLD])["Records"], NOW - SECOND) == 0


@pytest.mark.usefixtures("deployed")
def test_every_batch_reports_its_lag_and_quarantined_rows(capsys: pytest.CaptureFixture[str]) -> None:
    handler(kinesis_event([SOLD, b"broken"], arrived=datetime.now(UTC) - MINUTE), context())

    told = _metrics(capsys.readouterr().out)
    (lag,), (quarantined,) = told["StreamLag"], told["StreamRecordsQuarantined"]
    units = {each["Name"]: each["Unit"] for each in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert 59_000 < lag < 120_000
    assert quarantined == 1
    assert units["StreamLag"] == "Milliseconds"


@pytest.mark.usefixtures("deployed")
def test_a_failed_batch_reports_no_lag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError):
        handler({"Records": [{"kinesis": {}}]}, context())

    told = _metrics(capsys.readouterr().out)
    assert "StreamLag" not in told
    assert told["Failures"] == [1]
