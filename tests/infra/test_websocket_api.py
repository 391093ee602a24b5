"""The WebSocket API of the template."""

import json

import pytest

from tests.infra.assembly import Assembly, flat


def test_connect_disconnect_and_default_go_to_the_live_function(dev: Assembly) -> None:
    routes = dev.of_type("AWS::ApiGatewayV2::Route").values()
    (integration,) = dev.of_type("AWS::ApiGatewayV2::Integration").values()

    assert {route["RouteKey"] for route in routes} == {"$connect", "$disconnect", "$default"}
    assert ":function:tally-dev-live/invocations" in flat(integration["IntegrationUri"])


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_the_function_authenticates_and_the_gateway_does_not(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)

    routes = assembly.of_type("AWS::ApiGatewayV2::Route").values()

    assert {each["AuthorizationType"] for each in routes} == {"NONE"}


def test_the_stage_deploys_itself_is_throttled_and_logs_json(dev: Assembly) -> None:
    (stage,) = dev.of_type("AWS::ApiGatewayV2::Stage").values()

    assert stage["AutoDeploy"] is True
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == dev.stage.throttle.rate
    assert {"request_id", "connection_id", "route"} <= json.loads(stage["AccessLogSettings"]["Format"]).keys()
