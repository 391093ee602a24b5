"""The requests of CloudFormation to a custom resource."""

from typing import Any


def custom_resource_event(request: str, *, response_url: str) -> dict[str, Any]:
    """Build a request to create, update or delete the resource; it is answered at the URL."""
    event = {
        "RequestType": request,
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:tally-dev-table-setup",
        "ResponseURL": response_url,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/tally-dev-functions/53dc4d37",
        "RequestId": "7d1b8b0e-5f1f-4a52-9e2b-3c1c2f0c7a11",
        "LogicalResourceId": "tablesetupDeploymentStep9349CB0F",
        "ResourceType": "Custom::DeploymentStep",
        "ResourceProperties": {"Digest": "new"},
    }
    if request != "Create":
        event["PhysicalResourceId"] = "lake-tables"
    if request == "Update":
        event["OldResourceProperties"] = {"Digest": "old"}
    return event
