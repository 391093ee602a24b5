"""What functions log can be read by the name they have in the manifest."""

import time

import pytest

from infra.local.emulator.credentials import session
from infra.local.host.function_logs import FunctionLogs, function_of
from tests.local.host.conftest import Running

GROUP = "/aws/lambda/tally-local-stream-consumer"


@pytest.mark.parametrize(
    ("group", "function"), [(GROUP, "stream_consumer"), ("/aws/lambda/tally-dev-ingest", "ingest")]
)
def test_a_log_group_belongs_to_a_function_of_the_manifest(group: str, function: str) -> None:
    assert function_of(group) == function


def test_the_last_lines_of_a_function_are_in_order(running: Running) -> None:
    now = int(time.time() * 1000)
    client = running.client("logs")
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName="one")
    events = [{"timestamp": now + number, "message": f"line {number}\n"} for number in range(10)]
    client.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)
    logs = FunctionLogs(session(running.layout), running.emulator.url)

    lines = list(logs.tail(logs.groups()["stream_consumer"], lines=2, follow=False))

    assert lines == ["line 8", "line 9"]


def test_following_gives_each_new_line_once(running: Running) -> None:
    now = int(time.time() * 1000)
    client = running.client("logs")
    group = "/aws/lambda/tally-local-followed"
    client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName="one")
    client.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": now, "message": "first"}])
    following = FunctionLogs(session(running.layout), running.emulator.url).tail(group, lines=5, follow=True)

    first = next(following)
    client.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": now, "message": "second"}])

    assert (first, next(following)) == ("first", "second")
