"""The file of a result, which Athena writes for each query: a line of CSV for each row, the header first.

Every value is quoted, and NULL is an empty field without quotes. The standard library's reader cannot distinguish the
two.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.runtime.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from shared.runtime.deadline import Timeout

Cells = tuple[str | None, ...]

_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)")?(?:,|\r?\n)')
_CHUNK_BYTES = 1024 * 1024
_RETRY_SECONDS = 5


@dataclass(frozen=True)
class ResultFiles:
    """Reads results from S3 as a whole; through the API of Athena they come a thousand rows at a time."""

    s3: "S3Client"

    def rows(self, location: str, width: int, timeout: "Timeout") -> Iterator[Cells]:
        """Yield the rows of a result, each with so many values.

        Raises:
            Unavailable: reading takes longer than the timeout.
        """
        bucket, _, key = location.removeprefix("s3://").partition("/")
        chunks = self.s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_CHUNK_BYTES)
        return parse(b"".join(_in_time(chunks, timeout)).decode(), width)


def parse(text: str, width: int) -> Iterator[Cells]:
    """Yield the rows of a file, each with so many values, without the header."""
    cells = (_unquoted(found[1]) for found in _CELL.finditer(text if text.endswith("\n") else f"{text}\n"))
    rows = zip(*[cells] * width, strict=True)
    next(rows, None)
    return rows


def _unquoted(quoted: str | None) -> str | None:
    return None if quoted is None else quoted.replace('""', '"')


def _in_time(chunks: Iterable[bytes], timeout: "Timeout") -> Iterator[bytes]:
    for chunk in chunks:
        if not timeout.remaining:
            raise Unavailable(
                "The result is too large to be read in time; request a shorter range", retry_after=_RETRY_SECONDS
            )
        yield chunk
