"""Serves the files of the web application, as CloudFront does from its bucket in AWS."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from infra import web_site
from infra.local.host.small_page import HEADERS, small_page
from shared.runtime.browser_headers import PROTECTION

_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """The built application, or a small page while there is none.

    Attributes:
        folder: where the application is built; it may be built, or built anew, while the platform is up.
        connect: origins that its pages connect to besides their own.
        api: the address of the API's own port, to which the small page links.
    """

    folder: Path
    connect: Iterable[str]
    api: str

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Answer with the file that a path names, or with the page that reads the path itself."""
        if incoming.method not in _READING:
            return _refuse(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(_READING)})
        name = web_site.file_at(incoming.rel_url.raw_path)
        file = _inside(self.folder, name)
        if file is not None:
            return web.FileResponse(file, headers=self._headers(name))
        if name == web_site.INDEX:
            return web.Response(text=small_page(self.api), content_type="text/html", headers=HEADERS)
        return _refuse(HTTPStatus.NOT_FOUND)

    def _headers(self, name: str) -> dict[str, str]:
        return {
            **PROTECTION,
            "Content-Security-Policy": web_site.content_policy(self.connect),
            "Cache-Control": web_site.cache_control(name),
            "Vary": "Accept-Encoding",  # compressed files may lie beside
        }


def _inside(folder: Path, name: str) -> Path | None:
    """Return the file with an encoded name; None if it does not exist, or `..` or a link leads out of the folder."""
    try:
        file = (folder / unquote(name)).resolve()
        inside = file.is_relative_to(folder.resolve()) and file.is_file()
    except ValueError:  # a null byte
        return None
    return file if inside else None


def _refuse(status: HTTPStatus, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{status.phrase}\n", headers={**PROTECTION, **(headers or {})})
