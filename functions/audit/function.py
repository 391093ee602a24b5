"""Declares the function `audit`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.audit.checkpoints import PREFIX as ANCHORED
from shared.audit.trail import AUDIT_TABLE

FUNCTION = HttpFunction(
    name="audit",
    description="Serves and verifies the audit log.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(AUDIT_TABLE), Access(ANCHORS_BUCKET, ANCHORED)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
