"""The table versions and the decision index in DynamoDB."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from shared.ingestion.decisions import DecisionIndex
from shared.runtime.settings import Resource
from shared.runtime.wiring import Wiring
from tests.fakes.records import NOW


def test_a_version_that_is_raised_at_the_same_time_is_raised_each_time(wired: Wiring) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: wired.versions.raise_version("orders"), range(12)))

    assert wired.versions.of(("orders", "products")) == (12, 0)


def _index(wired: Wiring) -> DecisionIndex:
    return wired.loader.decisions


def test_the_time_of_a_decision_is_found_by_its_id(wired: Wiring) -> None:
    times = {f"d-{number}": NOW + timedelta(milliseconds=number) for number in range(130)}
    _index(wired).add(times)
    _index(wired).add(times)

    assert wired.settings.name_of(Resource.DECISIONS)
    assert _index(wired).times([*times, *times, "nobody's"]) == times


def test_ids_that_no_decision_can_have_are_found_nowhere(wired: Wiring) -> None:
    assert _index(wired).times(["", "x" * 129, "x" * 5000]) == {}
    assert _index(wired).times([]) == {}
