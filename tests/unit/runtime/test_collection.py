"""The garbage collector rests while work is done, and only then."""

import gc

import pytest

from shared.runtime.collection import uncollected


def test_the_collector_rests_during_the_work_and_comes_back() -> None:
    resting = uncollected(lambda: not gc.isenabled())

    assert resting()
    assert gc.isenabled()


def test_it_comes_back_if_the_work_fails() -> None:
    @uncollected
    def failing() -> None:
        raise ValueError("no work")

    with pytest.raises(ValueError, match="no work"):
        failing()

    assert gc.isenabled()


def test_work_inside_other_work_does_not_wake_it() -> None:
    inner = uncollected(lambda: None)

    @uncollected
    def outer() -> bool:
        inner()
        return gc.isenabled()

    assert not outer()
