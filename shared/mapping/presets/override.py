"""Starts a mapping from a preset and lets the source's own entries override it."""

from collections.abc import Iterator
from typing import Any

from shared.mapping.model import SourceMapping, folded
from shared.mapping.presets.catalog import preset_mapping
from shared.records.schema import DataType

_FILL_A_FIELD = ("templates", "constants", "expressions")
"""The keys whose entries fill the field that they are named after. An entry of `columns` fills its value."""

_BY_FIELD = (*_FILL_A_FIELD, "defaults")


def with_preset(mapping: SourceMapping, data_type: DataType) -> SourceMapping:
    """Return a mapping with what its preset adds to it. It keeps the name of the preset.

    What the mapping itself has overrides the preset: a value replaces that of the same name (a word of a vocabulary,
    the time zone of a field's times), a list replaces the list, and a field that it fills in one way is filled in no
    other way.

    Raises:
        UnknownPreset: there is no such preset, or it has no records of this type.
    """
    if mapping.preset is None:
        return mapping
    own = mapping.model_dump(exclude_unset=True)
    base = preset_mapping(mapping.preset, data_type).model_dump(exclude_unset=True)
    return SourceMapping.model_validate(_joined(_left_of(base, own), own))


def _left_of(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a preset without what fills the fields, or translates the words, of the mapping beside it."""
    filled = set(_filled_fields(own))
    left = {key: {name: each for name, each in base.get(key, {}).items() if name not in filled} for key in _BY_FIELD}
    left["columns"] = {column: field for column, field in base.get("columns", {}).items() if field not in filled}
    shares = [share for share in base.get("allocate", []) if share["to"] not in filled]
    translated = {field: set(map(folded, words)) for field, words in own.get("values", {}).items()}
    words = {
        field: {word: meaning for word, meaning in words.items() if folded(word) not in translated.get(field, ())}
        for field, words in base.get("values", {}).items()
    }
    return base | left | {"allocate": shares, "values": words}


def _filled_fields(own: dict[str, Any]) -> Iterator[str]:
    yield from own.get("columns", {}).values()
    for key in _FILL_A_FIELD:
        yield from own.get(key, {})


def _joined(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    return base | {name: _joined(base.get(name), value) for name, value in own.items()}
