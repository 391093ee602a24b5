"""Publishes the parameters of a query model in the OpenAPI document, and passes those of a request to the route."""

from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from types import NoneType
from typing import Annotated, Any, get_args

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.openapi import params
from pydantic import TypeAdapter, WithJsonSchema
from pydantic.fields import FieldInfo

from shared.runtime.query import Given, Query, path_of, takes_several

REQUIRED = "x-required"
"""Marks a parameter as required in the OpenAPI document only: the model itself accepts objects in other notations."""


def parameters_of(*queries: type[Query]) -> Callable[..., Given]:
    """Return a dependency that declares the parameters of query models; its value is the unparsed parameters.

    Powertools could also expand a model, but only into names and basic types, and it would validate before the spelling
    of objects is normalized.
    """

    def read(request: Request) -> Given:
        """Return every parameter with all its values, as decoded by API Gateway."""
        return request.resolved_event.multi_value_query_string_parameters

    declared = [each for query in queries for each in _parameters(query, alone=len(queries) == 1)]
    request = Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request)
    read.__signature__ = Signature([request, *declared])  # type: ignore[attr-defined] # what `inspect` reads
    return read


def _parameters(query: type[Query], *, alone: bool) -> Iterator[Parameter]:
    """Yield the parameters of a query; one of several kinds of queries requires none of them."""
    for name, field in query.model_fields.items():
        declared = params.Query(alias=_spelling(name, field), description=field.description)
        schema = {key: value for key, value in _schema(field).items() if alone or key != REQUIRED}
        annotation = Annotated[str | None, WithJsonSchema(schema), declared]
        yield Parameter(f"{query.__name__}_{name}", Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _spelling(name: str, field: FieldInfo) -> str:
    outer, _, inner = path_of(name, field).partition(".")
    return (f"{outer}[{inner}]" if inner else outer) + ("[]" if takes_several(field) else "")


def _schema(field: FieldInfo) -> dict[str, Any]:
    """Return the JSON schema of one value of a field; the description is that of the parameter."""
    types = get_args(field.annotation)
    schema = TypeAdapter(types[0] if NoneType in types else field.rebuild_annotation()).json_schema()
    further: dict[str, Any] = {"examples": field.examples} if field.examples else {}
    further |= {REQUIRED: True} if field.is_required() else {}
    return {key: value for key, value in schema.items() if key not in {"title", "description"}} | further
