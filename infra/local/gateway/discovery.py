"""Reads from the emulator's control plane what the front door must know of the deployed REST API."""

import boto3

from infra.local.gateway.forwarding import RestApi


def find_rest_api(session: boto3.Session, *, endpoint: str, api_id: str, stage: str) -> RestApi:
    """Return the deployed API with its binary media types as API Gateway knows them."""
    api = session.client("apigateway", endpoint_url=endpoint).get_rest_api(restApiId=api_id)
    return RestApi.at(endpoint, api_id, stage, api.get("binaryMediaTypes", ()))
