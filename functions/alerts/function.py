"""Declares the function `alerts`."""

from functions.access import ALERT_READS, ALERT_WRITES, COUNTED, IDENTITY, ON_RECORD, PIPELINE_WATCHES
from functions.declaration import HttpFunction

FUNCTION = HttpFunction(
    name="alerts",
    description="Lists and changes alerts and their rules, and tries rules on the past.",
    memory_mb=1769,
    timeout_seconds=29,
    reads=(*IDENTITY, *ON_RECORD, *ALERT_READS),
    writes=(*COUNTED, *ON_RECORD, *ALERT_WRITES),
    watches=PIPELINE_WATCHES,
)
