"""How fresh the data of a type are: up to when the live sources have delivered, and what is accepted but not merged.

A source is live if its records usually arrive soon after they happen, and it delivers as often as it should. Only live
sources hold the freshness back: neither an import of old records does, nor a source that has fallen silent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Self

SHORTEST_CADENCE = timedelta(days=1)
"""Cadences count as at least this long, because most shops pause at night."""

_SOON = 2
"""Records arrive soon if they usually do within this number of cadences."""

_GRACE = 1.5
"""A source is overdue after this number of cadences: half a cadence is a delay, not a silence."""

_FORGOTTEN = timedelta(days=90)
"""An overdue source is named for this time, or for three cadences if that is longer; after that it has ended."""

_CADENCES_UNTIL_FORGOTTEN = 3
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """The deliveries of one source and type so far.

    Attributes:
        source_id: the source.
        watermark: the latest event time merged; None if nothing is.
        first, last: the times of receipt of the first and the last delivery.
        deliveries: their number.
        lags: of some of the last deliveries, the time from the latest event to the receipt.
        cadence: the configured interval between deliveries.
    """

    source_id: str
    watermark: datetime | None
    first: datetime
    last: datetime
    deliveries: int
    lags: Sequence[timedelta]
    cadence: timedelta | None = None

    @property
    def expected_cadence(self) -> timedelta:
        """The configured interval between deliveries, else the average of the past ones; at least a day."""
        learned = (self.last - self.first) / (self.deliveries - 1) if self.deliveries > 1 else timedelta()
        return max(learned if self.cadence is None else self.cadence, SHORTEST_CADENCE)

    @property
    def arrives_soon(self) -> bool:
        """Whether records usually arrive within two cadences."""
        seconds = [each.total_seconds() for each in self.lags]
        return bool(seconds) and timedelta(seconds=median(seconds)) <= _SOON * self.expected_cadence

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the next delivery should have come."""
        return now - self.last > _GRACE * self.expected_cadence

    def is_live(self, now: datetime) -> bool:
        """Return whether the source holds the freshness back."""
        return self.arrives_soon and not self.is_overdue(now)

    def is_stale(self, now: datetime) -> bool:
        """Return whether a source that used to be live is overdue."""
        remembered = max(_FORGOTTEN, _CADENCES_UNTIL_FORGOTTEN * self.expected_cadence)
        return self.arrives_soon and self.is_overdue(now) and now - self.last <= remembered


@dataclass(frozen=True)
class PendingRange:
    """The event times of accepted rows that are not merged yet, both inclusive."""

    first: datetime = EARLIEST
    last: datetime = LATEST


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How fresh the data of one or several types are.

    Attributes:
        live: the time up to which all live sources have delivered; None if no source is live.
        latest: the time of the latest record; None without data.
        stale_sources: the sources that used to be live and are overdue.
        pending: the event times of accepted rows that are not merged yet.
    """

    live: datetime | None = None
    latest: datetime | None = None
    stale_sources: tuple[str, ...] = ()
    pending: tuple[PendingRange, ...] = ()

    @classmethod
    def of(cls, arrivals: Sequence[Arrivals], pending: Iterable[PendingRange], now: datetime) -> Self:
        """Return the freshness of a type from the arrivals of its sources."""
        return cls(
            live=_earliest(each.watermark for each in arrivals if each.is_live(now)),
            latest=max((each.watermark for each in arrivals if each.watermark), default=None),
            stale_sources=tuple(sorted(each.source_id for each in arrivals if each.is_stale(now))),
            pending=tuple(pending),
        )

    @property
    def watermark(self) -> datetime | None:
        """The time up to which the data are complete: where no source is live, all are imports and none is awaited."""
        return self.live or self.latest

    @property
    def identity(self) -> tuple[datetime | None, tuple[str, ...]]:
        """What a response repeats of it; pending rows appear there only as `provisional`."""
        return self.watermark, self.stale_sources

    def __add__(self, other: "Freshness") -> "Freshness":
        """Return the freshness of two types together; one without live sources holds nothing back."""
        return Freshness(
            live=_earliest((self.live, other.live)),
            latest=_earliest((self.latest, other.latest)),
            stale_sources=tuple(sorted({*self.stale_sources, *other.stale_sources})),
            pending=(*self.pending, *other.pending),
        )

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """Return whether more data of a half-open range may follow: past the watermark, or accepted already."""
        is_expected = self.watermark is None or end > self.watermark
        return is_expected or any(each.first < end and each.last >= start for each in self.pending)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in moments if each), default=None)
