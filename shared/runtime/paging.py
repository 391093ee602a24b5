"""Pagination in both dialects over one append-only order: new items sort last, so existing pages never shift."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

LARGEST_OFFSET = 1_000_000
LARGEST_PAGE_NUMBER = 100_000
LARGEST_PAGE = 100
LARGEST_LIMIT = 1000

T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """The requested slice of a list."""

    offset: int
    limit: int

    @classmethod
    def of_page(cls, number: int, size: int) -> "Window":
        """Return the window that covers a 0-based page."""
        return cls(number * size, size)

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items inside the window."""
        return items[self.offset : self.offset + self.limit]


@dataclass(frozen=True)
class Slice(Generic[T]):
    """The items in a window, with the total number of items."""

    items: Sequence[T]
    total: int
    window: Window

    def page(self) -> dict[str, Any]:
        """Return the Commerce page fields. Windows are always whole pages in that dialect."""
        size = self.window.limit
        number, pages = self.window.offset // size, -(-self.total // size)
        return {
            "totalElements": self.total,
            "totalPages": pages,
            "size": size,
            "number": number,
            "first": number == 0,
            "last": number >= pages - 1,
        }

    def headers(self) -> dict[str, str]:
        """Return the pagination headers of the Fraud dialect."""
        return {
            "X-Total-Count": str(self.total),
            "X-Page-Limit": str(self.window.limit),
            "X-Page-Offset": str(self.window.offset),
        }


@dataclass(frozen=True)
class Order:
    """The order of a list that a client asked for: by a field, ascending unless `descending`."""

    field: str
    descending: bool = False


def paginate(
    items: Iterable[T], window: Window, *, arrival: Callable[[T], Any], order: Order | None = None
) -> Slice[T]:
    """Return a window of items in order of arrival, or in another order.

    `arrival` must be unique and immutable, and later items must have a later value (a creation time followed by
    the id). Items then never change position, so reading pages during concurrent writes neither skips nor
    repeats an item. With another order they may; items with equal values are in order of arrival, and those without a
    value come last.
    """
    ordered = in_order(sorted(items, key=arrival), order)
    return Slice(window.of(ordered), len(ordered), window)


def in_order(items: Sequence[T], order: Order | None) -> Sequence[T]:
    """Return items by a field; those with equal values keep their order, and those without a value come last."""
    if order is None:
        return items
    valued = [item for item in items if getattr(item, order.field) is not None]
    valued.sort(key=lambda item: getattr(item, order.field), reverse=order.descending)
    return [*valued, *(item for item in items if getattr(item, order.field) is None)]
