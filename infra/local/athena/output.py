"""Writes what a query gives to S3: the CSV of a SELECT, the files of UNLOAD and CREATE TABLE AS."""

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote
from uuid import uuid4

import duckdb

from infra.local.athena.errors import QueryFailed, not_supported
from infra.local.athena.executions import Row
from infra.local.athena.listing import objects_below, split_location
from infra.local.athena.partitions import name, text

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CODECS = {
    "PARQUET": {"SNAPPY": "snappy", "GZIP": "gzip", "ZSTD": "zstd", "LZ4": "lz4", "NONE": "uncompressed"},
    "JSON": {"GZIP": "gzip", "NONE": "uncompressed"},
}
MOST_PARTITIONS = 100
"""Of one UNLOAD: https://docs.aws.amazon.com/athena/latest/ug/unload.html."""
KNOWN_OPTIONS = {
    "format",
    "compression",
    "write_compression",
    "parquet_compression",
    "partitioned_by",
    "external_location",
}
Options = dict[str, str | list[str]]


@dataclass(frozen=True)
class FileFormat:
    """How the files of a query are written."""

    name: str
    codec: str
    partitioned_by: list[str]

    @classmethod
    def of(cls, options: Options, *, formats: Collection[str]) -> "FileFormat":
        """Read the WITH options; what is not known is refused."""
        unknown = sorted(options.keys() - KNOWN_OPTIONS)
        if unknown:
            raise not_supported(f"the property {unknown[0]}")
        kind = str(options.get("format", "PARQUET")).upper()
        if kind not in formats:
            raise not_supported(f"the format {options['format']}")
        codecs = (options.get(key) for key in ("compression", "write_compression", "parquet_compression"))
        codec = str(next(filter(None, codecs), "GZIP")).upper()
        if codec not in CODECS[kind]:
            raise QueryFailed("INVALID_TABLE_PROPERTY", f"compression {codec} is not known for {kind}")
        partitioned_by = options.get("partitioned_by", [])
        return cls(kind, codec, partitioned_by if isinstance(partitioned_by, list) else [partitioned_by])


class OutputWriter:
    """Puts results into S3 by way of a scratch folder."""

    def __init__(self, s3: "S3Client", scratch: Path) -> None:
        self._s3 = s3
        self._scratch = scratch
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)

    @contextmanager
    def csv(self, location: str) -> Iterator[BinaryIO]:
        """Give a file to write lines to, which is put at the location once it is whole."""
        path = self._scratch / uuid4().hex
        try:
            with path.open("wb") as file:
                yield file
            self._put(path, location)
        finally:
            path.unlink(missing_ok=True)

    def put_text(self, content: str, location: str) -> None:
        """Put a small text at a location."""
        bucket, key = split_location(location)
        self._s3.put_object(Bucket=bucket, Key=key, Body=content.encode())

    def files(
        self, session: duckdb.DuckDBPyConnection, sql: str, location: str, form: FileFormat, stem: str
    ) -> list[str]:
        """Write a query's rows as files below a location, which must hold nothing yet; gives the files' locations."""
        self._require_empty(location)
        folder = self._scratch / uuid4().hex
        folder.mkdir()
        try:
            session.execute(_copy(sql, folder, form))
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            if form.partitioned_by and len({path.parent for path in files}) > MOST_PARTITIONS:
                raise QueryFailed("HIVE_TOO_MANY_OPEN_PARTITIONS", f"Exceeded limit of {MOST_PARTITIONS} open writers")
            return [self._put(path, _target(path, folder, location, f"{stem}_{n}")) for n, path in enumerate(files)]
        finally:
            shutil.rmtree(folder)

    def partitions_below(self, location: str) -> dict[tuple[str, ...], str]:
        """Find the partitions that were written, as values and locations."""
        found: dict[tuple[str, ...], str] = {}
        for item, _ in objects_below(self._s3, {location: None}):
            folder = f"s3://{item.bucket}/{item.key.rsplit('/', 1)[0]}/"
            pairs = [part.split("=", 1) for part in folder.removeprefix(location).strip("/").split("/")]
            found[tuple(unquote(value) for _, value in pairs)] = folder
        return found

    def _put(self, path: Path, location: str) -> str:
        bucket, key = split_location(location)
        with path.open("rb") as body:
            self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        return location

    def _require_empty(self, location: str) -> None:
        bucket, prefix = split_location(location)
        if self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount"):
            raise QueryFailed("HIVE_PATH_ALREADY_EXISTS", f"Target directory for table already exists: {location}")


def csv_line(row: Row) -> bytes:
    """Write a row as Athena does: every value quoted, NULL as nothing at all."""
    return (",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row) + "\n").encode()


def csv_lines(rows: Iterable[Row], file: BinaryIO) -> Iterator[Row]:
    """Write rows as CSV on their way past."""
    for row in rows:
        file.write(csv_line(row))
        yield row


def _copy(sql: str, folder: Path, form: FileFormat) -> str:
    target = text(str(folder if form.partitioned_by else folder / "data_0"))
    options = f"FORMAT {form.name.lower()}, COMPRESSION {CODECS[form.name][form.codec]}"
    if form.partitioned_by:
        options += f", PARTITION_BY ({', '.join(map(name, form.partitioned_by))})"
    return f"COPY ({sql}) TO {target} ({options})"


def _target(path: Path, folder: Path, location: str, stem: str) -> str:
    inside = path.parent.relative_to(folder).as_posix()
    base = location if location.endswith("/") else f"{location}/"
    return f"{base}{stem}" if inside == "." else f"{base}{inside}/{stem}"
