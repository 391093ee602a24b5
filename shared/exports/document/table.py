"""A table over as many pages as it takes; its header is repeated, and long cells are wrapped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.exports.document.fonts import BOLD, REGULAR, printable, wrap
from shared.exports.document.pages import ACCENT, GREY, INK, PALE, Pages

_PADDING, _LEADING = 4.0, 9.0


@dataclass(frozen=True)
class TableColumn:
    """A column: its header, its share of the width, and whether it has numbers, which are aligned on the right."""

    header: str
    share: float
    is_number: bool = False
    is_grey: bool = False


@dataclass(frozen=True)
class PrintedTable:
    """Columns, and rows of texts."""

    columns: Sequence[TableColumn]
    rows: Iterable[Sequence[str]]
    size: float = 7.0

    def draw(self, pages: Pages) -> None:
        """Draw the table from where the pen is."""
        whole = sum(each.share for each in self.columns)
        widths = [pages.inner * each.share / whole for each in self.columns]
        self._draw_header(pages, widths)
        for number, row in enumerate(self.rows):
            cells = [
                wrap(printable(each), REGULAR, self.size, width - 2 * _PADDING)
                for each, width in zip(row, widths, strict=True)
            ]
            height = max(map(len, cells)) * _LEADING + 4
            if not pages.has_room(height):
                pages.turn()
                self._draw_header(pages, widths)
            if number % 2 == 0:
                pages.box(pages.left, pages.y - height, pages.inner, height, PALE)
            self._draw_cells(pages, widths, cells)
            pages.y -= height

    def _draw_header(self, pages: Pages, widths: Sequence[float]) -> None:
        cells = [
            wrap(each.header, BOLD, self.size - 0.5, width - 2 * _PADDING)
            for each, width in zip(self.columns, widths, strict=True)
        ]
        height = max(map(len, cells)) * (_LEADING - 1) + 6
        pages.need(height + 2 * _LEADING)
        x = pages.left
        for column, width, lines in zip(self.columns, widths, cells, strict=True):
            for place, line in enumerate(lines):
                y = pages.y - height + 5 + (len(lines) - 1 - place) * (_LEADING - 1)
                if column.is_number:
                    pages.text_right(x + width - _PADDING, y, line, size=self.size - 0.5, color=INK, bold=True)
                else:
                    pages.text(x + _PADDING, y, line, size=self.size - 0.5, color=INK, bold=True)
            x += width
        pages.y -= height
        pages.rule((pages.left, pages.y), (pages.left + pages.inner, pages.y), ACCENT, 1.0)

    def _draw_cells(self, pages: Pages, widths: Sequence[float], cells: Sequence[Sequence[str]]) -> None:
        x = pages.left
        for column, width, lines in zip(self.columns, widths, cells, strict=True):
            for place, line in enumerate(lines):
                y = pages.y - _LEADING * (place + 1) + 0.5
                color = GREY if column.is_grey else INK
                if column.is_number:
                    pages.text_right(x + width - _PADDING, y, line, size=self.size, color=color)
                else:
                    pages.text(x + _PADDING, y, line, size=self.size, color=color)
            x += width
