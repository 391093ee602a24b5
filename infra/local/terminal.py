"""The one way by which commands print text: what came from others is shown on a terminal, never obeyed by it."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_LAYOUT = {"\n", "\t"}
_UNBOUNDED = 100_000

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")]


def printable(text: str) -> str:
    """Return a text with every control, format and separator character but newline and tab written as its escape.

    Names of keys and sources, lines of logs and of files may contain what moves a cursor, changes a title or turns
    the direction of text.
    """
    return "".join(map(_escape, text))


def echo(text: object, *, err: bool = False) -> None:
    """Print a line."""
    typer.echo(printable(str(text)), err=err)


def echo_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under the names of their columns, each row on one line unless the terminal is too narrow for it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(Text(_on_one_line(str(cell))) for cell in row))
    # A pipe has no width: programs such as grep get whole lines.
    Console(width=None if sys.stdout.isatty() else _UNBOUNDED).print(table)


def echo_json(document: Any) -> None:
    """Print a JSON document."""
    echo(json_text(document))


def json_text(document: Any) -> str:
    """Format a JSON document in printable ASCII, so that it stays JSON on any terminal."""
    return json.dumps(document, indent=1).replace("\x7f", "\\u007f")


def _on_one_line(text: str) -> str:
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape(character: str) -> str:
    if character in _LAYOUT or unicodedata.category(character) not in _OBEYED:
        return character
    return character.encode("unicode_escape").decode()
