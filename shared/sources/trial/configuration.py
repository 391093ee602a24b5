"""Finds the errors of a configuration that its schema cannot find, all at once.

The trial reads what the client sent, so that its errors are reported together with those of the schema; entries with an
invalid schema are skipped here. Expressions read source columns and computed columns, never fields, so they cannot
depend on each other in a circle.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from shared.mapping.model import SourceMapping
from shared.mapping.presets.override import with_preset
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.sources.trial.computed import find_wrong_order
from shared.sources.trial.groups import find_wrong_allocations, find_wrong_derivations
from shared.sources.trial.sent import Fault, Sent
from shared.sources.trial.targets import find_duplicate_targets, find_wrong_targets
from shared.sources.trial.texts import find_wrong_formats, find_wrong_templates
from shared.sources.trial.values import find_wrong_values

_FINDERS = (
    find_wrong_targets,
    find_duplicate_targets,
    find_wrong_templates,
    find_wrong_order,
    find_wrong_formats,
    find_wrong_values,
    find_wrong_allocations,
    find_wrong_derivations,
)


def find_faults(mappings: Any) -> Iterator[Fault]:
    """Yield the errors of mappings by data type, as they were sent."""
    if isinstance(mappings, dict):
        for name, mapping in mappings.items():
            if name in set(DataType) and isinstance(mapping, dict):
                for path, message, value in _find_mapping_faults(DataType(name), mapping):
                    yield (name, *path), message, value


def find_contradictions(mappings: Mapping[DataType, SourceMapping]) -> Iterator[Fault]:
    """Yield the presets that valid mappings cannot be combined with, e.g. because their groups differ."""
    for data_type, mapping in mappings.items():
        try:
            with_preset(mapping, data_type)
        except ValidationError as failure:
            reasons = "; ".join(str(each["msg"]) for each in failure.errors(include_url=False))
            yield (data_type, "preset"), f"does not agree with what is beside it: {reasons}", mapping.preset


def _find_mapping_faults(data_type: DataType, mapping: Sent) -> Iterator[Fault]:
    yield from _find_unknown_preset(data_type, mapping)
    for find in _FINDERS:
        yield from find(SCHEMAS[data_type], mapping)


def _find_unknown_preset(data_type: DataType, mapping: Sent) -> Iterator[Fault]:
    named = mapping.get("preset")
    if isinstance(named, str) and named:
        try:
            with_preset(SourceMapping.model_construct(preset=named), data_type)
        except ValueError as error:
            yield ("preset",), str(error), named
