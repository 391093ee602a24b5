"""Decisions with features as the lake stores them: JSON scalars as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from shared.lake.parquet.columns import to_table
from shared.records.schema import DataType
from tests.functions.metrics.lake import STAMP

OPENED = datetime(2026, 1, 5, tzinfo=UTC)
HALF = timedelta(days=14)
PER_DAY = 60
LONG_NAME = "größe." * 33


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision; `features` are texts as stored."""

    decision_id: str
    at: datetime
    features: Mapping[str, str | None] | None = field(default_factory=dict)
    model_version: str | None = "model-1"
    score: float = 0.5
    amount: Decimal | None = None
    attributions: Mapping[str, float] | None = None


def table_of(decisions: Sequence[Decided]) -> pa.Table:
    """Return decisions as rows of the lake."""
    plain = to_table(DataType.DECISIONS, [_row(each) for each in decisions], STAMP)
    place = plain.schema.get_field_index("features")
    features = [None if each.features is None else list(each.features.items()) for each in decisions]
    column = plain.schema.field(place)
    return plain.set_column(place, column, pa.array(features, column.type))


def _row(each: Decided) -> dict[str, Any]:
    return {
        "decision_id": each.decision_id,
        "timestamp": each.at.replace(tzinfo=None),
        "score": each.score,
        "outcome": "approve",
        "model_version": each.model_version,
        "amount": each.amount,
        "attributions": dict(each.attributions) if each.attributions else None,
    }


def four_weeks() -> list[Decided]:
    """Two weeks that do not drift, and two in which amounts double and a text feature changes."""
    rng = Random(7)  # noqa: S311 # the same decisions every time
    return [_decided(number, rng) for number in range(28 * PER_DAY)]


def with_odd_names() -> list[Decided]:
    """Decisions of four later days, with features that are named like fields."""
    features: dict[str, str | None] = {"score": "1", "features.score": "2", "Größe": '"L"'}
    days = range(60, 64)
    return [Decided(decision_id=f"odd-{day}", at=OPENED + timedelta(days=day), features=features) for day in days]


def _decided(number: int, rng: Random) -> Decided:
    at = OPENED + timedelta(days=1) * (number / PER_DAY)
    late = at >= OPENED + HALF
    features: dict[str, str | None] = {
        "steady": str(round(rng.lognormvariate(3, 1), 4)),
        "channel": rng.choice(['"web"', "web", '"app"']) if not late else rng.choice(['"app"', '"bot"']),
        "flag": rng.choice(["true", "false"]),
        LONG_NAME: str(rng.randint(1, 5)),
    }
    if number % 4:
        features["sparse"] = str(rng.randint(0, 100))
    if late:
        features["new.feature"] = "1"
    return Decided(
        decision_id=f"d-{number}",
        at=at,
        features=None if number % 37 == 0 else features,
        model_version="model-2" if number % 10 == 0 else "model-1",
        score=rng.random(),
        amount=Decimal(round(rng.lognormvariate(4, 1) * (2 if late else 1), 2)).quantize(Decimal("0.01")),
        attributions={"steady": rng.gauss(0, 3), "channel": rng.gauss(0, 1)} if number % 2 else None,
    )


def labels() -> list[dict[str, Any]]:
    """A fraud label for each tenth decision, 48 hours after it, followed by another one."""
    found = []
    for number in range(1, 28 * PER_DAY, 10):
        at = OPENED + timedelta(days=1) * (number / PER_DAY)
        for source, delay in (("chargeback", timedelta(hours=48)), ("manual_review", timedelta(days=9))):
            found.append(
                {
                    "decision_id": f"d-{number}",
                    "label": "fraud",
                    "labelled_at": (at + delay).replace(tzinfo=None),
                    "source": source,
                    "decision_timestamp": at.replace(tzinfo=None),
                }
            )
    return found
