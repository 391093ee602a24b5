"""A stored configuration, readable whatever an older or newer version has saved.

Entries that cannot be applied are set apart with the reason, so that they affect only the records that depend on them:
not those of other data types or sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.mapping.effective import effective_mapping
from shared.mapping.model import SourceMapping
from shared.records.schema import DataType
from shared.runtime.phrases import phrase
from shared.sources.models import Cadence, SourceConfiguration

_BY_TYPE = frozenset({"thresholds", "mappings"})
_ABOUT_NO_RECORD = frozenset({"name", "type", "cadence"})
_SHOWN = {"name", "type", "cadence", "timezone", "namespace", "thresholds", "mappings"}
_MOST_REASONS = 3
_LONGEST_REASON = 500
_CADENCE: TypeAdapter[timedelta] = TypeAdapter(Cadence)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _EffectiveMappings:
    mappings: dict[DataType, SourceMapping | None] = field(default_factory=dict)
    faults: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredConfiguration:
    """The saved value, its usable part, and the errors of the rest by field path."""

    saved: Any = field(default_factory=dict)
    usable: SourceConfiguration = field(default_factory=SourceConfiguration)
    faults: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def read(cls, body: str) -> "StoredConfiguration":
        """Parse a saved value; never fails."""
        try:
            saved = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return cls(None, SourceConfiguration(), {(): f"is not JSON: {error}"})
        faults: dict[Path, str] = {}
        remaining = saved
        while True:  # each round takes at least one entry out
            try:
                return cls(saved, SourceConfiguration.model_validate(remaining), faults)
            except ValidationError as failure:
                found = {each["loc"]: phrase(each) for each in failure.errors(include_url=False)}
            faults |= found
            remaining = _without(remaining, found)

    def fault_of(self, data_type: DataType) -> str:
        """Return why records of a type cannot be read with this configuration; empty if they can."""
        faults = {**self.faults, **self._effective.faults}
        reasons = [f"{_path_text(path)}: {reason}" for path, reason in faults.items() if _concerns(path, data_type)]
        return "; ".join(reasons[:_MOST_REASONS])[:_LONGEST_REASON]

    def mapping_of(self, data_type: DataType) -> SourceMapping | None:
        """Return the effective mapping of a type; None if its records are not mapped."""
        return self._effective.mappings[data_type]

    @cached_property
    def _effective(self) -> "_EffectiveMappings":
        found = _EffectiveMappings()
        for data_type in DataType:
            configured = self.usable.mappings.get(data_type)
            try:
                mapping = effective_mapping(configured, data_type, self.usable.timezone)
            except ValueError as error:
                found.faults["mappings", data_type, "preset"] = str(error)
            else:
                found.mappings[data_type] = mapping
        return found

    def to_json(self) -> dict[str, Any]:
        """Return what is saved, with its errors if there are any.

        Mappings are as they were given: sent again with their defaults, they would override more of a preset.
        """
        if not self.faults:
            given = self.usable.model_dump(mode="json", include={"mappings"}, exclude_none=True, exclude_unset=True)
            return self.usable.model_dump(mode="json", include=_SHOWN) | given
        saved = self.saved if isinstance(self.saved, dict) else {}
        shown = {name: value for name, value in saved.items() if name in _SHOWN}
        return {**shown, "faults": {_path_text(path): reason for path, reason in self.faults.items()}}


def cadence_of(body: str) -> timedelta | None:
    """Return the cadence of a saved value without reading the rest of it; None if it has no usable one."""
    try:
        return _CADENCE.validate_python(orjson.loads(body)["cadence"])
    except (ValueError, LookupError, TypeError):
        return None


def _path_text(path: Path) -> str:
    return ".".join(map(str, path)) or "configuration"


def _concerns(path: Path, data_type: DataType) -> bool:
    """Whether an error affects records of a type; an unknown setting may affect all."""
    if len(path) > 1 and path[0] in _BY_TYPE:
        return path[1] == data_type
    return path[:1] not in {(name,) for name in _ABOUT_NO_RECORD}


def _without(saved: Any, faults: Mapping[Path, str]) -> Any:
    """Return the saved value without invalid entries; of mappings and thresholds, without the data type concerned."""
    if not isinstance(saved, dict):
        return {}
    whole = {path[0] for path in faults if path and (len(path) == 1 or path[0] not in _BY_TYPE)}
    of_types = {path[:2] for path in faults}
    remaining = {name: value for name, value in saved.items() if name not in whole}
    return {
        name: {each: entry for each, entry in value.items() if (name, each) not in of_types}
        if name in _BY_TYPE and isinstance(value, dict)
        else value
        for name, value in remaining.items()
    }
