"""The socket in front of the engine: a small aiohttp application, and a way to run it beside a test or a bench."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from aiohttp import web
from botocore.exceptions import ClientError

from infra.local.athena.engine import Engine
from infra.local.athena.errors import RequestRefused
from infra.local.athena.protocol import respond

CONTENT_TYPE = "application/x-amz-json-1.1"
ENGINE = web.AppKey("engine", Engine)
LARGEST_REQUEST = 1024**2
LONGEST_POLL_SECONDS = 0.1
"""How long the state of a running query is held back: its caller learns of its end at once instead of asking again."""


def create_app(engine: Engine) -> web.Application:
    """Make the application that answers Athena's protocol; closing it leaves the engine to its owner."""
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[ENGINE] = engine
    app.router.add_post("/", _answer)
    return app


@contextmanager
def serve_in_thread(engine: Engine, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of its own for as long as the block runs; gives the base URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="athena-server", daemon=True)
    thread.start()
    runner = web.AppRunner(create_app(engine), handle_signals=False, access_log=None)
    try:
        yield f"http://{host}:{asyncio.run_coroutine_threadsafe(_listen(runner, host, port), loop).result()}"
    finally:
        asyncio.run_coroutine_threadsafe(_close(runner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return int(runner.addresses[0][1])


async def _close(runner: web.AppRunner) -> None:
    await runner.cleanup()
    await asyncio.get_running_loop().shutdown_default_executor()


async def _answer(request: web.Request) -> web.Response:
    operation = request.headers.get("X-Amz-Target", "").removeprefix("AmazonAthena.")
    try:
        body = orjson.loads(await request.read() or b"{}")
        if operation == "GetQueryExecution":
            await _wait_for_end(request.app[ENGINE], str(body.get("QueryExecutionId")))
        return _json(await asyncio.to_thread(respond, request.app[ENGINE], operation, body))
    except orjson.JSONDecodeError as error:
        return _error("SerializationException", str(error), "", 400)
    except RequestRefused as error:
        return _error(error.kind, str(error), error.code, 400)
    except ClientError as error:
        return _error("InternalServerException", str(error), "", 500)


async def _wait_for_end(engine: Engine, identity: str) -> None:
    end = engine.history.end(identity)
    if end is not None:
        await asyncio.wait([asyncio.wrap_future(end)], timeout=LONGEST_POLL_SECONDS)


def _error(kind: str, message: str, code: str, status: int) -> web.Response:
    body = {"__type": kind, "Message": message, "message": message, "AthenaErrorCode": code}
    return _json(body, status=status, headers={"x-amzn-ErrorType": kind})


def _json(body: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type=CONTENT_TYPE)
