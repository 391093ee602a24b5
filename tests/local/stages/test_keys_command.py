"""`keys` against AWS: an administrator's changes are audited like those through the API."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import AUDIT_TABLE, Asked
from shared.auth.models import NewApiKey
from shared.auth.scopes import Scope
from shared.runtime.paging import Window
from tests.fakes.identities import make_key


def keys(*words: str) -> Any:
    """Run a command of `keys` and return what it prints."""
    answer = CliRunner().invoke(app, ["keys", *words])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def on_record(wired: Wiring) -> list[Mapping[str, Any]]:
    """The entries of the audit log."""
    return [parse(entry.body) for entry in wired.audit_trail.find(Asked(), Window(0, 100)).items]


def test_every_key_change_is_audited_with_its_actor_and_no_secret(wired: Wiring, stage: str) -> None:
    made = keys("create", "web shop", "--scope", "ingest:write", "--stage", stage)
    rotated = keys("rotate", made["id"], "--stage", stage)
    keys("revoke", made["id"], "--stage", stage)

    entries = {entry["action"]: entry for entry in on_record(wired)}
    assert entries.keys() == {"keys create", "keys rotate", "keys revoke"}
    assert {entry["resource"] for entry in entries.values()} == {f"/api/v1/auth/keys/{made['id']}"}
    assert {entry["user_id"] for entry in entries.values()} == {boto3.client("sts").get_caller_identity()["Arn"]}
    assert entries["keys create"]["before"] is None
    assert entries["keys create"]["after"]["scopes"] == ["ingest:write"]
    assert "rotated_at" not in entries["keys rotate"]["before"]
    assert entries["keys rotate"]["after"]["rotated_at"]
    assert entries["keys revoke"]["after"]["revoked_at"]
    assert not any(secret["client_secret"] in str(entries) for secret in (made, rotated))


def test_listing_keys_is_not_audited(wired: Wiring, stage: str) -> None:
    key = make_key(wired.identity)

    answer = CliRunner().invoke(app, ["keys", "list", "--stage", stage])

    assert key.id in answer.output
    assert on_record(wired) == []


def test_keys_are_listed_in_a_table_each_on_one_line(wired: Wiring, stage: str) -> None:
    made = wired.identity.keys.create(NewApiKey(name="till\n\x1b[2Jkey-0", scopes=[Scope.INGEST_READ], owner="[red]o"))
    admin = wired.identity.keys.create(NewApiKey(name="admin", scopes=list(Scope)))
    wired.identity.keys.revoke(admin.id)

    header, *lines = CliRunner().invoke(app, ["keys", "list", "--stage", stage]).stdout.splitlines()

    first, second = sorted(lines, key=lambda line: line.startswith(admin.id))
    assert header.split() == ["Id", "Name", "Owner", "Scopes", "Created", "Last", "used", "Revoked"]
    assert first.split()[:4] == [made.id, "till\\n\\x1b[2Jkey-0", "[red]o", "ingest:read"]
    assert first.split()[-2:] == ["-", "-"]
    assert second.split()[:4] == [admin.id, "admin", admin.id, "all"]
    assert second.split()[-2:] == ["-", f"{wired.clock():%Y-%m-%d}"]


def test_keys_as_json_are_one_document_without_secrets(wired: Wiring, stage: str) -> None:
    made = [make_key(wired.identity) for _ in range(2)]

    document = keys("list", "--json", "--stage", stage)

    assert sorted(key["id"] for key in document) == sorted(key.id for key in made)
    assert not any("client_secret" in key for key in document)


def test_a_secret_is_shown_even_if_the_audit_fails(wired: Wiring, stage: str) -> None:
    boto3.client("dynamodb").delete_table(TableName=wired.settings.name_of(AUDIT_TABLE))

    answer = CliRunner().invoke(app, ["keys", "create", "web shop", "--scope", "ingest:write", "--stage", stage])

    assert answer.exit_code == 0
    secret = json.loads(answer.stdout)["client_secret"]
    assert "This change could not be written to the audit log" in answer.stderr
    assert secret not in answer.stderr


@pytest.mark.usefixtures("stage")
def test_an_unknown_key_is_not_audited(wired: Wiring) -> None:
    answer = CliRunner().invoke(app, ["keys", "revoke", "key-0000000000000000", "--stage", "dev"])

    assert "The API key" in str(answer.exception)
    assert on_record(wired) == []
