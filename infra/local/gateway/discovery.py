"""Reads from the emulator's control plane which routes the deployed REST API serves."""

import boto3

from infra.local.gateway.routes import Route, RouteTable


def read_routes(session: boto3.Session, *, endpoint: str, api_id: str) -> RouteTable:
    """Return the API's resources and binary media types as API Gateway knows them."""
    client = session.client("apigateway", endpoint_url=endpoint)
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id, PaginationConfig={"PageSize": 500})
    resources = [resource for page in pages for resource in page["items"]]
    api = client.get_rest_api(restApiId=api_id)
    return RouteTable(
        routes=tuple(Route.of(resource["path"], resource.get("resourceMethods", {})) for resource in resources),
        binary_media_types=tuple(api.get("binaryMediaTypes", ())),
    )
