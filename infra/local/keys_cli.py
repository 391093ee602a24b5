"""The commands that administer API keys: `python -m infra.local keys ...`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from infra.local.keys import told
from infra.local.keys_admin import KeysAdmin
from infra.local.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo
from shared.auth.models import NewApiKey
from shared.auth.scopes import Scope

app = typer.Typer(help="Make, list, revoke and rotate API keys.", no_args_is_help=True)

_PAGE = 100
KeyId = Annotated[str, typer.Argument(help="The key's `client_id`.")]


def _keys(directory: Path, stage: str) -> KeysAdmin:
    return KeysAdmin.of(Stage.called(stage, directory))


@app.command(epilog="Example: `python -m infra.local keys create 'web shop' --scope ingest:write`")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    *,
    scope: Annotated[list[Scope], typer.Option("--scope", help="What its tokens may do; several times.")],
    owner: Annotated[str | None, typer.Option("--owner", help="On whose behalf it acts.")] = None,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Make a key; its secret is shown now and never again."""
    wanted = NewApiKey(name=name, scopes=scope, owner=owner)
    echo(told(_keys(directory, stage).create(wanted)))


@app.command("list", epilog="Example: `python -m infra.local keys list`")
def list_keys(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Show every key, revoked ones too, oldest first."""
    keys, number = _keys(directory, stage).keys, 0
    while True:
        page = keys.page(number=number, size=_PAGE)
        for key in page.content:
            echo(told(key))
        if page.last:
            return
        number += 1


@app.command(epilog="Example: `python -m infra.local keys revoke key-0123456789abcdef`")
def revoke(key_id: KeyId, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Make a key good for nothing, within a minute also for tokens it already got."""
    echo(told(_keys(directory, stage).revoke(key_id)))


@app.command(epilog="Example: `python -m infra.local keys rotate key-0123456789abcdef --grace-hours 1`")
def rotate(
    key_id: KeyId,
    *,
    grace_hours: Annotated[int, typer.Option("--grace-hours", min=0, max=168, help="The old secret counts on.")] = 24,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Give a key a new secret, shown now and never again."""
    echo(told(_keys(directory, stage).rotate(key_id, grace=timedelta(hours=grace_hours))))
