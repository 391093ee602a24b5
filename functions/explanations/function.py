"""Declares the function `explanations`."""

from functions.access import COUNTED, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.decisions.index import DECISIONS_TABLE

FUNCTION = HttpFunction(
    name="explanations",
    description="Explains the scores of decisions, from their index, and of cohorts, from Athena.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *QUERY, Access(DECISIONS_TABLE)),
    writes=(*COUNTED, *QUERY_WRITES),
)
