"""Decoded query strings: parameters of object type, normalised from every supported spelling (docs/contracts.md)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.runtime import strict_json
from shared.runtime.errors import FieldError

_NAME = re.compile(r"(?P<name>[^\[\].]+)(?:\[(?P<bracketed>[^\[\]]+)\]|\.(?P<dotted>[^\[\].]+))?(?:\[\d*\])?")
_SPELLINGS = '{0}[field]=…, {0}.field=… or {0}={{"field": …}}'


@dataclass(frozen=True)
class Parameters:
    """What a query string says: the values of each parameter, those of each field of an object, and what is malformed.

    Every name carries all values given for it, in order, since only its reader knows whether it may have several.
    """

    plain: Mapping[str, Sequence[str]] = field(default_factory=dict)
    objects: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()


def read_query(given: Mapping[str, Sequence[str]], objects: Collection[str]) -> Parameters:
    """Read decoded query parameters, of which those named in `objects` have fields.

    `filters[region]=EU`, `filters[region][]=EU`, `filters[region][0]=EU`, `filters.region=EU` and
    `filters={"region": ["EU"]}` all say the same, and may stand together. A comma may separate values or be part of
    one, so that only the spelling as JSON, which is certain, may have any.
    """
    plain: dict[str, list[str]] = {}
    nested: dict[str, dict[str, list[Any]]] = {}
    errors: list[FieldError] = []
    for spelled, values in given.items():
        try:
            name, key = _path(spelled, objects)
            if name not in objects:
                plain.setdefault(name, []).extend(values)
                continue
            fields = {key: _single(name, key, values)} if key else _from_json(name, values)
        except _Malformed as malformed:
            errors.append(FieldError(spelled, str(malformed), list(values)))
            continue
        for each, found in fields.items():
            nested.setdefault(name, {}).setdefault(each, []).extend(found)
    return Parameters(plain, nested, tuple(errors))


class _Malformed(Exception):
    """A parameter that cannot be read; the message says how to spell it."""


def _path(spelled: str, objects: Collection[str]) -> tuple[str, str | None]:
    match = _NAME.fullmatch(spelled)
    name = match["name"] if match else re.split(r"[\[.]", spelled, maxsplit=1)[0]
    if match is None:
        raise _Malformed(
            f"is malformed; write {_SPELLINGS.format(name)}" if name in objects else "is not a parameter name"
        )
    key = match["bracketed"] or match["dotted"]
    if key is not None and name not in objects:
        raise _Malformed(f"{name} has no fields; write {name}=…")
    return name, key


def _single(name: str, key: str, values: Sequence[str]) -> list[str]:
    if any("," in value for value in values):
        raise _Malformed(
            f"must not contain a comma; for several values repeat {name}[{key}]=…, and write a value that contains a "
            f'comma as {name}={{"{key}": ["…"]}}'
        )
    return list(values)


def _from_json(name: str, values: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for text in values:
        for key, value in _object(name, text).items():
            found.setdefault(key, []).extend(value if isinstance(value, list) else [value])
    return found


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(text)
    except strict_json.NotStrictJson as error:
        raise _Malformed(f"is malformed: {error}; write {_SPELLINGS.format(name)}") from None
    if not isinstance(value, dict):
        raise _Malformed(f"must be an object; write {_SPELLINGS.format(name)}")
    return value
