"""The auth routes: tokens, their public keys, and API keys."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.credentials import credentials_of, shows_basic
from shared.auth.models import (
    KEY_ID,
    ApiKeyPage,
    ApiKeyWithSecret,
    Credentials,
    JsonWebKeySet,
    NewApiKey,
    RefreshRequest,
    TokenPair,
    TokenRequest,
    TokenResponse,
)
from shared.auth.parameters import KeysQuery, RotationQuery
from shared.auth.scopes import PUBLIC, Scope
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import Conflict, FieldError, InvalidRequest
from shared.runtime.paging import Window
from shared.runtime.query import Given

router = Router()


Wired = Annotated[Wiring, Depends(wiring)]
KeyId = Annotated[str, Path(pattern=f"^{KEY_ID}$", description="Id of the API key.")]


@router.post("/auth/token", tags=["auth"], summary="Obtain a token for an API key")
@policy(PUBLIC)
def get_token(wired: Wired, request: Annotated[TokenRequest | None, Body()] = None) -> Response[TokenResponse]:
    """Exchanges OAuth 2 client credentials, in a JSON or form body or in HTTP Basic, for an access token.

    Standard OAuth 2 clients find the token at the top level of the response, where it is repeated.
    """
    request = request or TokenRequest()
    return _not_to_be_kept(wired.identity.grants.to_key(_shown(request), request.scope))


@router.post("/auth/refresh", tags=["auth"], summary="Refresh a token")
@policy(PUBLIC)
def refresh_token(wired: Wired, request: Annotated[RefreshRequest, Body()]) -> Response[TokenResponse]:
    """Exchanges a refresh token for a new pair. A second use of it revokes all tokens of that login within a minute."""
    return _not_to_be_kept(wired.identity.grants.to_refresh_token(request.refresh_token))


@router.get("/.well-known/jwks.json", tags=["auth"], summary="List the public signing keys")
@policy(PUBLIC)
def public_keys(wired: Wired) -> Response[JsonWebKeySet]:
    """Returns a plain JSON Web Key Set, without the response envelope, so that any JOSE library can read it."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        headers={"Cache-Control": "public, max-age=300"},
        body=wired.identity.signing_keys.public_key_set(),
    )


@router.post("/auth/keys", status_code=HTTPStatus.CREATED, tags=["auth"], summary="Create an API key")
@policy(Scope.ADMIN, idempotent=False)  # the response contains a secret
def create_key(wired: Wired, wanted: Annotated[NewApiKey, Body()]) -> ApiResponse[ApiKeyWithSecret]:
    """Creates an API key. Its secret is returned in this response only."""
    made = wired.identity.keys.create(wanted)
    note(after=_without_secret(made))
    return ApiResponse(data=made)


@router.get("/auth/keys", tags=["auth"], summary="List API keys")
@policy(Scope.ADMIN)
def list_keys(wired: Wired, given: Annotated[Given, Depends(parameters_of(KeysQuery))]) -> ApiResponse[ApiKeyPage]:
    """Returns all keys, including revoked ones."""
    query = KeysQuery.read(given)
    return ApiResponse(data=wired.identity.keys.page(Window.of_page(query.page, query.size), query.sort))


@router.delete(
    "/auth/keys/<key_id>",
    tags=["auth"],
    summary="Revoke an API key",
    responses={HTTPStatus.NO_CONTENT: {"description": "The key is revoked."}},
)
@policy(Scope.ADMIN)
def revoke_key(wired: Wired, key_id: KeyId) -> Response[str]:
    """Revokes a key. Its tokens stop working within a minute. Revoking it again changes nothing."""
    note(before=_as_it_is(wired, key_id), after=wired.identity.keys.revoke(key_id).model_dump(mode="json"))
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


@router.post("/auth/keys/<key_id>/rotate", tags=["auth"], summary="Rotate the secret of an API key")
@policy(Scope.ADMIN, idempotent=False, errors=(Conflict,))  # the response contains a secret
def rotate_key(
    wired: Wired,
    key_id: KeyId,
    given: Annotated[Given, Depends(parameters_of(RotationQuery))],
) -> ApiResponse[ApiKeyWithSecret]:
    """Replaces the secret. Existing tokens stay valid; if a secret has leaked, revoke the key instead."""
    grace_hours = RotationQuery.read(given).grace_hours
    before = _as_it_is(wired, key_id)
    rotated = wired.identity.keys.rotate(key_id, grace=timedelta(hours=grace_hours))
    note(before=before, after=_without_secret(rotated))
    return ApiResponse(data=rotated)


def _as_it_is(wired: Wiring, key_id: str) -> Any:
    found = wired.identity.keys.find(key_id)
    return found and found[0].model_dump(mode="json")


def _without_secret(key: ApiKeyWithSecret) -> Any:
    return key.model_dump(mode="json", exclude={"client_secret"})


def _shown(request: TokenRequest) -> Credentials:
    event = router.current_event.raw_event
    basic = credentials_of(event)
    given = {"client_id": request.client_id, "client_secret": request.client_secret}
    if basic and not any(given.values()):
        return basic
    if any(given.values()) and shows_basic(event):
        raise InvalidRequest("Send the API key either in the body or in HTTP Basic, not in both")
    missing = [FieldError(name, f"{name} is required") for name, value in given.items() if not value]
    if missing or not request.client_id or not request.client_secret:
        raise InvalidRequest("Request validation failed", field_errors=missing)
    return Credentials(client_id=request.client_id, client_secret=request.client_secret)


def _not_to_be_kept(pair: TokenPair) -> Response[TokenResponse]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        headers={"Cache-Control": "no-store"},
        body=TokenResponse(data=pair, **pair.model_dump()),
    )
