"""Finds out how a file is written from its beginning, and reads the first records of it."""

from dataclasses import dataclass

from shared.lake.files.content import Content, open_content
from shared.lake.files.csv_dialect import SAMPLE, detect_dialect
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.formats import detect_format
from shared.lake.files.options import Compression, FileFormat, FileOptions
from shared.lake.files.part import Part
from shared.lake.files.reader import read_parts
from shared.lake.files.text import encoding_of

END_OF_SAMPLE = "end_of_sample"
"""The code of the error that ends a file of which only the beginning is given."""

_HEAD = 1024
_MOST_DECOMPRESSED = 1024 * 1024
_NOT_WHOLE = {END_OF_SAMPLE, "truncated"}


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """How a file is written. Facts about delimited text are None for other formats."""

    format: FileFormat
    compression: Compression
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: bool | None = None
    skipped_lines: int | None = None


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: at most as many records as one part may have, and why there are not more."""

    facts: FileFacts
    part: Part | None
    failure: UnreadableFile | None


class _Beginning:
    """The first bytes of a file, as a stream that ends with an error if the file goes on."""

    def __init__(self, content: Content, limit: int) -> None:
        self._content = content
        self._left = limit

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        if self._left <= 0 and self._content.peek(1):
            raise UnreadableFile(END_OF_SAMPLE, "only the beginning of the file was read")
        data = self._content.read(min(size, max(self._left, 1)))
        self._left -= len(data)
        if not data:
            self._content.check()
        return data


class _Bytes:
    """Bytes as a stream that ends with an error if they are not the whole file."""

    def __init__(self, data: bytes, *, is_whole: bool) -> None:
        self._data, self._is_whole = data, is_whole

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        data, self._data = self._data[:size], self._data[size:]
        if not data and not self._is_whole:
            raise UnreadableFile(END_OF_SAMPLE, "only the beginning of the file was given")
        return data


def read_sample(data: bytes, options: FileOptions, *, is_whole: bool, most_rows: int) -> Sample:
    """Read the first records of a file.

    Args:
        data: the first bytes of the file; of what they decompress to, one megabyte is read.
        options: what is known of the file.
        is_whole: whether the bytes are the whole file; otherwise the last record may be cut off and is left out.
        most_rows: the number of records to read.

    Raises:
        UnreadableFile: not even the format can be read.
    """
    plain, compression, cut = _decompress(data, options, is_whole=is_whole)
    is_whole = not cut
    plain_options = options.model_copy(update={"compression": None})
    facts = _facts(plain, plain_options, compression)
    part, failure = None, None
    try:
        part = next(iter(read_parts(_Bytes(plain, is_whole=is_whole), plain_options, rows_per_part=most_rows)), None)
    except UnreadableFile as error:
        failure = error
    if part is None and failure is not None and failure.code in _NOT_WHOLE and not is_whole:
        message = "no record ends within the first megabyte"
        if facts.format is FileFormat.PARQUET:
            message = "of a Parquet file, which has its schema at its end, the whole is needed: at most one megabyte"
        failure = UnreadableFile("record_too_long", message)
    return Sample(facts, part, failure)


def _decompress(data: bytes, options: FileOptions, *, is_whole: bool) -> tuple[bytes, Compression, bool]:
    """Return at most a megabyte of decompressed content, the compression, and whether there is more."""
    content = open_content(_Bytes(data, is_whole=is_whole), options.compression)
    stream = _Beginning(content, _MOST_DECOMPRESSED)
    pieces: list[bytes] = []
    cut = False
    try:
        while piece := stream.read(64 * 1024):
            pieces.append(piece)
    except UnreadableFile as error:
        if error.code not in _NOT_WHOLE or (is_whole and error.code == "truncated"):
            raise
        cut = True
    return b"".join(pieces), _compression_of(data), cut


def _compression_of(data: bytes) -> Compression:
    if data.startswith(b"\x1f\x8b"):
        return Compression.GZIP
    return Compression.ZSTD if data.startswith(b"\x28\xb5\x2f\xfd") else Compression.NONE


def _facts(plain: bytes, options: FileOptions, compression: Compression) -> FileFacts:
    if not plain:
        raise UnreadableFile("empty_file", "the file is empty")
    found = detect_format(plain[:_HEAD], options.format)
    if found is FileFormat.PARQUET:
        return FileFacts(format=found, compression=compression)
    encoding, text = encoding_of(Content(_Bytes(plain, is_whole=True).read), options.encoding)
    if found is not FileFormat.CSV:
        return FileFacts(format=found, compression=compression, encoding=encoding)
    dialect = detect_dialect(text[:SAMPLE].decode("utf-8", "ignore"), options)
    return FileFacts(
        format=found,
        compression=compression,
        encoding=encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        header=dialect.header,
        skipped_lines=dialect.skipped_lines,
    )


def first_text(data: bytes, options: FileOptions, *, is_whole: bool) -> str:
    """Return the first characters of a text file; empty if it is binary.

    Raises:
        UnreadableFile: the file is not compressed as declared.
    """
    plain, _, _ = _decompress(data, options, is_whole=is_whole)
    try:
        return encoding_of(Content(_Bytes(plain, is_whole=True).read), options.encoding)[1][:SAMPLE].decode(
            "utf-8", "ignore"
        )
    except UnreadableFile:
        return ""
