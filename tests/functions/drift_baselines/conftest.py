"""A fraud desk without decisions for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.drift.conftest import Desk, opening


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk without decisions."""
    with opening(tmp_path) as opened:
        yield opened
