"""The OpenAPI document as committed, and a page that displays it; both are public."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.docs.files import DOCUMENT, PAGE, Asset
from shared.app.route_policy import policy
from shared.auth.scopes import PUBLIC

router = Router()
_MINUTES = {"Cache-Control": "public, max-age=300"}
_DAY = {"Cache-Control": "public, max-age=86400"}
# The page may connect only to this API; the icons of Swagger UI are data URLs.
_OWN_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _answer(description: str, schema: dict[str, Any], *content_types: str) -> dict[int, Any]:
    return {200: {"description": description, "content": {each: {"schema": schema} for each in content_types}}}


@router.get(
    "/openapi.json",
    tags=["platform"],
    summary="Get the OpenAPI document",
    responses=_answer("This document.", {"type": "object", "required": ["openapi", "paths"]}, "application/json"),
)
@policy(PUBLIC)
def openapi_document() -> Response[str]:
    """Returns the OpenAPI 3.1 document with every route, schema, parameter and error."""
    return Response(200, content_types.APPLICATION_JSON, DOCUMENT.read_text("utf-8"), _MINUTES)


@router.get(
    "/docs",
    tags=["platform"],
    summary="Browse the OpenAPI document",
    responses=_answer("Swagger UI over `/api/v1/openapi.json`.", {"type": "string"}, "text/html"),
)
@policy(PUBLIC)
def docs_page() -> Response[str]:
    """Returns Swagger UI for the OpenAPI document, without third-party resources."""
    if router.current_event.path.endswith("/"):  # the page refers to its files relative to the address without it
        return Response(HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "../docs"}, body="")
    headers = {**_MINUTES, "Content-Security-Policy": _OWN_ONLY}
    return Response(200, "text/html; charset=utf-8", PAGE.read_text("utf-8"), headers)


@router.get(
    "/docs/<name>",
    tags=["platform"],
    summary="Get a file of the documentation page",
    responses=_answer("The file.", {"type": "string"}, "text/css", "text/javascript"),
)
@policy(PUBLIC)
def docs_asset(
    name: Annotated[
        str, Path(max_length=100, description="Name of the file.", examples=[each.value for each in Asset])
    ],
) -> Response[str]:
    """Returns a stylesheet or script of the documentation page."""
    asset = Asset.named(name)
    return Response(200, asset.content_type, asset.read(), _DAY)
