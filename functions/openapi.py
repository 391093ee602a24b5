"""The published OpenAPI document: the documents of all functions, merged, plus the errors of the exception tree.

`python -m functions.openapi` writes functions/docs/openapi.json, which the docs function serves and to which
docs/openapi.json links; a test fails if that copy is outdated.
"""

import json
from collections.abc import Iterator, Mapping
from inspect import getdoc
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge

from functions.declaration import HttpFunction, Route
from functions.headers import HEADERS, IDEMPOTENCY_KEY, IF_NONE_MATCH, tell_headers
from functions.manifest import HTTP_FUNCTIONS
from shared.app.query_parameters import REQUIRED
from shared.records.documentation import CURRENCY, currency_schema, record_schemas
from shared.records.row_error import ValidationError
from shared.runtime import errors
from shared.runtime.dialects import (
    ApiErrorBody,
    ApiErrorResponse,
    ApiResponse,
    Dialect,
    FieldErrorBody,
    FraudErrorResponse,
)

COPY = Path(__file__).parent / "docs" / "openapi.json"
_ALWAYS = (
    errors.InvalidRequest,
    errors.Unauthorized,  # also on public routes, because a token that is too long is rejected everywhere
    errors.NotFound,
    errors.InternalError,
    errors.Unavailable,
    errors.Unprocessable,
)
_WITH_BODY = (errors.PayloadTooLarge, errors.UnsupportedMediaType)
_FOR_CALLERS = (errors.Forbidden, errors.RateLimitExceeded)
_ONCE = (errors.Conflict,)
_OF_THE_DOOR = {
    "414": "The URL exceeds the limit of the gateway.",
    "431": "The headers exceed the limit of the gateway.",
}
"""Errors of the gateway, always in the Commerce dialect, because the gateway does not know the routes."""

_ALSO_OF_THE_DOOR = (errors.InvalidRequest, errors.Unauthorized)
"""Errors of routes that the gateway also returns: for headers that are not UTF-8, and for tokens that are too long."""

_FORMS = {Dialect.COMMERCE: ApiErrorResponse, Dialect.FRAUD: FraudErrorResponse}
_DOORS_FORM = ApiErrorResponse.__name__
_EITHER = "ErrorInEitherDialect"
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token from `POST /api/v1/auth/token`. Each route lists the scope that it requires.",
}
_ENVELOPE = f"{ApiResponse.__name__}_"
_UNDESCRIBED = "Successful Response"
"""The text that Powertools uses for a response without a description."""

_POWERTOOLS_OWN = ("HTTPValidationError", "ResponseValidationError")
_REF = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """Build the document."""
    merged = OpenAPIMerge(
        title="Tally",
        version="1.0.0",
        summary="E-commerce data and fraud analytics",
        description="Every record accounted for, every number recomputable, every answer with its freshness.",
    )
    owners = {route: function for function in HTTP_FUNCTIONS for route in function.routes()}
    for function in HTTP_FUNCTIONS:
        merged.add_schema(json.loads(function.app().get_openapi_json_schema()))
    told = merged.get_openapi_schema()
    schemas = told["components"]["schemas"]
    schemas.update(record_schemas() | {CURRENCY: currency_schema()} | _error_schemas())
    for name in _POWERTOOLS_OWN:
        schemas.pop(name, None)
    _refer_to_records(schemas)
    _describe_envelopes(schemas)
    for path, item in told["paths"].items():
        for method, operation in item.items():
            route = Route(path, method.upper())
            _tell_policy(operation, route, owners[route])
            _tell_other_ways(operation, redirects=owners[route].redirects_to_large_answers)
            _tell_errors(operation, route, owners[route])
            _mark_required(operation)
            tell_headers(operation)
            operation["responses"].get("204", {}).pop("content", None)
            _describe_bodies(operation, schemas)
    told["components"]["schemas"] = dict(sorted(schemas.items()))
    told["components"]["headers"] = dict(HEADERS)
    told["components"]["securitySchemes"] = {"token": _TOKEN}
    return told


