"""Pages with a footer that says which of how many they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from shared.exports.document.fonts import BOLD, REGULAR, register, width

INK, GREY, LINE, PALE = HexColor("#1f2a37"), HexColor("#6b7280"), HexColor("#d9dee5"), HexColor("#f4f6f8")
ACCENT = HexColor("#0f5c7a")
SERIES: Sequence[Color] = (HexColor("#0f5c7a"), HexColor("#d97706"), HexColor("#4d7c0f"), HexColor("#9d174d"))

Point = tuple[float, float]
"""From the lower left corner of the page, in points."""

MARGIN = 42.0
_FOOTER = 26.0
_SMALL = 7.0


class _CountedCanvas(Canvas):  # type: ignore[misc] # reportlab has no types
    """A canvas that finishes its pages at the end, when their number is known."""

    def __init__(self, *arguments: Any, footer: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._footer = footer
        self._states: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 # the name of reportlab
        """Keep a page."""
        self._states.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages."""
        states = self._states
        for number, state in enumerate(states, start=1):
            self.__dict__.update(state)
            self._draw_footer(number, len(states))
            super().showPage()
        super().save()

    def _draw_footer(self, number: int, pages: int) -> None:
        right = self._pagesize[0] - MARGIN
        self.setStrokeColor(LINE)
        self.setLineWidth(0.5)
        self.line(MARGIN, _FOOTER + 11, right, _FOOTER + 11)
        self.setFillColor(GREY)
        self.setFont(REGULAR, _SMALL)
        self.drawString(MARGIN, _FOOTER, self._footer)
        self.drawRightString(right, _FOOTER, f"Page {number} of {pages}")


@dataclass
class Pages:
    """A pen that goes down a page, and on to the next one; `y` is where it is, in points from the bottom."""

    title: str
    footer: str
    is_wide: bool
    y: float = 0
    width: float = field(init=False)
    height: float = field(init=False)
    canvas: Any = field(init=False)
    _written: BytesIO = field(init=False, default_factory=BytesIO)

    def __post_init__(self) -> None:
        register()
        size = landscape(A4) if self.is_wide else A4
        self.width, self.height = size
        # Invariant: neither the time nor a random id, so that equal documents have equal bytes.
        self.canvas = _CountedCanvas(self._written, pagesize=size, invariant=1, footer=self.footer)
        self.canvas.setTitle(self.title)
        self.canvas.setAuthor("Tally")
        self.canvas.setCreator("Tally")
        self.y = self.height - MARGIN

    @property
    def left(self) -> float:
        """The left margin."""
        return MARGIN

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * MARGIN

    def has_room(self, height: float) -> bool:
        """Whether something of a height fits on this page."""
        return self.y - height >= _FOOTER + 22

    def need(self, height: float) -> None:
        """Go on to the next page, unless something of a height fits on this one."""
        if not self.has_room(height):
            self.turn()

    def turn(self) -> None:
        """Go on to the next page."""
        self.canvas.showPage()
        self.y = self.height - MARGIN

    def text(  # noqa: PLR0913 # each is a property of the text
        self, x: float, y: float, text: str, *, size: float, color: Color = INK, bold: bool = False
    ) -> None:
        """Write a text from a point to the right."""
        self.canvas.setFillColor(color)
        self.canvas.setFont(BOLD if bold else REGULAR, size)
        self.canvas.drawString(x, y, text)

    def text_right(  # noqa: PLR0913 # as above
        self, x: float, y: float, text: str, *, size: float, color: Color = INK, bold: bool = False
    ) -> None:
        """Write a text that ends at a point."""
        font = BOLD if bold else REGULAR
        self.text(x - width(text, font, size), y, text, size=size, color=color, bold=bold)

    def text_centred(  # noqa: PLR0913 # as above
        self, x: float, y: float, text: str, *, size: float, color: Color = INK, bold: bool = False
    ) -> None:
        """Write a text around a point."""
        font = BOLD if bold else REGULAR
        self.text(x - width(text, font, size) / 2, y, text, size=size, color=color, bold=bold)

    def box(self, x: float, y: float, wide: float, high: float, color: Color) -> None:
        """Fill a rectangle, given by its lower left corner."""
        self.canvas.setFillColor(color)
        self.canvas.rect(x, y, wide, high, stroke=0, fill=1)

    def rule(self, start: Point, end: Point, color: Color = LINE, thick: float = 0.5) -> None:
        """Draw a line."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(thick)
        self.canvas.line(*start, *end)

    def finish(self) -> bytes:
        """Return the document."""
        self.canvas.showPage()
        self.canvas.save()
        return self._written.getvalue()
