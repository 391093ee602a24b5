"""The event that another decision policy is in force, for decision engines and pushes."""

from shared.runtime.resources import EventType

POLICY_CHANGED = EventType(source="tally.policies", detail_type="policy changed")
"""Its detail is `{version, experiment_id, variant_id}`."""
