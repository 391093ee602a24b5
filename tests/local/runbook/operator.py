"""An operator who follows docs/runbook.md at a terminal, section by section."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from infra.local.layout import PROJECT
from tests.local.conftest import RunningPlatform
from tests.local.runbook.page import Block, runnable

_BEFORE = "Before you begin"
_SECONDS = 120
_SHELL = r"""
set -eEuo pipefail
trap 'echo "docs/runbook.md:$LINENO: $BASH_COMMAND" >> failed' ERR
source ./variables 2> /dev/null
source ./block
declare -p | grep -v '^declare -[A-Za-z]*r' > variables
"""
"""Goes on with the variables of the block before, without those that a shell sets itself. A command that fails is
named even where its failure ends nothing, as in `export A=$(command)`."""

_CURL = "fail-with-body\nshow-error\n"
"""A refused request is a failure."""


@dataclass
class Section:
    """A terminal, and the blocks of a section that were not run in it yet."""

    directory: Path
    waiting: list[Block]

    def run(self, **found_out: str) -> str:
        """Run the next block, with what the operator has found out; fail if a command of it does.

        Returns:
            What it prints.
        """
        block, failed = self.waiting.pop(0), self.directory / "failed"
        failed.write_text("")
        with (self.directory / "variables").open("a") as variables:
            variables.writelines(f"{name}={shlex.quote(value)}\n" for name, value in found_out.items())
        (self.directory / "block").write_text(block.script)
        done = subprocess.run(  # noqa: S603 # the page's own
            ["bash", "-c", _SHELL],  # noqa: S607 # the operator's
            cwd=self.directory,
            env=_environment(self.directory),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        told = failed.read_text()
        assert (done.returncode, told) == (0, ""), f"{block.section}\n{told}{done.stdout}{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Operator:
    """Works in a directory that looks like the project's, where `./tally` means the platform of the test.

    Attributes:
        directory: where.
        api: where the API of the platform answers.
        variables: those that "Before you begin" sets, as the shell declares them.
        printed: what its blocks have printed.
    """

    directory: Path
    api: str
    variables: str
    printed: tuple[str, ...]

    @property
    def rule(self) -> Path:
        """The file in which the page has an alert rule edited."""
        return self.directory / "rule.json"

    @classmethod
    def at(cls, platform: RunningPlatform, directory: Path) -> Self:
        """Run the blocks of "Before you begin"."""
        tally = directory / "tally"
        tally.write_text(f'#!/bin/sh\nexec "{PROJECT}/tally" "$@" --directory "{platform.layout.directory}"\n')
        tally.chmod(0o700)
        (directory / ".curlrc").write_text(_CURL)
        (directory / ".venv").symlink_to(Path(sys.prefix))
        api = platform.ports.url("front")
        printed = []
        with cls(directory, api, "", ()).section(_BEFORE) as section:
            while section.waiting:
                printed.append(section.run())
        return cls(directory, api, (directory / "variables").read_text(), tuple(printed))

    @contextmanager
    def section(self, title: str) -> Iterator[Section]:
        """Open a section in a new terminal; all of its blocks are to be run."""
        (self.directory / "variables").write_text(self.variables)
        section = Section(self.directory, [each.sent_to(self.api) for each in runnable()[title]])
        yield section
        assert section.waiting == [], "these blocks were not run"


def _environment(directory: Path) -> dict[str, str]:
    """Return the variables of a terminal of the user, with the AWS CLI of the tests first, and nothing of AWS set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TALLY_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
    return {**kept, "PATH": path, "CURL_HOME": str(directory)}
