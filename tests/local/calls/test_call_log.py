"""Each different call of a function is written once."""

from pathlib import Path

import pytest

from infra.local.calls.call_log import Call, CallLog, caller
from infra.local.calls.permissions import Permission
from tests.local.calls.sent_requests import sent

READ = Permission("s3:ListBucket", "arn:aws:s3:::lake", {"s3:prefix": "raw/"})


def test_repeated_calls_are_read_once_also_if_two_processes_recorded_them(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"

    for log in (CallLog(path), CallLog(path)):
        log.add("reader", [READ, READ])
    CallLog(path).add("other", [READ])

    assert list(CallLog(path).read()) == [Call("reader", READ), Call("other", READ)]


def test_a_function_is_known_by_what_botocore_makes_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = sent("sqs", "list_queues")
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "tally-local-merger")
    named = sent("sqs", "list_queues")

    assert caller(named.headers["user-agent"]) == "tally-local-merger"
    assert caller(nameless.headers["user-agent"]) == caller(None) == ""
