"""A report as a document: title, filters, key figures, charts, table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.exports.document.charts import HEIGHT, Chart, Frame
from shared.exports.document.fonts import BOLD, REGULAR, printable, width, wrap
from shared.exports.document.pages import ACCENT, GREY, INK, LINE, PALE, Pages
from shared.exports.document.table import PrintedTable

_GAP = 18.0
_TILES, _TILE = 4, 46.0
_NOTE = 6.5


@dataclass(frozen=True)
class KeyFigure:
    """A number to be seen at once, and what is to be known of it."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a document has, in its order."""

    title: str
    filters: Sequence[tuple[str, str]]
    watermark: str
    figures: Sequence[KeyFigure] = ()
    charts: Sequence[Chart] = ()
    table: PrintedTable
    notes: Sequence[str] = ()
    is_wide: bool = False

    def draw(self) -> bytes:
        """Return the document as PDF; equal documents have equal bytes."""
        pages = Pages(self.title, f"Data complete up to {self.watermark}", self.is_wide)
        _heading(pages, self.title, self.filters)
        _figures(pages, self.figures)
        _charts(pages, self.charts)
        pages.need(60)
        self.table.draw(pages)
        _notes(pages, self.notes)
        return pages.finish()


def _heading(pages: Pages, title: str, filters: Sequence[tuple[str, str]]) -> None:
    pages.text(pages.left, pages.y - 16, title, size=18, bold=True)
    pages.text_right(pages.left + pages.inner, pages.y - 14, "Tally", size=10, color=ACCENT, bold=True)
    pages.y -= 26
    pages.rule((pages.left, pages.y), (pages.left + pages.inner, pages.y), ACCENT, 1.4)
    pages.y -= 14
    for line in _filter_lines(filters, pages.inner):
        x = pages.left
        for name, value in line:
            pages.text(x, pages.y, name, size=7.5, color=GREY)
            x += width(name, REGULAR, 7.5) + 4
            pages.text(x, pages.y, value, size=7.5, color=INK, bold=True)
            x += width(value, BOLD, 7.5) + 14
        pages.y -= 12
    pages.y -= _GAP - 10


def _filter_lines(filters: Sequence[tuple[str, str]], inner: float) -> Iterator[list[tuple[str, str]]]:
    """Put filters on lines, as many on each as fit; one that is longer than a line is divided."""
    line: list[tuple[str, str]] = []
    reached = 0.0
    for name, value in filters:
        label = width(name, REGULAR, 7.5) + 4
        for number, part in enumerate(wrap(printable(value), BOLD, 7.5, inner - label)):
            takes = label + width(part, BOLD, 7.5) + 14
            if line and reached + takes > inner + 14:
                yield line
                line, reached = [], 0.0
            line.append((name if number == 0 else "", part))
            reached += takes
    if line:
        yield line


def _figures(pages: Pages, figures: Sequence[KeyFigure]) -> None:
    wide = (pages.inner - 8 * (_TILES - 1)) / _TILES
    for start in range(0, len(figures), _TILES):
        pages.need(_TILE)
        for place, each in enumerate(figures[start : start + _TILES]):
            x = pages.left + place * (wide + 8)
            pages.box(x, pages.y - _TILE, wide, _TILE, PALE)
            pages.box(x, pages.y - _TILE, 2.2, _TILE, ACCENT)
            pages.text(x + 10, pages.y - 13, each.name, size=7, color=GREY)
            pages.text(x + 10, pages.y - 29, each.value, size=13, bold=True)
            pages.text(x + 10, pages.y - 40, each.remark, size=6.2, color=GREY)
        pages.y -= _TILE + 8
    if figures:
        pages.y -= _GAP - 8


def _charts(pages: Pages, charts: Sequence[Chart]) -> None:
    """Draw charts in two columns."""
    wide = (pages.inner - 24) / 2
    for start in range(0, len(charts), 2):
        pages.need(HEIGHT)
        pages.y -= HEIGHT
        for place, chart in enumerate(charts[start : start + 2]):
            chart.draw(pages, Frame(pages.left + place * (wide + 24), pages.y, wide))
        pages.y -= _GAP
    if charts:
        pages.rule((pages.left, pages.y + _GAP / 2), (pages.left + pages.inner, pages.y + _GAP / 2), LINE)


def _notes(pages: Pages, notes: Sequence[str]) -> None:
    lines = [line for note in notes for line in wrap(note, REGULAR, _NOTE, pages.inner)]
    pages.y -= 14
    for line in lines:
        pages.need(9)
        pages.text(pages.left, pages.y, line, size=_NOTE, color=GREY)
        pages.y -= 9
