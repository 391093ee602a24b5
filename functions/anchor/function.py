"""Declares the function `anchor`."""

from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.audit.anchors import PREFIX as ANCHORED
from shared.runtime.settings import Resource

FUNCTION = TriggeredFunction(
    name="anchor",
    description="Stores checkpoints of the audit chains under Object Lock.",
    memory_mb=512,
    timeout_seconds=60,
    trigger=ScheduleTrigger(every_minutes=30),
    reads=(Access(Resource.AUDIT),),
    writes=(Access(Resource.ANCHORS, ANCHORED),),
)
