"""The route of the web port that signs the laptop's user in by the link that `up` and `open` print."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, ClassVar, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.local.gateway.connections import client_of
from infra.local.gateway.forwarding import Request
from infra.local.gateway.responses import Response, error_response
from infra.local.gateway.server import API_PREFIX, FrontDoor, to_request, to_web_response
from infra.local.keys import LocalApiKey
from infra.local.layout import Layout
from infra.local.sign_in_codes import SignInCodes

_REFUSED = "The sign-in link is invalid, was used before or is older than 10 minutes; run `./tally open` for a new one."
_MALFORMED = 'Send {"code": "…"} as JSON, with what follows `#code=` in the link.'
_JSON = (("Content-Type", "application/json"),)


class _SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    code: Annotated[str, Field(max_length=100)]


@dataclass(frozen=True, slots=True)
class SignIn:
    """Exchanges a code for a pair of tokens of the laptop's own API key."""

    PATH: ClassVar = "/local/sign-in"

    codes: SignInCodes
    key: LocalApiKey
    door: FrontDoor

    @classmethod
    def of(cls, layout: Layout, door: FrontDoor) -> Self:
        """Return the route of the platform in a directory."""
        return cls(SignInCodes(layout), LocalApiKey(layout), door)

    async def serve(self, incoming: web.Request) -> web.Response:
        """Answer as `POST /auth/token` does; a code that got no tokens, because the API failed, stays valid."""
        request, now = to_request(incoming), datetime.now(UTC)
        try:
            code = _SignIn.model_validate_json(await incoming.read()).code
        except ValidationError:
            return to_web_response(_error(HTTPStatus.BAD_REQUEST, _MALFORMED, request, now))
        answer = await self._tokens(incoming, request, now) if self.codes.is_valid(code) else None
        if answer is None or (answer.status == HTTPStatus.OK and not self.codes.use(code)):
            answer = _error(HTTPStatus.UNAUTHORIZED, _REFUSED, request, now)
        return to_web_response(answer)

    async def _tokens(self, incoming: web.Request, request: Request, now: datetime) -> Response:
        asked = replace(request, target=f"{API_PREFIX}/auth/token", headers=_JSON, body=self.key.grant())
        return await self.door.answer(client_of(incoming), asked, now)


def _error(status: HTTPStatus, message: str, request: Request, now: datetime) -> Response:
    return error_response(status, message, request_id=request.request_id, now=now)
