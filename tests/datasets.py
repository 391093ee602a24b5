"""Real data that results are compared with. It is not part of the repository: without it these tests are skipped."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"
_ABSENT = "absent data set: "


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip a test if its data is absent."""
    return pytest.mark.skipif(not path.exists(), reason=f"{_ABSENT}{path}")


def summary_of_absent(skipped: Iterable[pytest.TestReport]) -> list[str]:
    """State which comparisons were skipped because their real data is absent; empty if none was."""
    reasons = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    counts = Counter(reason.partition(_ABSENT)[2] for reason in reasons if _ABSENT in reason)
    if not counts:
        return []
    return [
        f"{counts.total()} tests that compare with real data were skipped, since it is not beside the project:",
        *(f"  {number} need {path}" for path, number in sorted(counts.items())),
    ]
