"""Files of the documentation page: our own, and Swagger UI as packaged by Powertools, so that no CDN is needed."""

from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi import swagger_ui

from shared.runtime.errors import NotFound

_HERE = Path(__file__).parent
DOCUMENT = _HERE / "openapi.json"
PAGE = _HERE / "page.html"


class Asset(StrEnum):
    """A file of the documentation page."""

    STYLE = "swagger-ui.css"
    SCRIPT = "swagger-ui.js"
    START = "start.js"

    @classmethod
    def named(cls, name: str) -> "Asset":
        """Return the file with this name.

        Raises:
            NotFound: the page has no such file.
        """
        try:
            return cls(name)
        except ValueError:
            raise NotFound("This file does not exist") from None

    @property
    def content_type(self) -> str:
        """The `Content-Type` of the file."""
        return "text/css; charset=utf-8" if self is Asset.STYLE else "text/javascript; charset=utf-8"

    def read(self) -> str:
        """Return the text of the file."""
        match self:
            case Asset.STYLE:
                return (files(swagger_ui) / "swagger-ui.min.css").read_text("utf-8")
            case Asset.SCRIPT:
                return (files(swagger_ui) / "swagger-ui-bundle.min.js").read_text("utf-8")
            case Asset.START:
                return (_HERE / "start.js").read_text("utf-8")
