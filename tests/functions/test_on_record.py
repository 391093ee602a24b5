"""Whatever a request changes is in the audit log: who, what, before and after; and never a secret."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.declaration import Route
from functions.manifest import HTTP_FUNCTIONS
from shared.app.http import BASE_PATH
from shared.app.wiring import Wiring
from shared.audit.trail import AUDIT_TABLE, Asked
from shared.auth.scopes import PUBLIC, Scope
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.limits.counter import RATE_LIMITS_TABLE
from shared.runtime.models import rfc3339
from shared.runtime.paging import Window
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.records import sale
from tests.functions.every_route import ask


@pytest.fixture
def administrator(everywhere: Wiring) -> Visitor:
    return Visitor(everywhere.identity, Scope.ADMIN, Scope.INGEST_WRITE)


def _entries(wired: Wiring) -> list[dict[str, Any]]:
    return [json.loads(entry.body) for entry in wired.audit_trail.find(Asked(), Window(0, 100)).items]


def _change(administrator: Visitor, method: str, path: str, key_id: str = "", **parts: Any) -> Answer:
    route = Route(f"{BASE_PATH}{path}", method)
    return Answer.of(ask(route, at=route.path.replace("{key_id}", key_id), token=administrator.token, **parts))


def test_a_change_is_audited_with_actor_request_and_both_states(
    everywhere: Wiring, administrator: Visitor, clock: Clock
) -> None:
    made = _change(administrator, "POST", "/auth/keys", body={"name": "shop", "scopes": ["ingest:write"]})
    clock.pass_by(timedelta(seconds=1))
    revoked = _change(administrator, "DELETE", "/auth/keys/{key_id}", made.data["id"])

    key = {name: value for name, value in made.data.items() if name != "client_secret"}
    first, second = _entries(everywhere)
    assert (first["action"], first["before"], first["after"]) == ("POST /api/v1/auth/keys", None, key)
    assert second["before"] == key
    assert second["after"] == {**key, "revoked_at": rfc3339(clock())}
    assert {(entry["user_id"], entry["key_id"], entry["source_ip"]) for entry in (first, second)} == {
        (administrator.key.owner, administrator.key.id, "192.0.2.1")
    }
    assert [entry["request_id"] for entry in (first, second)] == [
        each.headers["x-request-id"] for each in (made, revoked)
    ]


def test_the_audit_log_has_no_secrets(everywhere: Wiring, administrator: Visitor) -> None:
    made = _change(administrator, "POST", "/auth/keys", body={"name": "shop", "scopes": ["admin"]}).data
    rotated = _change(administrator, "POST", "/auth/keys/{key_id}/rotate", made["id"]).data

    written = json.dumps(_entries(everywhere))

    assert rotated["rotated_at"] in written
    assert "secret" not in written
    assert made["client_secret"] not in written
    assert rotated["client_secret"] not in written


def test_refused_and_read_only_requests_leave_no_entry(everywhere: Wiring, administrator: Visitor) -> None:
    answers = [
        _change(administrator, "GET", "/auth/keys"),
        _change(administrator, "POST", "/auth/keys", body={}),
        _change(administrator, "DELETE", "/auth/keys/{key_id}", "key-0000000000000000"),
    ]

    assert [answer.status for answer in answers] == [200, 400, 404]
    assert _entries(everywhere) == []


def test_record_submissions_are_in_the_ledger_and_not_audited(everywhere: Wiring, administrator: Visitor) -> None:
    batch = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": [sale(1)]}

    assert _change(administrator, "POST", "/ingest/batch", body=batch).status == 201

    assert _entries(everywhere) == []


def test_a_change_that_cannot_be_audited_succeeds_and_is_logged_in_full(
    everywhere: Wiring, administrator: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    boto3.client("dynamodb").delete_table(TableName=everywhere.settings.name_of(AUDIT_TABLE))

    made = _change(administrator, "POST", "/auth/keys", body={"name": "shop", "scopes": ["admin"]})

    (change,) = [vars(record)["change"] for record in caplog.records if "change" in vars(record)]
    assert made.status == 201
    assert change["after"]["id"] == made.data["id"]
    assert "client_secret" not in change["after"]


@pytest.mark.parametrize("function", HTTP_FUNCTIONS, ids=lambda function: function.name)
def test_a_function_has_the_access_that_its_route_policies_need(
    function: Any,
) -> None:
    needed = set()
    for route in function.routes():
        policy = function.policy_of(route)
        needed |= {RATE_LIMITS_TABLE} if policy.scope is not PUBLIC else set()
        needed |= {AUDIT_TABLE} if policy.is_audited(route.method) else set()
        needed |= {IDEMPOTENCY_TABLE} if policy.takes_key(route.method) else set()

    assert {access.resource for access in function.writes} >= needed
