"""Divides the decisions of a range into intervals that fit in memory, from their numbers by hour. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.metrics.split import HOUR, Interval

MOST_IN_CHUNK = 100_000
"""Decisions that are sorted and written at a time; with their features they take about 100 MB."""


@dataclass(frozen=True)
class Chunk:
    """An interval and the number of its decisions; of a part of an hour, about that number."""

    interval: Interval
    decisions: int


def divide(whole: Interval, by_hour: Mapping[datetime, int], most: int = MOST_IN_CHUNK) -> Sequence[Chunk]:
    """Return intervals that cover a range, in order, each with at most so many decisions.

    An hour with more is divided into equal parts, as if its decisions were spread evenly.

    Args:
        whole: the range.
        by_hour: the number of decisions by the start of the hour, for hours that have any.
        most: the number of decisions in a chunk.
    """
    chunks: list[Chunk] = []
    start, number = whole.start, 0
    for at, decisions in _pieces(whole, by_hour, most):
        if number and number + decisions > most:
            chunks.append(Chunk(Interval(start, at), number))
            start, number = at, 0
        number += decisions
    return [*chunks, Chunk(Interval(start, whole.end), number)]


def _pieces(whole: Interval, by_hour: Mapping[datetime, int], most: int) -> Iterator[tuple[datetime, int]]:
    """Yield the start of each hour, or part of one, and the number of its decisions."""
    for hour, decisions in sorted(by_hour.items()):
        start, end = max(hour, whole.start), min(hour + HOUR, whole.end)
        parts = -(-decisions // most)
        for part in range(parts):
            share = decisions * (part + 1) // parts - decisions * part // parts
            yield start + (end - start) * part / parts, share
