"""What docs/runbook.md tells operators to run exists and is tested, and its links lead somewhere.

Its commands are run in the thorough tier: tests/local/runbook.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from infra.aws.alarms.sections import Section
from infra.local.cli import app
from tests.local.runbook.page import Block, blocks, runnable

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text()
COMMAND_LINE = typer.main.get_command(app)
COMMANDS = sorted({found.strip() for found in re.findall(r"\./tally ([^|)>`\n]+)", PAGE)})
FOLLOWED = {
    title
    for module in (ROOT / "tests" / "local" / "runbook").glob("*.py")
    for title in re.findall(r'\.section\("([^"]+)"\)', module.read_text())
}
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_exists(command: str) -> None:
    words = shlex.split(command)
    found = COMMAND_LINE
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]  # type: ignore[attr-defined] # of a group

    options = {name for each in found.params for name in each.opts}

    assert not hasattr(found, "commands"), f"{command!r} names no command"
    assert {each for each in words if each.startswith("--")} <= options


def test_every_target_of_make_exists() -> None:
    named = re.findall(r"\bmake ([a-z-]+)(?: STAGE=\w+)?[`\n]", PAGE)

    assert named
    assert set(named) <= set(TARGETS)


@pytest.mark.parametrize("block", list(blocks(PAGE)), ids=lambda block: str(block.line))
def test_every_block_of_commands_can_be_parsed_by_the_shell(block: Block) -> None:
    checked = subprocess.run(
        ["bash", "-n"],  # noqa: S607 # only parses
        input=block.commands,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert checked.stderr == ""


@pytest.mark.parametrize("section", sorted(runnable().keys() - {"Before you begin"}))
def test_a_test_follows_every_section_with_commands(section: str) -> None:
    assert section in FOLLOWED


def test_all_commands_are_in_blocks_of_the_shell() -> None:
    assert set(re.findall(r"^ *```(.+)$", PAGE, re.MULTILINE)) == {"sh"}


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        page = ROOT / "docs" / path if path else ROOT / "docs" / "runbook.md"
        if not page.exists() or (anchor and anchor not in anchors(page.read_text())):
            broken.append(link)

    assert broken == []


def test_alarms_point_to_sections_that_exist() -> None:
    assert {each.value for each in Section} <= anchors(PAGE)
