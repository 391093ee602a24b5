"""Reads CSV as text columns; malformed records are set apart with their line numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
from pyarrow import csv

from shared.lake.files.content import LONGEST_RECORD, Content, ReadableFile
from shared.lake.files.csv_dialect import SAMPLE, CsvDialect, detect_dialect
from shared.lake.files.csv_lines import LineNumbers
from shared.lake.files.csv_repair import CsvRepair
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Chunk
from shared.lake.files.text import decode_text

_TAIL = 64


def csv_chunks(raw: Content, options: FileOptions) -> Iterator[Chunk]:
    """Read records in order, without blank lines and records of empty fields."""
    content = decode_text(raw, options.encoding)
    sample = content.peek(SAMPLE)
    if not sample:
        content.check()
        raise UnreadableFile("no_records", "the file has no records")
    text = sample.decode("utf-8", "ignore")
    dialect = detect_dialect(text, options)
    content.read(len(text[: dialect.start].encode()))
    return _CsvPass(content, dialect, LineNumbers(CsvRepair.of(dialect), breaks=dialect.skipped_lines)).chunks()


@dataclass
class _CsvPass:
    """One pass over a file."""

    content: Content
    dialect: CsvDialect
    lines: LineNumbers
    quoted: bool = False
    tail: bytes = b""

    def chunks(self) -> Iterator[Chunk]:
        """Read to the end; the last records are held back until they are known to be complete."""
        held = None
        for chunk in self._number_chunks():
            if held is not None:
                yield held
            held = chunk
        yield from self._end(held)

    def _number_chunks(self) -> Iterator[Chunk]:
        header_due = self.dialect.header
        for batch in self._batches():
            chunk = self.lines.number(batch, quoted=self.quoted)
            if header_due and len(chunk):
                chunk, header_due = _without_header(chunk), False
            if len(chunk):
                yield chunk

    def _batches(self) -> Iterator[pa.RecordBatch]:
        names = list(self.dialect.names)
        try:
            with self._parser(names) as parser:
                yield from parser
        except pa.ArrowInvalid as error:
            self.content.failure = self.content.failure or self._to_unreadable(error)
        yield pa.record_batch(
            [pa.array([], pa.string()) for _ in names], names
        )  # flushes the malformed records after the last batch

    def _parser(self, names: list[str]) -> csv.CSVStreamingReader:
        """Open a single-threaded parser, because only that one numbers malformed records."""
        return csv.open_csv(
            pa.PythonFile(ReadableFile(self._read_watching), "r"),
            read_options=csv.ReadOptions(use_threads=False, block_size=LONGEST_RECORD, column_names=names),
            parse_options=csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote,
                escape_char=self.dialect.escape or False,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self.lines.keep_malformed,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )

    def _read_watching(self, size: int) -> bytes:
        data = self.content.read(size)
        self.quoted = self.quoted or self.dialect.quote.encode() in data
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        return data

    def _to_unreadable(self, error: pa.ArrowInvalid) -> UnreadableFile:
        row = self.lines.record + self.lines.breaks
        if "straddl" in str(error):
            message = f"a record after line {row} exceeds {LONGEST_RECORD} bytes; check for an unclosed quote"
            return UnreadableFile("record_too_long", message, row=row)
        return UnreadableFile("not_well_formed", f"after line {row}: {error}", row=row)

    def _end(self, last: Chunk | None) -> Iterator[Chunk]:
        """Yield the last records, without one that is truncated or that is due to an unclosed quote."""
        if last is not None:
            place, text = _last_record(last)
            is_open = self._runs_to_the_end(text)
            if is_open and self.content.failure is None:
                message = f"line {place}: a quote is never closed"
                self.content.failure = UnreadableFile("unclosed_quote", message, row=place)
            is_whole = self.content.failure is None or (self.tail.endswith((b"\n", b"\r")) and not is_open)
            yield last if is_whole else last.split(len(last) - 1)[0]
        self.content.check()

    def _runs_to_the_end(self, text: str) -> bool:
        """Whether a field of several lines is the end of the file, with no quote after it."""
        if "\n" not in text and "\r" not in text:
            return False
        value, end = text.rstrip("\r\n").encode(), self.tail.rstrip(b"\r\n")
        return not end.endswith(self.dialect.quote.encode()) and (value.endswith(end) or end.endswith(value))


def _last_record(chunk: Chunk) -> tuple[int, str]:
    """Return where the last record begins, and its last field, or the text of a malformed record."""
    if chunk.malformed and (not chunk.places or chunk.malformed[-1].place > chunk.places[-1]):
        return chunk.malformed[-1].place, chunk.malformed[-1].raw
    rows: pa.Table = chunk.rows
    return chunk.places[-1], rows.column(-1)[-1].as_py()


def _without_header(chunk: Chunk) -> Chunk:
    if chunk.malformed and (not chunk.places or chunk.malformed[0].place < chunk.places[0]):
        raise UnreadableFile("columns", "the header cannot be read; check for an unclosed quote", row=1)
    rows: pa.Table = chunk.rows
    return replace(chunk, rows=rows.slice(1), places=chunk.places[1:])
