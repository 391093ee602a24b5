"""Decisions with everything that files may stumble over, and their labels."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Record = Mapping[str, Any]
NOW = datetime(2025, 11, 10, 12, tzinfo=UTC)
START, END = datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 11, 9, tzinfo=UTC)
RANGE: dict[str, Any] = {"startDate": "2025-09-01T00:00:00Z", "endDate": "2025-11-09T00:00:00Z"}
DECISIONS = 400

FORMULAS = ("=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "\rx")
HOSTILE = (*FORMULAS, 'a "quoted", name', "line\nend", "crlf\r\nend", "Café 中文 🛒", "", "plain", "\\back", "\x01")
_OUTCOMES = ("approve", "approve", "approve", "review", "decline")
_FEATURES: tuple[Any, ...] = (1, 0.5, True, "1", "true", 'say "hi"', "=cmd", 1e21, 1e-7, "é\n")


def decisions() -> Iterator[Record]:
    """Yield decisions spread over the range, of which several have the same time."""
    step = (END - START) / (DECISIONS // 2)
    for number in range(DECISIONS):
        yield {
            "decision_id": f"{'-' if number % 7 == 0 else 'd'}{number:04d}",
            "timestamp": START + step * (number // 2) + timedelta(milliseconds=number % 3),
            "score": (number * 37 % 100) / 100,
            "outcome": _OUTCOMES[number % len(_OUTCOMES)],
            "customer_id": f"c{number % 50}",
            "merchant": HOSTILE[number % len(HOSTILE)] or None,
            "channel": ("web", "store")[number % 2],
            "experiment_id": "threshold",
            "variant_id": ("control", "=treatment")[number % 2],
            "geography": "" if number % 11 == 0 else "FR",
            "model_version": "m1",
            "amount": None if number % 13 == 0 else number * 1.25,
            "currency": "USD",
            "latency_ms": 10.0 + number % 90,
            "investigation_id": "case 7" if number % 40 == 0 else None,
            "features": {f"f{n}": value for n, value in enumerate(_FEATURES)} if number % 3 else None,
            "attributions": {"f0": -0.25, "f1": 1e-7} if number % 5 == 0 else None,
            "base_value": -1.5 if number % 5 == 0 else None,
        }


def labels() -> Iterator[Record]:
    """Yield labels of some decisions, a day or so later."""
    for number, decision in enumerate(decisions()):
        if number % 4 == 0:
            yield {
                "decision_id": decision["decision_id"],
                "label": "fraud" if number % 8 == 0 else "legitimate",
                "labelled_at": decision["timestamp"] + timedelta(hours=20),
                "source": "chargeback" if decision["outcome"] == "approve" else "manual_review",
                "decision_timestamp": decision["timestamp"],
            }
