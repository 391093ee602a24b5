"""How a file is written: the sender's options, and what is detected from the file itself."""

import codecs
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from shared.runtime.models import Model


class FileFormat(StrEnum):
    """The supported file formats."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    PARQUET = "parquet"


class Compression(StrEnum):
    """Compression of the whole file."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


def _known_encoding(name: str) -> str:
    try:
        "x".encode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("must be the name of an encoding, e.g. utf-8 or windows-1252") from None


_Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\t\x20-\x7e]$")]


class TextOptions(Model):
    """Options of a text file; absent options are detected."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = Field(
        default=None, description="Text encoding (default: by byte order mark, then UTF-8, then windows-1252)."
    )
    delimiter: _Character | None = Field(
        default=None, description="CSV: delimiter (default: detected among `,` `;` tab `|`)."
    )
    quote: _Character | None = Field(
        default=None, description="CSV: quote character (default: detected among `\"` `'`)."
    )
    header: StrictBool | None = Field(
        default=None, description="CSV: whether the first record is a header (default: if it has no number or date)."
    )
    columns: tuple[str, ...] | None = Field(default=None, description="CSV: column names to use instead of the header.")
    record_element: str | None = Field(
        default=None, description="XML: name of the record element (default: each child of the root)."
    )

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.delimiter is not None and self.delimiter == self.quote:
            raise ValueError("delimiter and quote must be different characters")
        return self


class FileOptions(TextOptions):
    """All options of a file; absent ones are detected, given ones are verified against the file."""

    format: FileFormat | None = None
    compression: Compression | None = None
