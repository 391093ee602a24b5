"""Query parameters of object type, normalised from every supported spelling (docs/contracts.md)."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar

from shared.runtime import strict_json
from shared.runtime.errors import FieldError
from shared.runtime.reading import InvalidValue, timestamp

TIME_RANGE, RANGE = "time_range", ("start", "end")
MOST_VALUES = 100
LONGEST_VALUE = 500

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

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
    `filters={"region": ["EU"]}` all say the same, and may stand together.
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
            fields = {key: list(values)} if key else _from_json(name, values)
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


@dataclass
class Reader:
    """Takes fields out of the parameters and collects what is wrong with them."""

    parameters: Parameters
    errors: list[FieldError] = field(default_factory=list)

    @classmethod
    def of(
        cls, given: Mapping[str, Sequence[str]], *, plain: Sequence[str], objects: Mapping[str, Sequence[str]]
    ) -> Self:
        """Read decoded query parameters, of which these are known; those with fields are objects."""
        parameters = read_query(given, objects)
        unknown = [*_strangers("", parameters.plain, (*plain, *objects))]
        for name, fields in parameters.objects.items():
            unknown += _strangers(f"{name}.", fields, objects[name])
        return cls(parameters, [*parameters.errors, *unknown])

    def one(self, name: str, read: Callable[[Any], T], *, required: bool = False) -> T | None:
        """Read a field that has one value."""
        values = self._values(name)
        if len(values) > 1:
            self.refuse(name, f"must have one value, not {len(values)}", values)
        elif values:
            try:
                return read(values[0])
            except InvalidValue as error:
                self.refuse(name, str(error), values[0])
        elif required:
            self.refuse(name, "is required")
        return None

    def several(self, name: str) -> tuple[str, ...]:
        """Read a list of texts: trimmed, each once, in order, so that equal questions are equal."""
        values = self._values(name)
        texts = {value.strip() for value in values if isinstance(value, str)}
        if len(values) > MOST_VALUES:
            self.refuse(name, f"must have at most {MOST_VALUES} values, not {len(values)}")
        elif not all(isinstance(value, str) for value in values):
            self.refuse(name, "must be a list of texts", values)
        elif not all(0 < len(text) <= LONGEST_VALUE for text in texts):
            self.refuse(name, f"must be a list of texts of 1 to {LONGEST_VALUE} characters", values)
        return tuple(sorted(texts))

    def time_range(self) -> tuple[datetime, datetime] | None:
        """Read the half-open range that is asked for; None where something is wrong with it."""
        start, end = (self.one(f"{TIME_RANGE}.{each}", timestamp, required=True) for each in RANGE)
        if start is None or end is None:
            return None
        if start >= end:
            self.refuse(TIME_RANGE, "start must be before end")
            return None
        return start, end

    def _values(self, name: str) -> Sequence[Any]:
        outer, _, inner = name.partition(".")
        return self.parameters.objects.get(outer, {}).get(inner, ()) if inner else self.parameters.plain.get(name, ())

    def refuse(self, name: str, message: str, value: object = None) -> None:
        """Remember what is wrong with a field."""
        self.errors.append(FieldError(name, message, value))

    def has_refused(self, *names: str) -> bool:
        """Whether any of these fields is wrong."""
        return any(error.field in names for error in self.errors)


def _strangers(prefix: str, given: Mapping[str, Sequence[Any]], known: Sequence[str]) -> Iterator[FieldError]:
    for name in given:
        if name not in known:
            yield FieldError(f"{prefix}{name}", f"unknown parameter; expected one of {', '.join(known)}", given[name])


def choice(choices: type[Choice]) -> Callable[[Any], Choice]:
    """A reader of one of some words."""

    def read(text: Any) -> Choice:
        if text in set(choices):
            return choices(text)
        raise InvalidValue(f"must be one of {', '.join(choices)}")

    return read
