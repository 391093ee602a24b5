"""How the file of an upload is read: the sender's options, completed by the configuration of the source.

The configuration is stored with the upload when its check begins, so that every run splits the file into the same
parts though the source may be configured anew meanwhile.
"""

from typing import TYPE_CHECKING, Any

from shared.lake.files.options import FileOptions
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import UnusableConfiguration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.ingestion.uploads.state import Upload
    from shared.mapping.model import MappingOf, SourceMapping
    from shared.records.schema import DataType

_RENAMED = {"header_row": "header"}


def configured_reading(upload: "Upload", mapping_of: "MappingOf") -> dict[str, Any]:
    """Return the options of a file by the configuration of its source, to be stored with the upload."""
    try:
        mapping = mapping_of(upload.source_id, upload.data_type)
    except UnusableConfiguration:
        mapping = None
    return reading_of(mapping, upload.data_type)


def reading_of(mapping: "SourceMapping | None", data_type: "DataType") -> dict[str, Any]:
    """Return the options of files by a mapping: how they are written, and the names that their columns should have."""
    fields = list(SCHEMAS[data_type].by_name)
    if mapping is None:
        return {"expected": fields}
    shape = mapping.file.model_dump(exclude_none=True) if mapping.file else {}
    found = {_RENAMED.get(name, name): value for name, value in shape.items()}
    found["expected"] = sorted({*fields, *mapping.source_columns})
    if mapping.records is not None:
        found["records"] = mapping.records.model_dump(exclude_none=True)
    return found if mapping.group_column is None else {**found, "within": mapping.group_column}


def file_options(upload: "Upload") -> FileOptions:
    """Return the options to read the file of an upload by; the sender's take precedence."""
    given: Mapping[str, Any] = {
        **upload.reading,
        **upload.options,
        "format": upload.format.value,
        "compression": upload.compression,
    }
    return FileOptions.model_validate(given)
