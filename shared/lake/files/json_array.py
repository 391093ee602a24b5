"""Reads the elements of a JSON array of any length."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from shared.lake.files.content import BLOCK, LONGEST_RECORD, Content
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.json_records import RecordBatch
from shared.lake.files.part import Chunk
from shared.runtime import strict_json

_CUTS_TRIED = 4
_LOOKED_AT = BLOCK // 8
_BETWEEN_RECORDS = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_SPACE = re.compile(r"[ \t\r\n]*")
_AFTER = re.compile(r"[ \t\r\n]*([,\]])")
_DECODER = json.JSONDecoder()


def array_chunks(content: Content, *, is_whole: bool = True) -> Iterator[Chunk]:
    """Read an array from its opening bracket to the closing one; positions count its elements.

    Args:
        content: the content, from the array on.
        is_whole: whether nothing may follow the array; otherwise what follows remains to be read.
    """
    return _Array(content, is_whole=is_whole).chunks()


@dataclass
class _Array:
    """The part of an array that is in memory.

    A block is parsed at once if it can be cut between two records: the text before a `},`, closed by a bracket, is a
    valid array only if that brace ends an element. Without such a cut, elements are parsed one by one.
    """

    content: Content
    is_whole: bool
    buffer: bytes = b""
    number: int = 1
    doubt: tuple[str, str] = ("truncated", "the array is not closed")

    def chunks(self) -> Iterator[Chunk]:
        self.buffer = self.content.read().lstrip()[1:]
        ended = self._is_empty()
        while not ended:
            chunk, is_stuck = self._parse_to_last_cut(), False
            if chunk is None:
                chunk, ended = self._parse_elements()
                is_stuck = not ended and len(self.buffer) > 2 * LONGEST_RECORD
            yield chunk
            has_more = ended or self._more()
            if is_stuck or not (has_more or (self.buffer and len(chunk))):
                self._fail()
        self._end()

    def _more(self) -> bool:
        block = self.content.read()
        self.buffer += block
        return bool(block)

    def _fail(self) -> NoReturn:
        self.content.check()
        code, why = self.doubt
        if code == "truncated" and len(self.buffer) > LONGEST_RECORD:
            code, why = "record_too_long", f"has more than {LONGEST_RECORD} bytes"
        raise UnreadableFile(code, f"record {self.number}: {why}", row=self.number)

    def _is_empty(self) -> bool:
        self._skip_blanks()
        is_empty = self.buffer.startswith(b"]")
        self.buffer = self.buffer[1:] if is_empty else self.buffer
        return is_empty

    def _skip_blanks(self) -> None:
        """Skip whitespace of any length."""
        self.buffer = self.buffer.lstrip()
        while not self.buffer and self._more():
            self.buffer = self.buffer.lstrip()

    def _parse_to_last_cut(self) -> Chunk | None:
        cuts = list(_BETWEEN_RECORDS.finditer(self.buffer, max(len(self.buffer) - _LOOKED_AT, 0)))
        for cut in reversed(cuts[-_CUTS_TRIED:]):
            try:
                rows = strict_json.loads(b"[" + self.buffer[: cut.start() + 1] + b"]")
            except ValueError:
                continue
            self.buffer = self.buffer[cut.end() :]
            places = range(self.number, self.number + len(rows))
            self.number += len(rows)
            return Chunk(rows=rows, places=places, size=cut.end())
        return None

    def _parse_elements(self) -> tuple[Chunk, bool]:
        """Parse the complete elements of the buffer; return whether the last one ended the array."""
        text, at, ended, found = self.buffer.decode("utf-8", "ignore"), 0, False, RecordBatch()
        while not ended and (element := self._element(text, at)):
            end, at, ended = element[1], element[2], element[3]
            found.add(self.number, text[element[0] : end].encode())
            self.number += 1
        self.buffer = self.buffer[len(text[:at].encode()) :]
        return found.chunk(), ended

    def _element(self, text: str, at: int) -> tuple[int, int, int, bool] | None:
        """Return start and end of the next element, the start of the one after it, and whether it is the last one.

        None if the text is invalid or incomplete.
        """
        match = _SPACE.match(text, at)
        start = match.end() if match else at
        try:
            _, end = _DECODER.raw_decode(text, start)
        except RecursionError:
            self.doubt = ("nested_too_deep", "is nested too deep")
            return None
        except ValueError as error:
            is_cut = getattr(error, "pos", 0) >= len(text.rstrip()) or "Unterminated" in str(error)
            self.doubt = ("truncated", "the array is not closed") if is_cut else ("not_well_formed", str(error))
            return None
        after = _AFTER.match(text, end)
        if after is None:
            is_cut = not text[end:].strip()
            self.doubt = (
                ("truncated", "the array is not closed")
                if is_cut
                else ("not_well_formed", "missing comma after the record")
            )
            return None
        return start, end, after.end(), after[1] == "]"

    def _end(self) -> None:
        if not self.is_whole:
            self.content.unread(self.buffer)
            return
        self._skip_blanks()
        self.content.check()
        if self.buffer:
            raise UnreadableFile("not_well_formed", "unexpected data after the end of the array", row=self.number)
