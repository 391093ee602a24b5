"""Nothing is waited for longer than the answer may take."""

import time

from shared.runtime.deadline import Timeout, deadline


def test_poll_yields_at_least_once() -> None:
    assert len(list(Timeout(seconds=0).poll())) == 1


def test_waits_grow_and_end() -> None:
    began = time.monotonic()

    asked = len(list(Timeout(seconds=0.05, first_wait=0.001, longest_wait=0.01).poll()))

    assert 5 < asked < 50
    assert time.monotonic() - began < 5


def test_a_deadline_caps_every_timeout() -> None:
    with deadline(1):
        assert Timeout(seconds=20).remaining <= 1
        assert Timeout(seconds=0.1).remaining <= 0.1
    assert Timeout(seconds=20).remaining == 20


def test_a_nested_deadline_cannot_extend_the_outer_one() -> None:
    with deadline(1), deadline(20):
        assert Timeout(seconds=20).remaining <= 1


def test_an_expired_deadline_leaves_no_time() -> None:
    with deadline(-1):
        assert Timeout(seconds=20).remaining == 0
