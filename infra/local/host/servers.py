"""Runs the platform's own HTTP servers in one background loop."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from infra.local.layout import LOOPBACK

STOP_SECONDS = 3.0


class Servers:
    """An event loop in a thread that serves applications until the context ends."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._runners: list[web.AppRunner] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def serve(self, application: web.Application, port: int, run_by: type[web.AppRunner] = web.AppRunner) -> None:
        """Start serving an application on a loopback port; returns once it listens."""
        self._call(self._start(application, port, run_by))

    async def _start(self, application: web.Application, port: int, run_by: type[web.AppRunner]) -> None:
        # A compressed request body is the function's to inflate: API Gateway hands it on as it came.
        runner = run_by(
            application,
            access_log=None,
            auto_decompress=False,
            handler_cancellation=True,
            shutdown_timeout=STOP_SECONDS,
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, port).start()

    async def _stop(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in reversed(self._runners)))
        await self._loop.shutdown_default_executor()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()
