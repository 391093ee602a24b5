"""Administration of API keys over HTTP."""

import pytest

from tests.fakes.identities import Visitor
from tests.functions.auth.conftest import Call

NEW = {"name": "web shop", "scopes": ["ingest:write"]}


def test_a_key_is_created_listed_rotated_and_revoked_and_shows_its_secret_once(
    call: Call, administrator: Visitor
) -> None:
    made = call("POST", "/auth/keys", body={**NEW, "owner": "ann"})
    key_id = made.data["id"]
    rotated = call("POST", f"/auth/keys/{key_id}/rotate", query={"grace_hours": ["0"]})
    revoked = call("DELETE", f"/auth/keys/{key_id}")
    listed = call("GET", "/auth/keys")

    (kept,) = [key for key in listed.data["content"] if key["id"] != administrator.key.id]
    assert [answer.status for answer in (made, rotated, revoked, listed)] == [201, 200, 204, 200]
    assert made.data["owner"] == "ann"
    assert made.data["client_secret"] != rotated.data["client_secret"]
    assert "client_secret" not in kept
    assert kept["revoked_at"]
    assert listed.data["totalElements"] == 2


def test_new_keys_and_rotated_secrets_are_exchanged_for_tokens(call: Call) -> None:
    made = call("POST", "/auth/keys", body=NEW).data
    rotated = call("POST", f"/auth/keys/{made['id']}/rotate", query={"grace_hours": ["0"]}).data

    statuses = [
        call("POST", "/auth/token", body={"client_id": made["id"], "client_secret": each["client_secret"]}).status
        for each in (made, rotated)
    ]

    assert statuses == [401, 200]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["admin"]}, "name"),
        ({"name": "  ", "scopes": ["admin"]}, "name"),
        ({"name": "x" * 101, "scopes": ["admin"]}, "name"),
        ({"name": "a"}, "scopes"),
        ({"name": "a", "scopes": []}, "scopes"),
        ({"name": "a", "scopes": ["everything"]}, "scopes.0"),
        ({"name": "a", "scopes": ["admin"], "owner": ""}, "owner"),
    ],
)
def test_a_key_without_a_name_or_scopes_is_refused(call: Call, body: dict[str, object], field: str) -> None:
    answer = call("POST", "/auth/keys", body=body)

    assert answer.status == 400
    assert [each["field"] for each in answer.error["field_errors"]] == [field]


def test_an_unknown_key_is_not_found(call: Call) -> None:
    revoked = call("DELETE", "/auth/keys/key-0000000000000000")
    rotated = call("POST", "/auth/keys/key-0000000000000000/rotate")

    assert [revoked.status, rotated.status] == [404, 404]


def test_a_revoked_key_cannot_be_rotated(call: Call) -> None:
    key_id = call("POST", "/auth/keys", body=NEW).data["id"]
    call("DELETE", f"/auth/keys/{key_id}")

    assert call("POST", f"/auth/keys/{key_id}/rotate").status == 409


@pytest.mark.parametrize("grace", ["-1", "169", "soon"])
def test_the_grace_period_is_at_most_a_week_in_hours(call: Call, grace: str) -> None:
    key_id = call("POST", "/auth/keys", body=NEW).data["id"]

    assert call("POST", f"/auth/keys/{key_id}/rotate", query={"grace_hours": [grace]}).status == 400


@pytest.mark.parametrize("key_id", ["nobody", "key-xyz", "key-00000000000000000", "KEY-0000000000000000"])
def test_a_malformed_key_id_is_refused(call: Call, key_id: str) -> None:
    assert call("DELETE", f"/auth/keys/{key_id}").status in {400, 404}


def test_keys_are_listed_in_pages(call: Call, administrator: Visitor) -> None:
    made = [administrator.key.id, *(call("POST", "/auth/keys", body=NEW).data["id"] for _ in range(2))]

    pages = [call("GET", "/auth/keys", query={"page": [str(page)], "size": ["2"]}).data for page in range(2)]

    assert sorted(key["id"] for page in pages for key in page["content"]) == sorted(made)
    assert [page["last"] for page in pages] == [False, True]


def test_keys_are_sorted_as_asked(call: Call, administrator: Visitor) -> None:
    for name in ("b", "c", "a"):
        call("POST", "/auth/keys", body={**NEW, "name": name})

    names = [
        [
            key["name"]
            for key in call("GET", "/auth/keys", query={"sort": [sort]}).data["content"]
            if len(key["name"]) == 1
        ]
        for sort in ("name", "name,asc", "name,DESC")
    ]

    assert administrator
    assert names == [["a", "b", "c"], ["a", "b", "c"], ["c", "b", "a"]]


@pytest.mark.parametrize("sort", ["secret", "name,up", "name,asc,desc", ""])
def test_an_unknown_order_of_keys_is_refused_with_the_known_ones(call: Call, sort: str) -> None:
    answer = call("GET", "/auth/keys", query={"sort": [sort]})

    assert answer.status == 400
    assert answer.fields["sort"].startswith("must be one of name, owner, created_at")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/auth/keys"), ("POST", "/auth/keys"), ("POST", "/auth/keys/key-0000000000000000/rotate")],
)
def test_an_unknown_parameter_is_refused(call: Call, method: str, path: str) -> None:
    answer = call(method, path, body=NEW if method == "POST" else None, query={"colour": ["red"]})

    assert answer.status == 400
    assert answer.fields["colour"].startswith("unknown parameter")
