"""The audit log as the Fraud contract has it: bare object, filters, windows, totals in the headers."""

from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.runtime.models import rfc3339
from tests.fakes.audit import change
from tests.fakes.clock import Clock
from tests.functions.audit.conftest import Ask


@pytest.fixture
def history(wired: Wiring, clock: Clock) -> list[str]:
    """Twelve entries, a minute apart, by ann and bob in turn, every third an export; the times of all."""
    times = []
    for number in range(12):
        user, action = ("ann", "bob")[number % 2], ("export.create", "rules.update", "rules.update")[number % 3]
        wired.audit_trail.record(change(number, user_id=user, action=action))
        times.append(rfc3339(clock()))
        clock.pass_by(timedelta(minutes=1))
    return times


def _requests(body: Any) -> list[int]:
    return [int(entry["requestId"].removeprefix("req-")) for entry in body["logs"]]


def test_an_entry_has_actor_action_resource_time_and_address(ask: Ask, wired: Wiring) -> None:
    entry = wired.audit_trail.record(change(7))

    status, body, _ = ask()

    (log,) = body["logs"]
    assert (status, body["total"]) == (200, 1)
    assert log == {
        "id": f"{entry.chain}-000000000001",
        "timestamp": entry.at,
        "userId": "ann",
        "keyId": "key-1",
        "action": "dashboards.update",
        "resource": "/api/v1/dashboards/d-7",
        "before": {"version": 7},
        "after": {"version": 8},
        "requestId": "req-7",
        "sourceIp": "192.0.2.1",
        "hash": entry.hash,
    }


def test_entries_of_all_chains_are_in_order_of_creation(ask: Ask, history: list[str]) -> None:
    _, body, headers = ask()

    assert _requests(body) == list(range(12))
    assert [entry["timestamp"] for entry in body["logs"]] == [f"{time[:-1]}.000Z" for time in history]
    assert (headers["X-Total-Count"], headers["X-Page-Limit"], headers["X-Page-Offset"]) == ("12", "100", "0")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"userId": "ann"}, [0, 2, 4, 6, 8, 10]),
        ({"action": "export.create"}, [0, 3, 6, 9]),
        ({"userId": "ann", "action": "export.create"}, [0, 6]),
        ({"userId": "nobody"}, []),
        ({"userId": ""}, []),
    ],
)
@pytest.mark.usefixtures("history")
def test_filters_apply_to_entries_and_total(ask: Ask, query: dict[str, str], expected: list[int]) -> None:
    _, body, headers = ask(**query)

    assert (_requests(body), body["total"]) == (expected, len(expected))
    assert headers["X-Total-Count"] == str(len(expected))


def test_times_are_half_open(ask: Ask, history: list[str]) -> None:
    _, body, _ = ask(startDate=history[3], endDate=history[6], userId="bob")
    _, from_there, _ = ask(startDate=history[10])
    _, until_there, _ = ask(endDate=history[1])

    assert (_requests(body), _requests(from_there), _requests(until_there)) == ([3, 5], [10, 11], [0])


@pytest.mark.usefixtures("history")
def test_paging_does_not_change_the_total(ask: Ask) -> None:
    _, body, headers = ask(limit="5", offset="10")

    assert (_requests(body), body["total"]) == ([10, 11], 12)
    assert (headers["X-Page-Limit"], headers["X-Page-Offset"]) == ("5", "10")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "many"},
        {"offset": "-1"},
        {"startDate": "yesterday"},
        {"startDate": "2026-01-02", "endDate": "2026-01-01"},
        {"startDate": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_invalid_queries_are_refused_in_the_fraud_dialect(ask: Ask, query: dict[str, str]) -> None:
    status, body, _ = ask(**query)

    assert (status, body["error"]) == (400, "validation_error")
    assert body["details"]["fields"]
    assert body["requestId"]
