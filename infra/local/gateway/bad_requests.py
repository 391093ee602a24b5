"""What is no request: refused in the dialect of the Commerce contract, where aiohttp would answer in plain text."""

import asyncio
import uuid
from datetime import UTC, datetime
from http import HTTPStatus

from aiohttp import web

from infra.local.gateway.responses import error_response

# Whole, so that a request over API Gateway's limit is read, and told so: see `limits.HEAD_BYTES`.
_LINE_BYTES = 1024 * 1024
_FAILED = "An unexpected error occurred; quote the request id when reporting it."


class DoorRunner(web.AppRunner):
    """Runs the front door's application."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            max_line_size=_LINE_BYTES,
            max_field_size=_LINE_BYTES,
            **self._kwargs,
        )


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=asyncio.get_running_loop(), **self._kwargs)


class _Connection(web.RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if ours or request.writer.output_size > 0:
            super().handle_error(request, status, exc, message)  # which logs it, and breaks off what was begun
        said = _FAILED if ours else f"The request is malformed: {_reason(message)}."
        answer = error_response(status, said, request_id=str(uuid.uuid4()), now=datetime.now(UTC))
        response = web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
        response.force_close()
        return response


def _reason(message: str | None) -> str:
    """Return aiohttp's reason, without the quoted request that follows."""
    return (message or "not HTTP").partition(":")[0].rstrip(".")
