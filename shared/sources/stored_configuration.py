"""A source's configuration as it is kept, read whatever an older or newer version has saved.

What cannot be applied is set apart with the reason, so that it concerns the records that it would change and no
others: not those of other types, not those of other sources beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from shared.records.schema import DataType
from shared.runtime.models import sentence
from shared.sources.models import SourceConfiguration

_BY_TYPE = frozenset({"thresholds", "mappings"})
_ABOUT_NO_RECORD = frozenset({"name", "type", "cadence"})
_SHOWN = {"cadence", "thresholds", "mappings"}
_MOST_REASONS = 3
_LONGEST_REASON = 500
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class StoredConfiguration:
    """What was saved, the part of it that can be applied, and what is wrong with the rest, by field path."""

    saved: Any = field(default_factory=dict)
    usable: SourceConfiguration = field(default_factory=SourceConfiguration)
    faults: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: SourceConfiguration) -> "StoredConfiguration":
        """A configuration that was checked a moment ago."""
        return cls(configuration.model_dump(mode="json", exclude_none=True), configuration)

    @classmethod
    def read(cls, body: str) -> "StoredConfiguration":
        """Read what was saved; nothing that it contains makes this fail."""
        try:
            saved = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return cls(None, SourceConfiguration(), {(): f"is not JSON: {error}"})
        faults: dict[Path, str] = {}
        left = saved
        while True:  # each round takes at least one entry out
            try:
                return cls(saved, SourceConfiguration.model_validate(left), faults)
            except ValidationError as failure:
                found = {each["loc"]: sentence(each["msg"]) for each in failure.errors(include_url=False)}
            faults |= found
            left = _without(left, found)

    def fault_of(self, data_type: DataType) -> str:
        """Why the records of a type cannot be read by this configuration; empty if they can."""
        reasons = [f"{_written(path)}: {reason}" for path, reason in self.faults.items() if _concerns(path, data_type)]
        return "; ".join(reasons[:_MOST_REASONS])[:_LONGEST_REASON]

    def shown(self) -> dict[str, Any]:
        """What was saved of cadence, thresholds and mappings, and what is wrong with it, if anything is."""
        if not self.faults:
            return self.usable.model_dump(mode="json", include=_SHOWN)
        saved = self.saved if isinstance(self.saved, dict) else {}
        kept = {name: value for name, value in saved.items() if name in _SHOWN}
        return {**kept, "faults": {_written(path): reason for path, reason in self.faults.items()}}


def _written(path: Path) -> str:
    return ".".join(map(str, path)) or "configuration"


def _concerns(path: Path, data_type: DataType) -> bool:
    """Whether a fault changes what records of a type come to: of a setting nobody knows, it may change all."""
    if len(path) > 1 and path[0] in _BY_TYPE:
        return path[1] == data_type
    return path[:1] not in {(name,) for name in _ABOUT_NO_RECORD}


def _without(saved: Any, faults: Mapping[Path, str]) -> Any:
    """What is left when every entry with a fault is taken out: of mappings and thresholds, those of its type."""
    if not isinstance(saved, dict):
        return {}
    whole = {path[0] for path in faults if path and (len(path) == 1 or path[0] not in _BY_TYPE)}
    of_types = {path[:2] for path in faults}
    kept = {name: value for name, value in saved.items() if name not in whole}
    return {
        name: {each: entry for each, entry in value.items() if (name, each) not in of_types}
        if name in _BY_TYPE and isinstance(value, dict)
        else value
        for name, value in kept.items()
    }
