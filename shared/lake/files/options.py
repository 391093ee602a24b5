"""How a file is written: what its sender says of it, and what is left to be found out from the file itself."""

import codecs
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from shared.runtime.models import Model


class FileFormat(StrEnum):
    """The formats that files are read in."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    PARQUET = "parquet"


class Compression(StrEnum):
    """What a file as a whole may be compressed with."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


def _known_encoding(name: str) -> str:
    try:
        "x".encode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("is not the name of an encoding, such as utf-8 or windows-1252") from None


_MOST_BYTES_OF_COLUMNS = 100_000
_Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\t\x20-\x7e]$")]


class TextOptions(Model):
    """How the text of a file is written; all that is absent is found out."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, Field(max_length=50), AfterValidator(_known_encoding)] | None = Field(
        default=None, description="Absent: by byte order mark, else UTF-8, else windows-1252."
    )
    delimiter: _Character | None = Field(default=None, description="CSV: absent, one of `,` `;` tab `|`.")
    quote: _Character | None = Field(default=None, description="CSV: absent, one of `\"` `'`.")
    header: StrictBool | None = Field(
        default=None, description="CSV: absent, a first record with a number or date is none."
    )
    columns: tuple[str, ...] | None = Field(default=None, description="CSV: names instead of those in the header.")
    record_element: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="XML: absent, each child of the root is a record."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.delimiter is not None and self.delimiter == self.quote:
            raise ValueError("delimiter and quote must be different characters")
        if sum(len(name.encode()) for name in self.columns or ()) > _MOST_BYTES_OF_COLUMNS:
            raise ValueError(f"the names of columns must take at most {_MOST_BYTES_OF_COLUMNS} bytes together")
        return self


class FileOptions(TextOptions):
    """What is known of a file; all that is absent is found out, and what is said is held against the file."""

    format: FileFormat | None = None
    compression: Compression | None = None
