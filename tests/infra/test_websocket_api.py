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


def test_functions_may_post_to_connections_of_the_stage_and_of_no_other(dev: Assembly) -> None:
    allowed = {
        flat(resource)
        for role in dev.of_type("AWS::IAM::Role").values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "execute-api:ManageConnections"
        for resource in statement["Resource"]
    }

    api = "arn:<Partition>:execute-api:<Region>:<AccountId>:*/live"
    assert allowed == {f"{api}/{method}/@connections/*" for method in ("POST", "DELETE")}


def test_one_public_address_serves_both_apis_and_caches_nothing_of_them(dev: Assembly) -> None:
    (distribution,) = dev.of_type("AWS::CloudFront::Distribution").values()
    behaviours = {each["PathPattern"]: each for each in distribution["DistributionConfig"]["CacheBehaviors"]}

    assert behaviours.keys() == {"/api/*", "/ws/*"}
    assert [each["EventType"] for each in behaviours["/ws/*"]["FunctionAssociations"]] == ["viewer-request"]
    for behaviour in behaviours.values():
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert set(behaviour["AllowedMethods"]) >= {"GET", "PUT", "POST", "DELETE"}


def test_the_laptop_has_no_distribution(local: Assembly) -> None:
    assert local.of_type("AWS::CloudFront::Distribution") == {}
