"""The mapping that applies to a source's records: with its preset, and with the source's time zone."""

from shared.mapping.model import SourceMapping
from shared.mapping.presets.override import with_preset
from shared.records.schema import DataType

_UTC = "UTC"


def effective_mapping(
    configured: SourceMapping | None, data_type: DataType, timezone: str | None
) -> SourceMapping | None:
    """Return the mapping to apply; None if records already have the fields of the data model.

    Args:
        configured: the mapping as configured.
        data_type: the data type of the records.
        timezone: the source's time zone of times without one, which applies unless the mapping has its own.

    Raises:
        ValueError: there is no such preset.
    """
    zone = timezone or _UTC
    if configured is None:
        return None if zone == _UTC else SourceMapping(timezone=zone)
    merged = with_preset(configured, data_type)
    return merged if merged.timezone is not None else merged.model_copy(update={"timezone": zone})
