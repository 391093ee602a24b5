"""AWS WAF before the REST API: whom it counts, and that nobody can pass for somebody else."""

import json
from typing import Any

from infra.aws.distribution import VIEWER_ADDRESS
from infra.aws.firewall import EDGE_HEADER, VIEWER_HEADER
from tests.infra.assembly import Assembly, flat
from tests.infra.cloudfront import MOST_BYTES, asked, handled

_SECRET = "{{resolve:secretsmanager:"


def acl(assembly: Assembly) -> Any:
    """The only web ACL of a stage."""
    (found,) = assembly.of_type("AWS::WAFv2::WebACL").values()
    return found


def counted(assembly: Assembly) -> list[Any]:
    """What the rules count, in their order."""
    return [each["Statement"]["RateBasedStatement"] for each in acl(assembly)["Rules"]]


def test_every_request_is_counted_by_exactly_one_rule(prod: Assembly) -> None:
    through, directly = (each["ScopeDownStatement"] for each in counted(prod))

    assert directly == {"NotStatement": {"Statement": through}}
    assert through["ByteMatchStatement"]["FieldToMatch"] == {"SingleHeader": {"Name": EDGE_HEADER}}
    assert through["ByteMatchStatement"]["PositionalConstraint"] == "EXACTLY"


def test_viewers_of_the_distribution_are_counted_by_their_own_address(prod: Assembly) -> None:
    viewers, others = counted(prod)

    assert (viewers["AggregateKeyType"], others["AggregateKeyType"]) == ("FORWARDED_IP", "IP")
    # A header that is no address counts as a match, so a malformed one is refused rather than let through.
    assert viewers["ForwardedIPConfig"] == {"HeaderName": VIEWER_HEADER, "FallbackBehavior": "MATCH"}


def test_both_rules_have_the_limit_of_the_stage(prod: Assembly) -> None:
    for each in counted(prod):
        assert (each["Limit"], each["EvaluationWindowSec"]) == (prod.stage.requests_per_address, 300)


def test_only_the_distribution_can_say_whom_a_request_is_from(prod: Assembly) -> None:
    (distribution,) = prod.of_type("AWS::CloudFront::Distribution").values()
    (origin,) = [each for each in distribution["DistributionConfig"]["Origins"] if "OriginCustomHeaders" in each]
    (header,) = origin["OriginCustomHeaders"]
    expected = counted(prod)[0]["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"]

    assert origin["OriginPath"] == "/api"
    assert header["HeaderName"] == EDGE_HEADER
    assert flat(header["HeaderValue"]) == flat(expected)
    assert flat(expected).startswith(_SECRET)  # CloudFormation reads it; nobody finds it in the template


def test_the_distribution_replaces_an_address_that_a_viewer_sends() -> None:
    event = {**asked("/api/v1/health"), "viewer": {"ip": "2001:db8::1"}}
    event["request"]["headers"] = {VIEWER_HEADER: {"value": "192.0.2.1"}, "accept": {"value": "*/*"}}

    (request,) = handled(VIEWER_ADDRESS, event)

    assert request["headers"] == {VIEWER_HEADER: {"value": "2001:db8::1"}, "accept": {"value": "*/*"}}
    assert request["uri"] == "/api/v1/health"


def test_requests_to_the_api_pass_the_function_that_replaces_it(prod: Assembly) -> None:
    functions = prod.of_type("AWS::CloudFront::Function")
    (distribution,) = prod.of_type("AWS::CloudFront::Distribution").values()
    behaviours = {each["PathPattern"]: each for each in distribution["DistributionConfig"]["CacheBehaviors"]}

    (association,) = behaviours["/api/*"]["FunctionAssociations"]

    assert association["EventType"] == "viewer-request"
    assert functions[association["FunctionARN"]["Fn::GetAtt"][0]]["FunctionCode"] == VIEWER_ADDRESS.read_text()


def test_the_function_is_small_enough_for_cloudfront() -> None:
    assert len(VIEWER_ADDRESS.read_bytes()) <= MOST_BYTES


def test_an_address_with_too_many_requests_gets_429_in_the_dialect_of_the_gateway(prod: Assembly) -> None:
    body = json.loads(acl(prod)["CustomResponseBodies"]["too_many"]["Content"])

    for rule in acl(prod)["Rules"]:
        response = rule["Action"]["Block"]["CustomResponse"]
        assert (response["ResponseCode"], response["CustomResponseBodyKey"]) == (429, "too_many")
        assert response["ResponseHeaders"] == [{"Name": "Retry-After", "Value": "300"}]
    assert (body["success"], body["error"]["code"]) == (False, "RATE_LIMIT_EXCEEDED")


def test_it_stands_before_the_stage_of_the_rest_api_in_any_region(prod: Assembly) -> None:
    (association,) = prod.of_type("AWS::WAFv2::WebACLAssociation").values()
    (stage,) = prod.of_type("AWS::ApiGateway::Stage")

    assert acl(prod)["Scope"] == "REGIONAL"
    assert acl(prod)["DefaultAction"] == {"Allow": {}}
    assert flat(association["ResourceArn"]).endswith(f"/stages/<{stage}>")


def test_a_stage_without_a_limit_has_no_firewall(dev: Assembly, local: Assembly) -> None:
    for assembly in (dev, local):
        assert assembly.stage.requests_per_address == 0
        assert assembly.of_type("AWS::WAFv2::WebACL") == {}
        assert assembly.of_type("AWS::SecretsManager::Secret") == {}
