"""Answers from roll-ups equal those from the base, whatever is asked and whatever was merged since."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.fraud.cohort_ids import Dimension
from tests.functions.fraud.conftest import NOW, Client
from tests.handbook import needs_handbook
from tests.tiers import examples

pytestmark = needs_handbook

FIRST = NOW.replace(month=7, day=24, hour=0, minute=0, second=0)


def _questions(count: int) -> list[tuple[str, dict[str, str]]]:
    dice = random.Random(7)  # noqa: S311 # no secret
    found: list[tuple[str, dict[str, str]]] = []
    for _ in range(count):
        start = FIRST + timedelta(minutes=dice.randrange(0, 20 * 24 * 60, dice.choice((1, 60, 1440))))
        end = start + timedelta(minutes=dice.randrange(1, 40 * 24 * 60, dice.choice((1, 60, 1440))))
        asked = {"startDate": start.isoformat(), "endDate": end.isoformat()}
        match dice.randrange(3):
            case 0:
                found.append(("metrics", asked))
            case 1:
                found.append(("cohorts", asked | {"dimension": dice.choice(list(Dimension)), "minCount": "20"}))
            case _:
                step = dice.choice(("hour", "day", "week"))
                found.append(("explain/confusion-matrix", asked | {"granularity": step}))
    return found


def _flat(told: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value with its path, but ids of cohorts, which contain `asOf` where it was given."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name != "id":
                yield from _flat(value, f"{path}.{name}")
    elif isinstance(told, list):
        for place, value in enumerate(told):
            yield from _flat(value, f"{path}[{place}]")
    else:
        yield path, told


@pytest.mark.parametrize(("path", "asked"), _questions(examples(24)))
def test_a_question_now_has_the_answer_of_the_base(client: Client, path: str, asked: dict[str, str]) -> None:
    from_rollups = client.get(path, **asked).told
    from_base = client.get(path, **asked, asOf=NOW.isoformat()).told

    assert dict(_flat(from_rollups)) == pytest.approx(dict(_flat(from_base)))
