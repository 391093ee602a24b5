"""The rows that a preview works on: records as sent, or the first ones of a file."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.ingestion.models import DataFormat
from shared.ingestion.nested_records import explode_all
from shared.ingestion.preview.models import LARGEST_CONTENT, MOST_PREVIEWED, FoundFile, PreviewRequest
from shared.ingestion.preview.synonyms import names_in
from shared.ingestion.uploads.reading import reading_of
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.inspection import first_text, read_sample
from shared.lake.files.options import FileOptions
from shared.mapping.presets.catalog import names_of_presets
from shared.mapping.record_paths import RecordPaths
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form
from shared.runtime.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from shared.lake.files.part import Rows
    from shared.mapping.model import SourceMapping
    from shared.records.malformed import MalformedRecord

_AS_TEXT = {DataFormat.CSV, DataFormat.XML}


@dataclass(frozen=True)
class SampledRows:
    """Rows as they are received, with their positions; malformed records; and how the file is written.

    `paths` are where the records are in their documents; None if each document is one.
    """

    file: FoundFile
    rows: "Rows"
    places: Sequence[int]
    malformed: Sequence["MalformedRecord"] = ()
    failure: UnreadableFile | None = None
    paths: RecordPaths | None = None

    @property
    def form(self) -> Form:
        """The form of the values."""
        return Form.TEXT if self.file.format in _AS_TEXT else Form.TYPED

    @cached_property
    def one_by_one(self) -> Sequence[Any]:
        """The rows as objects."""
        if isinstance(self.rows, list):
            return self.rows
        found: list[Any] = self.rows.to_pylist()
        return found


def sample_rows(request: PreviewRequest, mapping: "SourceMapping | None", data_type: DataType | None) -> SampledRows:
    """Return the rows of a request, read by a mapping.

    Raises:
        InvalidRequest: the content is not base64, or has more than a megabyte.
        UnreadableFile: not one record of the file can be read.
    """
    if request.data is not None:
        return _sent_records(request, request.data, mapping)
    data = _decoded(request.content or "")
    given = {**request.options.model_dump(exclude_none=True), "compression": request.compression}
    options = FileOptions.model_validate({**_reading(mapping, data_type), **given, "format": request.format})
    is_whole = len(data) < LARGEST_CONTENT
    if mapping is None:
        known = names_in(first_text(data, options, is_whole=is_whole)) | names_of_presets()
        options = options.model_copy(update={"expected": (*options.expected, *known)})
    sample = read_sample(data, options, is_whole=is_whole, most_rows=MOST_PREVIEWED)
    if sample.part is None:
        raise sample.failure or UnreadableFile("no_records", "the file has no records")
    facts = vars(sample.facts)
    file = FoundFile.model_validate({name: value for name, value in facts.items() if value is not None})
    part = sample.part
    paths = None if mapping is None or data_type is None else mapping.nested
    return SampledRows(file, part.rows, part.places, part.malformed, sample.failure, paths)


def _decoded(content: str) -> bytes:
    try:
        data = base64.b64decode(content, validate=True)
    except ValueError:
        raise _invalid("content", "must be base64") from None
    if len(data) > LARGEST_CONTENT:
        raise _invalid("content", f"must have at most {LARGEST_CONTENT} bytes: send the beginning of the file")
    return data


def _invalid(field_name: str, message: str) -> InvalidRequest:
    return InvalidRequest("Request validation failed", field_errors=[FieldError(field_name, message)])


def _reading(mapping: "SourceMapping | None", data_type: DataType | None) -> dict[str, Any]:
    if data_type is not None:
        return {**reading_of(mapping, data_type), "within": None}
    fields = {name for schema in SCHEMAS.values() for name in schema.by_name}
    return {"expected": sorted(fields)}


def _sent_records(request: PreviewRequest, documents: list[Any], mapping: "SourceMapping | None") -> SampledRows:
    file = FoundFile(format=request.format or DataFormat.JSON)
    paths = None if mapping is None else mapping.nested
    if paths is None:
        return SampledRows(file, documents, range(len(documents)))
    return _exploded(SampledRows(file, documents, ()), paths)


def _exploded(sample: SampledRows, paths: RecordPaths) -> SampledRows:
    found = explode_all(sample.one_by_one, paths, DataType.TRANSACTIONS, most=MOST_PREVIEWED)
    rows, places = found.rows[:MOST_PREVIEWED], found.places[:MOST_PREVIEWED]
    return replace(sample, rows=rows, places=places, malformed=found.malformed[:MOST_PREVIEWED], paths=paths)


def with_records_found(sample: SampledRows) -> SampledRows:
    """Return the records within documents that have one list of objects each, such as the lines of orders."""
    rows = sample.one_by_one
    names = [set(_lists_in(row)) for row in rows]
    common = set.union(*names) if names else set()
    if sample.file.format not in {DataFormat.JSON, DataFormat.XML} or len(common) != 1:
        return sample
    name = next(iter(common))
    if sum(map(len, names)) < len(names) or not name.isidentifier():
        return sample
    return _exploded(sample, RecordPaths(path=f"{name}[*]"))


def _lists_in(row: Any) -> Iterator[str]:
    for name, value in row.items() if isinstance(row, dict) else ():
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield name
