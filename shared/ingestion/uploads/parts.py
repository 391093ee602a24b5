"""The parts of an uploaded file, and the delivery that each of them is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.ingestion.delivery import Delivery
from shared.ingestion.models import DataFormat
from shared.lake.files.options import FileOptions
from shared.lake.files.reading import read_parts
from shared.lake.storage.ranged_file import open_object
from shared.ledger.entry import Kind
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.ingestion.uploads.state import Upload
    from shared.lake.files.part import Part
    from shared.lake.storage.object_store import LakeStore

ROWS_PER_PART = 50_000
_AS_TEXT = {DataFormat.CSV, DataFormat.XML}


def parts_of(upload: "Upload", lake: "LakeStore", rows_per_part: int) -> Iterator[tuple["Part", int]]:
    """Read the parts that are still to be done in the pass under way, each with the bytes read up to its end.

    Raises:
        UnreadableFile: the file can be read no further.
        LostUpdate: it is not the file any more that it was.
    """
    file = open_object(lake, upload.key, etag=upload.etag, size=upload.size)
    said = {**upload.options, "format": upload.format.value, "compression": upload.compression}
    for part in read_parts(file, FileOptions.model_validate(said), rows_per_part=rows_per_part, skip=upload.parts):
        yield part, min(file.consumed, upload.size)


def delivery_of(upload: "Upload", part: "Part") -> Delivery:
    """A part as the loader takes it: the same, however often it is read."""
    return Delivery(
        origin=upload.part_origin(part.number + 1),
        batch_id=upload.batch_id,
        kind=Kind.BATCH,
        source_id=upload.source_id,
        data_type=upload.data_type,
        received_at=upload.arrival,
        rows=part.rows,
        ingested_at=upload.arrival,
        form=Form.TEXT if upload.format in _AS_TEXT else Form.TYPED,
        places=part.places,
        malformed=part.malformed,
    )
