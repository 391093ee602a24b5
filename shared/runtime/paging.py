"""Pages of lists in both dialects, cut from one order: whatever is added comes last, so no page ever shifts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

LARGEST_OFFSET = 1_000_000
LARGEST_PAGE_NUMBER = 100_000
LARGEST_PAGE = 100

PageNumber = Annotated[int, Query(ge=0, le=LARGEST_PAGE_NUMBER, description="0-based.")]
"""Which page, in the Commerce dialect."""

PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items on a page.")]
"""How many items on a page, in the Commerce dialect."""

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many items.")]
"""How many items, in the Fraud dialect."""

Offset = Annotated[int, Query(ge=0, le=LARGEST_OFFSET, description="Skip so many items; the oldest stand first.")]
"""How many items to skip, in the Fraud dialect."""

T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """Which items of a list are asked for."""

    offset: int
    limit: int

    @classmethod
    def of_page(cls, number: int, size: int) -> "Window":
        """The window that a 0-based page of a size is."""
        return cls(number * size, size)

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """The items that lie in the window."""
        return items[self.offset : self.offset + self.limit]


@dataclass(frozen=True)
class Cut(Generic[T]):
    """The items in a window, and how many there are outside and inside."""

    items: Sequence[T]
    total: int
    window: Window

    def page(self) -> dict[str, Any]:
        """What a Commerce page says of itself (C 5.2); windows are whole pages there."""
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
        """What the headers of a Fraud list say of it."""
        return {
            "X-Total-Count": str(self.total),
            "X-Page-Limit": str(self.window.limit),
            "X-Page-Offset": str(self.window.offset),
        }


def cut(items: Iterable[T], window: Window, *, arrival: Callable[[T], Any]) -> Cut[T]:
    """Cut a window out of items, ordered by when they arrived.

    `arrival` has to be unique and never change, and what is added later has to have a later one (a creation time with
    the id behind it): then an item stands at one place for ever, and pages read while others write neither skip nor
    double it.
    """
    ordered = sorted(items, key=arrival)
    return Cut(window.of(ordered), len(ordered), window)
