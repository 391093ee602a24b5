"""Records that cannot be parsed as rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MalformedRecord:
    """A record that cannot be parsed: its position, its text (base64 if binary) and the error."""

    place: int
    raw: str
    code: str
    message: str
