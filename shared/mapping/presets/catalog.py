"""The presets by name, read from the data files of this package when they are first asked for."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, Field

from shared.mapping.model import SourceMapping
from shared.records.schema import DataType
from shared.runtime.models import Model

_SUFFIX = ".toml"


class UnknownPreset(ValueError):
    """No preset has this name, or it has no mapping of this data type; the message lists those that exist."""


class Preset(Model):
    """A known export: what it is, the columns that tell it from others, and the mapping of each data type in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name, for `preset` in a mapping.")
    title: str = Field(description="What is exported, and from where.")
    description: str = Field(description="How to export it.")
    format: str = Field(description="Format of the file: `csv` or `json`.")
    recognised_by: list[list[str]] = Field(
        description="Columns (members of a JSON record) that only this export has together; one of each list is enough."
    )
    mappings: dict[DataType, SourceMapping] = Field(description="Data type → its mapping.")

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """Return the columns that are missing to recognise the export, in its first spelling."""
        given = {_folded(each) for each in columns}
        return [names[0] for names in self.recognised_by if not any(_folded(each) in given for each in names)]


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets, by name."""
    found = (each for each in files(__package__).iterdir() if each.name.endswith(_SUFFIX))
    read = ({"name": each.name.removesuffix(_SUFFIX), **tomllib.loads(each.read_text("utf-8"))} for each in found)
    return tuple(sorted((Preset.model_validate(each) for each in read), key=lambda preset: preset.name))


def preset(name: str) -> Preset:
    """Return a preset.

    Raises:
        UnknownPreset: there is none of this name.
    """
    known = _by_name()
    if name not in known:
        raise UnknownPreset(f"must be one of {', '.join(known)}")
    return known[name]


@cache
def _by_name() -> Mapping[str, Preset]:
    return {each.name: each for each in presets()}


def preset_mapping(name: str, data_type: DataType) -> SourceMapping:
    """Return the mapping of a data type in a preset.

    Raises:
        UnknownPreset: there is no such preset, or it has no records of this type.
    """
    found = preset(name)
    if data_type not in found.mappings:
        raise UnknownPreset(f"has no {data_type}; {name} has {', '.join(found.mappings)}")
    return found.mappings[data_type]


def looks_like(columns: Collection[str]) -> str | None:
    """Return the name of the preset whose columns these are; None if they are of none, or of several."""
    found = [each.name for each in presets() if not each.lacking(columns)]
    return found[0] if len(found) == 1 else None


@cache
def names_of_presets() -> frozenset[str]:
    """Return the columns, or members of a JSON record, by which presets are recognised."""
    return frozenset(name for each in presets() for names in each.recognised_by for name in names)


def mismatch(name: str, columns: Collection[str]) -> str | None:
    """Return why a file with these columns is not the export of a preset, and what it looks like instead.

    Returns:
        A sentence for an error message; None if the file can be of the preset.
    """
    lacking = preset(name).lacking(columns)
    if not lacking:
        return None
    other = looks_like(columns)
    hint = f"it looks like {other}" if other else f"it has {', '.join(sorted(columns)[:10])}"
    return f"the file is not an export of {name}: it lacks {', '.join(lacking)}; {hint}"


def _folded(column: str) -> str:
    return column.strip().casefold()
