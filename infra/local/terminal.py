"""The one way by which commands print text: what came from others is shown on a terminal, never obeyed by it."""

import unicodedata

import typer

_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_LAYOUT = {"\n", "\t"}


def printable(text: str) -> str:
    """Return a text with every control, format and separator character but newline and tab written as its escape.

    Names of keys and sources, lines of logs and of files may contain what moves a cursor, changes a title or turns
    the direction of text.
    """
    return "".join(map(_shown, text))


def echo(text: object, *, err: bool = False) -> None:
    """Print a line."""
    typer.echo(printable(str(text)), err=err)


def _shown(character: str) -> str:
    if character in _LAYOUT or unicodedata.category(character) not in _OBEYED:
        return character
    return character.encode("unicode_escape").decode()
