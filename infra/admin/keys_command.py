"""The commands that manage API keys: `./tally keys ...`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from infra.admin.keys import KeysAdmin
from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.keys import told
from infra.local.terminal import echo
from shared.auth.models import NewApiKey
from shared.auth.scopes import Scope

app = typer.Typer(help="Create, list, revoke and rotate API keys.", no_args_is_help=True)

_PAGE = 100
KeyId = Annotated[str, typer.Argument(help="The `client_id` of the key.")]


def _keys(directory: Path, stage: str) -> KeysAdmin:
    return KeysAdmin.of(Stage.called(stage, directory))


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
    wanted = NewApiKey(name=name, scopes=scope, owner=owner)
    echo(told(_keys(directory, stage).create(wanted)))


@app.command("list", epilog="Example: `./tally keys list`")
def list_keys(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """List all keys, including revoked ones, oldest first."""
    keys, number = _keys(directory, stage).keys, 0
    while True:
        page = keys.page(number=number, size=_PAGE)
        for key in page.content:
            echo(told(key))
        if page.last:
            return
        number += 1


@app.command(epilog="Example: `./tally keys revoke key-0123456789abcdef`")
def revoke(key_id: KeyId, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Revoke a key; tokens that it obtained stop working within a minute."""
    echo(told(_keys(directory, stage).revoke(key_id)))


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
    echo(told(_keys(directory, stage).rotate(key_id, grace=timedelta(hours=grace_hours))))
