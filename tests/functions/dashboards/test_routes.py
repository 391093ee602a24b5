"""Dashboards over HTTP: stored, listed, replaced, deleted and copied; private ones are their owner's alone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.auth.scopes import Scope
from shared.dashboards.built_ins import BUILT_INS
from shared.dashboards.models import DashboardCategory
from shared.dashboards.store import MOST_DASHBOARDS
from shared.runtime.models import rfc3339
from shared.runtime.paging import Window
from tests.fakes.clock import Clock
from tests.functions.dashboards.conftest import Join, User, dashboard, widget


def ids(user: User, **query: str) -> list[str]:
    asked = {name: [value] for name, value in query.items()}
    return [each["dashboard_id"] for each in user.ask("GET", query=asked).data["dashboards"]]


def change(stored: Any, **changes: Any) -> dict[str, Any]:
    """The request that changes a stored dashboard, from the state in which it was read."""
    kept = ("name", "description", "category", "widgets", "is_public", "updated_at")
    return {**{name: stored[name] for name in kept}, **changes}


def test_a_dashboard_is_returned_as_it_was_stored(ann: User, clock: Clock) -> None:
    made = ann.make()

    assert made == {
        **dashboard(),
        "dashboard_id": made["dashboard_id"],
        "created_at": rfc3339(clock()),
        "updated_at": rfc3339(clock()),
        "owner": ann.name,
        "version": 1,
    }
    assert ann.ask("GET", f"/{made['dashboard_id']}").data == made
    assert made in ann.ask("GET").data["dashboards"]


def test_a_fresh_platform_has_five_dashboards_that_nobody_can_change(ann: User) -> None:
    assert ids(ann) == sorted(BUILT_INS)
    assert {BUILT_INS[each].category for each in BUILT_INS} == set(DashboardCategory)
    for dashboard_id in BUILT_INS:
        stored = ann.ask("GET", f"/{dashboard_id}").data
        refused = [
            ann.ask("PUT", f"/{dashboard_id}", body=change(stored)),
            ann.ask("DELETE", f"/{dashboard_id}"),
        ]
        assert [(each.status, each.code) for each in refused] == [(403, "FORBIDDEN")] * 2


def test_a_private_dashboard_does_not_exist_for_others(ann: User, bob: User) -> None:
    path = f"/{ann.make()['dashboard_id']}"

    answers = [
        bob.ask("GET", path),
        bob.ask("GET", f"{path}/data"),
        bob.ask("PUT", path, body=dashboard(updated_at="2026-01-01")),
        bob.ask("DELETE", path),
        bob.ask("POST", f"{path}/copy"),
    ]

    assert {(each.status, each.code, each.error["message"]) for each in answers} == {
        (404, "NOT_FOUND", "The dashboard does not exist")
    }
    assert ids(bob) == sorted(BUILT_INS)
    assert ann.ask("GET", path).status == 200


def test_a_public_dashboard_is_seen_by_all_and_changed_by_its_owner_alone(ann: User, bob: User) -> None:
    made = ann.make(is_public=True)
    path = f"/{made['dashboard_id']}"

    assert bob.ask("GET", path).data == made
    assert made["dashboard_id"] in ids(bob)
    assert ids(ann).count(made["dashboard_id"]) == 1
    assert [bob.ask("DELETE", path).status, bob.ask("PUT", path, body=change(made)).status] == [403, 403]

    hidden = ann.ask("PUT", path, body=change(made, is_public=False))

    assert hidden.status == 200
    assert bob.ask("GET", path).status == 404
    assert made["dashboard_id"] not in ids(bob)


def test_a_change_replaces_everything_and_of_two_from_one_state_the_second_is_refused(ann: User, clock: Clock) -> None:
    clock.pass_by(timedelta(microseconds=123_456))
    made = ann.make()
    path = f"/{made['dashboard_id']}"
    clock.pass_by(timedelta(minutes=1))

    first = ann.ask("PUT", path, body=change(made, name="Other", widgets=[]))
    second = ann.ask("PUT", path, body=change(made, name="Lost"))

    assert first.data == {**made, "name": "Other", "widgets": [], "updated_at": rfc3339(clock()), "version": 2}
    assert (second.status, second.code) == (409, "CONFLICT")
    assert ann.ask("GET", path).data == first.data


def test_changes_in_one_millisecond_have_different_times(ann: User) -> None:
    made = ann.make()
    path = f"/{made['dashboard_id']}"

    first = ann.ask("PUT", path, body=change(made, name="First"))
    lost = ann.ask("PUT", path, body=change(made, name="Second"))
    second = ann.ask("PUT", path, body=change(first.data, name="Second"))

    assert [first.status, lost.status, second.status] == [200, 409, 200]


def test_an_etag_names_the_state_to_replace(ann: User) -> None:
    made = ann.make()
    path, body = f"/{made['dashboard_id']}", {**dashboard(), "name": "Other"}
    tag = ann.ask("GET", path).headers["etag"]

    first = ann.ask("PUT", path, body=body, headers={"If-Match": tag})
    second = ann.ask("PUT", path, body=body, headers={"If-Match": tag})
    unnamed = ann.ask("PUT", path, body=body)

    assert [first.status, second.status, unnamed.status] == [200, 409, 400]
    assert unnamed.fields == {"/updated_at": "is required unless If-Match is sent"}
    assert ann.ask("GET", path, headers={"If-None-Match": tag}).status == 200
    assert ann.ask("GET", path, headers={"If-None-Match": ann.ask("GET", path).headers["etag"]}).status == 304


def test_a_deleted_dashboard_is_gone(ann: User) -> None:
    path = f"/{ann.make()['dashboard_id']}"

    assert [ann.ask("DELETE", path).status, ann.ask("DELETE", path).status, ann.ask("GET", path).status] == [
        204,
        404,
        404,
    ]
    assert ids(ann) == sorted(BUILT_INS)


@pytest.mark.parametrize("dashboard_id", list(BUILT_INS))
def test_a_copy_is_ones_own_and_private(ann: User, bob: User, dashboard_id: str) -> None:
    original = ann.ask("GET", f"/{dashboard_id}").data

    copied = ann.ask("POST", f"/{dashboard_id}/copy")

    assert copied.status == 201
    assert copied.data["widgets"] == original["widgets"]
    assert [copied.data[name] for name in ("name", "owner", "is_public", "version")] == [
        f"{original['name']} (copy)",
        ann.name,
        False,
        1,
    ]
    path = f"/{copied.data['dashboard_id']}"
    assert bob.ask("GET", path).status == 404
    assert ann.ask("PUT", path, body=change(copied.data)).status == 200


def test_lists_have_categories_orders_and_pages(ann: User, clock: Clock) -> None:
    for name in ("b", "c", "a"):
        clock.pass_by(timedelta(seconds=1))
        ann.make(name=name, category="finance")

    by_name = ann.ask("GET", query={"category": ["finance"], "sort": ["name,desc"], "size": ["2"], "page": ["0"]}).data

    assert [each["name"] for each in by_name["dashboards"]] == ["c", "b"]
    assert (by_name["totalElements"], by_name["totalPages"]) == (4, 2)
    assert len(ids(ann, category="marketing")) == 1
    assert len(ids(ann)) == len(BUILT_INS) + 3
    assert ann.ask("GET", query={"category": ["x"], "size": ["0"], "sort": ["owner"]}).fields.keys() == {
        "category",
        "size",
        "sort",
    }


def test_a_user_has_at_most_200_dashboards(ann: User, bob: User) -> None:
    made = [ann.make(widgets=[]) for _ in range(MOST_DASHBOARDS)]

    refused = [ann.ask("POST", body=dashboard()), ann.ask("POST", "/executive/copy")]

    assert [(each.status, each.code) for each in refused] == [(422, "UNPROCESSABLE")] * 2
    assert bob.make()
    assert ann.ask("DELETE", f"/{made[0]['dashboard_id']}").status == 204
    assert ann.make()
    assert ann.ask("POST", body=dashboard()).status == 422


def test_reading_needs_one_scope_and_changing_another(join: Join) -> None:
    reader, writer = join(Scope.DASHBOARDS_READ), join(Scope.DASHBOARDS_WRITE)

    assert [reader.ask("GET").status, reader.ask("POST", body=dashboard()).status] == [200, 403]
    assert [writer.ask("GET").status, writer.ask("POST", body=dashboard()).status] == [403, 201]


def test_changes_are_on_record_with_both_states(served: Wiring, ann: User, clock: Clock) -> None:
    made = ann.make()
    path = f"/{made['dashboard_id']}"
    clock.pass_by(timedelta(seconds=1))
    changed = ann.ask("PUT", path, body=change(made, name="Other")).data
    clock.pass_by(timedelta(seconds=1))
    ann.ask("DELETE", path)

    entries = [json.loads(each.body) for each in served.audit_trail.find(Asked(), Window(0, 10)).items]

    states = [(each["action"].split()[0], each["before"], each["after"]) for each in entries]
    assert states == [("POST", None, made), ("PUT", made, changed), ("DELETE", changed, None)]


def test_a_repeated_request_with_its_key_stores_one_dashboard(ann: User) -> None:
    asked: dict[str, Any] = {"body": dashboard(widget("a")), "headers": {"Idempotency-Key": "a-key-of-a-client"}}

    first, second = ann.ask("POST", **asked), ann.ask("POST", **asked)

    assert first.data == second.data
    assert len(ids(ann)) == len(BUILT_INS) + 1
