"""Questions as tests ask them."""

from collections.abc import Sequence

from shared.metrics.parameters import MetricQuery
from shared.metrics.question import MetricQuestion


def ask(**changes: str | Sequence[str] | None) -> dict[str, list[str]]:
    """The parameters of a good request, some of them changed; `__` is a dot, None leaves one out."""
    asked: dict[str, str | Sequence[str] | None] = {
        "metric_type": "revenue",
        "time_range.start": "2025-01-01",
        "time_range.end": "2025-02-01",
    }
    asked |= {name.replace("__", "."): value for name, value in changes.items()}
    return {
        name: [value] if isinstance(value, str) else list(value) for name, value in asked.items() if value is not None
    }


def question(**changes: str | Sequence[str] | None) -> MetricQuestion:
    """The question that such a request asks."""
    return MetricQuery.read(ask(**changes)).question
