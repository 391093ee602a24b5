"""Where runs are killed: the quick tier skips only repetitions, the thorough one nothing."""

from hypothesis import settings

from tests.fakes.fault_injection import CrashPoint, deaths, steps
from tests.tiers import QUICK, THOROUGH

WRITES = ["PutObject", "PutObject", "PutObject", "UpdateItem", "PutObject", "PutObject", "UpdateItem", "PutObject"]


def in_tier(name: str) -> tuple[list[int], list[tuple[int, CrashPoint]]]:
    """The kill points of the tier of this name, whichever tier runs."""
    current = settings.get_current_profile_name()
    settings.load_profile(name)
    try:
        return steps(WRITES), deaths(WRITES)
    finally:
        settings.load_profile(current)


def test_the_quick_tier_kills_at_each_new_pair_of_writes_and_at_the_end() -> None:
    at, killed = in_tier(QUICK)

    assert at == [0, 1, 3, 4, 7]
    assert killed == [*((step, CrashPoint.BEFORE) for step in at), (7, CrashPoint.AFTER)]


def test_the_thorough_tier_kills_before_and_after_every_write() -> None:
    at, killed = in_tier(THOROUGH)

    assert at == list(range(len(WRITES)))
    assert sorted(killed) == [(step, moment) for step in at for moment in sorted(CrashPoint)]
