"""The published document agrees with the functions."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema_rs import Draft202012Validator

from functions.declaration import Route
from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import COPY, document, text
from shared.records.schema import DataType
from shared.runtime.dialects import Dialect, FraudErrorResponse, error_body
from shared.runtime.errors import RateLimitExceeded

OF_THE_DOOR = {"414", "431"}


def test_the_committed_document_is_up_to_date() -> None:
    assert COPY.read_text() == text(), "run `make openapi` and commit docs/openapi.json"


def test_the_document_names_exactly_the_routes_of_the_manifest() -> None:
    declared = {route for function in HTTP_FUNCTIONS for route in function.routes()}

    told = {Route(path, method.upper()) for path, item in document()["paths"].items() for method in item}

    assert told == declared


def test_a_schema_means_the_same_in_every_function() -> None:
    """The document is merged by name: of two that differ, one would be lost."""
    told: dict[str, object] = {}

    for function in HTTP_FUNCTIONS:
        schemas = json.loads(function.app().get_openapi_json_schema())["components"]["schemas"]
        differing = {name for name, schema in schemas.items() if told.setdefault(name, schema) != schema}

        assert differing == set(), function.name


def test_every_reference_resolves() -> None:
    told = document()

    wanted = set(_references(told))

    assert wanted
    assert wanted <= {f"#/components/{kind}/{name}" for kind, named in told["components"].items() for name in named}


def test_every_route_documents_its_errors_in_its_own_dialect() -> None:
    paths = document()["paths"]

    forms = {
        (function.app().dialect, response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])
        for function in HTTP_FUNCTIONS
        for route in function.routes()
        for status, response in paths[route.path][route.method.lower()]["responses"].items()
        if int(status) >= 400 and status not in {"400", "401", *OF_THE_DOOR}
    }

    own = {(Dialect.COMMERCE, "ApiErrorResponse"), (Dialect.FRAUD, "FraudErrorResponse")}
    assert forms == own | {(Dialect.COMMERCE, "ErrorInEitherDialect")}


def test_gateway_errors_are_in_the_commerce_dialect_on_every_route() -> None:
    answers = [item[method]["responses"] for item in document()["paths"].values() for method in item]

    forms = {str(told[status]["content"]) for told in answers for status in OF_THE_DOOR}

    assert len(forms) == 1
    assert "ApiErrorResponse" in forms.pop()


def test_only_errors_of_both_dialects_are_documented_in_both() -> None:
    answers = {
        (path, status): str(answer.get("content"))
        for path, item in document()["paths"].items()
        for operation in item.values()
        for status, answer in operation["responses"].items()
    }

    either = {where for where, content in answers.items() if "ErrorInEitherDialect" in content}

    assert {path for path, status in either if status not in {"400", "401"}} == {"/api/v1/analytics/metrics"}
    assert {("/api/v1/analytics/audit/logs", status) for status in ("400", "401")} <= either
    assert not {("/api/v1/health", status) for status in ("400", "401")} & either


def test_an_error_of_the_fraud_dialect_has_the_documented_shape() -> None:
    error = RateLimitExceeded("Too many", retry_after=3, details={"limit": 100})

    told = FraudErrorResponse.model_validate(error_body(error, Dialect.FRAUD), extra="forbid")

    assert (told.error, told.retryAfter, told.details) == ("rate_limit_exceeded", 3, {"limit": 100})


def test_every_data_type_has_a_schema_that_lists_its_required_fields() -> None:
    schemas = document()["components"]["schemas"]

    required = {data_type: schemas[f"{data_type.title()}Record"]["required"] for data_type in DataType}

    assert all(required.values())
    assert required[DataType.TRANSACTIONS] == ["transaction_id", "timestamp", "product_id", "quantity", "unit_price"]


def test_every_example_is_valid_for_its_schema() -> None:
    told = document()

    wrong = [
        (example, str(error))
        for schema, example in _examples(told)
        for error in Draft202012Validator(schema | {"components": told["components"]}).iter_errors(example)
    ]

    assert wrong == []
    assert len(list(_examples(told))) > 20


def test_everything_in_the_document_has_a_description() -> None:
    published = document()

    undescribed = [where for where, node in _described_nodes(published) if not node.get("description")]

    assert undescribed == []
    assert len(list(_described_nodes(published))) > 1000


def test_every_operation_has_a_summary_and_its_own_description() -> None:
    operations = [operation for item in document()["paths"].values() for operation in item.values()]

    assert all(each["summary"] and each["description"] != each["summary"] for each in operations)
    assert len({each["description"] for each in operations}) == len(operations)


def test_no_response_keeps_the_placeholder_of_the_router() -> None:
    assert "Successful Response" not in text()


def test_router_responses_never_returned_are_not_documented() -> None:
    assert "HTTPValidationError" not in text()


def _described_nodes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every part of the document that must have a description, with its location."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            yield where, operation
            yield from ((f"{where} {status}", each) for status, each in operation["responses"].items())
            yield from ((f"{where} {each['name']}", each) for each in operation.get("parameters", ()))
            if "requestBody" in operation:
                yield f"{where} body", operation["requestBody"]
    for kind in ("schemas", "headers", "securitySchemes"):
        yield from document["components"][kind].items()
    yield from _properties("", document)


def _properties(where: str, node: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for place, each in enumerate(node):
            yield from _properties(f"{where}/{place}", each)
    if isinstance(node, dict):
        for name, each in node.items():
            if name == "properties":
                yield from ((f"{where}/{key}", schema) for key, schema in each.items())
            yield from _properties(f"{where}/{name}", each)


def _examples(node: object) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            yield from ((node, each) for each in node["examples"])
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _examples(each)


def _references(value: object) -> "list[str]":
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for each in value.values() for found in _references(each)]
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    return []


def test_required_parameters_are_marked_as_such() -> None:
    marked = {
        (path, parameter["name"])
        for path, item in document()["paths"].items()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["required"] and parameter["in"] == "query"
    }

    assert ("/api/v1/analytics/cohorts", "dimension") in marked
    assert ("/api/v1/analytics/products/performance", "time_range[end]") in marked
    assert not {name for path, name in marked if path == "/api/v1/analytics/metrics"}  # either form has its own
    assert ("/api/v1/data-quality/reports", "time_range[start]") in marked
    assert not {name for _, name in marked} & {"page", "size", "sort", "granularity"}
