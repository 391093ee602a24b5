"""Vector charts: trends, bars with intervals, and the confusion matrix."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.exports.document.fonts import REGULAR, printable, width
from shared.exports.document.numbers import in_words
from shared.exports.document.pages import ACCENT, GREY, INK, PALE, SERIES, Pages

HEIGHT = 170.0
_TITLE, _SMALL = 9.0, 6.5
_LEFT, _BOTTOM, _TOP = 34.0, 26.0, 30.0
_MOST_TICKS, _MOST_DATES = 6, 5
_SHORT, _LONG = timedelta(days=3), timedelta(days=300)


@dataclass(frozen=True)
class Frame:
    """The place of a chart: its lower left corner and its size."""

    x: float
    y: float
    wide: float
    high: float = HEIGHT


@dataclass(frozen=True)
class Trend:
    """Lines over time; a point without a value interrupts its line."""

    title: str
    times: Sequence[datetime]
    series: Mapping[str, Sequence[float | None]]

    def draw(self, pages: Pages, frame: Frame) -> None:
        """Draw the lines, their legend, and both axes."""
        known = [value for values in self.series.values() for value in values if value is not None]
        axis = _Axis.of(known, frame)
        _title(pages, frame, self.title)
        axis.draw(pages)
        _legend(pages, frame, list(self.series))
        right = frame.x + frame.wide
        left = frame.x + _LEFT
        step = (right - left - 8) / max(1, len(self.times) - 1)
        at = [left + 4 + step * place for place in range(len(self.times))]
        for place, label in _dates(self.times):
            x = min(max(at[place], left + 12), right - 14)
            pages.text_centred(x, frame.y + _BOTTOM - 11, label, size=_SMALL, color=GREY)
        for number, values in enumerate(self.series.values()):
            for run in _runs(values):
                self._line(pages, [(at[place], axis.y(values[place] or 0.0)) for place in run], number)

    @staticmethod
    def _line(pages: Pages, points: Sequence[tuple[float, float]], number: int) -> None:
        color = SERIES[number % len(SERIES)]
        if len(points) == 1:
            pages.canvas.setFillColor(color)
            pages.canvas.circle(*points[0], 1.6, stroke=0, fill=1)
            return
        path = pages.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        pages.canvas.setStrokeColor(color)
        pages.canvas.setLineWidth(1.3)
        pages.canvas.setLineJoin(1)
        pages.canvas.drawPath(path, stroke=1, fill=0)


@dataclass(frozen=True)
class Bar:
    """A bar: its name, its value, and the interval around it, where there are any."""

    name: str
    value: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Bars:
    """Horizontal bars with intervals; the largest cohorts first."""

    title: str
    bars: Sequence[Bar]
    note: str = ""

    def draw(self, pages: Pages, frame: Frame) -> None:
        """Draw the bars from the top down."""
        _title(pages, frame, self.title, self.note)
        names = frame.x + 78
        right = frame.x + frame.wide - 34
        ends = [end for bar in self.bars for end in (bar.interval or (bar.value or 0,))]
        most = _round_up(max(ends, default=0) or 1)
        top = frame.y + frame.high - _TOP + 6
        pitch = (top - frame.y - 14) / max(1, len(self.bars))
        for part in range(5):
            x = names + (right - names) * part / 4
            pages.rule((x, frame.y + 14), (x, top))
            pages.text_centred(x, frame.y + 5, in_words(most * part / 4), size=_SMALL, color=GREY)
        for number, bar in enumerate(self.bars):
            self._draw_bar(pages, bar, top - pitch * (number + 0.5), min(9.0, pitch * 0.62), (names, right, most))

    @staticmethod
    def _draw_bar(pages: Pages, bar: Bar, y: float, thick: float, scale: tuple[float, float, float]) -> None:
        left, right, most = scale
        pages.text_right(left - 5, y - 2.2, _short(printable(bar.name), 70), size=_SMALL)
        if bar.value is None:
            pages.text(left + 4, y - 2.2, "no value", size=_SMALL, color=GREY)
            return
        end = left + (right - left) * bar.value / most
        pages.box(left, y - thick / 2, max(0.4, end - left), thick, ACCENT)
        furthest = end
        if bar.interval is not None:
            low, high = (left + (right - left) * min(each, most) / most for each in bar.interval)
            pages.rule((low, y), (high, y), INK, 0.8)
            for x in (low, high):
                pages.rule((x, y - 2), (x, y + 2), INK, 0.8)
            furthest = max(end, high)
        pages.text(furthest + 4, y - 2.2, in_words(bar.value), size=_SMALL)


@dataclass(frozen=True)
class ConfusionMatrix:
    """The four kinds of decisions whose truth is known or presumed."""

    title: str
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    def draw(self, pages: Pages, frame: Frame) -> None:
        """Draw two by two cells, the darker the larger their share."""
        _title(pages, frame, self.title)
        cells = (
            ("True positives", self.true_positives, "flagged, fraud"),
            ("False positives", self.false_positives, "flagged, legitimate"),
            ("False negatives", self.false_negatives, "approved, fraud"),
            ("True negatives", self.true_negatives, "approved, legitimate"),
        )
        whole = sum(number for _, number, _ in cells)
        wide, high = (frame.wide - 6) / 2, (frame.high - _TOP - 4) / 2
        for place, (name, number, meaning) in enumerate(cells):
            x = frame.x + (place % 2) * (wide + 6)
            y = frame.y + frame.high - _TOP + 4 - (place // 2 + 1) * high - (place // 2) * 6 + 2
            share = number / whole if whole else 0.0
            pages.box(x, y, wide, high - 2, _tint(share))
            color = PALE if share > 0.45 else INK  # noqa: PLR2004 # light text on a dark cell
            pages.text_centred(x + wide / 2, y + high / 2 + 12, name, size=7.5, color=color)
            pages.text_centred(x + wide / 2, y + high / 2 - 5, f"{number:,}", size=14, color=color, bold=True)
            said = f"{meaning} · {share:.1%}" if whole else meaning
            pages.text_centred(x + wide / 2, y + high / 2 - 19, said, size=_SMALL, color=color)


Chart = Trend | Bars | ConfusionMatrix


@dataclass(frozen=True)
class _Axis:
    """A vertical axis with round numbers."""

    low: float
    high: float
    step: float
    frame: Frame

    @classmethod
    def of(cls, values: Sequence[float], frame: Frame) -> "_Axis":
        low, high = min(values, default=0.0), max(values, default=1.0)
        low = 0.0 if low >= 0 else low
        step = _nice((high - low or 1.0) / (_MOST_TICKS - 1))
        return cls(math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step or step, step, frame)

    def y(self, value: float) -> float:
        bottom, top = self.frame.y + _BOTTOM, self.frame.y + self.frame.high - _TOP
        return bottom + (top - bottom) * (value - self.low) / (self.high - self.low)

    def draw(self, pages: Pages) -> None:
        for place in range(round((self.high - self.low) / self.step) + 1):
            value = self.low + place * self.step
            y = self.y(value)
            pages.rule((self.frame.x + _LEFT, y), (self.frame.x + self.frame.wide, y))
            pages.text_right(self.frame.x + _LEFT - 5, y - 2.2, in_words(value), size=_SMALL, color=GREY)


def _title(pages: Pages, frame: Frame, title: str, note: str = "") -> None:
    y = frame.y + frame.high - 9
    pages.text(frame.x, y, title, size=_TITLE, bold=True)
    if note:
        pages.text_right(frame.x + frame.wide, y, note, size=_SMALL, color=GREY)


def _legend(pages: Pages, frame: Frame, names: Sequence[str]) -> None:
    x = frame.x + _LEFT
    for number, name in enumerate(names):
        pages.box(x, frame.y + 3, 8, 2.4, SERIES[number % len(SERIES)])
        pages.text(x + 11, frame.y + 1.5, name, size=_SMALL, color=INK)
        x += 11 + width(name, REGULAR, _SMALL) + 14


def _dates(times: Sequence[datetime]) -> Iterator[tuple[int, str]]:
    """Yield some points in time, with labels that tell them apart."""
    every = max(1, -(-len(times) // _MOST_DATES))
    span = times[-1] - times[0] if times else timedelta()
    form = "%d %b %H:%M" if span < _SHORT else "%b %Y" if span > _LONG else "%d %b"
    for place in range(0, len(times), every):
        yield place, times[place].strftime(form)


def _runs(values: Sequence[float | None]) -> Iterator[list[int]]:
    """Yield the places of neighbouring points that have values."""
    run: list[int] = []
    for place, value in enumerate(values):
        if value is not None:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _nice(step: float) -> float:
    """Return the least of 1, 2, 2.5 and 5 times a power of ten that is not below a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= step * (1 - 1e-9))


def _round_up(value: float) -> float:
    return 4 * _nice(value / 4)


def _short(text: str, most: float) -> str:
    """Cut a label that is too long; the table has it whole."""
    if width(text, REGULAR, _SMALL) <= most:
        return text
    while text and width(f"{text}…", REGULAR, _SMALL) > most:
        text = text[:-1]
    return f"{text}…"


def _tint(share: float) -> object:
    """Return a blend of the accent and white; a cell with few decisions is still visible."""
    weight = 0.08 + 0.92 * share
    return type(ACCENT)(*(1 - weight * (1 - each) for each in (ACCENT.red, ACCENT.green, ACCENT.blue)))
