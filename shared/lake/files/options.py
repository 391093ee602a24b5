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


_MOST_BYTES_OF_COLUMNS = 100_000
_Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\t\x20-\x7e]$")]


class TextOptions(Model):
    """Options of a text file; absent options are detected."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, Field(max_length=50), AfterValidator(_known_encoding)] | None = Field(
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
    record_element: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="XML: name of the record element (default: each child of the root)."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.delimiter is not None and self.delimiter == self.quote:
            raise ValueError("delimiter and quote must be different characters")
        if sum(len(name.encode()) for name in self.columns or ()) > _MOST_BYTES_OF_COLUMNS:
            raise ValueError(f"the names of columns must take at most {_MOST_BYTES_OF_COLUMNS} bytes together")
        return self


class FileOptions(TextOptions):
    """All options of a file; absent ones are detected, given ones are verified against the file."""

    format: FileFormat | None = None
    compression: Compression | None = None
