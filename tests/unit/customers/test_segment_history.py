"""Who was in which segment when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from shared.customers.segment_history import MOST_STAYS, extend

if TYPE_CHECKING:
    from shared.customers.models import SegmentStay

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.sampled_from(["lost", "champions", "promising"]), min_size=1, max_size=120))
def test_stays_are_contiguous_and_only_the_last_is_open(found: list[str]) -> None:
    stays: list[SegmentStay] = []
    for day, segment in enumerate(found):
        stays = extend(stays, segment, START + timedelta(days=day))

    assert stays[-1].segment == found[-1]
    assert stays[-1].left is None
    assert len(stays) <= MOST_STAYS
    for before, after in pairwise(stays):
        assert before.left == after.entered
        assert before.segment != after.segment


def test_returning_to_a_segment_begins_a_new_stay() -> None:
    stays: list[SegmentStay] = []
    for day, segment in enumerate(["lost", "champions", "champions", "lost"]):
        stays = extend(stays, segment, START + timedelta(days=day))

    assert [(stay.segment, stay.entered.day, stay.left and stay.left.day) for stay in stays] == [
        ("lost", 1, 2),
        ("champions", 2, 4),
        ("lost", 4, None),
    ]
