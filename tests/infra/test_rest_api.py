"""The REST API of the template."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aws_cdk.assertions import Match

from functions.declaration import HttpFunction, Route
from functions.manifest import HTTP_FUNCTIONS
from tests.infra.assembly import Assembly, flat

_OURS = {"ANY", "OPTIONS"}


def paths(assembly: Assembly) -> dict[str, str]:
    """Logical id of each API resource to its whole path."""
    resources = assembly.of_type("AWS::ApiGateway::Resource")

    def path(name: str) -> str:
        parent = resources[name]["ParentId"]
        above = "" if "Fn::GetAtt" in parent else path(parent["Ref"])
        return f"{above}/{resources[name]['PathPart']}"

    return {name: path(name) for name in resources}


def methods(assembly: Assembly) -> Iterator[tuple[str, str, Any]]:
    """Path, HTTP method and properties of every method."""
    known = paths(assembly)
    for method in assembly.of_type("AWS::ApiGateway::Method").values():
        resource = method["ResourceId"]
        yield known.get(resource.get("Ref", ""), "/"), method["HttpMethod"], method


def target(method: Any) -> str:
    """The function that a method invokes, by an alias or not."""
    return flat(method["Integration"]["Uri"]).split(":function:")[1].split("/")[0].removesuffix(":live")


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_the_api_has_one_method_for_each_route_that_a_function_declares_and_no_other(
    stage: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    made = {Route(path, method): target(each) for path, method, each in methods(assembly) if method not in _OURS}

    assert made == {
        route: f"tally-{stage}-{function.name.replace('_', '-')}"
        for function in HTTP_FUNCTIONS
        for route in function.routes()
    }


def test_other_methods_of_a_declared_path_go_to_its_function_which_answers_405(dev: Assembly) -> None:
    answered = {path: target(each) for path, method, each in methods(dev) if method == "ANY"}

    for function in HTTP_FUNCTIONS:
        assert {answered[route.path] for route in function.routes()} == {f"tally-dev-{function.name.replace('_', '-')}"}


def test_undeclared_paths_go_to_the_smallest_function_which_answers_404(dev: Assembly) -> None:
    smallest: HttpFunction = min(HTTP_FUNCTIONS, key=lambda function: function.memory_mb)
    declared = {route.path for function in HTTP_FUNCTIONS for route in function.routes()}

    others = {path: target(each) for path, method, each in methods(dev) if method == "ANY" and path not in declared}

    assert {"/", "/{proxy+}", "/api", "/api/v1", "/api/v1/ingest"} <= others.keys()
    assert set(others.values()) == {f"tally-dev-{smallest.name}"}


def test_every_node_of_the_tree_answers_every_method(dev: Assembly) -> None:
    nodes = {"/", *paths(dev).values()}

    assert {path for path, method, _ in methods(dev) if method == "ANY"} == nodes


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_functions_authenticate_and_the_gateway_does_not(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    assert {each["AuthorizationType"] for _, _, each in methods(assembly)} == {"NONE"}


def test_a_preflight_allows_the_origin_and_what_the_contract_says(dev: Assembly) -> None:
    preflights = {path: each for path, method, each in methods(dev) if method == "OPTIONS"}
    declared = {route.path for function in HTTP_FUNCTIONS for route in function.routes()}

    assert preflights.keys() == declared
    for method in preflights.values():
        (answer,) = method["Integration"]["IntegrationResponses"]
        headers = {
            name.removeprefix("method.response.header."): value for name, value in answer["ResponseParameters"].items()
        }
        assert method["AuthorizationType"] == "NONE"
        assert headers["Access-Control-Allow-Origin"] == "'http://localhost:3008'"
        assert headers["Access-Control-Allow-Credentials"] == "'true'"
        assert headers["Access-Control-Allow-Methods"] == "'GET,POST,PUT,DELETE,OPTIONS'"
        assert {"Content-Type", "Authorization", "X-Requested-With", "If-None-Match"} <= set(
            headers["Access-Control-Allow-Headers"].strip("'").split(",")
        )


def test_with_several_origins_a_preflight_allows_the_requesting_one(local: Assembly) -> None:
    first, *others = local.stage.cors_origins

    for method in (each for _, method, each in methods(local) if method == "OPTIONS"):
        (answer,) = method["Integration"]["IntegrationResponses"]
        template = answer["ResponseTemplates"]["application/json"]
        assert answer["ResponseParameters"]["method.response.header.Access-Control-Allow-Origin"] == f"'{first}'"
        assert all(f'$origin == "{origin}"' in template for origin in others)
        assert "responseOverride.header.Access-Control-Allow-Origin = $origin" in template


def test_a_stage_without_origins_answers_no_preflight(prod: Assembly) -> None:
    assert "OPTIONS" not in {method for _, method, _ in methods(prod)}


def test_bodies_reach_functions_unchanged_and_preflights_read_their_template(
    dev: Assembly,
) -> None:
    (api,) = dev.of_type("AWS::ApiGateway::RestApi").values()
    mocks = [each["Integration"] for _, method, each in methods(dev) if method == "OPTIONS"]

    assert api["BinaryMediaTypes"] == ["*/*"]
    assert {mock["ContentHandling"] for mock in mocks} == {"CONVERT_TO_TEXT"}


def test_api_gateway_errors_are_in_the_commerce_dialect(dev: Assembly) -> None:
    for response in dev.of_type("AWS::ApiGateway::GatewayResponse").values():
        body = json.loads(response["ResponseTemplates"]["application/json"])

        assert body.keys() == {"success", "error", "timestamp", "request_id"}
        assert body["success"] is False
        assert body["error"].keys() == {"code", "message"}
        assert body["request_id"] == "$context.requestId"
        assert response["ResponseParameters"]["gatewayresponse.header.X-Request-Id"] == "context.requestId"
        assert "gatewayresponse.header.Access-Control-Allow-Origin" in response["ResponseParameters"]


@pytest.mark.parametrize(
    ("kind", "status", "code", "header"),
    [
        ("THROTTLED", "429", "RATE_LIMIT_EXCEEDED", "Retry-After"),
        ("REQUEST_TOO_LARGE", "413", "PAYLOAD_TOO_LARGE", None),
        ("UNSUPPORTED_MEDIA_TYPE", "415", "UNSUPPORTED_MEDIA_TYPE", None),
        ("MISSING_AUTHENTICATION_TOKEN", "401", "UNAUTHORIZED", "WWW-Authenticate"),
        ("ACCESS_DENIED", "403", "FORBIDDEN", None),
        ("QUOTA_EXCEEDED", "429", "RATE_LIMIT_EXCEEDED", "Retry-After"),
        ("BAD_REQUEST_BODY", "400", "VALIDATION_ERROR", None),
        ("BAD_REQUEST_PARAMETERS", "400", "VALIDATION_ERROR", None),
        ("RESOURCE_NOT_FOUND", "404", "NOT_FOUND", None),
        ("INTEGRATION_FAILURE", "503", "SERVICE_UNAVAILABLE", "Retry-After"),
        ("INTEGRATION_TIMEOUT", "503", "SERVICE_UNAVAILABLE", "Retry-After"),
        ("DEFAULT_4XX", None, "VALIDATION_ERROR", None),
        ("DEFAULT_5XX", None, "INTERNAL_ERROR", None),
    ],
)
def test_each_error_of_the_gateway_has_the_status_and_code_of_the_contract(
    kind: str, status: str | None, code: str, header: str | None, dev: Assembly
) -> None:
    (response,) = [
        each for each in dev.of_type("AWS::ApiGateway::GatewayResponse").values() if each["ResponseType"] == kind
    ]

    assert response.get("StatusCode") == status
    assert json.loads(response["ResponseTemplates"]["application/json"])["error"]["code"] == code
    assert header is None or f"gatewayresponse.header.{header}" in response["ResponseParameters"]


def test_a_page_may_read_retry_after_on_api_gateway_errors(dev: Assembly) -> None:
    for response in dev.of_type("AWS::ApiGateway::GatewayResponse").values():
        exposed = response["ResponseParameters"]["gatewayresponse.header.Access-Control-Expose-Headers"]

        assert exposed == "'X-Request-Id, Retry-After'"


def test_api_gateway_errors_have_no_store_frame_and_content_type_headers(prod: Assembly) -> None:
    for response in prod.of_type("AWS::ApiGateway::GatewayResponse").values():
        told = {
            name.removeprefix("gatewayresponse.header."): value
            for name, value in response["ResponseParameters"].items()
        }

        assert told["Cache-Control"] == "'no-store'"
        assert told["X-Content-Type-Options"] == "'nosniff'"
        assert told["X-Frame-Options"] == "'DENY'"
        assert told["Referrer-Policy"] == "'no-referrer'"
        assert not any("'" in value[1:-1] for value in told.values())
        assert "Access-Control-Allow-Origin" not in told  # no page is named there


def test_an_oversized_body_error_names_the_upload_route(dev: Assembly) -> None:
    dev.template("api").has_resource_properties(
        "AWS::ApiGateway::GatewayResponse",
        {
            "ResponseType": "REQUEST_TOO_LARGE",
            "ResponseTemplates": {"application/json": Match.string_like_regexp("POST /api/v1/ingest/uploads")},
        },
    )


def test_the_stage_is_throttled_traced_and_logs_a_line_of_json_for_each_request(dev: Assembly) -> None:
    (stage,) = dev.of_type("AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]

    assert stage["TracingEnabled"] is True
    assert settings["ThrottlingRateLimit"] == dev.stage.throttle.rate
    assert settings["ThrottlingBurstLimit"] == dev.stage.throttle.burst
    line = json.loads(stage["AccessLogSetting"]["Format"])
    assert {"request_id", "status", "method", "path", "latency_ms"} <= line.keys()


def test_only_this_api_may_invoke_its_functions(dev: Assembly) -> None:
    (api,) = dev.of_type("AWS::ApiGateway::RestApi")
    permissions = [
        each
        for name, each in dev.templates["api"]["Resources"].items()
        if each["Type"] == "AWS::Lambda::Permission" and name.startswith("RestApi")
    ]

    assert len(permissions) == len(HTTP_FUNCTIONS)
    for permission in permissions:
        assert f":<{api}>/" in flat(permission["Properties"]["SourceArn"])


def test_a_path_parameter_has_one_name_in_all_routes() -> None:
    """API Gateway takes one path variable at a place; two names for it fail at deploy time only."""
    steps: dict[str, set[str]] = {}

    for function in HTTP_FUNCTIONS:
        for route in function.routes():
            *above, _ = route.path.split("/")
            for depth, step in enumerate(route.path.split("/")):
                if step.startswith("{"):
                    steps.setdefault("/".join(above[:depth]), set()).add(step)

    assert {place: names for place, names in steps.items() if len(names) > 1} == {}
