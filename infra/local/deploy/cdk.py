"""Runs the pinned CDK CLI against the emulator and turns its failures into sentences."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.emulator.credentials import ACCOUNT, REGION, EmulatorCredentials
from infra.local.errors import DeployFailed, MissingTool
from infra.local.layout import PROJECT, Layout

_ERROR = re.compile(r"[\w.]*(Error|Exception|NotFound|Missing)\b.*: ")
_RESOURCE_FAILED = re.compile(r"\| (CREATE|UPDATE|DELETE)_FAILED\b.*\|")
_OURS = ("AWS_", "CDK_", "JSII_", "PYTHON")


@dataclass(frozen=True, slots=True)
class CdkApp:
    """A CDK app for the CLI; tests use another one than Tally's."""

    command: str = f'"{sys.executable}" -m infra.aws.app'
    project: Path = PROJECT
    context: Mapping[str, str] = field(default_factory=lambda: {"stage": "local"})


def cli(project: Path) -> str:
    """Return the CDK CLI that package-lock.json pins."""
    path = project / "node_modules" / ".bin" / "cdk"
    if not path.exists():
        raise MissingTool("The CDK CLI is not installed; run `npm ci` (or `make run`, which does it) and try again.")
    return str(path)


def cdk_environment(endpoint: str, credentials: EmulatorCredentials, outer: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the CLI can reach the emulator and nothing else of AWS."""
    return {
        **{name: value for name, value in outer.items() if not name.startswith(_OURS)},
        **credentials.environment(),
        "AWS_ENDPOINT_URL": endpoint,
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "NODE_NO_WARNINGS": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    }


def bootstrap(*, app: CdkApp, layout: Layout, endpoint: str) -> None:
    """Make the toolkit stack, outside the project so that its app is not synthesized for it."""
    command = [cli(app.project), "bootstrap", f"aws://{ACCOUNT}/{REGION}", "--no-notices"]
    _run("bootstrap", command, cwd=layout.directory, layout=layout, endpoint=endpoint)


def deploy(*, app: CdkApp, layout: Layout, endpoint: str) -> None:
    """Synthesize the app for the local stage and deploy every stack of it."""
    command = [
        cli(app.project),
        "deploy",
        "--all",
        *(argument for pair in app.context.items() for argument in ("--context", "=".join(pair))),
        *("--app", app.command),
        *("--output", str(layout.assembly)),
        *("--outputs-file", str(layout.outputs)),
        *("--require-approval", "never"),
        *("--method", "direct"),
        *("--concurrency", "4"),
        *("--progress", "events"),
        "--no-notices",
        "--no-version-reporting",
    ]
    _run("deploy", command, cwd=app.project, layout=layout, endpoint=endpoint)


def _run(step: str, command: Sequence[str], *, cwd: Path, layout: Layout, endpoint: str) -> None:
    log = layout.log("deploy")
    with log.open("ab") as out:
        begins = out.tell()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=cdk_environment(endpoint, EmulatorCredentials.of(layout), os.environ),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait()
        except BaseException:
            _end_group(process)
            raise
    if code != 0:
        said = log.read_bytes()[begins:].decode(errors="replace")
        raise DeployFailed(step, reason_in(said), log)


def reason_in(said: str) -> str:
    """Return the line of the CLI's output that names the reason.

    It is that of the first resource that failed, else the last error, else the last words.
    """
    lines = [line.strip(" ‣\t") for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    resources = [line.rpartition("|")[2].strip() for line in lines if _RESOURCE_FAILED.search(line)]
    return [*lines[-1:], *errors[-1:], *resources[:1]][-1] if lines else "no output"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Stop the CLI with the app and the Node kernel it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
