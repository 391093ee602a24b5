"""The command that holds the audit log against itself: `python -m infra.local audit verify`."""

from collections.abc import Iterator, Sequence

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.failures import LaptopError
from infra.local.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo
from shared.audit.anchors import Anchors
from shared.audit.trail import AuditTrail
from shared.audit.verification import Verdict, verify
from shared.runtime.models import now

app = typer.Typer(help="Find out whether somebody has touched the audit log.", no_args_is_help=True)

_TOUCHED, _NOT_CHECKED = 1, 2
_EPILOG = "Examples: `python -m infra.local audit verify`, `python -m infra.local audit verify --stage dev`"


@app.callback()
def audit() -> None:
    """Find out whether somebody has touched the audit log."""


@app.command("verify", epilog=_EPILOG)
def verify_log(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Look for entries that were edited, deleted, moved or cut off; exit code 1 if there are, 2 if nobody can tell."""
    try:
        verdicts = _verdicts(Stage.called(stage, directory))
    except (LaptopError, BotoCoreError, ClientError) as error:
        echo(f"The audit log of {stage} could not be checked: {error}", err=True)
        raise typer.Exit(code=_NOT_CHECKED) from error
    for line in told(verdicts):
        echo(line)
    if any(verdict.findings for verdict in verdicts):
        raise typer.Exit(code=_TOUCHED)


def told(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Write a verdict on every chain, each thing found in it, and the sum of all."""
    for verdict in verdicts:
        yield f"{verdict.chain}: {verdict.verified} of {_many(verdict.entries, 'entry', 'entries')} verified"
        yield from (f"  {finding}" for finding in verdict.findings)
    findings = sum(len(verdict.findings) for verdict in verdicts)
    entries = sum(verdict.entries for verdict in verdicts)
    found = f"{_many(findings, 'thing', 'things')} found" if findings else "nothing was touched"
    yield f"{_many(entries, 'entry', 'entries')} in {len(verdicts)} chains: {found}."


def _verdicts(stage: Stage) -> list[Verdict]:
    trail = AuditTrail(stage.client("dynamodb"), stage.output("AuditTableName"), now)
    return verify(trail, Anchors(stage.client("s3"), stage.output("AnchorsBucketName"), now))


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
