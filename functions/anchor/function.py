"""Declares the function `anchor`."""

from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.audit.checkpoints import PREFIX as ANCHORED
from shared.audit.trail import AUDIT_TABLE

FUNCTION = TriggeredFunction(
    name="anchor",
    description="Stores checkpoints of the audit chains under Object Lock.",
    memory_mb=512,
    timeout_seconds=60,
    trigger=ScheduleTrigger(every_minutes=30),
    reads=(Access(AUDIT_TABLE),),
    writes=(Access(ANCHORS_BUCKET, ANCHORED),),
)
