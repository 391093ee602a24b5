"""Declares the function `experiments`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS, ON_RECORD
from functions.declaration import Access, HttpFunction
from shared.experiments.store import EXPERIMENTS_TABLE

FUNCTION = HttpFunction(
    name="experiments",
    description="Defines experiments and moves them from state to state.",
    memory_mb=1769,
    timeout_seconds=29,
    reads=(*IDENTITY, *ON_RECORD, *LARGE_ANSWERS, Access(EXPERIMENTS_TABLE)),
    writes=(*COUNTED, *ON_RECORD, *LARGE_ANSWERS, Access(EXPERIMENTS_TABLE)),
)