def _tell_policy(operation: dict[str, Any], route: Route, function: HttpFunction) -> None:
    """Add the scope of the route and the headers that it reads."""
    policy = function.policy_of(route)
    scopes = [scope for scope in (policy.scope, policy.fraud_scope) if scope is not None]
    operation["security"] = [{"token": [scope.value]} for scope in scopes]  # any one of them
    if policy.takes_key(route.method):
        operation.setdefault("parameters", []).append(dict(IDEMPOTENCY_KEY))
    if policy.is_tagged(route.method):
        operation.setdefault("parameters", []).append(dict(IF_NONE_MATCH))


def _mark_required(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop(REQUIRED, False):
            parameter["required"] = True


def _tell_other_ways(operation: dict[str, Any], *, redirects: bool) -> None:
    """Add the redirect for large responses and the response for an unchanged `ETag`."""
    if redirects:
        larger = {"description": "The response exceeds 5 MB; fetch it from `Location`, valid for 15 minutes."}
        operation["responses"].setdefault("303", larger)
    if IF_NONE_MATCH in operation.get("parameters", ()):
        operation["responses"]["304"] = {"description": "Not modified since the `ETag` in `If-None-Match`."}


def _error_schemas() -> dict[str, Any]:
    told = {
        model.__name__: model.model_json_schema(ref_template=_REF, mode="serialization")
        for model in (
            ApiErrorResponse,
            ApiErrorBody,
            FieldErrorBody,
            FraudErrorResponse,
            ValidationError,
        )  # Powertools has a model of the same name
    }
    for schema in told.values():
        schema.pop("$defs", None)
    forms = [{"$ref": _REF.format(model=form.__name__)} for form in _FORMS.values()]
    return told | {
        _EITHER: {"title": _EITHER, "description": "An error in the dialect of the request.", "anyOf": forms}
    }


def _refer_to_records(schemas: dict[str, Any]) -> None:
    records = [{"$ref": _REF.format(model=name)} for name in record_schemas()]
    schemas["BatchIngestionRequest"]["properties"]["data"]["items"] = {"anyOf": records}


def _describe_envelopes(schemas: dict[str, Any]) -> None:
    """Describe the envelopes, because pydantic omits the docstring of a generic model from its parametrized models."""
    for name, schema in schemas.items():
        if name.startswith(_ENVELOPE):
            schema["description"] = getdoc(ApiResponse)


def _describe_bodies(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Describe the request body and the successful response by the models that they contain."""
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    bodies += [each for each in operation["responses"].values() if each["description"] == _UNDESCRIBED]
    for body in bodies:
        body["description"] = _model_in(body, schemas)["description"]


def _model_in(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    schema = body["content"]["application/json"]["schema"]
    schema = next(iter(schema.get("anyOf", [schema])))  # the model of an optional body
    model = schemas[_name(schema)]
    return schemas[_name(model["properties"]["data"])] if _name(schema).startswith(_ENVELOPE) else model


def _name(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _tell_errors(operation: dict[str, Any], route: Route, function: HttpFunction) -> None:
    dialect, dialects = function.app().dialect, function.app().dialects
    own = _FORMS[dialect].__name__ if dialects == (dialect,) else _EITHER
    for error in _errors_of(operation, route, function):
        form = _EITHER if error in _ALSO_OF_THE_DOOR and dialect is Dialect.FRAUD else own
        code = error.commerce_code if dialect is Dialect.COMMERCE else error.fraud_code
        operation["responses"][str(error.status)] = _error(f"`{code}`: {' '.join((getdoc(error) or '').split())}", form)
    for status, why in _OF_THE_DOOR.items():
        operation["responses"][status] = _error(f"`{errors.InvalidRequest.commerce_code}`: {why}", _DOORS_FORM)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _error(description: str, form: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=form)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors_of(operation: Mapping[str, Any], route: Route, function: HttpFunction) -> Iterator[type[errors.TallyError]]:
    yield from (each for each in _ALWAYS if each is not errors.NotFound or "{" in route.path)
    yield from function.policy_of(route).errors
    if "requestBody" in operation:
        yield from _WITH_BODY
    if operation["security"]:
        yield from _FOR_CALLERS
    if IDEMPOTENCY_KEY in operation.get("parameters", ()):
        yield from _ONCE


def text() -> str:
    """Return the published document as JSON text."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COPY.write_text(text())
