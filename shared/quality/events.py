"""The event that quality reports have changed although no table has."""

from shared.runtime.resources import EventType

QUALITY_CHANGED = EventType(source="tally.quality", detail_type="quality changed")
"""Rows were counted of which no merge follows that changes a table. Its detail: `{data_type}`; it may be repeated."""
