"""What :3008 serves: the web application's folder, or a small page while there is none."""

from pathlib import Path

from aiohttp import web

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tally on this laptop</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1d2733; }}
  code {{ background: #eef2f6; padding: .1rem .3rem; border-radius: .25rem; }}
</style>
<h1>Tally is up</h1>
<p>The API is available at <code>{api}/api/v1</code>.</p>
<ul>
  <li><a href="{api}/api/v1/health">Health of the platform</a></li>
  <li><a href="{api}/api/v1/docs">API documentation</a></li>
</ul>
</html>
"""


def web_application(folder: Path, *, api: str) -> web.Application:
    """Return the application for the web port: files of `folder` if it holds an index, the small page otherwise."""
    app = web.Application()
    index = folder / "index.html"

    async def home(_: web.Request) -> web.StreamResponse:
        if index.is_file():
            return web.FileResponse(index)
        page = _PAGE.format(api=api)
        return web.Response(text=page, content_type="text/html")

    app.router.add_get("/", home)
    if index.is_file():
        app.router.add_static("/", folder)
    return app
