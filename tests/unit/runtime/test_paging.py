"""Pages of both dialects have one order, in which added rows move no row already read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.paging import Slice, Window, paginate


def _arrival(item: tuple[int, str]) -> tuple[int, str]:
    return item


def test_a_commerce_page_has_its_position() -> None:
    found = paginate(range(45), Window.of_page(2, 20), arrival=lambda item: item)

    assert list(found.items) == [40, 41, 42, 43, 44]
    assert found.page() == {
        "totalElements": 45,
        "totalPages": 3,
        "size": 20,
        "number": 2,
        "first": False,
        "last": True,
    }


@pytest.mark.parametrize(
    ("total", "number", "pages", "first", "last"),
    [
        (0, 0, 0, True, True),
        (20, 0, 1, True, True),
        (21, 0, 2, True, False),
        (21, 1, 2, False, True),
        (5, 9, 1, False, True),
    ],
)
def test_the_first_and_last_page_are_marked(total: int, number: int, pages: int, first: bool, last: bool) -> None:
    told = paginate(range(total), Window.of_page(number, 20), arrival=lambda item: item).page()

    assert (told["totalPages"], told["first"], told["last"]) == (pages, first, last)


def test_the_headers_of_a_fraud_list_have_its_position() -> None:
    told = Slice([1, 2], 1250, Window(offset=100, limit=50)).headers()

    assert told == {"X-Total-Count": "1250", "X-Page-Limit": "50", "X-Page-Offset": "100"}


_ITEMS = st.lists(st.tuples(st.integers(0, 20), st.text("abc", min_size=3, max_size=8)), unique=True, max_size=60)
_BY_PAGES: Callable[[int, int], Window] = Window.of_page


def _by_offset(number: int, size: int) -> Window:
    return Window(offset=number * size, limit=size)


@pytest.mark.parametrize("window", [_BY_PAGES, _by_offset])
@given(items=_ITEMS, later=_ITEMS, size=st.integers(1, 25), seed=st.randoms())
def test_pages_read_while_rows_are_added_neither_skip_nor_double_any(
    window: Callable[[int, int], Window],
    items: list[tuple[int, str]],
    later: list[tuple[int, str]],
    size: int,
    seed: object,
) -> None:
    waiting = sorted((moment + 100, name) for moment, name in later)
    held, number = list(items), 0
    read: list[tuple[int, str]] = []
    while True:
        seed.shuffle(held)  # type: ignore[attr-defined] # hypothesis' Random
        page = paginate(held, window(number, size), arrival=_arrival)
        read.extend(page.items)
        held.extend(waiting[number : number + 1])
        if not page.items:
            break
        number += 1

    assert len(read) == len(set(read))
    assert set(items) <= set(read)
