"""Base of the models that describe the query parameters of a route: one model is published, and reads requests.

The field of an object parameter has its path as alias (`time_range.start`). Reading reports every malformed, unknown
and invalid parameter at once, and with them the contradictions between parameters that are valid by themselves.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, get_origin

from pydantic import ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.models import Model
from shared.runtime.phrases import phrase
from shared.runtime.query_string import Parameters, read_query

Given = Mapping[str, Sequence[str]]
"""Decoded query parameters, each with all its values."""

WITHOUT_VALUE = "without_value"
"""Type of an error that does not repeat the value, because it is null or too large."""


class Query(Model):
    """The query parameters of a route; validation receives all values of each."""

    @classmethod
    def read(cls, given: Given, *, now: datetime | None = None) -> Self:
        """Validate the parameters of a request; `now` is the present moment, if it limits them.

        Raises:
            InvalidRequest: parameters are missing, unknown or wrong; every one of them is named.
        """
        known = _known(cls)
        found = read_query(given, known.keys() - {""})
        values = _values(found)
        valid = _defaults(cls, values)
        errors = [*found.errors, *_unknown(found, known)]
        try:
            query = cls.model_validate(values, context=valid)
        except ValidationError as invalid:
            errors += [_field_error(each) for each in invalid.errors(include_url=False)]
        errors += cls.contradictions(valid, now)
        if errors:
            raise InvalidRequest("Request validation failed", field_errors=errors)
        return query

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterable[FieldError]:  # noqa: ARG003 # a query without rules
        """Check valid fields against each other and the present; `valid` lacks the others."""
        return ()

    @field_validator("*", mode="before")
    @classmethod
    def _take_one(cls, values: Any, info: ValidationInfo) -> Any:
        if takes_several(cls.model_fields[str(info.field_name)]):
            return values
        if len(values) > 1:
            raise PydanticCustomError("several_values", "must have one value, not {count}", {"count": len(values)})
        if values[0] is None:
            raise PydanticCustomError(WITHOUT_VALUE, "must not be null")
        return values[0]

    # A failed validation has no result: the context keeps the fields that are valid, for `contradictions`.
    @field_validator("*", mode="after")
    @classmethod
    def _keep_valid(cls, value: Any, info: ValidationInfo) -> Any:
        if info.context is not None:
            info.context[info.field_name] = value
        return value


def values_of(value: Any) -> list[Any]:
    """Write a JSON value as the decoded values of a query parameter, for questions that a body contains."""
    return [_parameter(each) for each in value] if isinstance(value, list) else [_parameter(value)]


def _parameter(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def path_of(name: str, field: FieldInfo) -> str:
    """Return the name of a parameter, for the field of an object after the name of the object and a dot."""
    return field.alias or name


def takes_several(field: FieldInfo) -> bool:
    """Whether a field is a list."""
    return get_origin(field.annotation) is tuple


def _known(query: type[Query]) -> Mapping[str, Sequence[str]]:
    """Return the names of the fields of each object, and under `""` those of the parameters."""
    plain: list[str] = []
    objects: dict[str, list[str]] = {}
    for name, field in query.model_fields.items():
        outer, _, inner = path_of(name, field).partition(".")
        if inner:
            objects.setdefault(outer, []).append(inner)
        else:
            plain.append(outer)
    return {"": [*plain, *objects], **objects}


def _unknown(found: Parameters, known: Mapping[str, Sequence[str]]) -> Iterator[FieldError]:
    for outer, given in {"": found.plain, **found.objects}.items():
        for name, values in given.items():
            if name not in known[outer]:
                message = f"unknown parameter; expected one of {', '.join(known[outer])}"
                yield FieldError(f"{outer}.{name}".removeprefix("."), message, values)


def _values(found: Parameters) -> dict[str, list[Any]]:
    """Return the values of each parameter that has any: `filters={"region": []}` is the same as no filter."""
    objects = {f"{outer}.{name}": values for outer, given in found.objects.items() for name, values in given.items()}
    return {path: list(values) for path, values in {**found.plain, **objects}.items() if values}


def _defaults(query: type[Query], given: Collection[str]) -> dict[str, Any]:
    """Return the defaults of the optional fields that are not given."""
    optional = {name: field for name, field in query.model_fields.items() if not field.is_required()}
    return {name: field.default for name, field in optional.items() if path_of(name, field) not in given}


def _field_error(problem: ErrorDetails) -> FieldError:
    value = None if problem["type"] in {"missing", WITHOUT_VALUE} else problem["input"]
    return FieldError(".".join(map(str, problem["loc"])), phrase(problem), value)
