"""The blocks of commands of docs/runbook.md, by section and with their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from textwrap import dedent

PATH = Path(__file__).resolve().parents[3] / "docs" / "runbook.md"
_AWS_ONLY = "# AWS only"
_API = "http://127.0.0.1:8090"


@dataclass(frozen=True)
class Block:
    """A block of shell commands.

    Attributes:
        section: the heading that it is below.
        line: the line of the page on which its first command is.
        commands: the commands, without the indentation of the list that they are in.
    """

    section: str
    line: int
    commands: str

    @property
    def is_for_aws(self) -> bool:
        """Whether only AWS can run it."""
        return self.commands.startswith(_AWS_ONLY)

    @property
    def script(self) -> str:
        """The commands on the lines that they have in the page, so that the shell names these."""
        return "\n" * (self.line - 1) + self.commands

    def sent_to(self, api: str) -> "Block":
        """Return the same commands, for a platform that answers there."""
        return replace(self, commands=self.commands.replace(_API, api))


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page in order."""
    section, found, start = "", list[str](), 0
    for number, line in enumerate(text.splitlines(), 1):
        if start and line.strip() == "```":
            yield Block(section, start, dedent("\n".join(found)) + "\n")
            start = 0
        elif start:
            found.append(line)
        elif line.strip() == "```sh":
            found, start = [], number + 1
        elif line.startswith("#"):
            section = line.strip("# ")


def runnable() -> dict[str, list[Block]]:
    """Return the blocks that the laptop can run, by section."""
    every = [each for each in blocks(PATH.read_text()) if not each.is_for_aws]
    return {section: list(found) for section, found in groupby(every, lambda each: each.section)}
