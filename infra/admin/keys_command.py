"""The commands that manage API keys: `./tally keys ...`."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table
from shared.auth.scopes import Scope

if TYPE_CHECKING:
    from infra.admin.keys import KeysAdmin
    from shared.auth.key_store import ApiKeys
    from shared.auth.models import ApiKey

app = typer.Typer(help="Create, list, revoke and rotate API keys.", no_args_is_help=True)

_PAGE = 100
_COLUMNS = ("Id", "Name", "Owner", "Scopes", "Created", "Last used", "Revoked")
KeyId = Annotated[str, typer.Argument(help="The `client_id` of the key.")]


def _keys(directory: Path, stage: str) -> "KeysAdmin":
    from infra.admin.keys import KeysAdmin  # noqa: PLC0415 - not on the path of --help

    return KeysAdmin.of(Stage.find(stage, directory))


@app.command(epilog="Example: `./tally keys create 'web shop' --scope ingest:write`")
def create(
    name: Annotated[str, typer.Argument(help="Purpose of the key.")],
    *,
    scope: Annotated[list[Scope], typer.Option("--scope", help="Scope of its tokens; repeatable.")],
    owner: Annotated[str | None, typer.Option("--owner", help="User or system that it acts for.")] = None,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Create a key. Its secret is shown once."""
    from shared.auth.models import NewApiKey  # noqa: PLC0415 - not on the path of --help

    wanted = NewApiKey(name=name, scopes=scope, owner=owner)
    _show(_keys(directory, stage).create(wanted))


@app.command("list", epilog="Examples: `./tally keys list`, `./tally keys list --stage dev --json`")
def list_keys(*, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """List all keys, including revoked ones, oldest first."""
    keys = list(_every(_keys(directory, stage).keys))
    if json:
        echo_json([key.model_dump(mode="json", exclude_none=True) for key in keys])
    else:
        echo_table(_COLUMNS, map(_row, keys))


@app.command(epilog="Example: `./tally keys revoke key-0123456789abcdef`")
def revoke(key_id: KeyId, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Revoke a key; tokens that it obtained stop working within a minute."""
    _show(_keys(directory, stage).revoke(key_id))


@app.command(epilog="Example: `./tally keys rotate key-0123456789abcdef --grace-hours 1`")
def rotate(
    key_id: KeyId,
    *,
    grace_hours: Annotated[
        int, typer.Option("--grace-hours", min=0, max=168, help="How long the old secret stays valid.")
    ] = 24,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Replace the secret of a key. The new secret is shown once."""
    _show(_keys(directory, stage).rotate(key_id, grace=timedelta(hours=grace_hours)))


def _show(key: "ApiKey") -> None:
    from infra.local.keys import describe  # noqa: PLC0415 - not on the path of --help

    echo(describe(key))


def _every(keys: "ApiKeys") -> "Iterator[ApiKey]":
    from shared.runtime.paging import Window  # noqa: PLC0415 - not on the path of --help

    number, last = 0, False
    while not last:
        page = keys.page(Window.of_page(number, _PAGE))
        yield from page.content
        number, last = number + 1, page.last


def _row(key: "ApiKey") -> Sequence[str]:
    scopes = "all" if set(key.scopes) == set(Scope) else " ".join(key.scopes)
    return (key.id, key.name, key.owner, scopes, *map(_day, (key.created_at, key.last_used_at, key.revoked_at)))


def _day(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d}"
