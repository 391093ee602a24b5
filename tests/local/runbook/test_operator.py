"""A command of the page that fails is named with its line, and variables live as long as a terminal."""

import re
from pathlib import Path

import pytest

from tests.local.runbook.operator import Section
from tests.local.runbook.page import Block, blocks

PAGE = """# Page

## Before

```sh
export FOUND=here
```

## Incident

1. Look.

   ```sh
   NAME=$(echo $FOUND)
   echo "$NAME and $KEY"
   ```

```sh
# AWS only
false
```
"""


def terminal(directory: Path, *commands: str) -> Section:
    """A terminal with blocks that begin on line 7 of a page."""
    (directory / "variables").write_text("")
    return Section(directory, [Block("Incident", 7, each) for each in commands])


def test_blocks_have_their_section_and_line_and_no_indentation() -> None:
    first, second, third = blocks(PAGE)

    assert (first.section, first.line, first.commands) == ("Before", 6, "export FOUND=here\n")
    assert (second.section, second.line) == ("Incident", 14)
    assert second.commands == 'NAME=$(echo $FOUND)\necho "$NAME and $KEY"\n'
    assert [each.is_for_aws for each in (first, second, third)] == [False, False, True]


def test_a_block_knows_the_variables_of_the_one_before_and_what_was_found_out(tmp_path: Path) -> None:
    found, used, _ = blocks(PAGE)
    section = terminal(tmp_path, found.commands, used.commands)

    assert section.run() == ""
    assert section.run(KEY="a 'key'") == "here and a 'key'\n"


FAILING = ("false", "export A=$(false)", "false | cat", "echo $(false)", "cat < nothing", "echo $UNKNOWN")


@pytest.mark.parametrize("command", FAILING)
def test_a_command_that_fails_is_named_with_its_line(tmp_path: Path, command: str) -> None:
    section = terminal(tmp_path, f"echo begins\n{command}\necho ends\n")

    with pytest.raises(AssertionError) as failure:
        section.run()

    assert re.search(r"docs/runbook\.md:8: |line 8: UNKNOWN: unbound", str(failure.value))
