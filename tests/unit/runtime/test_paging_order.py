"""Lists in the order that a client asks for."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.paging import Order, Window, paginate


@dataclass(frozen=True)
class _Item:
    number: int
    size: int | None


ITEMS = st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=20).map(
    lambda sizes: [_Item(number, size) for number, size in enumerate(sizes)]
)


@given(ITEMS, st.booleans(), st.integers(1, 7))
def test_pages_of_a_sorted_list_have_every_item_once_in_order(
    items: list[_Item],
    descending: bool,
    limit: int,  # drawn
) -> None:
    order = Order("size", descending=descending)

    pages = [
        paginate(items, Window.of_page(number, limit), arrival=lambda item: item.number, order=order).items
        for number in range(len(items) // limit + 1)
    ]

    listed = [item for page in pages for item in page]
    valued = [item for item in listed if item.size is not None]
    assert sorted(listed, key=lambda item: item.number) == items
    assert listed[: len(valued)] == valued
    assert valued == sorted(valued, key=lambda item: ((-1 if descending else 1) * (item.size or 0), item.number))
