"""Declares the function `audit`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.audit.trail import AUDIT_TABLE

FUNCTION = HttpFunction(
    name="audit",
    description="Serves the audit log.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(AUDIT_TABLE)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
