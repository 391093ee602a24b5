"""What :3008 serves: the web application's folder, or a small page while there is none."""

import base64
import hashlib
from pathlib import Path

from aiohttp import web

from shared.runtime.browser_headers import PROTECTION

_STYLE = """
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1d2733; }
  code { background: #eef2f6; padding: .1rem .3rem; border-radius: .25rem; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tally on this laptop</title>
<style>{style}</style>
<h1>Tally is up</h1>
<p>The API is available at <code>{api}/api/v1</code>.</p>
<ul>
  <li><a href="{api}/api/v1/health">Health of the platform</a></li>
  <li><a href="{api}/api/v1/docs">API documentation</a></li>
</ul>
</html>
"""
_OWN_STYLE = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# The small page runs nothing; of an application in the folder it is not known what it loads, only what no page needs.
_SMALL = (
    f"default-src 'none'; style-src 'sha256-{_OWN_STYLE}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_APPLICATION = "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"


def web_application(folder: Path, *, api: str) -> web.Application:
    """Return the application for the web port: files of `folder` if it holds an index, the small page otherwise."""
    app = web.Application()
    index = folder / "index.html"

    async def home(_: web.Request) -> web.StreamResponse:
        if index.is_file():
            return web.FileResponse(index)
        page = _PAGE.format(api=api, style=_STYLE)
        return web.Response(text=page, content_type="text/html")

    policy = _APPLICATION if index.is_file() else _SMALL
    protection = {**PROTECTION, "Cache-Control": "no-cache", "Content-Security-Policy": policy}

    async def protect(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(protection)

    app.on_response_prepare.append(protect)
    app.router.add_get("/", home)
    if index.is_file():
        app.router.add_static("/", folder)
    return app
