"""Which requests make an entry of the audit log, and what it says."""

from typing import Any

import orjson
import pytest

from shared.audit.entry import Change
from shared.audit.request import begin, change_of, note
from shared.runtime.dialects import REQUEST_ID
from tests.events.api_gateway import rest_event

BOARD = "/api/v1/dashboards/d-1"


def _change(method: str = "PUT", *, status: int = 200, body: str | None = '{"name": "new"}') -> Change | None:
    event = {**rest_event(method, BOARD), "resource": "/api/v1/dashboards/{dashboard_id}"}
    return change_of(event, {"statusCode": status, "body": body}, user_id="ann", key_id="key-1")


@pytest.fixture(autouse=True)
def begun() -> None:
    begin()


def test_a_change_has_actor_action_resource_and_address() -> None:
    token = REQUEST_ID.set("req-1")
    note(before={"name": "old"})

    found = _change()

    REQUEST_ID.reset(token)
    assert found == Change(
        action="PUT /api/v1/dashboards/{dashboard_id}",
        user_id="ann",
        key_id="key-1",
        resource=BOARD,
        request_id="req-1",
        source_ip="192.0.2.1",
        before={"name": "old"},
        after={"name": "new"},
    )


@pytest.mark.parametrize(
    ("method", "status"),
    [("PUT", 400), ("DELETE", 404), ("POST", 500)],
)
def test_a_failed_request_makes_no_entry(method: str, status: int) -> None:
    assert _change(method, status=status) is None


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (orjson.dumps({"success": True, "data": {"id": 1}, "request_id": "r"}).decode(), {"id": 1}),
        ('{"experimentId": "e-1"}', {"experimentId": "e-1"}),
        ("", None),
        (None, None),
        ("a,b\n1,2\n", None),
    ],
)
def test_the_state_after_is_the_response_data_in_either_dialect(body: str | None, after: Any) -> None:
    found = _change(body=body)

    assert found is not None
    assert found.after == after


def test_a_secret_in_the_response_is_not_audited_if_the_route_chooses_the_state() -> None:
    note(after={"id": "key-2"})

    found = _change(body='{"id": "key-2", "client_secret": "hunter2"}')

    assert found is not None
    assert found.after == {"id": "key-2"}


def test_notes_of_a_request_do_not_leak_into_the_next() -> None:
    note(before={"name": "old"}, after={"name": "noted"})
    begin()

    found = _change()

    assert found is not None
    assert (found.before, found.after) == (None, {"name": "new"})
