"""Nothing is waited for longer than the answer may take."""

import time

from shared.runtime.patience import Patience, answering_within


def test_it_is_asked_at_least_once() -> None:
    assert len(list(Patience(seconds=0).polls())) == 1


def test_waits_grow_and_end() -> None:
    began = time.monotonic()

    asked = len(list(Patience(seconds=0.05, first_wait=0.001, longest_wait=0.01).polls()))

    assert 5 < asked < 50
    assert time.monotonic() - began < 5


def test_an_answer_that_is_due_soon_leaves_no_more() -> None:
    with answering_within(1):
        assert Patience(seconds=20).left <= 1
        assert Patience(seconds=0.1).left <= 0.1
    assert Patience(seconds=20).left == 20


def test_what_has_to_end_within_something_ends_with_it() -> None:
    with answering_within(1), answering_within(20):
        assert Patience(seconds=20).left <= 1


def test_an_answer_that_is_overdue_leaves_nothing() -> None:
    with answering_within(-1):
        assert Patience(seconds=20).left == 0
