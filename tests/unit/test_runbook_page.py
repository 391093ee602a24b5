"""What docs/runbook.md tells operators to run exists, and its links lead somewhere."""

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer

from infra.aws.alarms.sections import Section
from infra.local.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text()
COMMAND_LINE = typer.main.get_command(app)
COMMANDS = sorted({found.strip() for found in re.findall(r"\./tally ([^|)>`\n]+)", PAGE)})
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def blocks(language: str) -> Iterator[str]:
    """The fenced blocks in a language, without the indentation of the list that they are in."""
    for indent, text in re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE):
        yield re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


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


@pytest.mark.parametrize("block", list(blocks("sh")))
def test_every_block_of_commands_can_be_parsed_by_the_shell(block: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False, timeout=20)  # noqa: S607

    assert checked.stderr == ""


def test_programs_import_what_exists() -> None:
    (program,) = blocks("python")

    imports = [each for each in ast.walk(ast.parse(program)) if isinstance(each, ast.ImportFrom)]

    assert imports
    for each in imports:
        assert all(hasattr(import_module(str(each.module)), alias.name) for alias in each.names)


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        path, _, anchor = link.partition("#")
        page = ROOT / "docs" / path if path else ROOT / "docs" / "runbook.md"
        if not page.exists() or (anchor and anchor not in anchors(page.read_text())):
            broken.append(link)

    assert broken == []


def test_alarms_point_to_sections_that_exist() -> None:
    assert {each.value for each in Section} <= anchors(PAGE)
