"""The published OpenAPI document: every function's own, merged, with the errors that the exception tree declares.

`python -m functions.openapi` writes functions/docs/openapi.json, which the docs function serves and to which
docs/openapi.json leads; a test fails when that copy is not what this says.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge

from functions.headers import HEADERS, IDEMPOTENCY_KEY, IF_NONE_MATCH, tell_headers
from functions.manifest import HTTP_FUNCTIONS
from shared.answers.tags import is_tagged
from shared.auth.scopes import scope_of
from shared.idempotency.claim import takes_key
from shared.ingestion.models import ValidationError
from shared.records.documentation import CURRENCY, currency_schema, record_schemas
from shared.runtime import errors
from shared.runtime.dialects import ApiErrorBody, ApiErrorResponse, Dialect, FieldErrorBody, FraudErrorResponse
from shared.runtime.http import BASE_PATH

COPY = Path(__file__).parent / "docs" / "openapi.json"
_ALWAYS = (
    errors.InvalidRequest,
    errors.Unauthorized,  # on open routes, too: of a token that is too long to be read by any
    errors.NotFound,
    errors.InternalError,
    errors.Unavailable,
    errors.Unprocessable,
)
_WITH_BODY = (errors.PayloadTooLarge, errors.UnsupportedMediaType)
_FOR_CALLERS = (errors.Forbidden, errors.RateLimitExceeded)
_ONCE = (errors.Conflict,)
_OF_ROUTES: Mapping[str, tuple[type[errors.TallyError], ...]] = {
    "/analytics/customers/segments": (errors.NotFound,),  # there are none until they are computed
    "/auth/keys/{key_id}/rotate": (errors.Conflict,),
}
"""What some routes say beside what all of their kind do."""

_OF_THE_DOOR = {
    "414": "The address is longer than what stands in front of the functions reads.",
    "431": "The headers are longer than what stands in front of the functions reads.",
}
"""What no function says: always in the Commerce dialect, for whoever says it does not know the routes."""

_IN_BOTH_DIALECTS = {"/analytics/metrics"}
"""Both contracts define it, and the form of a request tells in which dialect it is answered (resolutions § 1)."""

_FORMS = {Dialect.COMMERCE: ApiErrorResponse, Dialect.FRAUD: FraudErrorResponse}
_DOORS_FORM = ApiErrorResponse.__name__
_EITHER = "ErrorInEitherDialect"
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token of `POST /api/v1/auth/token`; each route names the scope that it asks for.",
}
_POWERTOOLS_OWN = ("HTTPValidationError", "ResponseValidationError")
_REF = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """Build the document."""
    merged = OpenAPIMerge(
        title="Tally",
        version="1.0.0",
        summary="E-commerce data and fraud analytics",
        description="Every record accounted for, every number recomputable, every answer says how fresh it is.",
    )
    dialects: dict[str, Dialect] = {}
    redirecting: set[str] = set()
    for function in HTTP_FUNCTIONS:
        own = json.loads(function.app().get_openapi_json_schema())
        dialects |= dict.fromkeys(own["paths"], function.app().dialect)
        redirecting.update(own["paths"] if function.redirects_to_large_answers else ())
        merged.add_schema(own)
    told = merged.get_openapi_schema()
    schemas = told["components"]["schemas"]
    schemas.update(record_schemas() | {CURRENCY: currency_schema()} | _error_schemas())
    for name in _POWERTOOLS_OWN:
        schemas.pop(name, None)
    _refer_to_records(schemas)
    for path, item in told["paths"].items():
        for method, operation in item.items():
            scope = scope_of(method.upper(), path.removeprefix(BASE_PATH))
            operation["security"] = [] if scope is None else [{"token": [scope.value]}]
            if takes_key(method.upper(), path.removeprefix(BASE_PATH)):
                operation.setdefault("parameters", []).append(dict(IDEMPOTENCY_KEY))
            if is_tagged(method.upper(), scope):
                operation.setdefault("parameters", []).append(dict(IF_NONE_MATCH))
            _tell_other_ways(operation, redirects=path in redirecting)
            _tell_errors(operation, path, dialects[path])
            tell_headers(operation)
    told["components"]["schemas"] = dict(sorted(schemas.items()))
    told["components"]["headers"] = dict(HEADERS)
    told["components"]["securitySchemes"] = {"token": _TOKEN}
    return told


def _tell_other_ways(operation: dict[str, Any], *, redirects: bool) -> None:
    """Tell of answers that are not given here: because they are too large, or because the caller has them."""
    if redirects:
        operation["responses"]["303"] = {"description": "The answer is over 5 MB, and lies somewhere else."}
    if IF_NONE_MATCH in operation.get("parameters", ()):
        operation["responses"]["304"] = {"description": "The answer says what the one at hand says."}


def _error_schemas() -> dict[str, Any]:
    told = {
        model.__name__: model.model_json_schema(ref_template=_REF, mode="serialization")
        for model in (
            ApiErrorResponse,
            ApiErrorBody,
            FieldErrorBody,
            FraudErrorResponse,
            ValidationError,
        )  # Powertools has its own of that name
    }
    for schema in told.values():
        schema.pop("$defs", None)
    forms = [{"$ref": _REF.format(model=form.__name__)} for form in _FORMS.values()]
    return told | {_EITHER: {"title": _EITHER, "description": "In the dialect of the request.", "anyOf": forms}}


def _refer_to_records(schemas: dict[str, Any]) -> None:
    records = [{"$ref": _REF.format(model=name)} for name in record_schemas()]
    schemas["BatchIngestionRequest"]["properties"]["data"]["items"] = {"anyOf": records}


def _tell_errors(operation: dict[str, Any], path: str, dialect: Dialect) -> None:
    route = path.removeprefix(BASE_PATH)
    own = _EITHER if route in _IN_BOTH_DIALECTS else _FORMS[dialect].__name__
    for error in _errors_of(operation, route):
        form = _EITHER if error is errors.Unauthorized and dialect is Dialect.FRAUD else own
        code = error.commerce_code if dialect is Dialect.COMMERCE else error.fraud_code
        operation["responses"][str(error.status)] = _error(f"`{code}`: {error.__doc__}", form)
    for status, why in _OF_THE_DOOR.items():
        operation["responses"][status] = _error(f"`{errors.InvalidRequest.commerce_code}`: {why}", _DOORS_FORM)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _error(description: str, form: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=form)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors_of(operation: Mapping[str, Any], route: str) -> Iterator[type[errors.TallyError]]:
    yield from (each for each in _ALWAYS if each is not errors.NotFound or "{" in route)
    yield from _OF_ROUTES.get(route, ())
    if "requestBody" in operation:
        yield from _WITH_BODY
    if operation["security"]:
        yield from _FOR_CALLERS
    if IDEMPOTENCY_KEY in operation.get("parameters", ()):
        yield from _ONCE


def text() -> str:
    """The document as it is published."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COPY.write_text(text())
