"""How a source writes its files, as part of its configuration; what is not given is detected."""

import codecs
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from shared.runtime.models import Model

MOST_SKIPPED = 1000
Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\t\x20-\x7e]$")]


def known_encoding(name: str) -> str:
    """Return the canonical name of a text encoding.

    Raises:
        ValueError: it is unknown.
    """
    try:
        "x".encode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("must be the name of an encoding, e.g. utf-8 or windows-1252") from None


class FileShape(Model):
    """How a source writes its files; what is not given is detected from the file.

    Options that are given with an upload take precedence.
    """

    model_config = ConfigDict(extra="forbid")

    skip_lines: Annotated[int, Field(ge=0, le=MOST_SKIPPED)] | None = Field(
        default=None,
        description="CSV: lines before the header, e.g. a title (default: a line `sep=;`, and all lines before the "
        "first one with the mapped columns, among the first 100).",
    )
    header_row: StrictBool | None = Field(
        default=None,
        description="CSV: whether there is a header (default: if the first line has mapped columns, "
        "or no number or date).",
    )
    delimiter: Character | None = Field(
        default=None, description="CSV: delimiter (default: detected among `,` `;` tab `|`, or as `sep=` says)."
    )
    quote: Character | None = Field(
        default=None, description="CSV: quote character (default: detected among `\"` `'`)."
    )
    escape: Character | None = Field(
        default=None, description="CSV: escape character (default: none; quotes in quoted text are doubled)."
    )
    encoding: Annotated[str, Field(max_length=50), AfterValidator(known_encoding)] | None = Field(
        default=None, description="Text encoding (default: by byte order mark, then UTF-8, then windows-1252)."
    )
    allow_short_rows: StrictBool = Field(
        default=False, description="CSV: whether rows with fewer cells than the header are read; the others are blank."
    )
    allow_trailing_empty: StrictBool = Field(
        default=True, description="CSV: whether further cells are ignored if they are blank."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        used = [each for each in (self.delimiter, self.quote, self.escape) if each is not None]
        if len(set(used)) < len(used):
            raise ValueError("delimiter, quote and escape must be different characters")
        return self
