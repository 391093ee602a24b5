"""A run without real data says how many comparisons it left out, and why."""

from pathlib import Path

import pytest

from tests.datasets import needs, summary_of_absent


def skipped(reason: str) -> pytest.TestReport:
    """A report of a test that was skipped."""
    return pytest.TestReport(
        "test_x.py::test_x", ("test_x.py", 1, "test_x"), {}, "skipped", ("test_x.py", 1, f"Skipped: {reason}"), "setup"
    )


def test_each_data_set_that_is_absent_is_named_with_the_number_of_its_tests(tmp_path: Path) -> None:
    sales, rates = (needs(tmp_path / name).kwargs["reason"] for name in ("sales.csv", "rates.csv"))

    lines = summary_of_absent([skipped(sales), skipped("needs Chromium"), skipped(rates), skipped(sales)])

    assert lines[0].startswith("3 tests ")
    assert lines[1:] == [f"  1 need {tmp_path}/rates.csv", f"  2 need {tmp_path}/sales.csv"]


def test_nothing_is_said_if_all_data_is_there(tmp_path: Path) -> None:
    assert needs(tmp_path).args == (False,)
    assert summary_of_absent([skipped("needs Chromium")]) == []
