"""Imports a file through the public API: configures its source, uploads it, and waits until it is merged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from infra.local.errors import MappingDiffers
from shared.lake.files.options import FileFormat

if TYPE_CHECKING:
    from infra.admin.api_client import ApiClient
    from shared.records.schema import DataType

Tell = Callable[[str], None]

_POLL_SECONDS = 0.5
_HEAD = 1024
_PACKED = {".gz", ".gzip", ".zst", ".zstd"}
_BY_SUFFIX = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".json": FileFormat.JSON,
    ".jsonl": FileFormat.JSON,
    ".ndjson": FileFormat.JSON,
    ".xml": FileFormat.XML,
    ".parquet": FileFormat.PARQUET,
}
_MEGABYTE = 1024**2


@dataclass(frozen=True, kw_only=True)
class FileImport:
    """The import of one file as the records of a source; every step may be repeated."""

    api: "ApiClient"
    source_id: str
    data_type: "DataType"

    def configure(self, *, preset: str | None, timezone: str | None, replace: bool) -> None:
        """Let the source read this type with a preset and in a time zone; keep all else that is configured.

        A mapping that starts from the preset is kept, with all that it overrides.

        Raises:
            MappingDiffers: the source has another mapping or time zone, and `replace` is false.
        """
        path = f"/ingest/sources/{self.source_id}"
        source = self.api.get(path)
        found = {} if source is None else source["configuration"]
        configured = {name: value for name, value in found.items() if name not in {"data_types", "faults"}}
        wanted = dict(configured)
        mappings = configured.get("mappings") or {}
        mapping = mappings.get(self.data_type)
        if preset is not None and (mapping or {}).get("preset") != preset:
            self._require(mapping is None or replace, f"another mapping of {self.data_type}")
            wanted["mappings"] = {**mappings, self.data_type.value: {"preset": preset}}
        if timezone is not None and configured.get("timezone") != timezone:
            self._require(configured.get("timezone") is None or replace, f"the time zone {configured.get('timezone')}")
            wanted["timezone"] = timezone
        if wanted != configured:
            self.api.send("PUT", path, wanted)

    def _require(self, allowed: bool, what: str) -> None:
        if not allowed:
            raise MappingDiffers(self.source_id, what)

    def upload(self, path: Path, file_format: FileFormat, tell: Tell) -> str:
        """Upload a file as it is, compressed or not, and return its batch."""
        size = path.stat().st_size
        request = {"source_id": self.source_id, "data_type": self.data_type, "format": file_format, "size": size}
        announced = self.api.send("POST", "/ingest/uploads", request)
        with path.open("rb") as file:
            counting: Any = _CountingFile(file, size, tell)
            self.api.put_file(announced["url"], announced["headers"], counting, size)
        batch_id: str = announced["batch_id"]
        return batch_id

    def wait(self, batch_id: str, tell: Tell) -> dict[str, Any]:
        """Return the status of a batch once each of its rows has its outcome."""
        while True:
            status: dict[str, Any] = self.api.get(f"/ingest/batches/{batch_id}/status")
            progress = status["progress"]
            tell(f"{progress['total_records']} rows read, {progress['progress_percentage']:.0f} %")
            if status["status"] != "processing":
                return status
            time.sleep(_POLL_SECONDS)

    def row_errors(self, batch_id: str, most: int) -> list[dict[str, Any]]:
        """Return the first errors of rejected rows, in order of rows."""
        page = self.api.get(f"/ingest/batches/{batch_id}/errors?size={most}")
        return [] if page is None else list(page["content"])


def format_of(path: Path) -> FileFormat:
    """Return the format of a file by its name, otherwise by its content, compressed or not.

    Raises:
        UnreadableFile: it is empty or damaged.
    """
    suffixes = [each.lower() for each in path.suffixes if each.lower() not in _PACKED]
    if suffixes and suffixes[-1] in _BY_SUFFIX:
        return _BY_SUFFIX[suffixes[-1]]
    from shared.lake.files.content import open_content  # noqa: PLC0415 - not on the path of --help
    from shared.lake.files.formats import detect_format  # noqa: PLC0415 - not on the path of --help

    with path.open("rb") as file:
        return detect_format(open_content(file, None).peek(_HEAD), None)


class _CountingFile:
    """A file that reports how much of it has been read."""

    def __init__(self, file: BinaryIO, size: int, tell: Tell) -> None:
        self._file, self._size, self._tell = file, size, tell
        self._sent = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self._sent += len(data)
        self._tell(f"{self._sent / _MEGABYTE:.1f} of {self._size / _MEGABYTE:.1f} MB")
        return data
