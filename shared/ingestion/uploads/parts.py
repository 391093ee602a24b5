"""The parts of an uploaded file and their deliveries."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.ingestion.delivery import Delivery
from shared.ingestion.models import DataFormat
from shared.ingestion.nested_records import without_personal_data
from shared.ingestion.uploads.reading import file_options
from shared.lake.files.reader import read_parts
from shared.lake.storage.ranged_file import open_object
from shared.ledger.entry import DeliveryKind
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.ingestion.uploads.state import Upload
    from shared.lake.files.part import Part
    from shared.lake.storage.object_store import LakeStore

ROWS_PER_PART = 50_000
_AS_TEXT = {DataFormat.CSV, DataFormat.XML}


def remaining_parts(upload: "Upload", lake: "LakeStore", rows_per_part: int) -> Iterator[tuple["Part", int]]:
    """Read the remaining parts of the current pass, each with the number of bytes read up to its end.

    Raises:
        UnreadableFile: the file cannot be read further.
        LostUpdate: the file was replaced or deleted.
    """
    file = open_object(lake, upload.key, etag=upload.etag, size=upload.size)
    for part in read_parts(file, file_options(upload), rows_per_part=rows_per_part, skip=upload.parts):
        yield part, min(file.consumed, upload.size)


def part_delivery(upload: "Upload", part: "Part") -> Delivery:
    """Return a part as a delivery; it is the same however often the part is read."""
    return Delivery(
        delivery_id=upload.part_delivery_id(part.number + 1),
        batch_id=upload.batch_id,
        kind=DeliveryKind.BATCH,
        source_id=upload.source_id,
        data_type=upload.data_type,
        received_at=upload.arrival,
        rows=part.rows,
        ingested_at=upload.arrival,
        form=Form.TEXT if upload.format in _AS_TEXT else Form.TYPED,
        places=part.places,
        malformed=without_personal_data(part.malformed, upload.data_type),
    )
