"""Reads JSON documents that follow each other: one per line, over several lines, or without anything between them."""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.lake.files.content import BLOCK, LONGEST_RECORD, Content
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.json_records import RecordBatch, TextBatch
from shared.lake.files.json_wrapper import JsonWrapper
from shared.lake.files.part import Chunk
from shared.lake.files.wrapped_records import Wrapping

_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"[ \t\r\n]*")
_NEXT_DOCUMENT = re.compile(r"(?<=\n)[{\[]")
_WINDOW = 4096
_LONGEST_TOKEN = 16
"""Characters of a literal or an escape sequence that may be cut off at the end of a text."""

_MOST_NESTED = 1000
"""Levels that a document has at least if the decoder gives up on its depth."""


def document_chunks(content: Content, wrapping: Wrapping) -> Iterator[Chunk]:
    """Read documents to the end; positions are the lines on which they start, or higher if several start on one line.

    A document that is larger than a record may be is read element by element if its records are in an array.
    """
    return _Documents(content, wrapping).chunks()


def split_documents(data: bytes) -> list[bytes]:
    """Return the texts of the documents in a text, malformed ones included.

    A text without a valid document, or with one that is larger than a record of a file may be, is returned as it is.
    """
    texts = TextBatch()
    try:
        data.decode()
        for _ in _Documents(Content(io.BytesIO(data).read), Wrapping(), new_batch=lambda: texts).chunks():
            pass
    except (UnicodeDecodeError, UnreadableFile):
        return [data]
    return texts.texts if texts.valid else [data]


@dataclass
class _Documents:
    """The documents that are in memory.

    Lines are parsed one by one. Where a line is no document, documents are decoded one after the other up to the end of
    the block. What cannot be decoded is set aside up to the next line that starts a document.
    """

    content: Content
    wrapping: Wrapping
    new_batch: Callable[[], RecordBatch] = RecordBatch
    buffer: bytes = b""
    line: int = 1
    place: int = 0
    found: RecordBatch = field(default_factory=RecordBatch)

    def chunks(self) -> Iterator[Chunk]:
        while block := self.content.read(BLOCK):
            self.buffer += block
            yield self._parse(is_last=False)
            if len(self.buffer) > LONGEST_RECORD:
                yield from self._stream_wrapper()
        self.content.check()  # before the last document, which may be cut off
        yield self._parse(is_last=True)

    def _parse(self, *, is_last: bool) -> Chunk:
        """Parse the complete documents of the buffer."""
        self.found = self.new_batch()
        at = self._parse_lines(is_last=is_last)
        self.buffer = self.buffer[at:]
        if self.buffer:
            text = self.buffer.decode("utf-8", "ignore")
            at = self._parse_documents(text, is_last=is_last)
            self.buffer = self.buffer[len(text[:at].encode()) :]
        return self.found.chunk()

    def _parse_lines(self, *, is_last: bool) -> int:
        """Parse lines up to the first that is no document; return where it starts."""
        at = 0
        while at < len(self.buffer):
            end = self.buffer.find(b"\n", at)
            if end < 0 and not is_last:
                break
            end = len(self.buffer) if end < 0 else end
            line = self.buffer[at:end]
            if line and not line.isspace():
                if not self.found.add_if_valid(self._next_place(), line):
                    break
                self.place = self._next_place()
            self.line, at = self.line + 1, end + 1
        return min(at, len(self.buffer))

    def _next_place(self) -> int:
        return max(self.line, self.place + 1)

    def _parse_documents(self, text: str, *, is_last: bool) -> int:
        """Decode documents; return where the first one starts that is not complete yet."""
        at = 0
        while True:
            start = _end_of(_BLANKS, text, at)
            self.line += text.count("\n", at, start)
            end = self._next(text, start, is_last=is_last) if start < len(text) else None
            if end is None:
                return start
            self.place = self._next_place()
            self.found.add(self.place, text[start:end].encode())
            self.line += text.count("\n", start, end)
            at = end

    def _next(self, text: str, start: int, *, is_last: bool) -> int | None:
        """Return the end of a document, or of what cannot be decoded; None if more text is needed."""
        end, failed = _decode(text, start)
        if end is None and failed >= len(text) - _LONGEST_TOKEN and not is_last:
            return None
        if end is not None and end - start > LONGEST_RECORD:
            return None
        if end is not None and _ends_well(text, end):
            return end if end < len(text) or is_last else None
        return self._end_of_malformed(text, start, max(failed, start + 1), is_last=is_last)

    def _end_of_malformed(self, text: str, start: int, failed: int, *, is_last: bool) -> int | None:
        end_of_line = text.find("\n", start)
        if text[start] in "{[" and end_of_line >= 0 and failed > end_of_line:
            for each in _NEXT_DOCUMENT.finditer(text, start + 1):
                if each.start() >= failed or _is_document(text, each.start()):
                    return each.start() - 1
            end_of_line = -1
        if end_of_line >= 0:
            return end_of_line
        return len(text) if is_last else None

    def _stream_wrapper(self) -> Iterator[Chunk]:
        wrapper = JsonWrapper.find(self.buffer, self.wrapping)
        if wrapper is None:
            message = f"line {self.line} has more than {LONGEST_RECORD} bytes"
            raise UnreadableFile("record_too_long", message, row=self.line)
        self.content.unread(self.buffer)
        self.buffer = b""
        yield from wrapper.chunks(self.content)


def _decode(text: str, start: int) -> tuple[int | None, int]:
    """Return the end of a document, or None and where it fails.

    The text is tried up to a length that grows, because an error of the decoder takes time for all that precedes it.
    """
    for size in (_WINDOW, 16 * _WINDOW, len(text)):
        window, is_rest = text[start : start + size], start + size >= len(text)
        try:
            _, end = _DECODER.raw_decode(window)
        except RecursionError:
            return None, start + _MOST_NESTED
        except ValueError as error:
            failed = len(window) if "Unterminated" in str(error) else getattr(error, "pos", 0)
            if is_rest or failed < len(window) - _LONGEST_TOKEN:
                return None, start + failed
        else:
            if is_rest or end < len(window):
                return start + end, start + end
    return None, len(text)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _ends_well(text: str, end: int) -> bool:
    """Return whether a document is followed by nothing, a blank, or another object or array."""
    return end == len(text) or text[end] in " \t\r\n{["


def _is_document(text: str, start: int) -> bool:
    """Return whether a line is a document by itself."""
    end_of_line = text.find("\n", start)
    line = text[start : end_of_line if end_of_line >= 0 else len(text)]
    try:
        _, end = _DECODER.raw_decode(line)
    except (ValueError, RecursionError):
        return False
    return not line[end:].strip()
