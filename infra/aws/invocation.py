"""Invokes a function of another stack by name, so that the stacks do not depend on each other."""

from aws_cdk import Aws
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.declaration import Function
from infra.aws.names import Names


def function_arn(function: Function, names: Names) -> str:
    """Return the ARN under which the function is invoked once its stack is deployed."""
    return names.arn("lambda", f"function:{names.invoked_name(function)}")


def integration_uri(function: Function, names: Names) -> str:
    """Return the address under which API Gateway invokes the function."""
    path = f"path/2015-03-31/functions/{function_arn(function, names)}/invocations"
    return f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:lambda:{path}"


def permit(scope: Construct, *, function: Function, source_arn: str, names: Names) -> None:
    """Let one API, and no other caller, invoke the function."""
    lambda_.CfnPermission(
        scope,
        f"Invoke-{function.name}",
        action="lambda:InvokeFunction",
        function_name=function_arn(function, names),
        principal="apigateway.amazonaws.com",
        source_arn=source_arn,
    )
