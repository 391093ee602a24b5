"""Nothing is waited for longer than the answer may take."""

import time

from shared.runtime.deadline import Timeout, deadline


def test_it_is_asked_at_least_once() -> None:
    assert len(list(Timeout(seconds=0).poll())) == 1


def test_waits_grow_and_end() -> None:
    began = time.monotonic()

    asked = len(list(Timeout(seconds=0.05, first_wait=0.001, longest_wait=0.01).poll()))

    assert 5 < asked < 50
    assert time.monotonic() - began < 5


def test_an_answer_that_is_due_soon_leaves_no_more() -> None:
    with deadline(1):
        assert Timeout(seconds=20).remaining <= 1
        assert Timeout(seconds=0.1).remaining <= 0.1
    assert Timeout(seconds=20).remaining == 20


def test_what_has_to_end_within_something_ends_with_it() -> None:
    with deadline(1), deadline(20):
        assert Timeout(seconds=20).remaining <= 1


def test_an_answer_that_is_overdue_leaves_nothing() -> None:
    with deadline(-1):
        assert Timeout(seconds=20).remaining == 0
