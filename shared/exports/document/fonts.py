"""The embedded fonts of documents: Bitstream Vera, whose licence permits it, and what they lack.

Vera covers Latin-1 and a little of Latin Extended-A. Every other character is written as its escape, never left out.
"""

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Vera", "VeraBd"
_FOLDER = Path(reportlab.__file__).parent / "fonts"
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@cache
def register() -> frozenset[str]:
    """Register the fonts, and return the characters that both can show."""
    covered: set[int] | None = None
    for name in (REGULAR, BOLD):
        font = TTFont(name, str(_FOLDER / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
        known = set(font.face.charToGlyph)
        covered = known if covered is None else covered & known
    return frozenset(map(chr, covered or ()))


def printable(text: str) -> str:
    """Return a text in which Python's escapes stand for the characters that the fonts lack."""
    known = register()
    return "".join(each if each in known and each.isprintable() else _escape(each) for each in text)


def width(text: str, font: str, size: float) -> float:
    """Return the width of a text in points."""
    register()
    found: float = pdfmetrics.stringWidth(text, font, size)
    return found


def wrap(text: str, font: str, size: float, most: float) -> list[str]:
    """Break a text into lines of at most a width, between words where there are any; no character is lost."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and width(line + word, font, size) > most:
            lines.append(line.rstrip(" "))
            line = ""
        for piece in _pieces(word, font, size, most):
            if line and width(line + piece, font, size) > most:
                lines.append(line)
                line = ""
            line += piece
    return [*lines, line] if line or not lines else lines


def _words(text: str) -> list[str]:
    """Return the words of a text, each with the spaces after it."""
    *words, last = text.split(" ")
    return [*(f"{each} " for each in words), last]


def _pieces(word: str, font: str, size: float, most: float) -> list[str]:
    """Cut a word that is wider than a line."""
    if width(word.rstrip(" "), font, size) <= most:
        return [word]
    pieces = [""]
    for each in word:
        if pieces[-1] and width(pieces[-1] + each, font, size) > most:
            pieces.append("")
        pieces[-1] += each
    return pieces


def _escape(character: str) -> str:
    number = ord(character)
    return _ESCAPES.get(character) or (f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}")  # noqa: PLR2004 # the two escapes of Python
