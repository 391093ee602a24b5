"""How a file is written: the sender's options, and what is detected from the file itself."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from shared.mapping.file_shape import Character, known_encoding
from shared.mapping.record_paths import RecordPaths
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


_MOST_BYTES_OF_COLUMNS = 100_000


class TextOptions(Model):
    """Options of a text file; absent options are detected."""

    model_config = ConfigDict(extra="forbid")

    encoding: Annotated[str, Field(max_length=50), AfterValidator(known_encoding)] | None = Field(
        default=None, description="Text encoding (default: by byte order mark, then UTF-8, then windows-1252)."
    )
    delimiter: Character | None = Field(
        default=None, description="CSV: delimiter (default: detected among `,` `;` tab `|`)."
    )
    quote: Character | None = Field(
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
    """All options of a file; absent ones are detected, given ones are verified against the file.

    Beside the sender's options there are those of the source's mapping: `expected` are names that columns or records
    should have, by which headers and wrapped records are found; rows with one value in the column `within` stay in one
    part.
    """

    format: FileFormat | None = None
    compression: Compression | None = None
    skip_lines: int | None = None
    escape: Character | None = None
    allow_short_rows: bool = False
    allow_trailing_empty: bool = True
    records: RecordPaths | None = None
    expected: tuple[str, ...] = ()
    within: str | None = None
